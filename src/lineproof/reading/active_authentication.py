"""Active authentication: a chip answers a challenge with a key it cannot give away.

ICAO 9303-11, 6.1: RSA by ISO/IEC 9796-2, digital signature scheme 1 with partial recovery; ECDSA
as the bare r and s of BSI TR-03111, 5.2.1.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final

from asn1crypto.keys import PublicKeyInfo
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from lineproof.reading.chip_code import MALFORMED, ChipCode, ChipError
from lineproof.reading.public_keys import Scheme, curve_bits, public_key, verifies

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from lineproof.reading.old_curves import OldCurveKey

CHALLENGE_BYTES = 8
_PARTIAL_RECOVERY = 0x6A
_IMPLICIT, _EXPLICIT = 0xBC, 0xCC
_TRAILERS: Final = {0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224"}
"""ISO/IEC 10118-3 hash identifiers."""

_PLAIN_ECDSA: Final = re.compile(rb"\x06\x0a\x04\x00\x7f\x00\x07\x01\x01\x04\x01([\x01-\x05])")
"""bsi-de ecdsa-plain-signatures with SHA-1, 224, 256, 384 or 512, as DG14 names it."""

_PLAIN_HASHES: Final = ("sha1", "sha224", "sha256", "sha384", "sha512")


def answered(key_info: bytes, challenge: bytes, response: bytes, algorithms: bytes | None) -> bool:
    """Whether ``response`` answers ``challenge`` under DG15's key (a SubjectPublicKeyInfo).

    ``algorithms`` is DG14, which names the hash where the key is on a curve. Raises ChipError for
    a key that is not read here.
    """
    try:
        key = public_key(PublicKeyInfo.load(key_info, strict=True))
    except MALFORMED:
        raise ChipError(ChipCode.GROUP_MALFORMED) from None
    if len(challenge) != CHALLENGE_BYTES:
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return _recovered(key, challenge, response)
    return _plain(key, challenge, response, algorithms or b"")


def _recovered(key: RSAPublicKey, challenge: bytes, response: bytes) -> bool:
    """Open an ISO/IEC 9796-2 signature and hash its first part with the challenge."""
    numbers, size = key.public_numbers(), (key.key_size + 7) // 8
    signature = int.from_bytes(response)
    if len(response) != size or signature >= numbers.n:
        return False
    opened = pow(signature, numbers.e, numbers.n).to_bytes(size)
    if opened[-1] == _IMPLICIT:
        name, trailer = "sha1", 1
    elif opened[-1] == _EXPLICIT and opened[-2] in _TRAILERS:
        name, trailer = _TRAILERS[opened[-2]], 2
    else:
        return False
    digest_size = hashlib.new(name).digest_size
    if opened[0] != _PARTIAL_RECOVERY or size < 1 + digest_size + trailer:
        return False
    message, digest = opened[1 : size - trailer - digest_size], opened[-trailer - digest_size :]
    computed = hashlib.new(name, message + challenge).digest()
    return hmac.compare_digest(digest[:digest_size], computed)


def _plain(
    key: EllipticCurvePublicKey | OldCurveKey,
    challenge: bytes,
    response: bytes,
    algorithms: bytes,
) -> bool:
    """Verify the bare r and s, each as long as the curve's order."""
    named = _PLAIN_ECDSA.search(algorithms)
    name = _PLAIN_HASHES[named[1][0] - 1] if named else "sha256"
    if len(response) != 2 * ((curve_bits(key) + 7) // 8):
        return False
    half = len(response) // 2
    r, s = int.from_bytes(response[:half]), int.from_bytes(response[half:])
    how = Scheme("ecdsa", name, name, 0)
    return verifies(key, encode_dss_signature(r, s), challenge, how)
