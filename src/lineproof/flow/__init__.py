"""Verbs: what is done, step by step. No machine, no clock: time and tools come in as values."""
