"""Decisions about a case, for the operator's system: outcome and reasons, never a score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from lineproof.domain.reason import Outcome, Reason, coarse
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
    """List what was decided; neither how alike two faces are nor which check failed is told."""
    found = decisions_of(ctx.service, case_id, client.id, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return DecisionsTold(decisions=[decision_told(each, coarse) for each in found])


def in_full(reasons: tuple[Reason, ...]) -> list[str]:
    """Write every reason with what it is about: for reviewers."""
    return [str(reason) for reason in reasons]


def decision_told(
    kept: DecisionRecord, written: Callable[[tuple[Reason, ...]], list[str]]
) -> DecisionTold:
    """Write a decision down, its reasons ``coarse`` or ``in_full``."""
    return DecisionTold(
        id=kept.id,
        route=kept.route,
        attempt=kept.attempt,
        outcome=kept.decision.outcome,
        reasons=written(kept.decision.reasons),
        versions=dict(kept.versions),
        decided_by=list(kept.decided_by),
        decided_at=kept.decided_at,
    )
