"""Chip authentication: a chip opens a session that only its own key can open (9303-11, 6.2).

Both sides agree on a secret by Diffie-Hellman: the chip's static key in DG14, which the issuer
signed, and a fresh one of ours. A reader cannot be believed that the session opened, and need not
be: it is given our public key and one command, already protected under the session's keys, and
hands back the chip's protected answer. Whoever makes the code under that answer has the chip's key
or ours. So ours never leaves whoever asks, and serves for one question.

The session proves that the chip was within somebody's reach while the question was open. It does
not prove in whose hands: an answer can be relayed, as in active authentication.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from asn1crypto.core import ObjectIdentifier
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from lineproof.reading.chip_code import ChipCode, ChipError
from lineproof.reading.secure_messaging import (
    TRIPLE_DES,
    code_key,
    protected_command,
    response_holds,
)
from lineproof.reading.security_infos import ChipKey, chip_key

_READ_EF_COM: Final = bytes.fromhex("00B09E00")
"""READ BINARY of EF.COM by its short identifier 1E, which every chip has (9303-10, 3.11.2)."""

_LENGTH = 4
_SET_KEY: Final = bytes.fromhex("002241A6")
"""MSE:Set KAT, which brings the public key along; for Triple DES only (9303-11, 6.2.4.1)."""

_SET_PROTOCOL: Final = bytes.fromhex("002241A4")
"""MSE:Set AT, and after it GENERAL AUTHENTICATE with the public key (9303-11, 6.2.4.2)."""

_GENERAL_AUTHENTICATE: Final = bytes.fromhex("00860000")
_SHORT = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipQuestion:
    """What to ask a chip, and the secret that its answer is held against."""

    secret: bytes = field(repr=False)
    """Our private key, PKCS #8 DER. It stays with whoever asks and is used once."""
    opening: tuple[bytes, ...]
    """Commands that the reader sends within its own secure messaging."""
    protected: bytes
    """The command that it sends after them as it stands; the chip's response is ``CA.bin``."""


def ask(group: bytes) -> ChipQuestion | None:
    """Make a fresh question for the chip of this DG14; None where it has no key for it.

    Raises ChipError for a DG14 that is none, and keys that are not read here.
    """
    found = chip_key(group)
    if found is None:
        return None
    own = ec.generate_private_key(found.key.curve)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key = code_key(found.suite, own.exchange(ec.ECDH(), found.key))
    return ChipQuestion(
        secret=own.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        opening=_opening(found, point),
        # The counter begins at zero with the session (9303-11, 9.8.7.3).
        protected=protected_command(found.suite, key, _READ_EF_COM, _LENGTH, 0),
    )


def key_shown(group: bytes, secret: bytes, response: bytes) -> bool:
    """Whether the chip of this DG14 gave ``response`` to the question of this secret.

    Raises ChipError for keys that are not read here, and a DG14 that has none.
    """
    found = chip_key(group)
    if found is None:
        raise ChipError(ChipCode.CHIP_AUTHENTICATION_KEY_MISSING)
    try:
        own = load_der_private_key(secret, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    if not isinstance(own, ec.EllipticCurvePrivateKey) or own.curve.name != found.key.curve.name:
        return False
    key = code_key(found.suite, own.exchange(ec.ECDH(), found.key))
    # The command went out as number one.
    return response_holds(found.suite, key, response, 1)


def _opening(chip: ChipKey, point: bytes) -> tuple[bytes, ...]:
    numbered = b"" if chip.identifier is None else _object(0x84, _unsigned(chip.identifier))
    if chip.suite == TRIPLE_DES:
        return (_command(_SET_KEY, _object(0x91, point) + numbered),)
    protocol = ObjectIdentifier(chip.protocol).contents
    return (
        _command(_SET_PROTOCOL, _object(0x80, protocol) + numbered),
        _command(_GENERAL_AUTHENTICATE, _object(0x7C, _object(0x80, point))) + b"\0",
    )


def _command(header: bytes, data: bytes) -> bytes:
    return header + bytes([len(data)]) + data


def _object(tag: int, value: bytes) -> bytes:
    """Write a data object: the longest value, a point of 521 bits, has 133 bytes."""
    long = b"" if len(value) < _SHORT else bytes([_SHORT | 1])
    return bytes([tag]) + long + bytes([len(value)]) + value


def _unsigned(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8))
