"""No name and no number of a document stands in a log line, on stderr, or in an exception."""

from __future__ import annotations

import logging
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.document import Proof
from lineproof.domain.finding import Measured
from lineproof.packs.refusal import PackRefused
from lineproof.ports import PageRefused
from lineproof.reading.chip import read_chip
from lineproof.reading.issuers import Trust
from lineproof.reading.mrz import parse
from lineproof.wiring import reader_for
from tests.reading import pki
from tests.reading.hostile_chips import issuer, signed
from tests.reading.records import tlv
from tests.samples import document, engine

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from lineproof.adapters.local_reader import LocalReader

TODAY = date(2026, 11, 24)
PERSONAL = ("ERIKSSON", "ANNA", "MARIA", "L898902", "740812", "1974", "741234")
"""What the chip's DG1 and DG11 say of its holder."""

OF_THE_PAGE = ("SPECIMEN", "SAMPLE", "L898902")
TRUST = Trust(cscas={"UT": (issuer().der,)})


def details(born: bytes) -> bytes:
    """Make DG11 of the same person."""
    fields = tlv(0x5F0E, b"ERIKSSON<<ANNA<MARIA") + tlv(0x5F10, b"741234-L898902")
    return pki.element(0x6B, fields + tlv(0x5F2B, born))


def spoilt() -> list[dict[str, bytes]]:
    """Give a sound chip and ones that are broken where they speak of the person."""
    dg1 = pki.dg1()
    sound = signed({1: dg1, 11: details(b"19740812")})
    zones = [pki.ZONE[:place] + "7" + pki.ZONE[place + 1 :] for place in range(0, 88, 3)]
    return [
        sound,
        sound | {"DG1": dg1.replace(b"ANNA", b"ANNE")},
        sound | {"DG1": dg1[:-1], "DG11": details(b"1974O812")},
        signed({1: dg1, 11: details(b"19740832")}),
        signed({1: dg1, 11: details(b"1974\xff812")}),
        *({"DG1": pki.dg1(zone)} for zone in zones),
        {"DG1": pki.dg1(pki.ZONE.replace("UTO", "XYZ"))},
        {"DG1": pki.dg1(pki.ZONE.lower())},
    ]


def test_no_exception_within_the_reading_of_a_chip_names_the_holder() -> None:
    """Also of those that are caught: the next one may not be, and would stand in a traceback."""
    told: list[str] = []

    def seen(frame: FrameType, event: str, given: object) -> object:
        if event == "exception":
            error: tuple[type, BaseException, TracebackType] = given  # type: ignore[assignment]
            told.append(f"{error[1]!r} {error[1]} in {frame.f_code.co_name}")
        return seen

    before = sys.gettrace()
    sys.settrace(seen)  # type: ignore[arg-type]
    try:
        proven = [
            read_chip(files, TRUST, today=TODAY).finding.passive_authentication is Proof.PROVEN
            for files in spoilt()
        ]
        parse(["P<UTOERIKSSON<<ANNA", None], today=TODAY)
    finally:
        sys.settrace(before)
    assert proven[0]
    assert told, "nothing was raised, so nothing was shown"
    assert [text for text in told if any(word in text for word in PERSONAL)] == []


def test_reading_chips_logs_nothing_of_the_holder(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """With every logger at its most talkative, and on both streams."""
    with caplog.at_level(logging.DEBUG):
        for files in spoilt():
            reading = read_chip(files, TRUST, today=TODAY)
            logging.getLogger("test").debug("%r", reading)
    out, err = capfd.readouterr()
    assert "ChipReading" in caplog.text
    for word in PERSONAL:
        assert word not in caplog.text + out + err


def reader() -> LocalReader:
    """Give the reader of documents; skip where its models are absent."""
    made = reader_for(engine())
    if isinstance(made, PackRefused):
        pytest.skip(f"no reader of documents is here ({made.code})")
    return made


def test_reading_a_page_logs_nothing_of_the_holder(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The zone was read, and neither the libraries nor what is logged of the finding tell it."""
    page = document()
    with caplog.at_level(logging.DEBUG):
        found = reader().read([page], chip=spoilt()[0], today=TODAY)
        assert not isinstance(found, PageRefused)
        logging.getLogger("test").debug("%r", found)
    out, err = capfd.readouterr()
    assert "DocumentReading" in caplog.text
    assert isinstance(found.finding.mrz, Measured)
    for word in (*PERSONAL, *OF_THE_PAGE):
        assert word not in caplog.text + out + err
