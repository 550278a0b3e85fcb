"""FACTS from a document: its zone, chip, barcodes, printed text and portrait."""
