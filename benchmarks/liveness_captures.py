"""SIMULATED captures of ``frll``'s people, and what the checks measure of them.

The people are in three groups that share nobody, and the texture networks were trained on none of
them: limits are chosen on the first, the fusion tables counted on the second, and figures shown of
the third. What was measured is kept as numbers in
``out/``, for the same capture measured with the same packs is measured alike: a run that was cut
off goes on.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tests.attack_kit.attacks import (
    BONA_FIDE,
    DAYLIGHT,
    OF_TWO,
    SLOW,
    Presentation,
    attack,
    bona_fide,
)
from tests.attack_kit.simulate import portrait
from training.runs import kept_apart_by_all

from benchmarks.common import open_engine
from benchmarks.places import DATA, OUT
from lineproof.adapters.film_sheet import film_of
from lineproof.adapters.liveness_check import bound_to
from lineproof.domain.finding import Measured
from lineproof.face.landmarks import pose, upright
from lineproof.face.liveness.checks import measure
from lineproof.face.liveness.texture import frame_score
from lineproof.face.match import comparison_score, embed
from lineproof.face.view import FaceView
from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import TEXTURE_PACK
from lineproof.wiring import texture_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.attack_kit.simulate import Portrait

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.texture_check import TextureCheck
    from lineproof.domain.script import Variant
    from lineproof.face.liveness.captured import CapturedFrame
    from lineproof.face.liveness.table_file import Bound

GROUPS = ("limits", "table", "figures")
EACH = int(os.environ.get("LINEPROOF_EACH", "30"))
"""Captures of each species of attack."""
OF_PEOPLE = int(os.environ.get("LINEPROOF_BONA_FIDE", "100"))
"""Bona fide captures: each of a group's photographs, of which a person has two, is taken twice."""
LIMITS_ON = 50
"""Bona fide captures that limits are chosen on: one of each photograph of the first group."""
BONA_FIDE_AS = {
    "bona_fide": BONA_FIDE,
    "bona_fide_daylight": DAYLIGHT,
    "bona_fide_slow_camera": SLOW,
}
KEPT = OUT / "liveness-captures.jsonl"


@dataclass(frozen=True, slots=True)
class Job:
    """One capture to make: of the ``at``-th photograph of a group."""

    variant: Variant
    species: str
    group: str
    at: int


@dataclass(frozen=True, slots=True)
class Tried:
    """The checks' measures of a capture, why others were Unmeasured, and the checks' CPU time."""

    found: Mapping[str, Mapping[str, float]]
    unmeasured: Mapping[str, str]
    cost_ms: float


def tried(job: Job) -> Tried:
    """Make a capture and measure it, or read what was measured of it before."""
    key = json.dumps([*asdict(job).values(), asdict(bound())])
    if key not in _kept():
        _kept()[key] = checked(made(job), whole=compares(job.species))
        OUT.mkdir(parents=True, exist_ok=True)
        with KEPT.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, asdict(_kept()[key])]) + "\n")
    return _kept()[key]


def compares(species: str) -> bool:
    """Tell whether frames are compared.

    An attack with one person's photograph is of one person by construction: comparing its frames
    would cost more than all else, so it counts as passing ``same_person``'s agreement.
    """
    return species in BONA_FIDE_AS or species in OF_TWO


@lru_cache(maxsize=1)
def _kept() -> dict[str, Tried]:
    if not KEPT.is_file():
        return {}
    lines = [json.loads(line) for line in KEPT.read_text("utf-8").splitlines()]
    return {key: Tried(**measured) for key, measured in lines}


def made(job: Job) -> Presentation:
    """Make a capture; the same job makes the same one."""
    words = f"{job.variant} {job.species} {job.group}".encode()
    rng = np.random.default_rng([*words, job.at])
    shown = _portrait(job.group, job.at)
    if job.species in BONA_FIDE_AS:
        return bona_fide(shown, engine(), rng, job.variant, BONA_FIDE_AS[job.species])
    other = _portrait(job.group, job.at + 1)
    return attack(job.species, shown, other, engine(), rng, job.variant)


def checked(made: Presentation, *, whole: bool) -> Tried:
    """Measure a capture; ``whole`` compares its frames, otherwise they count as agreeing."""
    frames = made.frames
    scores = agreements(frames) if whole else [1.0] * (len(frames) - 1)
    began = time.process_time()
    networks = texture().networks
    looks = [frame_score(seen.frame.pixels, seen.face, networks) for seen in made.seen]
    findings = measure(
        frames,
        made.asked,
        faceless=made.faceless,
        scores=scores,
        texture=looks,
        film=None if made.film is None else film_of(made.film),
        device=made.device,
    )
    cost = (time.process_time() - began) * 1000
    found = {n: dict(f.value) for n, f in findings.items() if isinstance(f, Measured)}
    missing = {n: f.why for n, f in findings.items() if not isinstance(f, Measured)}
    return Tried(found, missing, cost)


def agreements(frames: list[CapturedFrame]) -> list[float]:
    """Compare each frame to the first."""
    first, *others = (embed([_view(frame)], engine().recipes) for frame in frames)
    return [comparison_score(first, other) for other in others]


def _view(frame: CapturedFrame) -> FaceView:
    aligned, aligned_mesh = upright(frame.pixels, frame.mesh)
    return FaceView(
        pixels=frame.pixels,
        scale=1.0,
        mesh=frame.mesh,
        pose=pose(frame.mesh),
        aligned=aligned,
        aligned_mesh=aligned_mesh,
        faces=(),
        jpeg_quality=None,
    )


@lru_cache(maxsize=1)
def engine() -> LocalEngine:
    """Open the default pack in its own setting."""
    return open_engine(None)


@lru_cache(maxsize=1)
def texture() -> TextureCheck:
    """Open the texture pack that ships, or end saying why it cannot be."""
    found = texture_for(TEXTURE_PACK)
    if isinstance(found, PackRefused):
        sys.exit(found.sentence)
    return found


def bound() -> Bound:
    """Name with what is measured."""
    return bound_to(engine().versions, texture())


@lru_cache(maxsize=256)
def _portrait(group: str, at: int) -> Portrait:
    """Give a photograph of a group: each person looking neutral, then each smiling."""
    kinds = [
        [each for each in sorted((DATA / "frll" / kind).glob("*.jpg")) if _never_trained_on(each)]
        for kind in ("neutral_front", "smiling_front")
    ]
    third = len(kinds[0]) // len(GROUPS)
    begin = GROUPS.index(group) * third
    photographs = [each for kind in kinds for each in kind[begin : begin + third]]
    with Image.open(photographs[at % len(photographs)]) as picture:
        return portrait(np.asarray(picture.convert("RGB")), engine())


def _never_trained_on(photograph: Path) -> bool:
    return kept_apart_by_all(f"frll/{photograph.name[:3]}")
