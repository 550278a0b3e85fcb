"""Liveness checks on SIMULATED captures: bona fide and the attack kit, people kept apart.

The people of ``frll`` are in two parts: limits are chosen on the first, and the figures are of the
second. Nothing here shows how real people or real attackers fare.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tests.attack_kit.attacks import STAGINGS, Presentation, attack, bona_fide
from tests.attack_kit.simulate import portrait

from benchmarks.common import in_time, open_engine, spread, write_figures
from benchmarks.places import DATA
from lineproof.adapters.local_engine import AGREEING_FMR
from lineproof.domain.finding import Measured
from lineproof.face.landmarks import pose, upright
from lineproof.face.liveness.depth import depth
from lineproof.face.liveness.follows_script import follows_script
from lineproof.face.liveness.fusion import Limit, failing, upper
from lineproof.face.liveness.injection import injection
from lineproof.face.liveness.light import light
from lineproof.face.liveness.same_person import same_person
from lineproof.face.match import comparison_score, embed
from lineproof.face.view import FaceView

if TYPE_CHECKING:
    from tests.attack_kit.simulate import Portrait

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.face.liveness.captured import CapturedFrame

EACH = int(os.environ.get("LINEPROOF_EACH", "30"))
VARIANTS = {
    "full": ("same_person", "follows_script", "depth", "light", "injection"),
    "calm": ("same_person", "follows_script", "depth", "injection"),
    "still": ("same_person", "light", "injection"),
}
"""The checks that a variant of the challenge leaves; what it does not ask for is left out."""


def liveness() -> None:
    """Choose limits on some people, and count on others who passes which checks."""
    limits = _limits([_tried(("bona_fide", "limits", at)) for at in range(EACH)])
    by_name: dict[str, list[Tried]] = {}
    for at in in_time(range(EACH)):
        for name in ("bona_fide", *STAGINGS):
            by_name.setdefault(name, []).append(_tried((name, "figures", at)))
    bona_fide_costs = [tried.cost_ms for tried in by_name["bona_fide"]]
    write_figures(
        "liveness",
        {
            "data": "SIMULATED from frll; the people of limits and of figures are different",
            "limits": {f"{x.check}.{x.measure}": round(x.least, 4) for x in limits},
            "passing": {name: _passing(each, limits) for name, each in by_name.items()},
            "cpu_ms_of_the_checks": spread(bona_fide_costs),
        },
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What the checks measured of one presentation, what was Unmeasured, and their CPU time."""

    found: dict[str, dict[str, float]]
    unmeasured: tuple[str, ...]
    cost_ms: float


def _tried(job: tuple[str, str, int]) -> Tried:
    name, part, at = job
    engine = _engine()
    rng = np.random.default_rng([*name.encode(), len(part), at])
    shown = _portrait(part, at)
    if name == "bona_fide":
        made = bona_fide(shown, engine, rng)
    else:
        made = attack(name, shown, _portrait(part, at + 1), engine, rng)
    return _checked(made, engine)


def _checked(made: Presentation, engine: LocalEngine) -> Tried:
    scores = _scores(made, engine)
    began = time.process_time()
    findings = {
        "same_person": same_person(made.frames, scores),
        "follows_script": follows_script(made.frames, made.asked),
        "depth": depth(made.frames, made.asked),
        "light": light(made.frames, made.asked),
    }
    signs = injection(made.frames, device=made.device)
    cost = (time.process_time() - began) * 1000
    found = {n: dict(f.value) for n, f in findings.items() if isinstance(f, Measured)}
    missing = tuple(n for n, f in findings.items() if not isinstance(f, Measured))
    if isinstance(signs, Measured):
        found["injection"] = {"clean": float(not signs.value)}
    return Tried(found, missing, cost)


def _scores(made: Presentation, engine: LocalEngine) -> list[float]:
    """Compare the first frame with the middle and the last: each embedding costs 50 ms."""
    if len(made.frames) < 3:  # noqa: PLR2004 - first, middle, last
        return []
    views = [_view(made.frames[at]) for at in (0, len(made.frames) // 2, -1)]
    first, *others = (embed([view], engine.recipes) for view in views)
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
def _engine() -> LocalEngine:
    return open_engine(None)


@lru_cache(maxsize=128)
def _portrait(part: str, at: int) -> Portrait:
    """Give a person's photograph: the first half of people for limits, the rest for figures."""
    files = sorted((DATA / "frll" / "neutral_front").glob("*.jpg"))
    half = len(files) // 2
    of_part = files[:half] if part == "limits" else files[half:]
    with Image.open(of_part[at % len(of_part)]) as picture:
        return portrait(np.asarray(picture.convert("RGB")), _engine())


def _limits(chosen: list[Tried]) -> tuple[Limit, ...]:
    """Set each limit below the least bona fide value by a fifth of its way to the median.

    The agreement's is the pack's own, calibrated on real people; injection's and ``prompt``'s are
    yes or no.
    """
    table = _engine().calibration
    reached = [point.score for point in table.points if point.fmr >= AGREEING_FMR] if table else []
    values: dict[tuple[str, str], list[float]] = {}
    for tried in chosen:
        for check, measures in tried.found.items():
            for measure, value in measures.items():
                values.setdefault((check, measure), []).append(value)
    fixed = {("injection", "clean"): 1.0, ("light", "prompt"): 1.0}
    if reached:
        fixed["same_person", "agreement"] = reached[-1]
    return tuple(
        Limit(
            check=check,
            measure=measure,
            least=fixed.get((check, measure), min(seen) - (median(seen) - min(seen)) / 5),
        )
        for (check, measure), seen in values.items()
    )


def _passing(each: list[Tried], limits: tuple[Limit, ...]) -> dict[str, object]:
    """Count the presentations that pass each check, and all checks of each variant."""
    alone = {check: _count(each, (check,), limits) for check in VARIANTS["full"]}
    fused = {name: _count(each, checks, limits) for name, checks in VARIANTS.items()}
    high = {name: round(upper(times, len(each)), 3) for name, times in fused.items()}
    return {"of": len(each), "alone": alone, "fused": fused, "fused_at_most": high}


def _count(each: list[Tried], checks: tuple[str, ...], limits: tuple[Limit, ...]) -> int:
    """Count those that were measured by all these checks and failed none."""
    return sum(
        all(check in tried.found for check in checks)
        and not failing({check: tried.found[check] for check in checks}, limits)
        for tried in each
    )
