"""Where a case stands, as the page that it leads to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from lineproof.web.api.next_step import NextStep, next_step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lineproof.domain.case import Case
    from lineproof.web.context import Context

CASE = "/c/case"
"""Leads to the page of whatever comes next."""

PATH_OF: Mapping[NextStep, str] = MappingProxyType(
    {
        NextStep.CONSENT_OR_OTHER_WAY: "/c/start",
        NextStep.SHOW_DOCUMENT: "/c/document",
        NextStep.SHOW_FACE: "/c/face",
        NextStep.SEE_STAFF: "/c/other-way",
        NextStep.READ_CHIP: "/c/other-way",
        NextStep.WAIT_FOR_HOLDER: "/c/result",
        NextStep.WAIT_FOR_REVIEWER: "/c/result",
        NextStep.WAIT: "/c/result",
        NextStep.NOTHING: "/c/result",
    }
)


def step_of(ctx: Context, case: Case, *, now: datetime) -> NextStep:
    """Say what the subscriber does next."""
    shown = ctx.service.desk.look(case.id, now=now) is not None
    return next_step(case, document_shown=shown)
