"""The service: JSON under /v1, health and figures; problems.py maps refusals to HTTP."""
