"""A SIM."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sim:
    """One SIM: ``iccid`` (ITU-T E.118, 18 to 20 digits) and ``imsi`` (ITU-T E.212, to 15 digits).

    For an eSIM the ICCID is the profile's.
    """

    iccid: str = field(repr=False)
    imsi: str = field(repr=False)
