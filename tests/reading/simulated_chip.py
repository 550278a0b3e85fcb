"""A simulated chip that does chip authentication, written from ICAO 9303-11 and not from our code.

It takes the commands a reader would send, and answers within the session that they open.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.reading import pki

if TYPE_CHECKING:
    from collections.abc import Sequence

CIPHERS = {1: ("sha1", 16, 8), 2: ("sha1", 16, 16), 3: ("sha256", 24, 16), 4: ("sha256", 32, 16)}
"""The last number of id-CA-ECDH-...: hash, bytes of a key, bytes of a block."""

_EF_COM = bytes.fromhex("60165F01")
_KEY_OF_ECDH = bytes.fromhex("04007F000702020102")
_ECDH = bytes.fromhex("04007F0007020203") + b"\x02"


class SimulatedChip:
    """One chip with one key; ``cipher`` is the last number of its protocol."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        cipher: int = 2,
        *,
        identifier: int | None = None,
        says_cipher: bool = True,
    ) -> None:
        self.key = key
        self.cipher = cipher
        self.identifier = identifier
        self.says_cipher = says_cipher

    def dg14(self) -> bytes:
        """Give the chip's DG14."""
        return pki.element(0x6E, pki.element(0x31, self.infos()))

    def infos(self) -> bytes:
        """Give what stands in DG14 of this key: the key before the protocol."""
        number = b"" if self.identifier is None else bytes([2, 2, 0, self.identifier])
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        infos = pki.element(0x30, pki.element(6, _KEY_OF_ECDH) + public + number)
        if self.says_cipher:
            named = pki.element(6, _ECDH + bytes([self.cipher]))
            infos += pki.element(0x30, named + b"\x02\x01\x01" + number)
        return infos

    def answer(self, opening: Sequence[bytes], protected: bytes) -> bytes:
        """Open a session and answer the command in it; 6988 where its code is wrong."""
        point = self._point(opening)
        peer = ec.EllipticCurvePublicKey.from_encoded_point(self.key.curve, point)
        shared = self.key.exchange(ec.ECDH(), peer)
        name, size, block = CIPHERS[self.cipher]
        encryption, authentication = (
            hashlib.new(name, shared + bytes([0, 0, 0, use])).digest()[:size] for use in (1, 2)
        )
        header, expected, code = protected[:4], protected[5:8], protected[-9:-1]
        covered = pad(header, block) + expected
        if self._code(authentication, 1, covered) != code:
            return bytes.fromhex("6988")
        secret = self._encrypted(encryption, pad(_EF_COM, block))
        objects = pki.element(0x87, b"\x01" + secret) + bytes.fromhex("99029000")
        return objects + b"\x8e\x08" + self._code(authentication, 2, objects) + b"\x90\x00"

    def _point(self, opening: Sequence[bytes]) -> bytes:
        """Take the reader's public key out of its commands, and see that they ask for this key."""
        if self.cipher == 1:
            (only,) = opening
            assert only[:4] == bytes.fromhex("002241A6")
            self._see_number(only)
            return _value(only[5:], 0x91)
        first, second = opening
        assert first[:4] == bytes.fromhex("002241A4")
        assert _value(first[5:], 0x80) == _ECDH + bytes([self.cipher])
        self._see_number(first)
        assert (second[:4], second[-1]) == (bytes.fromhex("00860000"), 0)
        return _value(_value(second[5:], 0x7C), 0x80)

    def _see_number(self, command: bytes) -> None:
        assert command[4] == len(command) - 5
        if self.identifier is not None:
            assert command.endswith(bytes([0x84, 1, self.identifier]))

    def _encrypted(self, key: bytes, padded: bytes) -> bytes:
        if self.cipher == 1:
            return _run(TripleDES(key + key[:8]), modes.CBC(bytes(8)), padded)
        start = _run(AES(key), modes.ECB(), (2).to_bytes(16))  # noqa: S305 - the standard's own
        return _run(AES(key), modes.CBC(start), padded)

    def _code(self, key: bytes, counter: int, message: bytes) -> bytes:
        _, _, block = CIPHERS[self.cipher]
        data = pad(counter.to_bytes(block) + message, block)
        if self.cipher == 1:
            return retail(key, data)
        return cmac(key, data)


def pad(data: bytes, block: int) -> bytes:
    """Pad with 80 and zeros to whole blocks."""
    padded = data + b"\x80"
    while len(padded) % block:
        padded += b"\0"
    return padded


def retail(key: bytes, data: bytes) -> bytes:
    """Compute ISO/IEC 9797-1 MAC algorithm 3 block by block."""
    state = bytes(8)
    for at in range(0, len(data), 8):
        state = _des(key[:8], xor(state, data[at : at + 8]))
    back = Cipher(TripleDES(key[8:] * 3), modes.ECB()).decryptor()  # noqa: S305 - one block
    return _des(key[:8], back.update(state) + back.finalize())


def cmac(key: bytes, data: bytes) -> bytes:
    """Compute the first 8 bytes of NIST SP 800-38B's CMAC of whole blocks."""
    top = int.from_bytes(_run(AES(key), modes.ECB(), bytes(16))) << 1  # noqa: S305 - as there
    subkey = (top ^ (0x87 if top >> 128 else 0)) % 2**128
    last = xor(data[-16:], subkey.to_bytes(16))
    return _run(AES(key), modes.CBC(bytes(16)), data[:-16] + last)[-16:-8]


def xor(one: bytes, other: bytes) -> bytes:
    """Combine two blocks."""
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _des(key: bytes, block: bytes) -> bytes:
    return _run(TripleDES(key * 3), modes.ECB(), block)  # noqa: S305 - one block


def _run(cipher: TripleDES | AES, mode: modes.CBC | modes.ECB, data: bytes) -> bytes:
    encryptor = Cipher(cipher, mode).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _value(objects: bytes, tag: int) -> bytes:
    """Give the value of the first of these data objects, which has this tag."""
    assert objects[0] == tag
    size, start = (objects[2], 3) if objects[1] == 0x81 else (objects[1], 2)
    return objects[start : start + size]
