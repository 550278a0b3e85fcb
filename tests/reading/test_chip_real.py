"""Real security objects of eight States, where the data folder is; see docs/measurements.md."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from string import ascii_uppercase

import pytest

from lineproof.domain.document import Proof
from lineproof.reading.chip import read_chip
from lineproof.reading.chip_files import read_chip_files
from lineproof.reading.issuers import Trust, country_of, read_certificate
from lineproof.reading.master_list import open_master_list
from lineproof.reading.public_keys import public_key
from lineproof.reading.security_object import read_security_object
from lineproof.reading.signed_data import open_signed
from lineproof.reading.states import alpha_2
from tests.samples import SHARED

EMRTD = SHARED / "data" / "emrtd"
TODAY = date(2026, 11, 24)
LETTERS = ascii_uppercase
STATES = {"AT": "AT", "FI": "FI", "ID": "ID", "MY": "MY", "NZ": "NZ", "PH": "PH", "RU": "RU"} | {
    "UK": "GB"
}


@lru_cache(maxsize=1)
def trust() -> Trust:
    """Trust the German and Dutch lists and Indonesia's own CAs; skip where they are absent."""
    lists = sorted((EMRTD / "master_lists").glob("*.ml"))
    if not lists:
        pytest.skip("the data folder with real security objects is absent")
    found: set[bytes] = set()
    for path in lists:
        opened = open_master_list(path.read_bytes(), [])
        assert opened is not None
        found |= set(opened.certificates)
    found |= {path.read_bytes() for path in (EMRTD / "master_lists").rglob("20*.cer")}
    cscas: dict[str, tuple[bytes, ...]] = {}
    for each in found:
        country = country_of(read_certificate(each))
        cscas[country] = (*cscas.get(country, ()), each)
    return Trust(cscas=cscas)


@pytest.mark.parametrize("state", STATES)
def test_a_real_security_object_is_verified_and_chained(state: str) -> None:
    """Signature and chain hold for each State, explicit curves and indefinite lengths included."""
    known = trust()
    sod = (EMRTD / "sod_real" / f"{state}_EF.SOD.bin").read_bytes()
    found = read_chip({"SOD": sod}, known, today=TODAY).finding
    assert (found.passive_authentication, found.issuer) == (Proof.PROVEN, STATES[state])
    assert "no_data_group_checked" in found.reasons


@pytest.mark.parametrize(("state", "step"), [("AT", 1), ("RU", 5), ("ID", 5)])
def test_a_real_object_with_any_signed_byte_flipped_is_refused(state: str, step: int) -> None:
    """Every byte of one object and every fifth of two: proven only where nothing signed changed."""
    known = trust()
    sod = (EMRTD / "sod_real" / f"{state}_EF.SOD.bin").read_bytes()
    whole = _signed(sod)
    for place in range(0, len(sod), step):
        spoilt = bytearray(sod)
        spoilt[place] ^= 1
        found = read_chip({"SOD": bytes(spoilt)}, known, today=TODAY).finding
        if found.passive_authentication is Proof.PROVEN:
            assert _signed(bytes(spoilt)) == whole


def _signed(sod: bytes) -> tuple[bytes, str, bytes]:
    """Give all that a signature covers: the content, the time, and what the CA signed."""
    opened = open_signed(sod[4:], "2.23.136.1.1.1")
    return opened.content, f"{opened.signing_time}", opened.signer["tbs_certificate"].dump()


def test_the_reference_set_of_the_bsi() -> None:
    """DG1 and DG14 have the signed hashes, and a changed DG1 has not; its CA is nobody's."""
    known = trust()
    files = read_chip_files(EMRTD / "bsi_tr03105_5")
    assert isinstance(files, dict)
    given = {name: files[name] for name in ("SOD", "DG1", "DG14")}
    found = read_chip(given, known, today=TODAY).finding
    assert (found.passive_authentication, found.reasons) == (
        Proof.UNMEASURED,
        ("csca_not_known",),
    )
    changed = given | {"DG1": given["DG1"].replace(b"ERIKA", b"ERIKO")}
    found = read_chip(changed, known, today=TODAY).finding
    assert (found.passive_authentication, found.reasons) == (Proof.FAILED, ("group_hash_wrong",))
    listed = read_security_object(open_signed(files["SOD"][4:], "2.23.136.1.1.1").content)
    assert {1, 14} <= set(listed.hashes)


def test_a_chip_put_together_from_two_documents_is_refused() -> None:
    """The worked example's groups do not belong to the Austrian object beside them."""
    known = trust()
    files = read_chip_files(EMRTD / "icao9303p10_sample")
    assert isinstance(files, dict)
    found = read_chip(files, known, today=TODAY).finding
    assert found.passive_authentication is Proof.FAILED
    assert "group_hash_wrong" in found.reasons


@pytest.mark.parametrize(("state", "words"), [("HKG", "Hong Kong"), ("MAC", "Macao")])
def test_a_real_csca_of_a_special_region_calls_itself_china(state: str, words: str) -> None:
    """The two letters for a zone's code lead to a CA that is in the lists under that name."""
    listed = trust().cscas[alpha_2(state) or ""]
    subjects = [read_certificate(each).subject.human_friendly for each in listed]
    assert any(words in subject for subject in subjects)


def test_no_csca_of_the_lists_is_under_a_country_that_no_zone_names() -> None:
    """Every country of the lists is what some State's code leads to, and every key is read."""
    known = trust().cscas
    reached = {alpha_2(a + b + c) for a in LETTERS for b in LETTERS for c in LETTERS}
    assert set(known) <= reached
    for each in (each for listed in known.values() for each in listed):
        public_key(read_certificate(each).public_key)
