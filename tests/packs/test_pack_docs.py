from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from lineproof.packs.manifest import Manifest
from lineproof.packs.pull import Download, recipe_names
from lineproof.packs.read_manifest import TABLES, keys_of, read_manifest
from lineproof.packs.refusal import PackCode
from lineproof.packs.runtime import RUNNABLE

if TYPE_CHECKING:
    from pydantic import BaseModel

TEXT = (Path(__file__).parents[2] / "docs" / "pack-format.md").read_text("utf-8")


def _section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, f"there is no section {title}"
    return found[1]


def _rows(section: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


SECTIONS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): ("The file",),
    ("model", "detector"): ("Every model", "Every network", "Role detector"),
    ("model", "landmarks"): ("Every model", "Every network", "Role landmarks"),
    ("model", "embedder"): ("Every model", "Every network", "Role embedder"),
    ("model", "embedder", "alignment"): ("Alignment",),
    ("model", "pad"): ("Every model", "Every network", "Role pad"),
    ("model", "shape_predictor"): ("Every model", "Role shape_predictor"),
    ("setting",): ("Setting",),
    ("setting", "use"): ("Use",),
    ("setting", "calibration"): ("Calibration",),
    ("setting", "calibration", "point"): ("Calibration point",),
    ("pad_calibration",): ("PAD calibration",),
    ("pad_calibration", "point"): ("PAD calibration point",),
}


@pytest.mark.parametrize("path", list(TABLES), ids=".".join)
def test_every_key_is_documented_and_no_other(path: tuple[str, ...]) -> None:
    """The tables of the document are the tables of the format."""
    documented = set().union(*(_rows(_section(title)) for title in SECTIONS[path]))
    assert documented == set(keys_of(TABLES[path]))


def test_every_key_of_a_download_is_documented() -> None:
    """The second file of a recipe."""
    download: type[BaseModel] = Download
    assert _rows(_section("Recipes")) == set(keys_of(download))


def test_every_code_is_documented_and_no_other() -> None:
    """Programs go by them."""
    assert _rows(_section("Refusals")) == set(get_args(PackCode))


def test_every_recipe_and_family_is_named() -> None:
    """So that a reader finds what can be pulled and run."""
    assert all(f"`{name}`" in _section("Recipes") for name in recipe_names())
    assert all(f"`{family}`" in TEXT for family in RUNNABLE)


def test_the_example_in_the_document_is_a_manifest() -> None:
    """As it stands there."""
    found = re.search(r"^```toml\n(format = 1\n.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert found
    assert isinstance(read_manifest(found[1].encode(), where="the example"), Manifest)
