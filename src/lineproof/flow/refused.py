"""What a verb answers when it does nothing: a code and a sentence that says what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineproof.domain.reason import Reason


class RefusalCode(StrEnum):
    """Stable for callers; each is explained in docs/reasons.md."""

    CASE_UNKNOWN = "case_unknown"
    NOT_NOW = "not_now"
    """The case stands where this cannot happen."""
    CHANGED_MEANWHILE = "changed_meanwhile"
    REQUEST_INCOMPLETE = "request_incomplete"
    LINE_FORBIDS = "line_forbids"
    CONSENT_MISSING = "consent_missing"
    CONSENT_TEXT_UNKNOWN = "consent_text_unknown"
    WAY_NOT_OFFERED = "way_not_offered"
    DOCUMENT_NEEDED = "document_needed"
    DOCUMENT_UNREADABLE = "document_unreadable"
    PICTURE_UNREADABLE = "picture_unreadable"
    WAIT_AFTER_FAILURE = "wait_after_failure"
    """An attempt failed a moment ago, and the next one waits."""
    CHALLENGE_REFUSED = "challenge_refused"
    MESSAGE_REFUSED = "message_refused"
    """A signed capture message does not hold; nothing of it was looked at."""
    ASSISTANCE_MISSING = "assistance_missing"
    """A script that asks for nothing needs a member of staff who sees the person."""
    KEY_REFUSED = "key_refused"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a code, not a secret
    ALREADY_ATTESTED = "already_attested"
    OWN_CASE = "own_case"
    LOOK_MISSING = "look_missing"
    """A reviewer concludes on what they never looked at."""
    CLAIM_MISSING = "claim_missing"
    """A reviewer works on a case that they did not take, or somebody else has."""
    REASON_MISMATCHED = "reason_mismatched"
    """A verdict is given for a reason that goes with the other one."""
    NOT_ALLOWED = "not_allowed"
    LINE_UNKNOWN = "line_unknown"
    NOTHING_HELD = "nothing_held"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed, and why. ``about`` is a finer code where there is one.

    ``wait`` is the seconds after which the same would be done, where waiting is all it needs.
    """

    code: RefusalCode
    sentence: str
    about: str = ""
    reasons: tuple[Reason, ...] = ()
    wait: int = 0


UNKNOWN = Refused(RefusalCode.CASE_UNKNOWN, "There is no such case. Check its id.")


def not_now(status: str) -> Refused:
    """Refuse what cannot happen where the case stands."""
    return Refused(
        RefusalCode.NOT_NOW,
        f"The case is {status}, where this cannot be done. Read the case to see what comes next.",
        about=status,
    )


def forbidden_by(reasons: tuple[Reason, ...]) -> Refused:
    """Refuse what the line's own facts forbid."""
    return Refused(
        RefusalCode.LINE_FORBIDS,
        "What stands about this line forbids it; the reasons say what.",
        about=str(reasons[0].code),
        reasons=reasons,
    )
