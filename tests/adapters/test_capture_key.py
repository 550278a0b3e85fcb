from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey

from lineproof.adapters.capture_key import POINT_BYTES, signed_by, thumbprint

KEY = ec.derive_private_key(20_251_125, ec.SECP256R1())
MESSAGE = b'{"nonce": "n0nce"}'


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give a public key as WebCrypto exports it, raw."""
    form = serialization.PublicFormat.UncompressedPoint
    return key.public_key().public_bytes(serialization.Encoding.X962, form)


def signature_of(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Sign as WebCrypto does: r and s, 32 bytes each."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_what_the_key_signed_is_its_own() -> None:
    """A signature holds for its key and its message, and for no other."""
    signature = signature_of(KEY, MESSAGE)
    other = ec.derive_private_key(7, ec.SECP256R1())
    assert signed_by(point_of(KEY), message=MESSAGE, signature=signature)
    assert not signed_by(point_of(KEY), message=MESSAGE + b" ", signature=signature)
    assert not signed_by(point_of(other), message=MESSAGE, signature=signature)


@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 64, bytes(63), bytes(65)])
def test_what_is_no_signature(signature: bytes) -> None:
    """Noughts, numbers beyond the curve and other lengths are no signature, and no fault."""
    assert not signed_by(point_of(KEY), message=MESSAGE, signature=signature)


@pytest.mark.parametrize(
    "point",
    [
        b"",
        bytes(POINT_BYTES),
        b"\x04" + bytes(64),
        b"\x04" + b"\xff" * 64,
        point_of(KEY)[:-1],
        point_of(KEY)[:-1] + bytes([point_of(KEY)[-1] ^ 1]),
        b"\x02" + point_of(KEY)[1:33],
    ],
)
def test_what_is_no_key(point: bytes) -> None:
    """A point off the curve, at infinity, compressed or cut short is never a key."""
    assert thumbprint(point) is None
    assert not signed_by(point, message=MESSAGE, signature=signature_of(KEY, MESSAGE))


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    """Another implementation of RFC 7638 gives the same."""
    point = point_of(KEY)
    x, y = (
        base64.urlsafe_b64encode(half).rstrip(b"=").decode() for half in (point[1:33], point[33:])
    )
    known = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    assert thumbprint(point) == known.thumbprint()
