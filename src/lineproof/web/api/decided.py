"""What staff are told of a decision they had a part in."""

from __future__ import annotations

from datetime import datetime

from lineproof.domain.case import Status
from lineproof.domain.reason import Outcome, coarse
from lineproof.flow.capture import Captured
from lineproof.flow.refused import Refused
from lineproof.web.api.shapes import Told
from lineproof.web.context import Context
from lineproof.web.problems import refused


class DecidedTold(Told):
    """The outcome, its reasons without which check failed, and where the case stands."""

    outcome: Outcome
    reasons: list[str]
    status: Status


def decided(ctx: Context, found: Captured | Refused, *, now: datetime) -> DecidedTold:
    """Say what was decided, and count it."""
    if isinstance(found, Refused):
        raise refused(found)
    ctx.tallies.decided(found.case, found.decision, now=now)
    return DecidedTold(
        outcome=found.decision.outcome,
        reasons=coarse(found.decision.reasons),
        status=found.case.status,
    )
