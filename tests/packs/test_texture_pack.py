from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from training.pictures import PLAN, frll
from training.runs import kept_apart_by_all

from lineproof.adapters.texture_check import TextureCheck, texture_check
from lineproof.domain.finding import Measured, Unreadable
from lineproof.packs.manifest import Pad
from lineproof.packs.refusal import PackRefused
from lineproof.packs.show import verify_pack
from lineproof.packs.store import TEXTURE_PACK, Pack, default_store, find_pack
from lineproof.wiring import texture_for
from tests.samples import SHARED, engine

MOST_BYTES = 2_000_000


def carried() -> Pack:
    """Open the pack that the package carries."""
    pack = find_pack(TEXTURE_PACK, store=default_store())
    assert isinstance(pack, Pack)
    return pack


def test_the_package_carries_its_own_networks_whole_and_small() -> None:
    """They start and run, weigh at most 2 MB, and are calibrated; what they may do is said."""
    pack = verify_pack(TEXTURE_PACK, store=default_store())
    assert isinstance(pack, Pack)
    assert all(isinstance(model, Pad) for model in pack.manifest.models)
    assert sum(len(content) for content in pack.files.values()) <= MOST_BYTES
    assert pack.manifest.pad_calibration is not None
    assert pack.manifest.grade == "evaluation"


def test_the_model_card_names_every_source_and_its_terms() -> None:
    """Weights carry the terms of what they were trained on."""
    card = carried().manifest.model_card
    assert all(word in card for word in ("FRLL", "CC BY 4.0", "LFW", "NUAA", "research use"))


def log() -> dict[str, Any]:
    """Read what the training wrote of itself."""
    own = default_store().own
    assert own is not None
    found: dict[str, Any] = json.loads((own / TEXTURE_PACK / "training-log.json").read_text())
    return found


def test_the_training_log_is_that_of_the_carried_networks() -> None:
    """Each network's digest is the one that its training wrote."""
    for model in carried().manifest.models:
        assert log()[model.name.removeprefix("texture-")]["sha256"] == model.sha256


def test_fusion_can_be_calibrated_on_people_whom_no_network_was_trained_on() -> None:
    """The log counts as many of FRLL's pictures as are made of those who are not kept apart."""
    sources = frll(SHARED / "data")
    if not sources:
        pytest.skip(f"FRLL's pictures are not in {SHARED}")
    trained_on = [one for one in sources if not kept_apart_by_all(one.person)]
    assert 3 * len(trained_on) < len(sources)
    for view in ("wide", "close"):
        counts = log()[view]["pictures"]
        assert counts["frll bona_fide"] == len(trained_on) * (
            PLAN["frll"]["raw"] + PLAN["frll"]["captured"]
        )
        assert counts["frll simulated"] == len(trained_on) * PLAN["frll"]["attacks"]


def test_a_pack_without_pad_networks_is_used_with_ours() -> None:
    """And one that is not there is refused as everywhere."""
    engine()
    found = texture_for("default")
    assert isinstance(found, TextureCheck)
    assert found.pack.startswith(TEXTURE_PACK)
    missing = texture_for("no-such-pack")
    assert isinstance(missing, PackRefused)
    assert missing.code == "pack_missing"


def test_people_are_told_from_photographs_held_to_a_camera() -> None:
    """On NUAA's subjects that no training picture shows: the calibrated threshold for 2 %."""
    labels = SHARED / "data" / "nuaa_train" / "labels.csv"
    if not labels.is_file():
        pytest.skip(f"NUAA's pictures are not in {SHARED}")
    check = texture_check(carried())
    assert isinstance(check, TextureCheck)
    with labels.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["subject"] in {"0007", "0008", "0009"}]
    passed: dict[str, list[bool]] = {"bonafide": [], "print": []}
    for row in rows[::12]:
        seen = engine("fast").see((labels.parent / row["file"]).read_bytes())
        assert not isinstance(seen, Unreadable)
        assert seen.view is not None
        found = check.measure(seen.view)
        assert isinstance(found, Measured)
        passed[row["label"]].append(found.value.passes(bpcer=0.02))
    assert len(passed["print"]) > 8
    assert not any(passed["print"])
    assert sum(passed["bonafide"]) >= 0.9 * len(passed["bonafide"])
