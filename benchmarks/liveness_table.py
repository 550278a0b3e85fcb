"""Write the fusion tables of SIMULATED captures: ``face/liveness/simulated.json``.

Each variant of the challenge is played with its own scripts. Limits are chosen on one group of
people and the captures that pass are counted on another (``liveness_captures``). Nothing of this
says how people or real attackers fare.
"""

from __future__ import annotations

from collections import Counter
from math import exp, inf, log
from statistics import NormalDist, median, quantiles
from typing import TYPE_CHECKING

from tests.attack_kit.attacks import KNOWN_TO_PASS, species_of

from benchmarks.common import write_figures
from benchmarks.liveness_captures import EACH, LIMITS_ON, OF_PEOPLE, Job, bound, engine, tried
from benchmarks.places import ROOT
from lineproof.adapters.local_engine import AGREEING_FMR
from lineproof.domain.liveness import Basis
from lineproof.domain.script import Variant
from lineproof.face.liveness.checks import CHECKS, measure_of
from lineproof.face.liveness.fusion import Limit, LivenessTable, Presented, failing
from lineproof.face.liveness.injection import InjectionSign
from lineproof.face.liveness.table_file import BONA_FIDE, TableFile, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.liveness_captures import Tried

FILE = ROOT / "src" / "lineproof" / "face" / "liveness" / "simulated.json"

TARGET_BPCER = 0.05
"""Of a variant, shared equally over the measures whose limits are chosen."""
MARGIN = 1.25
"""For tails that are heavier than normal ones, and for there being few captures to choose on."""
YES_OR_NO = {
    ("light", "prompt"): 1.0,
    # Each colour asked for is the one seen: with one of five forgiven, one old capture in 22 fits.
    ("light", "named"): 1.0,
    **{("injection", measure_of(sign)): 1.0 for sign in InjectionSign},
}
FIXED = {("exposure", "rows"): 0.04}
"""A camera that sees little of a change may show hardly more than none, so the spread of bona fide
captures gives no limit: this one stands between what they show on the first group of people, 0.05
at least but for one in a hundred, and what frames lit as a whole show there, 0.03 at most."""
PROBABILITIES = frozenset({("texture", "quarter")})
"""Measures that end at 1 and crowd there: their log odds are what comes near to being normal."""
OF_FRAMES = PROBABILITIES
"""Measures that judge each frame alone, whatever was asked: their limits are chosen on captures of
every variant together, of which there are four times as many."""
TIDY = {
    ("same_person", "continuity"): -0.6,
    ("follows_script", "turn"): 8.0,
    ("follows_script", "nearer"): 1.15,
    ("light", "follows"): 0.8,
    # The nose and cheeks are a fifth nearer than the ears; the wall stands 1.3 times as far away.
    ("light", "facing"): 0.25,
    ("light", "ahead"): 0.4,
    ("exposure", "agrees"): 0.8,
}
"""No limit is stricter than this, whatever a simulation reaches: it sways less, turns farther and
takes light more evenly than people do. Fixed before any attack was counted, but for ``facing`` and
``ahead``: a plain wall had made them so strict that whoever stood before a pattern failed; and for
``agrees``, which was set with its check, below all films of the first group's own faces."""
EXPECTED = {
    Variant.FULL: CHECKS,
    Variant.CALM: ("same_person", "follows_script", "depth", "texture", "injection"),
    Variant.STILL: ("same_person", "light", "exposure", "texture", "injection"),
    Variant.ASSISTED: ("same_person", "texture", "injection"),
}
"""The checks that can be measured on what a variant asks for."""


def liveness_table() -> None:
    """Choose limits, count, and write the file."""
    chosen = {variant: captures(variant, BONA_FIDE, "limits") for variant in Variant}
    tables = {variant: table(variant, limits_from(chosen, variant)) for variant in Variant}
    content = written(TableFile(bound=bound(), tables=tables))
    FILE.write_bytes(content)
    write_figures("liveness_table", {"file": str(FILE.relative_to(ROOT)), "bytes": len(content)})


