"""What is known of whether a living person was there: the checks' findings, put together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.platform_word import NO_WORD

if TYPE_CHECKING:
    from lineproof.domain.capture_film import CapturedFilm
    from lineproof.domain.finding import Finding
    from lineproof.domain.platform_word import PlatformWord
    from lineproof.domain.script import Script


class Basis(StrEnum):
    """Whose captures the error rates of a liveness band were counted on."""

    PEOPLE = "people"
    SIMULATED = "simulated"
    """Made by a program from photographs: they say nothing of how people fare."""


@dataclass(frozen=True, slots=True)
class LiveCapture:
    """What was asked of a capture, and what its signed message told of the frames, in order.

    ``at_ms`` is when each was taken after the script began, ``digests`` the SHA-256 of each file,
    hexadecimal. ``camera`` is the name that the client gave: it may look bad, never good.
    ``platform`` is what a telephone's platform said of the app; no check looks at it. ``film`` is
    for the checks alone: no reviewer is shown it.
    """

    script: Script
    at_ms: tuple[int, ...]
    digests: tuple[str, ...]
    camera: str
    platform: Finding[PlatformWord] = NO_WORD
    film: CapturedFilm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessBand:
    """Whether a capture passes what was measured, and what is known of that (ISO/IEC 30107-3).

    ``checks`` are those that were measured, ``missing`` those that were not though the table knows
    them, ``failed`` the measures below their limits, as ``check.measure``. ``apcer`` is the upper
    end of the 95 % interval of the ``worst`` species' APCER with these checks, ``bpcer`` that of
    the BPCER, both 0..1. ``known_to_pass`` names attacks that these checks cannot stop and that
    ``worst`` is therefore not chosen from: whoever reads ``apcer`` reads them as well.
    """

    passes: bool
    checks: frozenset[str]
    missing: frozenset[str]
    failed: tuple[str, ...]
    worst: str
    apcer: float
    bpcer: float
    basis: Basis
    known_to_pass: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a band that fails without a reason, or passes with one."""
        if self.passes == bool(self.failed):
            raise ValueError("a capture fails where a measure does, and passes where none does")
