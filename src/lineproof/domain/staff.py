"""Members of staff: their roles, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is there for. Nobody has two."""

    AGENT = "agent"
    """Handles cases at the counter."""
    REVIEWER = "reviewer"
    """Looks at referred cases."""
    AUDITOR = "auditor"
    """Reads the log and the counts."""
    ADMIN = "admin"
    """Adds staff and operators' systems; sees no case."""


class Act(StrEnum):
    """What staff can do."""

    HANDLE_CASE = "handle_case"
    ATTEST = "attest"
    ASSIST = "assist"
    """Confirms, for the face check, that the person is before them."""
    REVIEW = "review"
    READ_LOG = "read_log"
    READ_COUNTS = "read_counts"
    MANAGE_STAFF = "manage_staff"
    MANAGE_OUTBOX = "manage_outbox"


MAY = {
    Role.AGENT: frozenset({Act.HANDLE_CASE, Act.ATTEST, Act.ASSIST}),
    Role.REVIEWER: frozenset({Act.REVIEW, Act.ATTEST}),
    Role.AUDITOR: frozenset({Act.READ_LOG, Act.READ_COUNTS}),
    Role.ADMIN: frozenset({Act.MANAGE_STAFF, Act.MANAGE_OUTBOX}),
}
"""Which role may do what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One member of staff, by an id of the operator's; their name is not needed here."""

    id: str
    role: Role
    shop: str
    active: bool

    def may(self, act: Act) -> bool:
        """Whether this person may do this now."""
        return self.active and act in MAY[self.role]
