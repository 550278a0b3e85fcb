from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from lineproof.profiles.profile_file import EveryKind, ProfileFile, Retention
from lineproof.profiles.read_profile import ProfileCode
from tests.profiles.write_docs import PAGE, renewed

REASONS = Path(__file__).parents[2] / "docs" / "reasons.md"


def test_the_tables_are_those_of_the_files() -> None:
    """Where a profile was changed, `python -m tests.profiles.write_docs` writes them anew."""
    page = PAGE.read_text("utf-8")
    assert page == renewed(page)


def test_every_key_is_documented() -> None:
    """A key that a file must have stands in the page's first table, and no other."""
    first = PAGE.read_text("utf-8").partition("## Writing one")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?`) \|", first, re.MULTILINE)
    documented = {key for row in rows for key in re.findall(r"`([^`]+)`", row)}
    keys = set(ProfileFile.model_fields) - {"every_kind", "kind", "retention"}
    keys |= {f"every_kind.{key}" for key in EveryKind.model_fields} | {"kind.KIND.*"}
    keys |= {f"retention.{key}" for key in Retention.model_fields}
    assert documented == keys


def test_every_code_is_documented() -> None:
    """Programs go by them."""
    text = REASONS.read_text("utf-8")
    assert [code for code in get_args(ProfileCode) if f"`{code}`" not in text] == []
