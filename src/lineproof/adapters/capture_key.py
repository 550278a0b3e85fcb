"""The key of a capture session: P-256, made in the browser, of which only the public half comes.

WebCrypto gives a public key as the uncompressed point and a signature as r and s, 32 bytes each.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

POINT_BYTES = 65
_TEXT = 87
_HALF = 32


def point_of(text: str) -> bytes:
    """Read a point as base64url without padding; empty where the text is none of that length."""
    if len(text) != _TEXT:
        return b""
    try:
        return base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except ValueError:
        return b""


def thumbprint(point: bytes) -> str | None:
    """Give a key's thumbprint (RFC 7638), base64url; None where it is no point of P-256."""
    if _key(point) is None:
        return None
    x, y = _base64url(point[1 : 1 + _HALF]), _base64url(point[1 + _HALF :])
    members = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    return _base64url(hashlib.sha256(members.encode("ascii")).digest())


def signed_by(point: bytes, *, message: bytes, signature: bytes) -> bool:
    """Tell whether this key signed this message: ECDSA with SHA-256 (FIPS 186-5, 6.4.2)."""
    key = _key(point)
    if key is None or len(signature) != 2 * _HALF:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _key(point: bytes) -> ec.EllipticCurvePublicKey | None:
    """Read an uncompressed point; None where it is of another form or not on the curve."""
    if len(point) != POINT_BYTES or point[0] != 4:  # noqa: PLR2004 - SEC 1, 2.3.3: uncompressed
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
