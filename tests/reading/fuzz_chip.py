"""Feed damaged security objects, data groups, certificates and zones to their parsers.

``python -m tests.reading.fuzz_chip --seconds 600``; see ``fuzzing`` for what it needs.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lineproof.domain.document import Proof
from lineproof.domain.finding import Measured
from lineproof.reading.active_authentication import CHALLENGE_BYTES, answered
from lineproof.reading.chip import read_chip
from lineproof.reading.chip_authentication import ask, key_shown
from lineproof.reading.chip_code import ChipError
from lineproof.reading.data_group_11 import holder_details
from lineproof.reading.issuers import Trust, chain, read_certificate, read_revocation_list
from lineproof.reading.master_list import open_master_list
from lineproof.reading.mrz import parse
from tests.reading import pki
from tests.reading.fuzzing import run
from tests.reading.records import tlv
from tests.reading.simulated_chip import SimulatedChip

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 11, 24)
ZONES = (
    pki.ZONE[:44] + "\n" + pki.ZONE[44:],
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
)
SECRET_BYTES = 138


@lru_cache(maxsize=1)
def utopia() -> tuple[pki.Issuer, bytes, bytes]:
    """Give one CA, a signer's certificate under it and an object it signed, the same throughout."""
    issuer, own = pki.csca(), ec.generate_private_key(ec.SECP256R1())
    certificate = pki.signer(issuer, own)
    return issuer, certificate, pki.sod({1: pki.dg1(), 2: pki.element(0x75, b"")}, own, certificate)


def trust() -> Trust:
    """Trust Utopia."""
    return Trust(cscas={"UT": (utopia()[0].der,)})


def feed_object(data: bytes) -> None:
    """Expect of any object an answer, and never proof of a group that was not signed."""
    other = pki.dg1(pki.ZONE.replace("ANNA", "OLGA"))
    for group in (pki.dg1(), other):
        found = read_chip({"SOD": data, "DG1": group}, trust(), today=TODAY).finding
        proven = found.passive_authentication is Proof.PROVEN
        assert found.reasons
        assert not proven or (group != other and found.groups == (1,))


def feed_group(data: bytes) -> None:
    """Expect of DG1, DG11, DG14 and DG15 an answer; of DG11 only what can be shown."""
    found = read_chip({"DG1": data, "DG11": data}, trust(), today=TODAY).finding
    assert found.passive_authentication is Proof.UNMEASURED
    details = holder_details(data)
    if isinstance(details, Measured) and isinstance(details.value.full_name, Measured):
        assert details.value.full_name.value.isprintable()
    for use in (
        lambda: ask(data),
        lambda: key_shown(data, data[:SECRET_BYTES], data[SECRET_BYTES:]),
        lambda: answered(data[2:], bytes(CHALLENGE_BYTES), data[-64:], data),
    ):
        with suppress(ChipError):
            assert use() is not True


def feed_certificate(data: bytes) -> None:
    """Expect of a certificate that Utopia's CA is led to, or a code; the same of a list."""
    with suppress(ChipError):
        chain(read_certificate(data), trust(), signed_at=None)
    read_revocation_list(data)
    with suppress(ChipError):
        assert open_master_list(data, [utopia()[0].der]) is None


def feed_zone(data: bytes) -> None:
    """Expect of any lines a zone or a reason, and of a zone that it holds only what was given."""
    lines = data.decode("latin-1").split("\n")[:4]
    found = parse([None if line == "?" else line for line in lines], today=TODAY)
    if isinstance(found, Measured):
        told = [each for each in found.value.fields.values() if isinstance(each, Measured)]
        assert all(set(each.value) <= set(data.decode("latin-1") + " ") for each in told)
        assert all(check.given in data.decode("latin-1") for check in found.value.checks)


def seeds(target: str) -> list[bytes]:
    """Give sound inputs to start from."""
    issuer, certificate, signed = utopia()
    curve = ec.generate_private_key(ec.BrainpoolP256R1())
    details = tlv(0x5F0E, b"ERIKSSON<<ANNA") + tlv(0x5F10, b"1234-5") + tlv(0x5F2B, b"19740812")
    made: dict[str, list[bytes]] = {
        "object": [signed],
        "group": [
            pki.dg1(),
            pki.element(0x6B, tlv(0x5C, bytes.fromhex("5F0E5F105F2B")) + details),
            SimulatedChip(curve, 2, identifier=9).dg14(),
            SimulatedChip(curve, 1, says_cipher=False).dg14(),
            pki.dg15(curve),
            pki.dg15(rsa.generate_private_key(65537, 2048)),
        ],
        "certificate": [issuer.der, certificate, signed[4:]],
        "zone": [zone.encode() for zone in ZONES],
    }
    return made[target]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "object": feed_object,
    "group": feed_group,
    "certificate": feed_certificate,
    "zone": feed_zone,
}

if __name__ == "__main__":
    sys.exit(run("tests.reading.fuzz_chip", TARGETS, seeds))
