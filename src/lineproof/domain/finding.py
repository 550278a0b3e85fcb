"""What was measured, and what was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

FMR_POINTS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
"""The false match rates a calibration table may answer for, loosest first (ISO/IEC 19795-1)."""


@dataclass(frozen=True, slots=True)
class Measured(Generic[T]):
    """Something that was measured."""

    value: T


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Something that could not be measured; ``why`` is a stable code such as ``no_face``.

    A type of its own, so that nothing unmeasured can be read as a low, a high or a missing number.
    """

    why: str


Finding: TypeAlias = Measured[T] | Unmeasured


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Input that cannot be used at all: a stable ``code``, and a ``sentence`` saying what to do."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class QualityComponent:
    """One quality component of ISO/IEC 29794-5: ``native`` in its own unit, ``value`` 0..100.

    Higher ``value`` always means better suited for recognition.
    """

    native: float
    value: int

    def __post_init__(self) -> None:
        """Refuse a value outside 0..100."""
        if not 0 <= self.value <= 100:  # noqa: PLR2004 - the standard's own range
            msg = f"a quality value is 0..100, not {self.value}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class FmrBand:
    """The band of false match rates a comparison falls in: above ``above``, at most ``at_most``.

    ``at_most`` is the strictest calibrated FMR at whose threshold the comparison would still
    match; 1.0 means that it matches at none. No comparison score can be read back from it.
    """

    above: float
    at_most: float

    def __str__(self) -> str:
        """Give the band's stable label, such as ``<=1e-4`` or ``>1e-2``."""
        if self.at_most >= 1:
            return f">{fmr_label(self.above)}"
        return f"<={fmr_label(self.at_most)}"


def fmr_label(fmr: float) -> str:
    """Write a false match rate as the reports key it: 0.0001 as ``1e-4``."""
    mantissa, exponent = f"{fmr:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceFinding:
    """What one image showed of the face that counts: how many faces, and each quality component."""

    faces: int
    quality: Mapping[str, Finding[QualityComponent]]
