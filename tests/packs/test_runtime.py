from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.face.predictor import ShapePredictor
from lineproof.packs import runtime
from lineproof.packs.network import OnnxNetwork
from lineproof.packs.refusal import PackRefused
from lineproof.packs.runtime import LoadedModels, check, choose_setting, load
from lineproof.packs.store import Pack, open_pack
from tests.packs import tiny

if TYPE_CHECKING:
    from pathlib import Path

NET = tiny.embedder()
FIVE = re.sub(r"indices = .*\n", "", tiny.ALIGNMENT).replace('"mesh"', '"five_point"')
FIVE = re.sub(
    r"points = .*", "points = [[0.8, 0.2], [0.6, 0.2], [0.1, 0.2], [0.3, 0.2], [0.5, 0.6]]", FIVE
)


def _predictor_table(content: bytes) -> str:
    return f"""
[[model]]
role = "shape_predictor"
name = "s"
family = "dlib-five-point"
file = "s.npz"
sha256 = "{tiny.sha(content)}"
licence = "CC0-1.0"
source = "made here"
"""


def _detector(family: str) -> str:
    return tiny.network("detector", "e", NET, file="d.onnx", more=f'family = "{family}"')


LANDMARKS = tiny.network("landmarks", "l", NET, file="l.onnx", more='family = "facemesh-468"')


def _pack(folder: Path, text: str, files: dict[str, bytes]) -> Pack:
    pack = open_pack(tiny.put(folder, tiny.HEAD + text, files))
    assert isinstance(pack, Pack), pack
    return pack


def _default(folder: Path) -> Pack:
    predictor = tiny.predictor()
    return _pack(
        folder / "default",
        _detector("blazeface-back") + LANDMARKS + _predictor_table(predictor),
        {"d.onnx": NET, "l.onnx": NET, "s.npz": predictor},
    )


def _code(outcome: object) -> str:
    assert isinstance(outcome, PackRefused), outcome
    return outcome.code


def test_what_a_pack_lacks_comes_from_the_default_pack(tmp_path: Path) -> None:
    """Even where both packs call a model by the same name."""
    pack = open_pack(tiny.put_tiny(tmp_path / "tiny", seed=2))
    assert isinstance(pack, Pack)
    models = load(pack, default=_default(tmp_path))
    assert isinstance(models, LoadedModels)
    detector, embedder = models.detector(), models.embedder("e")
    assert isinstance(detector, OnnxNetwork)
    assert isinstance(embedder, OnnxNetwork)
    assert (detector.model.role, embedder.model.role) == ("detector", "embedder")
    ones = np.ones((1, 3, tiny.SIDE, tiny.SIDE), dtype=np.float32)
    assert detector(ones)[0].tobytes() != embedder(ones)[0].tobytes()
    assert isinstance(models.landmarks(), OnnxNetwork)
    assert models.pads() == ()
    with pytest.raises(KeyError):
        models.shape_predictor()
    with pytest.raises(KeyError):
        models.embedder("l")


def test_a_pack_uses_its_own_models_before_the_defaults(tmp_path: Path) -> None:
    """A better detector in a pack is a reason to choose the pack."""
    own = tiny.embedder(5)
    text = tiny.network("detector", "d", own, file="d.onnx", more='family = "blazeface-back"')
    models = load(
        _pack(tmp_path / "own", text, {"d.onnx": own}),
        default=_default(tmp_path),
        roles=("detector",),
    )
    assert isinstance(models, LoadedModels)
    detector = models.detector()
    assert isinstance(detector, OnnxNetwork)
    assert detector.model.name == "d"


@pytest.mark.parametrize(
    ("role", "hint"), [("embedder", "--pack"), ("detector", "lineproof packs build")]
)
def test_a_role_that_nobody_has_is_refused(tmp_path: Path, role: str, hint: str) -> None:
    """With what to do about it."""
    text = tiny.network("pad", "p", NET, file="p.onnx", more="box_scale = 2.7\nbona_fide = 1")
    pack = _pack(tmp_path / "pad", text, {"p.onnx": NET})
    refused = load(pack, default=None, roles=(role,))
    assert _code(refused) == "pack_role_missing"
    assert isinstance(refused, PackRefused)
    assert hint in refused.sentence


