from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.liveness import Basis
from lineproof.face.liveness.fusion import Limit, LivenessTable, Presented, fuse, upper

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = LivenessTable(
    limits=(
        Limit(check="depth", measure="relief", least=0.03),
        Limit(check="light", measure="facing", least=0.2),
    ),
    bona_fide=Presented(species="bona_fide", passed={frozenset({"depth", "light"}): 150}),
    attacks=(
        Presented(species="print", passed={frozenset(): 150}),
        Presented(species="animated", passed={frozenset({"depth"}): 145, frozenset(): 5}),
    ),
    basis=Basis.SIMULATED,
    known_to_pass=(),
)
GOOD: dict[str, Finding[Mapping[str, float]]] = {
    "depth": Measured({"relief": 0.05}),
    "light": Measured({"facing": 0.4}),
}


def test_nothing_of_150_proves_only_two_percent() -> None:
    """The interval is Clopper and Pearson's, and none of none proves nothing."""
    assert upper(0, 150) == pytest.approx(0.0243, abs=1e-4)
    assert upper(5, 100) == pytest.approx(0.1128, abs=1e-4)
    assert upper(0, 0) == upper(3, 3) == 1.0


def test_all_checks_give_the_narrowest_band() -> None:
    """With every check the worst species is what passed all of them."""
    found = fuse(GOOD, TABLE)
    assert isinstance(found, Measured)
    assert found.value.passes
    assert found.value.apcer == pytest.approx(0.0243, abs=1e-4)
    assert found.value.missing == frozenset()
    assert found.value.basis is Basis.SIMULATED


def test_a_missing_check_widens_the_band() -> None:
    """Without light an animated photograph passes, and the band says so."""
    found = fuse({**GOOD, "light": Unmeasured("liveness_no_colours_asked")}, TABLE)
    assert isinstance(found, Measured)
    assert found.value.worst == "animated"
    assert found.value.apcer > 0.96
    assert found.value.missing == frozenset({"light"})


def test_who_keeps_a_check_from_being_measured_gains_nothing() -> None:
    """Neither rate is smaller for it: a policy that refers the whole approves no part of it."""
    stopping = Presented(
        species="bona_fide", passed={frozenset({"depth", "light"}): 140, frozenset({"depth"}): 10}
    )
    table = replace(TABLE, bona_fide=stopping)
    whole = fuse(GOOD, table)
    part = fuse({**GOOD, "light": Unmeasured("liveness_too_little_light")}, table)
    assert isinstance(whole, Measured)
    assert isinstance(part, Measured)
    assert part.value.apcer >= whole.value.apcer
    assert part.value.bpcer >= whole.value.bpcer > upper(0, 150)


def test_a_check_without_one_of_its_measures_is_missing_and_fails_by_the_others() -> None:
    """What was held to no limit has passed none."""
    limits = (*TABLE.limits, Limit(check="light", measure="follows", least=0.8))
    table = replace(TABLE, limits=limits)
    found = fuse(GOOD, table)
    assert isinstance(found, Measured)
    assert found.value.missing == frozenset({"light"})
    assert found.value.apcer > 0.96
    dull = fuse({**GOOD, "light": Measured({"facing": 0.1})}, table)
    assert isinstance(dull, Measured)
    assert dull.value.failed == ("light.facing",)


def test_what_is_known_to_pass_is_named_and_makes_no_rate() -> None:
    """A drawn head with drawn light passes every check; the band says so, whatever its APCER."""
    drawn = Presented(species="drawn", passed={frozenset({"depth", "light"}): 30})
    found = fuse(GOOD, replace(TABLE, known_to_pass=(drawn,)))
    assert isinstance(found, Measured)
    assert found.value.known_to_pass == ("drawn",)
    assert found.value.apcer == pytest.approx(0.0243, abs=1e-4)


@pytest.mark.parametrize("relief", [0.01, float("nan")])
def test_one_failed_check_fails_the_capture(relief: float) -> None:
    """No check makes good for another, and no number passes."""
    found = fuse({**GOOD, "depth": Measured({"relief": relief})}, TABLE)
    assert isinstance(found, Measured)
    assert not found.value.passes
    assert found.value.failed == ("depth.relief",)


def test_nothing_measured_is_unmeasured() -> None:
    """No check, no band."""
    gone: dict[str, Finding[Mapping[str, float]]] = dict.fromkeys(GOOD, Unmeasured("no_face"))
    assert fuse(gone, TABLE) == Unmeasured("liveness_nothing_measured")
