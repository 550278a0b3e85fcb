"""Keeping everything in SQLite or PostgreSQL, by the same statements."""
