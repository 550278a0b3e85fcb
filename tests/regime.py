"""A regime for tests: waits and limits that a test can reach, each to be replaced by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lineproof.domain.case import Kind, Route
from lineproof.domain.line import Line, LineStatus, Standing
from lineproof.domain.liveness import Basis, LivenessBand
from lineproof.domain.policy import ANY_DOCUMENT, SINGLE_FACE, Policy
from lineproof.domain.profile import Channel, Consequence, Profile, Record
from lineproof.domain.sim import Sim

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
OLD, NEW = (
    Sim("8949000000000000001", "001010000000001"),
    Sim("8949000000000000002", "001010000000002"),
)


def sim_for(sim: Sim, msisdn: str) -> Sim:
    """Give a SIM for a number: itself for the number of most tests, and else one like it.

    A SIM serves one number, and two cases about different numbers do not name the same one.
    """
    if msisdn == "15550001":
        return sim
    own = f"{int(msisdn) % 10**8:08}"
    return Sim(sim.iccid[:9] + own + sim.iccid[-2:], sim.imsi[:5] + own + sim.imsi[-2:])


POLICY = Policy(
    max_fmr=1e-4,
    attempts=3,
    document=ANY_DOCUMENT,
    required_of_document={SINGLE_FACE: 50},
    required_of_live={SINGLE_FACE: 50},
    liveness_required=False,
    max_apcer=0.1,
    max_bpcer=0.1,
    liveness_on_people=True,
    assisted_accepted=False,
)

LIVING = LivenessBand(
    passes=True,
    checks=frozenset({"depth", "light"}),
    missing=frozenset(),
    failed=(),
    worst="print",
    apcer=0.04,
    bpcer=0.06,
    basis=Basis.PEOPLE,
    known_to_pass=(),
)
"""What a policy asks to be known of a living person."""

REGIME = Profile(
    name="test@1",
    sources={},
    lines_per_person=2,
    transfer_allowed=True,
    policies=dict.fromkeys(Kind, POLICY),
    attempts_per_person=10,
    attempts_window=timedelta(days=30),
    delay_after_failure=timedelta(0),
    case_life=timedelta(days=1),
    recheck_deadline=timedelta(days=7),
    recheck_consequence=Consequence.BAR_OUTGOING,
    cool_off=timedelta(hours=8),
    hold_before_activation=timedelta(0),
    objection_window=timedelta(hours=2),
    sms_hold=timedelta(hours=24),
    notices=frozenset({Channel.OLD_SIM, Channel.SECOND_CHANNEL}),
    alternatives=frozenset({Route.IN_PERSON, Route.CHIP}),
    guardian_below=0,
    held_for_review=True,
    template_allowed=False,
    retention={
        Record.CASE: timedelta(days=365),
        Record.ATTEMPT: timedelta(days=30),
        Record.HELD: timedelta(hours=24),
    },
)


def regime(**changes: Any) -> Profile:  # noqa: ANN401 - the fields of Profile
    """Give the regime with some fields replaced."""
    return replace(REGIME, **changes)


LINE = Line(
    msisdn="15550001",
    operator="op",
    sim=OLD,
    holder="holder",
    status=LineStatus.ACTIVE,
    locked=False,
    version=1,
    opened_at=NOW - timedelta(days=90),
    changed_at=NOW - timedelta(days=90),
    second_channel="mailto:holder@example.org",
)


def standing(kind: Kind, **changes: Any) -> Standing:  # noqa: ANN401 - the fields of Standing
    """Give what stands about a case that nothing forbids and nobody questions."""
    has_line = kind not in {Kind.NEW_LINE, Kind.PORT_IN}
    plain = Standing(
        kind=kind,
        line=LINE if has_line else None,
        person="stranger" if kind is Kind.TRANSFER else "holder",
        lines_held=0,
        attempts=1,
        holder_agreed=True,
        channels=frozenset(Channel),
        asked_at=NOW,
        now=NOW,
        sim_taken=False,
    )
    return replace(plain, **changes)
