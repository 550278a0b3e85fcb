"""Liveness checks on SIMULATED captures: the shipped fusion tables, on people of neither group.

Each variant plays its own scripts. Nothing here shows how real people or real attackers fare.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.attack_kit.attacks import INJECTED, KNOWN_TO_PASS, species_of

from benchmarks.common import in_time, spread, write_figures
from benchmarks.liveness_captures import EACH, OF_PEOPLE, Job, bound, tried
from benchmarks.liveness_table import EXPECTED, FILE, passes
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.script import Variant
from lineproof.face.liveness.fusion import fuse, upper
from lineproof.face.liveness.table_file import BONA_FIDE, read_tables, table_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.liveness_captures import Tried
    from lineproof.face.liveness.fusion import LivenessTable

DAYLIGHT = "bona_fide_daylight"
SLOW = "bona_fide_slow_camera"
"""Where nothing looks at a change of colour, a slow camera is like any other."""
FORCED = frozenset({"texture", "depth"})
"""Set to "live" for injected captures: what is left has to stop them."""


def liveness() -> None:
    """Count what passes the shipped tables, by variant and species."""
    by_variant: dict[Variant, dict[str, list[Tried]]] = {variant: {} for variant in Variant}
    for at in in_time(range(max(EACH, OF_PEOPLE))):
        for variant, tries in by_variant.items():
            for species in _asked(variant, at):
                made = tried(Job(variant, species, "figures", at))
                tries.setdefault(species, []).append(made)
    write_figures(
        "liveness",
        {
            "data": "SIMULATED from frll; limits, tables and figures are of different people",
            "variants": {str(v): _figures(tries, _table(v)) for v, tries in by_variant.items()},
        },
    )


def _asked(variant: Variant, at: int) -> tuple[str, ...]:
    people = (BONA_FIDE,) if at < OF_PEOPLE else ()
    coloured = (SLOW,) if "exposure" in EXPECTED[variant] else ()
    return (*people, *((DAYLIGHT, *coloured, *species_of(variant)) if at < EACH else ()))


def _table(variant: Variant) -> LivenessTable:
    found = table_for(read_tables(FILE.read_bytes()), variant, bound=bound())
    if isinstance(found, Unmeasured):
        raise SystemExit("run liveness_table first: the tables are of other packs")
    return found.value


def _figures(tries: Mapping[str, Sequence[Tried]], table: LivenessTable) -> dict[str, object]:
    people = tries[BONA_FIDE]
    return {
        "stopped": _stopped(people, table),
        "stopped_in_daylight": _stopped(tries[DAYLIGHT], table),
        "stopped_with_a_slow_camera": _stopped(tries.get(SLOW, ()), table),
        "species": {
            name: _row(name, each, table) for name, each in tries.items() if name not in _PEOPLE
        },
        "band_with_every_check": _band(table, frozenset()),
        "bands_without": {
            check: _band(table, frozenset({check})) for check in sorted(_checks(table))
        },
        "cpu_ms": spread([one.cost_ms for one in people]),
    }


_PEOPLE = frozenset({BONA_FIDE, DAYLIGHT, SLOW})


def _checks(table: LivenessTable) -> frozenset[str]:
    return frozenset(limit.check for limit in table.limits)


def _stopped(each: Sequence[Tried], table: LivenessTable) -> dict[str, object]:
    """Count who is stopped, by which measures, and where a check could not be measured."""
    failed: Counter[str] = Counter()
    unmeasured: Counter[str] = Counter()
    stopped = 0
    for one in each:
        band = fuse({name: Measured(value) for name, value in one.found.items()}, table)
        names = band.value.failed if isinstance(band, Measured) else ("nothing",)
        missing = _checks(table) - set(one.found)
        failed.update(names)
        unmeasured.update(one.unmeasured[name] for name in missing)
        stopped += bool(names or missing)
    return {
        "of": len(each),
        "stopped": stopped,
        "at_most": round(upper(stopped, len(each)), 3),
        "failed": dict(failed),
        "unmeasured": dict(unmeasured),
    }


def _row(name: str, each: Sequence[Tried], table: LivenessTable) -> dict[str, object]:
    """Count the captures that pass each check, all, and all but those that are forced to live."""
    checks = _checks(table)
    passed = [passes(one, table.limits) for one in each]
    failed = [checks - by - set(one.unmeasured) for by, one in zip(passed, each, strict=True)]
    row: dict[str, object] = {
        "of": len(each),
        "alone": {check: sum(check in by for by in passed) for check in sorted(checks)},
        "accepted": sum(by == checks for by in passed),
        "at_most": round(upper(sum(by == checks for by in passed), len(each)), 3),
        "none_failed": sum(not each_failed for each_failed in failed),
    }
    if name in INJECTED:
        left = checks - FORCED
        row["accepted_with_texture_and_depth_live"] = sum(left <= by for by in passed)
    if name in KNOWN_TO_PASS:
        row["known_to_pass"] = True
    return row


def _band(table: LivenessTable, without: frozenset[str]) -> dict[str, object]:
    """Give what the shipped table says of captures that pass the checks that are left."""
    left = _checks(table) - without
    rates = {one.species: upper(one.passing(left), one.captures) for one in table.attacks}
    worst = max(rates, key=lambda species: rates[species])
    stopped = table.bona_fide.captures - table.bona_fide.passing(left)
    return {
        "checks": sorted(left),
        "worst": worst,
        "apcer": round(rates[worst], 4),
        "bpcer": round(upper(stopped, table.bona_fide.captures), 4),
    }
