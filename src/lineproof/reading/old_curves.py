"""Brainpool curves that `cryptography` does not have: 160, 192, 224 and 320 bits (RFC 5639, 3).

Old document signers have such keys. They are verified with the package `ecdsa` of the extra
``old-curves``, slow and pure Python; without it these keys stay unmeasured. Only what is public
passes through it, so that its timing, which depends on the numbers, gives nothing away.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from lineproof.reading.named_curves import Domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asn1crypto.keys import PublicKeyInfo

_SIZES = ("160", "192", "224", "320")


@dataclass(frozen=True, slots=True)
class OldCurveKey:
    """A public key on one of these curves."""

    bits: int
    """The length of the curve's order."""
    _key: Any = field(repr=False)

    def verifies(self, signature: bytes, digest: bytes) -> bool:
        """Whether a DER signature (ECDSA, FIPS 186-4, 6.4) over a hash is this key's.

        A hash longer than the order counts by its leading bits. ValueError where the signature is
        not DER.
        """
        r, s = decode_dss_signature(signature)
        order = self._key.curve.order
        if not (0 < r < order and 0 < s < order):
            return False
        excess = max(0, len(digest) * 8 - order.bit_length())
        from ecdsa.ecdsa import Signature  # noqa: PLC0415 - of an extra

        return bool(self._key.pubkey.verifies(int.from_bytes(digest) >> excess, Signature(r, s)))


def old_curve_key(info: PublicKeyInfo, domain: Domain | None) -> OldCurveKey | None:
    """Read a key on one of these curves, or None: another curve, no extra, or no point of it.

    ``domain`` holds the key's parameters where they are written out rather than named.
    """
    if importlib.util.find_spec("ecdsa") is None:
        return None
    parameters = info["algorithm"]["parameters"]
    named = parameters.chosen.dotted if parameters.name == "named" else None
    for curve in _curves():
        if domain == _domain(curve) or named == ".".join(map(str, curve.oid)):
            return _on(curve, info["public_key"].native)
    return None


def _on(curve: Any, point: bytes) -> OldCurveKey | None:  # noqa: ANN401 - ecdsa has no types
    from ecdsa import VerifyingKey  # noqa: PLC0415 - of an extra
    from ecdsa.keys import MalformedPointError  # noqa: PLC0415

    encodings = ("uncompressed", "compressed")
    try:
        key = VerifyingKey.from_string(point, curve=curve, valid_encodings=encodings)
    except MalformedPointError:
        return None
    return OldCurveKey(curve.order.bit_length(), key)


def _curves() -> Iterator[Any]:
    from ecdsa import curves  # noqa: PLC0415 - of an extra

    return (getattr(curves, f"BRAINPOOLP{size}r1") for size in _SIZES)


def _domain(curve: Any) -> Domain:  # noqa: ANN401 - ecdsa has no types
    equation, base = curve.curve, curve.generator
    return Domain(
        p=int(equation.p()),
        a=int(equation.a()) % int(equation.p()),
        b=int(equation.b()),
        x=int(base.x()),
        y=int(base.y()),
        n=int(curve.order),
    )
