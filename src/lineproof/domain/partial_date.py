"""A date of which not every part is known, as documents have them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialDate:
    """A date whose month or day the issuer may not know (ICAO 9303-3, 4.8)."""

    year: int | None
    month: int | None
    day: int | None

    @classmethod
    def read(cls, text: str) -> PartialDate:
        """Read what ``str`` writes, and so every ISO 8601 calendar date; ValueError for others."""
        year, month, day = (None if "X" in part else int(part) for part in text.split("-"))
        return cls(year=year, month=month, day=day)

    def __str__(self) -> str:
        """Write it as ISO 8601-2 does: an unknown digit is an X, as in ``1974-08-XX``."""
        year = "XXXX" if self.year is None else f"{self.year:04}"
        month = "XX" if self.month is None else f"{self.month:02}"
        day = "XX" if self.day is None else f"{self.day:02}"
        return f"{year}-{month}-{day}"

    @property
    def earliest(self) -> date | None:
        """The first day it can be; None where the year is unknown."""
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        """The last day it can be; None where the year is unknown."""
        if self.year is None:
            return None
        if self.month is None:
            return date(self.year, 12, 31)
        last = calendar.monthrange(self.year, self.month)[1]
        return date(self.year, self.month, self.day or last)
