"""Gathers the models a run needs from a pack and the default pack, and starts them when asked."""

from __future__ import annotations

import io
import threading
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from lineproof.face.predictor import read_predictor
from lineproof.packs.manifest import Embedder, Pad, ShapePredictor
from lineproof.packs.network import Network, preprocess, runtime_version, start, try_out
from lineproof.packs.refusal import PackRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.face.predictor import ShapePredictor as FacePredictor
    from lineproof.packs.manifest import Model, NetworkModel, Setting
    from lineproof.packs.store import Pack

__all__ = [
    "RUNNABLE",
    "VERIFYING",
    "LoadedModels",
    "Network",
    "check",
    "choose_setting",
    "load",
    "not_runnable",
    "preprocess",
    "runtime_version",
]

RUNNABLE: Final = frozenset({"blazeface-back", "facemesh-468", "dlib-five-point"})
"""The families whose outputs this version can read; another may stand in a manifest and is refused
when it is loaded."""

VERIFYING: Final = ("detector", "landmarks", "embedder")
"""The roles that a verification needs."""

MAX_PREDICTOR_BYTES = 64 * 1024 * 1024
"""The predictor's arrays are packed; this bounds what they may grow to."""

_SHARED_ROLES: Final = frozenset({"detector", "landmarks", "shape_predictor"})
"""Roles that come from the default pack where a pack has none of its own."""


@dataclass(slots=True)
class LoadedModels:
    """A pack's models, with the default pack's where it has none; each starts when first asked for.

    ``pack`` names the pack that compares. May be used from several threads at once.
    """

    pack: Pack
    _models: Mapping[tuple[str, str], tuple[Model, bytes]]
    _networks: dict[tuple[str, str], Network | PackRefused] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def detector(self) -> Network | PackRefused:
        """Give the network that finds faces."""
        return self._network(self._only("detector"))

    def landmarks(self) -> Network | PackRefused:
        """Give the network that finds the points of a face."""
        return self._network(self._only("landmarks"))

    def embedder(self, name: str) -> Network | PackRefused:
        """Give the embedder that a setting of the pack names; KeyError for another name."""
        return self._network(("embedder", name))

    def pads(self) -> tuple[Network | PackRefused, ...]:
        """Give every network for presentation attack detection, in the manifest's order."""
        return tuple(self._network(key) for key in self._models if key[0] == "pad")

    def shape_predictor(self) -> FacePredictor | PackRefused:
        """Give the predictor of the five points; KeyError where no embedder asks for them."""
        model, content = self._models[self._only("shape_predictor")]
        return _predictor(cast("ShapePredictor", model), content)

    def _only(self, role: str) -> tuple[str, str]:
        for key in self._models:
            if key[0] == role:
                return key
        raise KeyError(role)

    def _network(self, key: tuple[str, str]) -> Network | PackRefused:
        model, content = self._models[key]
        with self._lock:
            if key not in self._networks:
                self._networks[key] = start(cast("NetworkModel", model), content)
            return self._networks[key]


def load(
    pack: Pack, *, default: Pack | None, roles: tuple[str, ...] = VERIFYING
) -> LoadedModels | PackRefused:
    """Gather the models for ``roles`` from ``pack``, and what it lacks from the ``default`` pack.

    Nothing is started yet. A role that neither has, or a family that this version cannot run, is
    refused. ``default`` is None where there is no default pack.
    """
    five = "embedder" in roles and _wants_five_points(pack)
    models: dict[tuple[str, str], tuple[Model, bytes]] = {}
    for role in (*roles, "shape_predictor") if five else roles:
        found = _with_role(role, pack, default)
        if found is None:
            return _role_missing(role, pack)
        for model in found.manifest.of_role(role):
            if refused := not_runnable(model):
                return refused
            models[role, model.name] = (model, found.files[model.file])
    return LoadedModels(pack, models)


def _wants_five_points(pack: Pack) -> bool:
    return any(e.alignment.landmarks == "five_point" for e in pack.manifest.embedders)


def _with_role(role: str, pack: Pack, default: Pack | None) -> Pack | None:
    if pack.manifest.of_role(role):
        return pack
    if role in _SHARED_ROLES and default is not None and default.manifest.of_role(role):
        return default
    return None


def _role_missing(role: str, pack: Pack) -> PackRefused:
    what = f"Pack {pack.manifest.name} has no model of role {role}"
    if role in _SHARED_ROLES:
        sentence = f"{what}, nor is there a default pack with one; make it: lineproof packs build."
    else:
        sentence = f"{what}; choose a pack that has one with --pack."
    return PackRefused("pack_role_missing", sentence)


def not_runnable(model: Model) -> PackRefused | None:
    """Give the refusal for a model of a family that this version cannot run, else None."""
    if isinstance(model, Embedder | Pad) or model.family in RUNNABLE:
        return None
    return PackRefused(
        "pack_family_not_runnable",
        f"{model.file} is a {model.role} of family {model.family}, which this version cannot run; "
        "use a pack without it.",
    )


def choose_setting(pack: Pack, name: str | None) -> Setting | PackRefused:
    """Give the setting of this name; for None the first, which is the pack's default."""
    settings = pack.manifest.settings
    found = pack.manifest.setting(name) if name is not None else next(iter(settings), None)
    if found is not None:
        return found
    has = ", ".join(setting.name for setting in settings) or "none"
    asked = "no setting" if name is None else f"no setting {name[:40]!r}"
    return PackRefused(
        "pack_setting_missing", f"Pack {pack.manifest.name} has {asked}; it has these: {has}."
    )


def check(pack: Pack) -> tuple[PackRefused, ...]:
    """Start everything in a pack and run each network once; give all that was refused, or nothing.

    Only what this version can run is run: that it cannot run a family is no fault of the file.
    """
    outcomes = [_check_one(model, pack.files[model.file]) for model in pack.manifest.models]
    return tuple(refused for refused in outcomes if refused is not None)


def _check_one(model: Model, content: bytes) -> PackRefused | None:
    if not_runnable(model):
        return None
    if not isinstance(model, ShapePredictor):
        return try_out(model, content)
    read = _predictor(model, content)
    return read if isinstance(read, PackRefused) else None


def _predictor(model: ShapePredictor, content: bytes) -> FacePredictor | PackRefused:
    """Read a predictor's arrays (a NumPy ``.npz`` without pickled objects)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_PREDICTOR_BYTES:
            return _no_predictor(model, "its arrays are too large")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return read_predictor({name: arrays[name] for name in arrays.files})
    except (ValueError, KeyError, OSError, EOFError, TypeError, zipfile.BadZipFile) as error:
        return _no_predictor(model, str(error))


def _no_predictor(model: ShapePredictor, why: str) -> PackRefused:
    why = "".join(c if c.isprintable() else " " for c in why)[:200]
    sentence = f"{model.file} is no usable shape predictor: {why}. Install an intact file."
    return PackRefused("pack_model_broken", sentence)