def table(variant: Variant, limits: tuple[Limit, ...]) -> LivenessTable:
    """Make the table of one variant."""
    counted = {name: presented(variant, name, limits) for name in species_of(variant)}
    return LivenessTable(
        limits=limits,
        bona_fide=presented(variant, BONA_FIDE, limits),
        attacks=tuple(one for name, one in counted.items() if name not in KNOWN_TO_PASS),
        basis=Basis.SIMULATED,
        known_to_pass=tuple(one for name, one in counted.items() if name in KNOWN_TO_PASS),
    )


def captures(variant: Variant, species: str, group: str) -> list[Tried]:
    """Give what was measured of a species' captures of one group of people."""
    of_group = LIMITS_ON if group == "limits" else OF_PEOPLE
    times = of_group if species == BONA_FIDE else EACH
    return [tried(Job(variant, species, group, at)) for at in range(times)]


def presented(variant: Variant, species: str, limits: tuple[Limit, ...]) -> Presented:
    """Count a species' captures by exactly the checks that passed them."""
    counts = Counter(passes(one, limits) for one in captures(variant, species, "table"))
    return Presented(species=species, passed=dict(counts))


def passes(one: Tried, limits: tuple[Limit, ...]) -> frozenset[str]:
    """Name the checks of the table that were measured and failed none of their limits."""
    known = {limit.check for limit in limits}
    failed = {name.split(".")[0] for name in failing(one.found, limits)}
    return frozenset(check for check in known & set(one.found) if check not in failed)


def limits_from(chosen: Mapping[Variant, Sequence[Tried]], variant: Variant) -> tuple[Limit, ...]:
    """Set a variant's limits by ``least``; some are yes or no, and agreement's is the pack's own.

    That one was calibrated on real people's photographs, which no simulation outdoes.
    """
    values = {
        name: [one for each in Variant for one in _seen(chosen[each], name)]
        if name in OF_FRAMES
        else _seen(chosen[variant], name)
        for name in _measures(chosen[variant], variant)
    }
    fixed = {**YES_OR_NO, **FIXED, ("same_person", "agreement"): _agreeing()}
    # A limit that is fixed and no yes or no stops people as well: it takes its share.
    share = TARGET_BPCER / sum(name not in fixed or name in FIXED for name in values)
    found = {
        name: fixed[name] if name in fixed else min(_least(name, seen, share), TIDY.get(name, inf))
        for name, seen in values.items()
    }
    return tuple(Limit(check=c, measure=m, least=limit) for (c, m), limit in found.items())


def _measures(chosen: Sequence[Tried], variant: Variant) -> list[tuple[str, str]]:
    """Name what a variant's checks measure, in their order."""
    names = ((c, m) for one in chosen for c in EXPECTED[variant] for m in one.found.get(c, {}))
    return list(dict.fromkeys(names))


def _seen(chosen: Sequence[Tried], name: tuple[str, str]) -> list[float]:
    check, measure = name
    found = (one.found.get(check, {}) for one in chosen)
    return [each[measure] for each in found if measure in each]


def _least(name: tuple[str, str], seen: Sequence[float], share: float) -> float:
    if name not in PROBABILITIES:
        return round(least(seen, share), 4)
    sure = [min(max(value, 1e-6), 1 - 1e-6) for value in seen]
    odds = least([log(value / (1 - value)) for value in sure], share)
    return round(1 / (1 + exp(-odds)), 4)


def least(values: Iterable[float], share: float) -> float:
    """Give a limit that a share of bona fide captures is expected to stay below.

    The lower half's spread is taken from the median and the lowest tenth, as if normal there, and
    enlarged by ``MARGIN``: no single outlier moves the limit, neither up nor down. The rule was
    fixed before its figures were seen.
    """
    seen = list(values)
    middle, tenth = median(seen), quantiles(seen, n=10, method="inclusive")[0]
    normal = NormalDist()
    spread = (middle - tenth) / -normal.inv_cdf(0.1)
    return middle + MARGIN * normal.inv_cdf(share) * spread


def _agreeing() -> float:
    """Give the comparison score at which the pack's calibration takes two frames for one person."""
    calibration = engine().calibration
    if calibration is None:
        raise ValueError("the default pack is calibrated")
    return next(p.score for p in reversed(calibration.points) if p.fmr >= AGREEING_FMR)
