"""FileSealer: AES-256-GCM under keys that are derived from a key's file."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from lineproof.adapters.key_file import Key

SCHEME = b"\x01"
"""The first byte of an envelope: AES-256-GCM, a random nonce, and what follows in this file."""

ID_BYTES, NONCE_BYTES, TAG_BYTES = 8, 12, 16
"""Of the key's id, the nonce and the tag (NIST SP 800-38D, 5.2.1.1 and 8.2.2)."""

HEAD = len(SCHEME) + ID_BYTES + NONCE_BYTES


class FileSealer:
    """Seals under one key and opens under it and the older ones that it took the place of.

    An envelope is: scheme (1 byte), key id (8), nonce (12), content and tag (16). Purpose and
    context are not in it: whoever opens it says them, and they must be the same.
    """

    def __init__(self, key: Key, *older: Key) -> None:
        self._id = key.id
        self._keys = {each.id: each for each in (*older, key)}

    def seal(self, content: bytes, *, purpose: str, context: str) -> bytes:
        """Give an envelope that opens only for the same purpose and context."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = SCHEME + self._id + nonce
        cipher = AESGCM(self._keys[self._id].for_use(f"lineproof/seal/{purpose}"))
        return head + cipher.encrypt(nonce, content, _bound(head, purpose, context))

    def unseal(self, envelope: bytes, *, purpose: str, context: str) -> bytes | None:
        """Give the content; None where the envelope, the purpose or the context is another."""
        head, sealed = envelope[:HEAD], envelope[HEAD:]
        key = self._keys.get(head[len(SCHEME) : len(SCHEME) + ID_BYTES])
        if not head.startswith(SCHEME) or len(sealed) < TAG_BYTES or key is None:
            return None
        cipher = AESGCM(key.for_use(f"lineproof/seal/{purpose}"))
        try:
            return cipher.decrypt(head[-NONCE_BYTES:], sealed, _bound(head, purpose, context))
        except InvalidTag:
            return None


def _bound(head: bytes, purpose: str, context: str) -> bytes:
    """Give what is authenticated beside the content, each part with its length before it."""
    parts = (head, purpose.encode(), context.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
