from __future__ import annotations

from importlib.resources import files
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.liveness import Basis, LivenessBand
from lineproof.domain.script import Variant
from lineproof.face.liveness.checks import CHECKS
from lineproof.face.liveness.fusion import fuse
from lineproof.face.liveness.table_file import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.face.liveness.fusion import LivenessTable

CONTENT = (files("lineproof.face.liveness") / "simulated.json").read_bytes()
TABLES = read_tables(CONTENT).tables


def band(table: LivenessTable, without: frozenset[str] = frozenset()) -> LivenessBand:
    """Give the band of a capture that just reaches every limit, without some of the checks."""
    reached: dict[str, dict[str, float]] = {}
    for limit in table.limits:
        reached.setdefault(limit.check, {})[limit.measure] = limit.least
    findings: Mapping[str, Finding[Mapping[str, float]]] = {
        check: Unmeasured("liveness_no_frame_of_step") if check in without else Measured(measures)
        for check, measures in reached.items()
    }
    found = fuse(findings, table)
    assert isinstance(found, Measured)
    return found.value


@pytest.mark.parametrize("variant", list(Variant))
def test_a_table_counts_enough_and_says_whose_captures_they_were(variant: Variant) -> None:
    """Thirty of each species and a hundred bona fide, all simulated, and what is known to pass."""
    table = TABLES[variant]
    assert table.basis is Basis.SIMULATED
    assert table.bona_fide.captures >= 100
    assert min(each.captures for each in (*table.attacks, *table.known_to_pass)) >= 30
    known = ["animated_relit"]
    if variant in {Variant.FULL, Variant.STILL}:
        known += ["recorded_on_purpose", "old_lit_anew"]
    assert list(band(table).known_to_pass) == known
    assert len(CONTENT) < 32_768


@pytest.mark.parametrize(
    ("variant", "checks"),
    [
        (Variant.FULL, set(CHECKS)),
        (Variant.CALM, {"same_person", "follows_script", "depth", "texture", "injection"}),
        (Variant.STILL, {"same_person", "light", "exposure", "texture", "injection"}),
        (Variant.ASSISTED, {"same_person", "texture", "injection"}),
    ],
)
def test_a_variant_expects_the_checks_that_it_asks_for(variant: Variant, checks: set[str]) -> None:
    """So that what is missing is known to be."""
    assert {limit.check for limit in TABLES[variant].limits} == checks


@pytest.mark.parametrize("variant", [Variant.FULL, Variant.STILL])
def test_nothing_is_gained_by_showing_too_little_light(variant: Variant) -> None:
    """Without light an animated photograph passes what is left, and the band is nearly 1."""
    assert band(TABLES[variant]).apcer < 0.2
    dark = band(TABLES[variant], frozenset({"light"}))
    assert dark.passes
    assert dark.apcer > 0.8


@pytest.mark.parametrize("variant", [Variant.CALM, Variant.ASSISTED])
def test_without_colours_nothing_tells_an_animated_photograph(variant: Variant) -> None:
    """Their bands say so, and a policy that bounds them approves neither by itself."""
    assert band(TABLES[variant]).apcer > 0.8


@pytest.mark.parametrize("variant", list(Variant))
def test_no_part_of_the_checks_is_approved_where_all_of_them_are_not(variant: Variant) -> None:
    """Whoever films what some of the checks cannot measure is not better off by it."""
    table = TABLES[variant]
    checks = sorted({limit.check for limit in table.limits})
    whole = band(table)
    for count in range(1, len(checks)):
        for without in combinations(checks, count):
            part = band(table, frozenset(without))
            assert part.apcer >= whole.apcer
            assert part.bpcer >= whole.bpcer


def test_what_full_rests_on_is_light_its_rows_one_person_and_an_honest_camera() -> None:
    """The others add little to these tables: the docs say so."""
    table = TABLES[Variant.FULL]
    needed = {"light", "exposure", "same_person", "injection"}
    checks = {limit.check for limit in table.limits}
    assert band(table, frozenset(checks - needed)).apcer < 0.2
    assert all(band(table, frozenset({each})).apcer > 0.2 for each in needed)
