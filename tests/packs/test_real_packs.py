"""Packs of real networks: the examples, on files that are not ours to carry, and the default."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.packs import store as store_module
from lineproof.packs.install import Installed, Offer, accept, inspect
from lineproof.packs.manifest import ShapePredictor
from lineproof.packs.network import OnnxNetwork, preprocess, start
from lineproof.packs.read_manifest import read_manifest
from lineproof.packs.refusal import PackRefused
from lineproof.packs.show import verify_pack
from lineproof.packs.store import DEFAULT_PACK, Pack, default_store, open_pack
from tests.packs import tiny

if TYPE_CHECKING:
    from lineproof.packs.manifest import NetworkModel

REPOSITORY = Path(__file__).parents[2]
SHARED = Path(os.environ.get("LINEPROOF_SHARED") or REPOSITORY.parent / "shared")
EXAMPLES = Path(store_module.__file__).parent / "examples"
PAIR = "minifasnet-pair"
NAMES = ["minifasnet-v1se", "minifasnet-v2", "mobilefacenet-y1"]


def _assert_bits_do_not_depend_on_the_batch(model: NetworkModel, content: bytes) -> None:
    made = np.random.default_rng(11)
    chips = made.integers(0, 256, (5, *model.size, 3), dtype=np.uint8)
    batch = preprocess(chips, model)
    network, again = start(model, content), start(model, content)
    assert isinstance(network, OnnxNetwork)
    assert isinstance(again, OnnxNetwork)
    whole = network(batch)
    for size in (1, 2, 3):
        parts = [network(batch[at : at + size]) for at in range(0, 5, size)]
        joined = [np.concatenate(arrays).tobytes() for arrays in zip(*parts, strict=True)]
        assert joined == [array.tobytes() for array in whole]
    assert [array.tobytes() for array in again(batch)] == [array.tobytes() for array in whole]


def test_the_examples_are_these() -> None:
    """Each is a manifest of the pack it is named after."""
    assert sorted(path.stem for path in EXAMPLES.glob("*.toml")) == [PAIR, *NAMES]
    for path in EXAMPLES.glob("*.toml"):
        read = read_manifest(path.read_bytes(), where=path.name)
        assert not isinstance(read, PackRefused), read
        assert read.name == path.stem


@pytest.mark.parametrize("name", NAMES)
def test_an_example_installs_its_file_and_it_runs(name: str, tmp_path: Path) -> None:
    """With the hash that PACKS.md gives; the same bits in every batch."""
    manifest = EXAMPLES / f"{name}.toml"
    read = read_manifest(manifest.read_bytes(), where=name)
    assert not isinstance(read, PackRefused), read
    (model,) = read.models
    assert not isinstance(model, ShapePredictor)
    file = SHARED / "packs" / model.file
    if not file.exists():
        pytest.skip(f"{file} is not there")
    store = tiny.store_in(tmp_path)
    offer = inspect(file, manifest=manifest, sha256=model.sha256, store=store)
    assert isinstance(offer, Offer), offer
    assert isinstance(accept(offer, store=store), Installed)
    pack = verify_pack(name, store=store)
    assert isinstance(pack, Pack), pack
    _assert_bits_do_not_depend_on_the_batch(model, pack.files[model.file])


def test_the_pair_installs_as_one_pack(tmp_path: Path) -> None:
    """Two files and the manifest in one folder, as the evaluation guide says."""
    read = read_manifest((EXAMPLES / f"{PAIR}.toml").read_bytes(), where=PAIR)
    assert not isinstance(read, PackRefused), read
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "pack.toml").write_bytes((EXAMPLES / f"{PAIR}.toml").read_bytes())
    for model in read.models:
        if not (SHARED / "packs" / model.file).exists():
            pytest.skip(f"{model.file} is not there")
        (folder / model.file).write_bytes((SHARED / "packs" / model.file).read_bytes())
    digest = hashlib.sha256((folder / "pack.toml").read_bytes()).hexdigest()
    store = tiny.store_in(tmp_path)
    offer = inspect(folder, manifest=None, sha256=digest, store=store)
    assert isinstance(offer, Offer), offer
    assert isinstance(accept(offer, store=store), Installed)
    assert isinstance(verify_pack(PAIR, store=store), Pack)


def test_the_default_pack_is_sound_and_deterministic() -> None:
    """Every one of its networks gives the same bits in every batch."""
    folder = default_store().carried / DEFAULT_PACK
    if not folder.is_dir():
        pytest.skip("the default pack is not built: lineproof packs build")
    pack = open_pack(folder)
    assert isinstance(pack, Pack), pack
    verified = verify_pack(DEFAULT_PACK, store=default_store())
    assert isinstance(verified, Pack), verified
    for model in pack.manifest.models:
        if not isinstance(model, ShapePredictor):
            _assert_bits_do_not_depend_on_the_batch(model, pack.files[model.file])
