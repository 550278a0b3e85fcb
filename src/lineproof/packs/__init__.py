"""Model packs: what they are, how they are built, installed, checked and run."""
