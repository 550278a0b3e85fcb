"""What people conclude: two who each saw the person, and reviewers of a referred case."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lineproof.domain.case import HandledBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A member of staff who saw the person and the document, and compared them."""

    case: str
    staff: str
    person: str = field(repr=False)
    """Keyed hash of issuer, type and number as this witness entered them."""
    same_person: bool
    """Whether the person is the one on the document, as this witness saw it."""
    document_valid: bool
    """Whether the document is of an accepted kind, genuine to the eye and not expired."""
    old_enough: bool
    """Whether the person is as old as the profile asks, by the document."""
    at: datetime

    @property
    def content(self) -> bool:
        """Whether this witness found nothing wrong."""
        return self.same_person and self.document_valid and self.old_enough


class VerdictKind(StrEnum):
    """What a reviewer concludes."""

    APPROVE = "approve"
    REFUSE = "refuse"


class VerdictReason(StrEnum):
    """Why, as a code: a reviewer writes no free text about a person."""

    SAME_PERSON = "same_person"
    NOT_THE_SAME_PERSON = "not_the_same_person"
    NOT_A_LIVING_PERSON = "not_a_living_person"
    """A photograph, a screen, a mask or a video was before the camera."""
    DOCUMENT_RENEWED = "document_renewed"
    DOCUMENT_FORGED = "document_forged"
    DOCUMENT_GENUINE = "document_genuine"
    HOLDER_CONFIRMED = "holder_confirmed"
    HOLDER_OBJECTED = "holder_objected"
    CANNOT_TELL = "cannot_tell"


REASONS_OF: Mapping[VerdictKind, tuple[VerdictReason, ...]] = MappingProxyType(
    {
        VerdictKind.APPROVE: (
            VerdictReason.SAME_PERSON,
            VerdictReason.DOCUMENT_GENUINE,
            VerdictReason.DOCUMENT_RENEWED,
            VerdictReason.HOLDER_CONFIRMED,
        ),
        VerdictKind.REFUSE: (
            VerdictReason.NOT_THE_SAME_PERSON,
            VerdictReason.NOT_A_LIVING_PERSON,
            VerdictReason.DOCUMENT_FORGED,
            VerdictReason.HOLDER_OBJECTED,
            VerdictReason.CANNOT_TELL,
        ),
    }
)
"""Which reasons go with which verdict, in the order in which a reviewer reads them."""


def goes_with(kind: VerdictKind, reason: VerdictReason) -> bool:
    """Whether a verdict can be given for this reason."""
    return reason in REASONS_OF[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One reviewer's conclusion on one referral of a case."""

    case: str
    decision: str
    """The id of the decision that referred it, so that an old verdict settles no new referral."""
    staff: str
    kind: VerdictKind
    reason: VerdictReason
    at: datetime


def same(staff: str) -> str:
    """Give an id as it is compared: one person does not become two by a capital letter."""
    return staff.casefold()


def hands_in(
    handled_by: HandledBy | None, witnesses: Iterable[Witness], assisted_by: Iterable[str]
) -> frozenset[str]:
    """Name, as ``same()`` does, who had a hand in a case and so has no verdict on it.

    Who handled it is what an operator's system wrote, and it may write an id in letters of its own.
    """
    handled = {same(handled_by.staff)} if handled_by is not None else set()
    saw = {same(witness.staff) for witness in witnesses} | {same(each) for each in assisted_by}
    return frozenset(handled | saw)
