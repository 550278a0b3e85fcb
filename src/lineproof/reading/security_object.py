"""The document security object: what the issuer signed of each data group (ICAO 9303-10, 4.6.2)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from asn1crypto.algos import DigestAlgorithm
from asn1crypto.core import Integer, OctetString, PrintableString, Sequence, SequenceOf

from lineproof.reading.chip_code import MALFORMED, ChipCode, ChipError
from lineproof.reading.der import one_element, well_formed
from lineproof.reading.public_keys import HASHES

if TYPE_CHECKING:
    from collections.abc import Mapping

LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
"""id-icao-mrtd-security-ldsSecurityObject."""

GROUPS = range(1, 17)
TAGS = (
    *(0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68),
    *(0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70),
)
"""The first byte of DG1 to DG16 (ICAO 9303-10, 3.6): a file under another group's name shows."""


class _GroupHash(Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("number", Integer), ("hash", OctetString)]


class _GroupHashes(SequenceOf):  # type: ignore[misc]
    _child_spec = _GroupHash


class _Versions(Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("lds", PrintableString), ("unicode", PrintableString)]


class _SecurityObject(Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("version", Integer),
        ("hash_algorithm", DigestAlgorithm),
        ("hashes", _GroupHashes),
        ("versions", _Versions, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """The hash algorithm and the signed hash of each data group."""

    algorithm: str
    hashes: Mapping[int, bytes] = field(repr=False)


def read_security_object(content: bytes) -> SecurityObject:
    """Read what was signed; ChipError where it is no security object or lists a group twice."""
    if not well_formed(content):
        raise ChipError(ChipCode.SOD_MALFORMED)
    try:
        parsed = _SecurityObject.load(content, strict=True)
        algorithm = parsed["hash_algorithm"]["algorithm"].native
        listed = [(each["number"].native, each["hash"].native) for each in parsed["hashes"]]
    except MALFORMED:
        raise ChipError(ChipCode.SOD_MALFORMED) from None
    if algorithm not in HASHES:
        raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)
    size = HASHES[algorithm].digest_size
    found = dict(listed)
    whole = all(number in GROUPS and len(stored) == size for number, stored in listed)
    if not found or len(found) != len(listed) or not whole:
        raise ChipError(ChipCode.SOD_MALFORMED)
    return SecurityObject(algorithm, found)


def check_group(number: int, stored: bytes, signed: SecurityObject) -> ChipCode | None:
    """Hold one data group against its signed hash; None where all is well."""
    if not one_element(stored) or stored[0] != TAGS[number - 1]:
        return ChipCode.GROUP_MALFORMED
    if number not in signed.hashes:
        return ChipCode.GROUP_NOT_LISTED
    computed = hashlib.new(signed.algorithm, stored).digest()
    same = hmac.compare_digest(computed, signed.hashes[number])
    return None if same else ChipCode.GROUP_HASH_WRONG
