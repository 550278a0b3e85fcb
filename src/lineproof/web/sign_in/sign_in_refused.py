"""Why somebody is not let in: a value with a code, a sentence and the HTTP status that fits it.

A sentence never says which part of a proof was wrong where that would help whoever is guessing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

SignInCode: TypeAlias = Literal[
    "session_refused",
    "role_may_not",
    "ceremony_over",
    "enrolment_refused",
    "passkey_refused",
    "passkey_taken",
    "passkey_unknown",
    "passkey_in_use",
    "staff_unknown",
    "staff_self",
    "proposal_over",
    "second_admin_refused",
    "proposal_own",
]


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Nobody was let in, and nothing was changed but what may be used only once."""

    code: SignInCode
    sentence: str
    status: int


class Stopped(Exception):  # noqa: N818 - it is what it says
    """Carries a refusal out of a route's dependency to where it is answered with a problem."""

    def __init__(self, refused: SignInRefused) -> None:
        super().__init__(refused.code)
        self.refused = refused
