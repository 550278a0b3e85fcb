from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lineproof.packs.refusal import PackRefused
from lineproof.packs.show import show_pack, verify_pack
from lineproof.packs.store import Pack
from tests.packs import tiny

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_of_a_pack_can_be_shown_as_json(tmp_path: Path) -> None:
    """Each file with size, hash, licence and source, and what to know about the whole."""
    store = tiny.store_in(tmp_path)
    assert store.user is not None
    tiny.put_tiny(store.user / "tiny")
    shown = show_pack("tiny", store=store)
    assert isinstance(shown, dict)
    assert json.loads(json.dumps(shown)) == shown
    (model,) = shown["model"]
    content = tiny.embedder()
    assert (model["bytes"], model["sha256"]) == (len(content), tiny.sha(content))
    assert (model["licence"], model["source"]) == ("Apache-2.0", "made here")
    assert (shown["origin"], shown["grade"]) == ("user", "evaluation")
    assert any("evaluation grade" in caveat for caveat in shown["caveats"])
    assert any("Not calibrated (standard)" in caveat for caveat in shown["caveats"])
    tiny.put_tiny(store.carried / "tiny")
    carried = show_pack("tiny", store=store)
    assert isinstance(carried, dict)
    assert carried["origin"] == "carried"


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """By both."""
    store = tiny.store_in(tmp_path)
    assert isinstance(show_pack("tiny", store=store), PackRefused)
    (refused,) = verify_pack("tiny", store=store)  # type: ignore[misc]
    assert refused.code == "pack_missing"


def test_verifying_runs_the_networks(tmp_path: Path) -> None:
    """A file may be the one that the manifest names and still be no network."""
    store = tiny.store_in(tmp_path)
    assert store.user is not None
    tiny.put_tiny(store.user / "tiny")
    assert isinstance(verify_pack("tiny", store=store), Pack)
    text = tiny.manifest(b"junk").replace('"tiny"', '"junk"')
    tiny.put(store.user / "junk", text, {"tiny.onnx": b"junk"})
    refused = verify_pack("junk", store=store)
    assert isinstance(refused, tuple)
    assert [each.code for each in refused] == ["pack_model_broken"]
