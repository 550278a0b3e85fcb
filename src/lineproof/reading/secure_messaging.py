"""Secure messaging of a chip: keys from a shared secret, and the codes under its messages.

ICAO 9303-11, 9.7 (key derivation) and 9.8 (secure messaging), for the ciphers of chip
authentication. Nothing is decrypted here: a message's authentication code is what proves the key.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher of secure messaging: bytes of its key and its block, and the hash that keys are of.

    ``aes`` says whether it is AES with CMAC, or Triple DES with the retail MAC.
    """

    key_bytes: int
    block: int
    hash: str
    aes: bool


TRIPLE_DES: Final = Suite(16, 8, "sha1", aes=False)
AES_128: Final = Suite(16, 16, "sha1", aes=True)
AES_192: Final = Suite(24, 16, "sha256", aes=True)
AES_256: Final = Suite(32, 16, "sha256", aes=True)

CODE_BYTES = 8
_CODE = bytes([0x8E, CODE_BYTES])
_STATUS = bytes([0x99, 2])
_EXPECTED = bytes([0x97, 1])
_PROTECTED_CLASS = 0x0C
_FOR_CODES = 2
MOST_RESPONSE_BYTES = 64 * 1024


def code_key(suite: Suite, shared: bytes) -> bytes:
    """Derive KS_MAC from a shared secret (9303-11, 9.7.1); DES ignores the parity bits."""
    return hashlib.new(suite.hash, shared + _FOR_CODES.to_bytes(4)).digest()[: suite.key_bytes]


def protected_command(suite: Suite, key: bytes, header: bytes, length: int, counter: int) -> bytes:
    """Protect a command that has no data and expects ``length`` bytes (9303-11, 9.8.4).

    ``header`` is CLA INS P1 P2; ``counter`` is the send sequence counter before it.
    """
    marked = bytes([header[0] | _PROTECTED_CLASS]) + header[1:]
    expected = _EXPECTED + bytes([length])
    code = _code(suite, key, counter + 1, _padded(marked, suite.block) + expected)
    body = expected + _CODE + code
    return marked + bytes([len(body)]) + body + b"\0"


def response_holds(suite: Suite, key: bytes, response: bytes, counter: int) -> bool:
    """Whether a chip that has this key made a response (9303-11, 9.8.5).

    The response is DO'87' (if any), DO'99' and DO'8E', and the status bytes in the open, which
    must be those of DO'99'. ``counter`` is the send sequence counter before it.
    """
    length = len(_STATUS) + 2 + len(_CODE) + CODE_BYTES + 2
    if not length <= len(response) <= MOST_RESPONSE_BYTES:
        return False
    objects, status = response[:-2], response[-2:]
    covered, code = objects[: -len(_CODE) - CODE_BYTES], objects[-CODE_BYTES:]
    shaped = objects[len(covered) : -CODE_BYTES] == _CODE and covered.endswith(_STATUS + status)
    return shaped and hmac.compare_digest(_code(suite, key, counter + 1, covered), code)


def _code(suite: Suite, key: bytes, counter: int, message: bytes) -> bytes:
    """Compute the code over the counter and a message, which is padded here (9303-11, 9.8.6)."""
    data = _padded(counter.to_bytes(suite.block) + message, suite.block)
    if suite.aes:
        cmac = CMAC(AES(key))
        cmac.update(data)
        return cmac.finalize()[:CODE_BYTES]
    return _retail(key, data)


def _retail(key: bytes, data: bytes) -> bytes:
    """Compute ISO/IEC 9797-1 MAC algorithm 3 with DES: the last block once more, under both keys.

    Triple DES with one key three times is DES.
    """
    first, second = key[:8], key[8:]
    chained = _encrypted(first * 3, modes.CBC(bytes(8)), data[:-8]) if data[8:] else bytes(8)
    last = bytes(a ^ b for a, b in zip(chained[-8:], data[-8:], strict=True))
    return _encrypted(first + second + first, modes.ECB(), last)  # noqa: S305 - one block


def _encrypted(key: bytes, mode: modes.CBC | modes.ECB, data: bytes) -> bytes:
    encryptor = Cipher(TripleDES(key), mode).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _padded(data: bytes, block: int) -> bytes:
    """Pad by ISO/IEC 9797-1 method 2: one bit, then zeros to the end of the block."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block)
