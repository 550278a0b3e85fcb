"""Profiles of regimes as data, and what reads and checks them."""
