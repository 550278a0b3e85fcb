"""The texts that people consent to, one file for each purpose, version and language."""
