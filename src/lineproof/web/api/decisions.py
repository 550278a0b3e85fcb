"""Decisions about a case, for the operator's system: outcome and reasons, never a score."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from lineproof.domain.reason import Outcome
from lineproof.flow.refused import Refused
from lineproof.flow.viewing import decisions_of
from lineproof.storage_records import DecisionRecord
from lineproof.web.api.shapes import PROBLEMS, CaseId, Told
from lineproof.web.callers import System
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1/cases", tags=["cases"], responses=PROBLEMS)


class DecisionTold(Told):
    """One decision."""

    id: str
    route: str = Field(description="The way on which it was decided.")
    attempt: int
    outcome: Outcome
    reasons: list[str] = Field(
        description="docs/reasons.md explains each.", examples=[["face_match"]]
    )
    versions: dict[str, str] = Field(description="What it was made with.")
    decided_by: list[str] = Field(description="Members of staff; empty for the machine.")
    decided_at: datetime


class DecisionsTold(Told):
    """A case's decisions, in order."""

    decisions: list[DecisionTold]


@router.get("/{case_id}/decisions")
def list_decisions(case_id: CaseId, client: System, ctx: Ctx, now: Now) -> DecisionsTold:
    """List what was decided. The error-rate band stays inside: it says how alike two faces are."""
    found = decisions_of(ctx.service, case_id, client.id, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return DecisionsTold(decisions=[decision_told(each) for each in found])


def decision_told(kept: DecisionRecord) -> DecisionTold:
    """Write a decision down."""
    return DecisionTold(
        id=kept.id,
        route=kept.route,
        attempt=kept.attempt,
        outcome=kept.decision.outcome,
        reasons=[str(reason) for reason in kept.decision.reasons],
        versions=dict(kept.versions),
        decided_by=list(kept.decided_by),
        decided_at=kept.decided_at,
    )
