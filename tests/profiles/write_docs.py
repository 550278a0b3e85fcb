"""Writes the tables of docs/profiles.md anew: `python -m tests.profiles.write_docs`."""

from __future__ import annotations

from pathlib import Path

from lineproof.profiles.profile_table import tables

PAGE = Path(__file__).parents[2] / "docs" / "profiles.md"
MARK = "<!-- Generated from the files from here on: python -m tests.profiles.write_docs -->\n\n"


def renewed(page: str) -> str:
    """Give the page with its tables as the profiles' files are now."""
    written, _, _ = page.partition(MARK)
    return written + MARK + tables()


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), encoding="utf-8")
