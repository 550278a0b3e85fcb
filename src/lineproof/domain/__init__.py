"""Nouns: what is true. Standard library only, no input or output, no clock."""
