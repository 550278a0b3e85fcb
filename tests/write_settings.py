"""Writes docs/settings.md anew: `python -m tests.write_settings`."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from lineproof.settings import PREFIX, Settings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"

HEAD = """\
# Settings of the service

Each is an environment variable; some are options of `lineproof serve` as well, which come first.
One that is unknown, or cannot be what it was set to, keeps the service from starting.

| Variable | Default | What it does |
|---|---|---|
"""


def page() -> str:
    """Give the page as it should be."""
    lines = []
    for name, field in Settings.model_fields.items():
        shown = "off" if field.default is False else str(field.default)
        default = f"`{shown}`" if shown else ""
        choices = [str(each) for each in get_args(field.annotation) if isinstance(each, str)]
        among = f" One of {', '.join(choices)}." if choices else ""
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description}{among} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
