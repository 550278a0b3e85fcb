"""Routes: one file a resource. Each parses, calls one verb and answers."""
