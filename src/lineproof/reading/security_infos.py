"""DG14: which protocols a chip knows, and its keys for them (ICAO 9303-11, 9.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from asn1crypto.core import Any as AnyValue
from asn1crypto.core import Integer, ObjectIdentifier, Sequence, SetOf
from asn1crypto.keys import PublicKeyInfo
from cryptography.hazmat.primitives.asymmetric import ec

from lineproof.reading.chip_code import MALFORMED, ChipCode, ChipError
from lineproof.reading.der import body_of, well_formed
from lineproof.reading.public_keys import public_key
from lineproof.reading.secure_messaging import AES_128, AES_192, AES_256, TRIPLE_DES, Suite

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP_TAG = 0x6E
_KEY_OF_ECDH: Final = "0.4.0.127.0.7.2.2.1.2"
"""id-PK-ECDH: a ChipAuthenticationPublicKeyInfo."""

SUITES: Final[Mapping[str, Suite]] = {
    "0.4.0.127.0.7.2.2.3.2.1": TRIPLE_DES,
    "0.4.0.127.0.7.2.2.3.2.2": AES_128,
    "0.4.0.127.0.7.2.2.3.2.3": AES_192,
    "0.4.0.127.0.7.2.2.3.2.4": AES_256,
}
"""id-CA-ECDH-3DES-CBC-CBC and id-CA-ECDH-AES-CBC-CMAC-128, -192 and -256 (9303-11, 9.2.6)."""

_WITHOUT_INFO: Final = "0.4.0.127.0.7.2.2.3.2.1"
"""What a chip speaks that has a key and does not say for which cipher."""

MOST_INFOS = 64
_KEY_IDENTIFIERS = range(2**31)


class _SecurityInfo(Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("protocol", ObjectIdentifier),
        ("required", AnyValue),
        ("optional", AnyValue, {"optional": True}),
    ]


class _SecurityInfos(SetOf):  # type: ignore[misc]
    _child_spec = _SecurityInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipKey:
    """A chip's public key for chip authentication, and the protocol that goes with it."""

    key: ec.EllipticCurvePublicKey
    protocol: str
    identifier: int | None
    """Which of its keys the chip is to use, where it says that it has several."""

    @property
    def suite(self) -> Suite:
        """The cipher of the session that the protocol opens."""
        return SUITES[self.protocol]


def chip_key(group: bytes) -> ChipKey | None:
    """Choose from DG14 the key and cipher of chip authentication; None where it has no such key.

    The strongest cipher comes first, then the order of DG14: the same group always gives the same
    key. Raises ChipError: GROUP_MALFORMED where it is no DG14, ALGORITHM_NOT_SUPPORTED where the
    keys are there and none is read here (Diffie-Hellman over integers, other curves).
    """
    infos = _infos(group)
    keys = [each for each in infos if each[0].startswith("0.4.0.127.0.7.2.2.1.")]
    if not keys:
        return None
    told = [(name, identifier) for name, _, identifier in infos if name in SUITES]
    pairs = [
        (name, stored, identifier)
        for kind, stored, identifier in keys
        if kind == _KEY_OF_ECDH
        for name, other in told or [(_WITHOUT_INFO, identifier)]
        if other == identifier
    ]
    pairs.sort(key=lambda pair: pair[0], reverse=True)
    for name, stored, identifier in pairs:
        found = _elliptic(stored)
        if found is not None:
            return ChipKey(key=found, protocol=name, identifier=identifier)
    raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)


def _infos(group: bytes) -> list[tuple[str, Any, int | None]]:
    """Give each info: protocol, required data, and the key's number where it has one."""
    if not well_formed(group) or group[0] != GROUP_TAG:
        raise ChipError(ChipCode.GROUP_MALFORMED)
    try:
        parsed = _SecurityInfos.load(body_of(group), strict=True)
        if len(parsed) > MOST_INFOS:
            raise ChipError(ChipCode.GROUP_MALFORMED)
        return [
            (each["protocol"].dotted, each["required"], _number(each["optional"]))
            for each in parsed
        ]
    except MALFORMED:
        raise ChipError(ChipCode.GROUP_MALFORMED) from None


def _number(optional: Any) -> int | None:  # noqa: ANN401 - asn1crypto has no types
    """Read a key's number; other infos have other things in its place, or nothing."""
    if not isinstance(optional, AnyValue) or not isinstance(optional.parsed, Integer):
        return None
    return optional.native if optional.native in _KEY_IDENTIFIERS else None


def _elliptic(stored: Any) -> ec.EllipticCurvePublicKey | None:  # noqa: ANN401 - as above
    try:
        found = public_key(PublicKeyInfo.load(stored.dump(), strict=True))
    except ChipError:
        return None
    except MALFORMED:
        raise ChipError(ChipCode.GROUP_MALFORMED) from None
    return found if isinstance(found, ec.EllipticCurvePublicKey) else None
