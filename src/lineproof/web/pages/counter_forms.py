"""What is typed or scanned at a counter, read: separators taken out, and what is wrong by field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.domain.case import Kind
from lineproof.domain.line import ADDS_A_LINE
from lineproof.domain.sim import Sim
from lineproof.flow.apply import MAY_HAVE_A_SIM, NEEDS_A_SIM, Application

if TYPE_CHECKING:
    from collections.abc import Mapping

AT_A_COUNTER = (
    Kind.NEW_LINE,
    Kind.SIM_REPLACEMENT,
    Kind.TRANSFER,
    Kind.PORT_IN,
    Kind.LOCK_RELEASE,
)
"""What a person comes to a counter for; a re-check is the operator's to ask for."""

_SEPARATORS = re.compile(r"[\s()./-]")
_MSISDN = re.compile(r"[1-9][0-9]{4,14}")
_ICCID = re.compile(r"[0-9]{18,20}")
_IMSI = re.compile(r"[0-9]{6,15}")
_MAIL = re.compile(r"[\w.!#$%'*+/=^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,180}")
"""RFC 5321's atoms and letters of any script (RFC 6531); not & and ?, which mean more in a URI."""
_TEL = re.compile(r"[1-9][0-9]{4,14}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Control characters, which no key types and no page can show."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as it was, to be shown again where something is wrong."""

    msisdn: str = field(default="", repr=False)
    iccid: str = field(default="", repr=False)
    imsi: str = field(default="", repr=False)
    channel: str = field(default="", repr=False)


def fields_of(kind: Kind) -> tuple[str, ...]:
    """Name the fields that a kind asks for, in the order in which they are filled in."""
    sim = ("iccid", "imsi") if kind in MAY_HAVE_A_SIM else ()
    return ("msisdn", *sim, *(("channel",) if kind in ADDS_A_LINE else ()))


def read_application(kind: Kind, typed: Typed, operator: str) -> Application | Mapping[str, str]:
    """Read what was typed; or give the key of what is wrong with each field, ``wrong_FIELD``."""
    msisdn, iccid, imsi = number_of(typed.msisdn), plain(typed.iccid), plain(typed.imsi)
    channel = channel_of(typed.channel)
    wants_sim = kind in NEEDS_A_SIM or bool(iccid or imsi)
    wrong = {
        "msisdn": not _MSISDN.fullmatch(msisdn),
        "iccid": wants_sim and not _ICCID.fullmatch(iccid),
        "imsi": wants_sim and not _IMSI.fullmatch(imsi),
        "channel": bool(typed.channel.strip()) and channel is None,
    }
    found = {name: f"wrong_{name}" for name in fields_of(kind) if wrong[name]}
    if found:
        return found
    return Application(
        operator=operator,
        kind=kind,
        msisdn=msisdn,
        sim=Sim(iccid, imsi) if wants_sim and kind in MAY_HAVE_A_SIM else None,
        handled_by=None,
        second_channel=channel if kind in ADDS_A_LINE else None,
    )


def written(text: str) -> str:
    """Take out the control characters that a scanner, or whoever pastes, has added."""
    return _UNSEEN.sub("", text)


def plain(text: str) -> str:
    """Take out what stands between digits for the eye, and what some scanners add."""
    return _SEPARATORS.sub("", text)


def number_of(text: str) -> str:
    """Give a telephone number as E.164 has it, without the plus sign or the 00 before it."""
    return plain(text).removeprefix("+").removeprefix("00")


def channel_of(text: str) -> str | None:
    """Give an address as a URI: ``mailto:`` or ``tel:``; None where it is neither."""
    written = text.strip()
    if _MAIL.fullmatch(written):
        return f"mailto:{written}"
    number = number_of(written)
    return f"tel:+{number}" if _TEL.fullmatch(number) else None
