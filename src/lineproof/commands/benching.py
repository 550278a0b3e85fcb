"""`lineproof bench`."""


def bench() -> None:
    """x"""
