"""An operator's system proves itself: a JWT signed with its key (RFC 7523, ``private_key_jwt``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry

from lineproof.web.sign_in.client_keys import KeysRefused, read_keys
from lineproof.web.sign_in.sealed_token import SKEW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joserfc._rfc7515.model import JWSAlgModel

    from lineproof.storage_records import Client

LONGEST_ASSERTION = 8 * 1024
"""Characters. A longer one is not decoded."""

LONGEST_LIFE = timedelta(minutes=5)
"""Between ``iat`` and ``exp``: a stolen assertion is soon worth nothing."""

MOST_ID = 128
"""Characters of an issuer or a ``jti``."""

ALGORITHMS = frozenset({"ES256", "EdDSA", "Ed25519", "PS256", "RS256"})
"""Signatures only. Neither ``none`` nor an HMAC, whose key would be the public one (RFC 8725)."""

TYPES = frozenset({"jwt", "client-authentication+jwt"})
"""What ``typ`` may be, lower case; a JWT made for something else says something else (RFC 8725)."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A good assertion; it is not used yet. ``until``: the end of the time in which it is good."""

    client: str
    jti: str
    until: datetime


class _Allowed(JWSRegistry):
    """joserfc's algorithms, without its warning: by the key's curve ``EdDSA`` is Ed25519 here."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"{name!r} is not allowed")
        return self.algorithms[name]


def verify_assertion(
    assertion: str,
    *,
    client_of: Callable[[str], Client | None],
    expected_audience: str,
    now: datetime,
) -> Assertion | None:
    """Verify an assertion; None for every reason there is, so that nobody learns which it was.

    1. Short, three parts, an allowed algorithm, a key that its issuer gave us before.
    2. The signature, by that key and no other.
    3. iss, sub, aud, exp, iat, jti (RFC 7523, 3), with the life we allow.
    """
    if len(assertion) > LONGEST_ASSERTION or not assertion.isascii():
        return None
    try:
        unproven = jws.extract_compact(assertion.encode(), registry=_Allowed())
        client = _client(unproven.headers(), unproven.payload, client_of)
        keys = None if client is None else read_keys(client.keys)
        if client is None or keys is None or isinstance(keys, KeysRefused):
            return None
        key = keys.get_by_kid(unproven.headers()["kid"])
        proven = jwt.decode(assertion, key, registry=_Allowed(), algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        # A stranger's bytes: whatever the library finds wrong with them, they prove nothing.
        return None
    return _claims(proven.claims, client.id, expected_audience, now)


def _client(
    header: Mapping[str, Any], payload: bytes | None, client_of: Callable[[str], Client | None]
) -> Client | None:
    """Give the active client that an assertion says it is of. Nothing is proven by that yet."""
    typ = header.get("typ", "JWT")
    if not isinstance(header.get("kid"), str) or str(typ).lower() not in TYPES:
        return None
    issuer = _text(_loads(payload or b"").get("iss"))
    client = client_of(issuer) if issuer else None
    return client if client is not None and client.active else None


def _loads(payload: bytes) -> Mapping[str, Any]:
    claims = json.loads(payload)
    return claims if isinstance(claims, dict) else {}


def _claims(
    claims: Mapping[str, Any], client: str, audience: str, now: datetime
) -> Assertion | None:
    """Check the claims of an assertion whose signature holds."""
    # One audience only: an assertion for two could be replayed by the one against the other.
    single = claims.get("aud") in (audience, [audience])
    jti, made, until = _text(claims.get("jti")), _time(claims.get("iat")), _time(claims.get("exp"))
    not_before = _time(claims["nbf"]) if "nbf" in claims else made
    if jti is None or made is None or until is None or not_before is None:
        return None
    named = claims.get("iss") == claims.get("sub") == client
    timely = max(made, not_before) - SKEW <= now < until + SKEW and made < until
    if not (named and single and timely and until - made <= LONGEST_LIFE):
        return None
    return Assertion(client=client, jti=jti, until=until + SKEW)


def _text(value: object) -> str | None:
    good = isinstance(value, str) and 0 < len(value) <= MOST_ID and value.isprintable()
    return value if good and isinstance(value, str) else None


def _time(value: object) -> datetime | None:
    """Read a NumericDate (RFC 7519, 2); None for what is none, infinity and booleans included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
