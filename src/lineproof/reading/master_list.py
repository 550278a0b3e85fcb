"""Opens a CSCA master list: many countries' CAs, signed by one of them (ICAO 9303-12, 9)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from asn1crypto.core import Integer, Sequence, SetOf
from asn1crypto.x509 import Certificate

from lineproof.reading.chip_code import MALFORMED, ChipError
from lineproof.reading.issuers import issued_by, read_certificate
from lineproof.reading.signed_data import open_signed

if TYPE_CHECKING:
    from collections.abc import Iterable

MASTER_LIST: Final = "2.23.136.1.1.2"
"""id-icao-cscaMasterList."""

_SIGNER_PURPOSE: Final = "2.23.136.1.1.3"
"""id-icao-cscaMasterListSigningKey."""

MOST_LIST_BYTES = 8 * 2**20
MOST_CERTIFICATES = 5_000

PINNED: Final = {
    "2084aed7a991b3158e63ad750d3dc38bc6c9dcf5958f28d1162f49884e91ada8": "CSCA Germany 07",
    "411356d206b99da15efadf4b84149f8600ee6260c6727cd6bc230d6b6e151a24": "CSCA Netherlands 7",
}
"""SHA-256 of the certificates whose lists are believed without a word from the operator.

They are the roots that lay beside the German list of 2026-05-28 and the Dutch one of 2026-07-22.
Compare them with what bsi.bund.de and npkd.nl publish before relying on them.
"""


class _Certificates(SetOf):  # type: ignore[misc]
    _child_spec = Certificate


class _MasterList(Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("version", Integer), ("certificates", _Certificates)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterList:
    """The certificates of a list whose signature holds, and the root that it leads to."""

    certificates: tuple[bytes, ...] = field(repr=False)
    root: str
    """SHA-256 of the root's certificate, in hexadecimal."""


def fingerprint(certificate: bytes) -> str:
    """Give the SHA-256 of a certificate, in hexadecimal."""
    return hashlib.sha256(certificate).hexdigest()


def open_master_list(data: bytes, roots: Iterable[bytes]) -> MasterList | None:
    """Open a list that one of ``roots`` (DER), or a pinned one, answers for; None where none does.

    Raises ChipError where it is no list, or its own signature does not hold.
    """
    signed = open_signed(data, MASTER_LIST, most_bytes=MOST_LIST_BYTES)
    try:
        listed = [each.dump() for each in _MasterList.load(signed.content)["certificates"]]
        purposes = signed.signer.extended_key_usage_value
        for_lists = purposes is not None and _SIGNER_PURPOSE in {p.dotted for p in purposes}
    except MALFORMED:
        return None
    if not for_lists or not 0 < len(listed) <= MOST_CERTIFICATES:
        return None
    brought = [*listed, *(each.dump() for each in signed.certificates)]
    pinned = [each for each in brought if fingerprint(each) in PINNED]
    for root in (*roots, *pinned):
        if _answers(root, signed.signer):
            return MasterList(certificates=tuple(dict.fromkeys(listed)), root=fingerprint(root))
    return None


def _answers(root: bytes, signer: Certificate) -> bool:
    """Whether a root issued the list's signer, within the root's own validity."""
    try:
        found = read_certificate(root)
        in_time = found.not_valid_before <= signer.not_valid_before <= found.not_valid_after
        return bool(in_time) and issued_by(signer, found)
    except (*MALFORMED, ChipError):
        return False
