"""Liveness: one file per check, each of which measures, or says why it could not."""
