"""The log and the counts, for auditors."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from lineproof.domain.staff import Act
from lineproof.flow.refused import Refused
from lineproof.flow.viewing import read_log
from lineproof.web.api.shapes import PROBLEMS, Told
from lineproof.web.callers import SignedIn, must
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1", tags=["staff"], responses=PROBLEMS)


class EntryTold(Told):
    """One entry, as it is hashed."""

    number: int
    at: datetime
    actor: str
    action: str
    case: str
    details: dict[str, str]
    previous: str
    hash: str = Field(description="SHA-256 over the entry's canonical JSON; docs/api.md says how.")


class LogTold(Told):
    """A page of the log."""

    entries: list[EntryTold]
    next: int | None


class CountTold(Told):
    """What one member of staff did in one shop, so that a dishonest counter shows."""

    staff: str
    shop: str
    cases: int
    retries: int
    skips: int = Field(description="Cases that took the other way before any face capture.")
    other_way: int = Field(description="Cases that took it at all.")
    overrides: int = Field(
        description="Referred cases of this shop that this member approved, as a reviewer."
    )
    assisted: int = Field(
        description="Cases of this shop for whose face check this member gave their word."
    )
    withdrawn: int
    refused: int


class CountsTold(Told):
    """Counts since a time."""

    since: datetime
    counts: list[CountTold]


@router.get("/log")
def list_entries(
    person: SignedIn,
    ctx: Ctx,
    now: Now,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> LogTold:
    """Read the log. That it was read is an entry as well."""
    found = read_log(ctx.service, person, after=after, limit=limit, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    entries = [
        EntryTold(
            number=each.number,
            at=each.at,
            actor=str(each.deed.actor),
            action=each.deed.action,
            case=each.deed.case,
            details=dict(each.deed.details),
            previous=each.previous,
            hash=each.hash,
        )
        for each in found
    ]
    return LogTold(entries=entries, next=found[-1].number if len(found) == limit else None)


@router.get("/counts")
def read_counts(
    person: SignedIn, ctx: Ctx, now: Now, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> CountsTold:
    """Count skips, retries, other ways, overrides and words of each member of staff and shop."""
    must(person, Act.READ_COUNTS)
    since = now - timedelta(days=days)
    with ctx.service.store.read() as tx:
        found = tx.counts(since=since)
    names = CountTold.model_fields
    counts = [CountTold(**{name: getattr(each, name) for name in names}) for each in found]
    return CountsTold(since=since, counts=counts)