def test_an_embedder_never_comes_from_the_default_pack(tmp_path: Path) -> None:
    """Results name the pack that compares; another one must not compare in its place."""
    embedding = open_pack(tiny.put_tiny(tmp_path / "tiny"))
    text = tiny.network("pad", "p", NET, file="p.onnx", more="box_scale = 2.7\nbona_fide = 1")
    pack = _pack(tmp_path / "pad", text, {"p.onnx": NET})
    assert isinstance(embedding, Pack)
    assert _code(load(pack, default=embedding, roles=("embedder",))) == "pack_role_missing"


def test_a_family_that_cannot_be_run_is_refused_by_name(tmp_path: Path) -> None:
    """The manifest may name it; the files are not at fault."""
    pack = _pack(tmp_path / "yunet", _detector("yunet"), {"d.onnx": NET})
    refused = load(pack, default=_default(tmp_path), roles=("detector",))
    assert _code(refused) == "pack_family_not_runnable"
    assert isinstance(refused, PackRefused)
    assert "yunet" in refused.sentence
    assert check(pack) == ()


def test_networks_start_when_they_are_first_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, and none before."""
    started: list[str] = []

    def start(model: object, content: bytes) -> object:
        del content
        started.append(model.name)  # type: ignore[attr-defined]
        return object()

    monkeypatch.setattr(runtime, "start", start)
    pack = open_pack(tiny.put_tiny(tmp_path / "tiny"))
    assert isinstance(pack, Pack)
    models = load(pack, default=_default(tmp_path))
    assert isinstance(models, LoadedModels)
    assert started == []
    assert models.landmarks() is models.landmarks()
    assert started == ["l"]


def test_a_broken_network_is_refused_when_it_is_asked_for(tmp_path: Path) -> None:
    """Every time it is asked for."""
    text = _detector("blazeface-back").replace(tiny.sha(NET), tiny.sha(b"junk"))
    pack = _pack(tmp_path / "broken", text, {"d.onnx": b"junk"})
    models = load(pack, default=None, roles=("detector",))
    assert isinstance(models, LoadedModels)
    assert _code(models.detector()) == "pack_model_broken"
    assert _code(models.detector()) == "pack_model_broken"
    assert [refused.code for refused in check(pack)] == ["pack_model_broken"]


def test_an_embedder_aligned_by_five_points_brings_their_predictor(tmp_path: Path) -> None:
    """From the default pack here."""
    text = tiny.manifest(NET).replace(tiny.ALIGNMENT, FIVE)
    pack = open_pack(tiny.put(tmp_path / "tiny", text, {"tiny.onnx": NET}))
    assert isinstance(pack, Pack)
    models = load(pack, default=_default(tmp_path))
    assert isinstance(models, LoadedModels)
    predictor = models.shape_predictor()
    assert isinstance(predictor, ShapePredictor)
    assert predictor.initial.shape[-1] in {2, 10}
    assert _code(load(pack, default=None, roles=("embedder",))) == "pack_role_missing"


def _npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("leaves.npy", bytes(runtime.MAX_PREDICTOR_BYTES + 1))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        tiny.predictor()[:-100],
        _npz(initial=np.zeros((5, 2), dtype=np.float32)),
        _npz(initial=np.array([{"pickled": "object"}], dtype=object)),
        _bomb(),
    ],
    ids=["empty", "junk", "truncated", "arrays missing", "pickle", "bomb"],
)
def test_a_broken_predictor_is_refused(tmp_path: Path, content: bytes) -> None:
    """No pickled object is ever loaded and no archive unpacked beyond its bound."""
    pack = _pack(tmp_path / "five", _predictor_table(content), {"s.npz": content})
    assert [refused.code for refused in check(pack)] == ["pack_model_broken"]


def test_a_sound_pack_passes_the_check(tmp_path: Path) -> None:
    """All its models, the predictor too."""
    assert check(_default(tmp_path)) == ()


def test_the_first_setting_is_the_default_and_others_go_by_name(tmp_path: Path) -> None:
    """An unknown name is refused with those that are there."""
    text = tiny.manifest(NET) + tiny.SETTING.replace("standard", "fast")
    pack = open_pack(tiny.put(tmp_path / "tiny", text, {"tiny.onnx": NET}))
    assert isinstance(pack, Pack)
    first, fast = choose_setting(pack, None), choose_setting(pack, "fast")
    assert not isinstance(first, PackRefused)
    assert not isinstance(fast, PackRefused)
    assert (first.name, fast.name) == ("standard", "fast")
    refused = choose_setting(pack, "slow")
    assert _code(refused) == "pack_setting_missing"
    assert isinstance(refused, PackRefused)
    assert "standard, fast" in refused.sentence
    assert _code(choose_setting(_default(tmp_path), None)) == "pack_setting_missing"
