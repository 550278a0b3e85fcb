from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import ec

from lineproof.domain.finding import Unreadable
from lineproof.reading.csca_store import Imported, import_file, read_trust, remove, stored
from tests.reading import pki
from tests.samples import SHARED

if TYPE_CHECKING:
    from pathlib import Path

LISTS = SHARED / "data" / "emrtd" / "master_lists"


def test_a_certificate_is_trusted_by_name(tmp_path: Path) -> None:
    """DER and PEM, once only, under the country of its subject; and it can be removed again."""
    made = pki.csca()
    first = import_file(made.der, tmp_path, root=None)
    armoured = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(made.der)
    again = import_file(armoured + b"-----END CERTIFICATE-----\n", tmp_path, root=None)
    assert isinstance(first, Imported)
    assert isinstance(again, Imported)
    assert (first.added, again.added) == (1, 0)
    assert read_trust(tmp_path).cscas == {"UT": (made.der,)}
    (listed,) = stored(tmp_path)
    assert (listed.country, listed.origin) == ("UT", "single")
    assert remove(tmp_path, listed.fingerprint[:16]) == 1
    assert read_trust(tmp_path).cscas == {}


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x80" * 4000, b"\x30\x84\xff\xff\xff\xff"])
def test_what_is_no_certificate_imports_nothing(tmp_path: Path, junk: bytes) -> None:
    """Bombs and junk get one sentence, and the folder stays empty."""
    found = import_file(junk, tmp_path, root=None)
    assert isinstance(found, Unreadable)
    assert found.code == "csca_not_recognised"
    assert stored(tmp_path) == ()


def test_a_half_written_file_is_no_certificate(tmp_path: Path) -> None:
    """What a killed import left behind has no name that counts."""
    (tmp_path / ".staging-0011").write_bytes(pki.csca().der[:100])
    (tmp_path / "UT-junk.cer").write_bytes(b"junk")
    assert read_trust(tmp_path).cscas == {}


def test_a_security_object_is_no_master_list(tmp_path: Path) -> None:
    """A document signer's key cannot make anybody trusted."""
    made, key = pki.csca(), ec.generate_private_key(ec.SECP256R1())
    listed = cms.CertificateSet([]).dump()
    forged = pki.sod({}, key, pki.signer(made, key), content=listed, content_type="2.23.136.1.1.2")
    import_file(made.der, tmp_path, root=None)
    found = import_file(forged[forged.index(b"\x30", 2) :], tmp_path, root=made.der)
    assert isinstance(found, Unreadable)
    assert len(stored(tmp_path)) == 1


def shared_list(pattern: str) -> bytes:
    """Give a public master list; skip where the data is not here."""
    found = sorted(LISTS.glob(pattern))
    if not found:
        pytest.skip(f"no public master list is in {LISTS.name}: the data folder is absent")
    return found[0].read_bytes()


@pytest.mark.parametrize(("pattern", "least"), [("DE_ML*", 500), ("NL_ML*", 400)])
def test_a_public_list_under_its_pinned_root(tmp_path: Path, pattern: str, least: int) -> None:
    """The German and the Dutch list verify under the roots whose fingerprints are pinned."""
    found = import_file(shared_list(pattern), tmp_path, root=None)
    assert isinstance(found, Imported)
    assert found.found >= least
    assert found.countries > 100


def test_a_list_with_one_bit_changed_imports_nothing(tmp_path: Path) -> None:
    """In the certificates or in the signature: nobody becomes trusted."""
    whole = shared_list("NL_ML*")
    for place in (len(whole) // 2, len(whole) - 10):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1
        assert isinstance(import_file(bytes(spoilt), tmp_path, root=None), Unreadable)
    assert stored(tmp_path) == ()
