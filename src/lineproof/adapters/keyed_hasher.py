"""KeyedHasher: HMAC-SHA-256 under keys that are derived from a key's file."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from typing import TYPE_CHECKING

from lineproof.reading.states import alpha_2

if TYPE_CHECKING:
    from lineproof.adapters.key_file import Key


class KeyedHasher:
    """Hashes documents and makes secrets; neither can be done, or undone, without the key."""

    def __init__(self, key: Key) -> None:
        self._person = key.for_use("lineproof/person")
        self._secret = key.for_use("lineproof/secret")

    def person(self, *, issuer: str, kind: str, number: str) -> str:
        """Give the keyed hash of a document: the same for the same document, and no way back.

        Spaces, hyphens and small letters make no other document of it, and neither does a state
        by another code: a zone says D, who types may write DEU or DE. O and 0 are one sign of a
        number, since people and print do not tell them apart. 64 hexadecimal digits.
        """
        state = _plain(issuer)
        parts = (alpha_2(state) or state, _plain(kind), _plain(number).replace("O", "0"))
        return hmac.digest(self._person, _joined(*parts), "sha256").hex()

    def secret(self, use: str, subject: str) -> str:
        """Give a secret that only this deployment can make, and make again, for one subject."""
        digest = hmac.digest(self._secret, _joined(use, subject), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _plain(text: str) -> str:
    """Give a text's letters and digits, in capitals; as it is where it has none."""
    written = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in written if sign.isalnum()) or written


def _joined(*parts: str) -> bytes:
    """Join parts so that no other parts join to the same: each with its length before it."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
