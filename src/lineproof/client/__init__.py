"""A client for the service, for programs of operators: typed, on httpx."""
