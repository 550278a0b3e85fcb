"""An operator's system's public keys: a JWK set (RFC 7517) that is given to us, never fetched."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_RSA_BITS = 2048
MOST_KEYS = 10
MOST_BYTES = 32 * 1024
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class KeysRefused:
    """A JWK set was refused, in one sentence."""

    sentence: str


def read_keys(text: str) -> KeySet | KeysRefused:
    """Read a JWK set: 1 to 10 public keys, P-256, Ed25519 or RSA of 2048 bits, each with a kid."""
    if len(text) > MOST_BYTES:
        return KeysRefused("The JWK set is larger than 32 KiB.")
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return KeysRefused("It is no JSON.")
    keys = held.get("keys") if isinstance(held, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        return KeysRefused(f"A JWK set has 1 to {MOST_KEYS} keys under the name keys.")
    named = all(isinstance(key, dict) and isinstance(key.get("kid"), str) for key in keys)
    if not named or len({key["kid"] for key in keys}) < len(keys):
        return KeysRefused("Each key is an object with a kid of its own, by which it is named.")
    wrong = [refused for key in keys if (refused := _wrong(key))]
    return wrong[0] if wrong else KeySet([_key(key) for key in keys])


def _wrong(key: Mapping[str, Any]) -> KeysRefused | None:
    """Say what is wrong with one key."""
    kid = "".join(c if c.isprintable() else "?" for c in key["kid"][:40])
    if PRIVATE & set(key):
        return KeysRefused(
            f"The key {kid} is private or shared: make a new one, give its public half."
        )
    if key.get("use", "sig") != "sig":
        return KeysRefused(f"The key {kid} is not for signatures.")
    if key.get("kty") == "RSA" and _bits(key.get("n")) < LEAST_RSA_BITS:
        return KeysRefused(f"The key {kid} is shorter than {LEAST_RSA_BITS} bits.")
    try:
        read = _key(key)
    except (JoseError, ValueError, TypeError, KeyError):
        return KeysRefused(f"The key {kid} cannot be read: EC P-256, OKP Ed25519 or RSA is needed.")
    if not isinstance(read, RSAKey) and read.curve_name not in {"P-256", "Ed25519"}:
        return KeysRefused(f"The key {kid} is on another curve than P-256 or Ed25519.")
    return None


def _bits(number: object) -> int:
    """Give the bits of a base64url number (RFC 7518, 6.3.1.1); 0 for what is none."""
    try:
        return int.from_bytes(urlsafe_b64decode(f"{number}===")).bit_length()
    except ValueError:
        return 0


def _key(key: Mapping[str, Any]) -> ECKey | OKPKey | RSAKey:
    kinds: dict[str, type[ECKey | OKPKey | RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    return kinds[key["kty"]].import_key(dict(key))
