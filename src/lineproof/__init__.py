"""Lineproof: one to one, at the counter, and nothing of the face is kept."""
