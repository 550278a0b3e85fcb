"""What a telephone's platform says of the app and the key that made a capture.

It is a sign and no proof of who is there: a genuine telephone films a screen as well as a face.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lineproof.domain.finding import Unmeasured

MOST_BYTES = 16_384
"""Of a statement; a chain of five certificates is a third of it."""

NO_WORD: Final = Unmeasured("attestation_none")
"""No statement came with the capture: as good as any, since nobody is asked for one."""

_PLATFORM = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Vouches(StrEnum):
    """What a platform can vouch for. There is no more, and a living person is not in it."""

    GENUINE_APP = "genuine_app"
    """The app is the operator's own, unchanged."""
    HARDWARE_KEY = "hardware_key"
    """The key that the statement is about sits in the telephone's hardware."""


class WordFails(StrEnum):
    """Why a statement does not hold. Stable for callers; explained in docs/reasons.md."""

    OF_ANOTHER = "attestation_of_another"
    """It was made for another question or another session's key."""
    SIGNATURE_WRONG = "attestation_signature_wrong"
    ROOT_UNKNOWN = "attestation_root_unknown"
    REVOKED = "attestation_revoked"
    OTHER_APP = "attestation_other_app"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformWord:
    """One platform's statement, checked: what it ``vouches`` for, or why it ``fails``.

    ``platform`` is the adapter's own short name for who spoke, such as ``android``.
    """

    platform: str
    vouches: frozenset[Vouches]
    fails: WordFails | None

    def __post_init__(self) -> None:
        """Refuse a word that vouches and fails, or does neither."""
        if _PLATFORM.fullmatch(self.platform) is None:
            raise ValueError("a platform's name is a-z, 0-9 and _, 32 at most")
        if bool(self.vouches) == (self.fails is not None):
            raise ValueError("a statement vouches for something, or fails")

    def __str__(self) -> str:
        """Write it as records have it, such as ``android: genuine_app hardware_key``."""
        said = (self.fails,) if self.fails is not None else sorted(self.vouches)
        return f"{self.platform}: {' '.join(said)}"
