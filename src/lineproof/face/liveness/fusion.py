"""Fusion: what all checks together say of a capture, with the error rates that were measured.

ISO/IEC 30107-3 counts attacks that pass (APCER, by species, worst first) and bona fide captures
that are stopped (BPCER). A capture passes where every check that was measured does. Which share of
each species' captures passes those checks was counted on a calibration part: the fewer checks were
measured, the more pass, and the band widens by itself. Nothing is guessed for a check that is
missing, and with none the band says nothing at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.liveness import LivenessBand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.domain.liveness import Basis

TAIL = 0.025
"""Of each end of a 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A measure of a check passes from ``least`` upwards."""

    check: str
    measure: str
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """Captures of one species (or bona fide), and how many of them each set of checks passed.

    ``passed`` counts captures by exactly the checks that passed them.
    """

    species: str
    passed: Mapping[frozenset[str], int]

    @property
    def captures(self) -> int:
        """How many there were."""
        return sum(self.passed.values())

    def passing(self, checks: frozenset[str]) -> int:
        """Count those that pass all of ``checks``."""
        return sum(times for by, times in self.passed.items() if checks <= by)


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessTable:
    """Limits and what was counted with them, on captures that no limit was chosen on."""

    limits: tuple[Limit, ...]
    bona_fide: Presented
    attacks: tuple[Presented, ...]
    basis: Basis
    """Whose captures they were; shown with every band."""
    known_to_pass: tuple[Presented, ...]
    """Attacks that none of these checks is there to stop, and that therefore make no APCER.

    They were counted all the same, and their names are shown with every band.
    """


def fuse(
    findings: Mapping[str, Finding[Mapping[str, float]]], table: LivenessTable
) -> Finding[LivenessBand]:
    """Put the checks' findings together; Unmeasured where no check was measured."""
    known: dict[str, set[str]] = {}
    for limit in table.limits:
        known.setdefault(limit.check, set()).add(limit.measure)
    measured = {
        name: finding.value
        for name, finding in findings.items()
        if isinstance(finding, Measured) and name in known
    }
    if not measured or not table.attacks:
        return Unmeasured("liveness_nothing_measured")
    # A check that lacks one of its measures is missing: what was not held to a limit passed none.
    checks = frozenset(name for name, found in measured.items() if known[name] <= set(found))
    failed = failing(measured, table.limits)
    rates = {each.species: upper(each.passing(checks), each.captures) for each in table.attacks}
    worst = max(rates, key=lambda species: rates[species])
    # Of all checks, measured or not: who keeps one from being measured must gain nothing by it.
    stopped = table.bona_fide.captures - table.bona_fide.passing(frozenset(known))
    return Measured(
        LivenessBand(
            passes=not failed,
            checks=checks,
            missing=frozenset(known) - checks,
            failed=failed,
            worst=worst,
            apcer=rates[worst],
            bpcer=upper(stopped, table.bona_fide.captures),
            basis=table.basis,
            known_to_pass=tuple(each.species for each in table.known_to_pass),
        )
    )


def failing(
    measured: Mapping[str, Mapping[str, float]], limits: tuple[Limit, ...]
) -> tuple[str, ...]:
    """Name the measures that are below their limits, or no numbers, as ``check.measure``.

    A measure that its check left out (a script without colours or turns) is not failed.
    """
    return tuple(
        f"{limit.check}.{limit.measure}"
        for limit in limits
        if limit.measure in measured.get(limit.check, {})
        and not measured[limit.check][limit.measure] >= limit.least
    )


def upper(events: int, of: int) -> float:
    """Give the upper end of Clopper and Pearson's 95 % interval of a share; 1 for none of none.

    0 of 150 gives 2.4 %: that nothing passed proves no more.
    """
    if events >= of:
        return 1.0
    low, high = events / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(events, of, middle) > TAIL else (low, middle)
    return high


def _at_most(events: int, of: int, share: float) -> float:
    """Give the chance of at most so many events of a binomial distribution."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(events + 1))
