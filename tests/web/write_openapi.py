"""Writes docs/openapi.json anew: `python -m tests.web.write_openapi`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.web.house import house

PAGE = Path(__file__).parents[2] / "docs" / "openapi.json"


def page(folder: Path) -> str:
    """Give the file as it should be."""
    schema = house(folder).app.openapi()
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(Path(folder)), "utf-8")
