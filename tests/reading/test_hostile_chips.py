"""Chips made to break whoever reads them, each refused with its code; see hostile_chips."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.document import Proof
from lineproof.domain.finding import Unmeasured, Unreadable
from lineproof.reading.biometric_group import portrait_of
from lineproof.reading.chip import read_chip
from lineproof.reading.chip_files import read_chip_files
from lineproof.reading.der import MOST_IDENTIFIER_BYTES, well_formed
from lineproof.reading.issuers import Trust
from tests.reading.hostile_chips import chips, corrupted, issuer, long_number, write
from tests.samples import SHARED

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)
PROVEN = (
    "a sound chip, to compare with",
    *("DG1 of a zone of 200 KB", "DG11 of a name of 200 KB", "DG14 of 1,500 keys"),
    *("DG15 of a key of 200,000 bits", "a JPEG 2000 picture of 60,000 pixels a side"),
    *("a JPEG 2000 picture of all passes there can be", "a JPEG 2000 picture that is cut"),
)
"""Those that a State has signed: its word counts for the files, and for nothing within them."""


def read(name: str, folder: Path) -> tuple[set[str], Proof | None]:
    """Read one as the command does, and give every code it got."""
    files = read_chip_files(write(chips()[name], folder / "chip"))
    if isinstance(files, Unreadable):
        return {files.code}, None
    trust = Trust(cscas={"UT": (issuer().der,)})
    reading = read_chip(files, trust, today=TODAY, challenge=bytes(8), secret=b"none")
    codes = set(reading.finding.reasons)
    if reading.portrait is not None:
        portrait = portrait_of(reading.portrait)
        codes |= {portrait.why} if isinstance(portrait, Unmeasured) else set()
    return codes, reading.finding.passive_authentication


@pytest.mark.parametrize("name", chips())
def test_a_hostile_chip_gets_its_code(name: str, tmp_path: Path) -> None:
    """One stable code each; nothing that nobody signed is proven."""
    codes, passive = read(name, tmp_path)
    assert chips()[name].code in codes
    assert (passive is Proof.PROVEN) == (name in PROVEN)


def test_an_object_identifier_is_as_long_as_real_ones_are() -> None:
    """asn1crypto's arithmetic over one grows with its square, so its length is bounded first."""
    assert well_formed(long_number(6, MOST_IDENTIFIER_BYTES))
    assert not well_formed(long_number(6, MOST_IDENTIFIER_BYTES + 1))


@pytest.mark.parametrize("which", ["content", "signature"])
@pytest.mark.parametrize("state", ["AT", "FI", "ID", "MY", "NZ", "PH", "RU", "UK"])
def test_a_real_object_that_was_corrupted_is_refused_with_the_reason(
    state: str, which: str
) -> None:
    """A byte of the signed hashes, or of the signature: each says which of the two."""
    path = SHARED / "data" / "emrtd" / "sod_real" / f"{state}_EF.SOD.bin"
    if not path.is_file():
        pytest.skip("the data folder with real security objects is absent")
    spoilt = {"SOD": corrupted(path.read_bytes(), which)}
    found = read_chip(spoilt, Trust(cscas={}), today=TODAY).finding
    reason = {"content": "sod_digest_wrong", "signature": "sod_signature_wrong"}[which]
    assert (found.passive_authentication, found.reasons) == (Proof.FAILED, (reason,))
