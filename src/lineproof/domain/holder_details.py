"""What a chip's DG11 adds about the holder (ICAO 9303-10, 4.7.11), as far as it is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.domain.finding import Finding, Measured

if TYPE_CHECKING:
    from lineproof.domain.partial_date import PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderDetails:
    """The fields of DG11 that are read. It has none for a person's sex."""

    full_name: Finding[str] = field(repr=False)
    """In the issuer's own script, the primary identifier before a comma."""
    personal_number: Finding[str] = field(repr=False)
    date_of_birth: Finding[PartialDate] = field(repr=False)
    """With all four digits of the year, of which a zone has two."""


def told_by(details: HolderDetails) -> dict[str, str]:
    """Give what is told as facts, leaving out what is not, and a date that is not known whole.

    The zone has such a date too, and perhaps more of it.
    """
    told = {"full_name": details.full_name, "personal_number": details.personal_number}
    found = {name: each.value for name, each in told.items() if isinstance(each, Measured)}
    born = details.date_of_birth
    if isinstance(born, Measured) and "X" not in str(born.value):
        found["date_of_birth"] = str(born.value)
    return found
