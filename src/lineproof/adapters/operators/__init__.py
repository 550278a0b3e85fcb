"""The operator's network: a simulated one, and a real home location register."""
