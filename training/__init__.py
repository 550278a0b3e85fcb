"""Makes the product's own networks: simulated attacks, training, export (training/README.md)."""
