"""Access tokens of operators' systems: for an assertion (RFC 6749, 4.4), good for minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from lineproof.storage import Taken
from lineproof.web.sign_in.client_assertion import verify_assertion
from lineproof.web.sign_in.sealed_token import make_token, open_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lineproof.storage_records import Client
    from lineproof.web.sign_in.door import Door

LIFE = timedelta(minutes=10)
PURPOSE = "access_token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MOST_FORM = 16 * 1024


SCOPE = "operator"
"""The one scope there is: what an operator's system may do. A token says it all the same, so that
one made for less, once there is less, is never taken for this."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A token for one client. ``expires_in`` is in seconds."""

    token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class OAuthRefused:
    """An error of the token endpoint (RFC 6749, 5.2); ``sentence`` is plain ASCII."""

    error: str
    sentence: str
    status: int


def token_request(door: Door, form: bytes) -> Issued | OAuthRefused:
    """Answer a request of the token endpoint, whose body is ``form``.

    1. Read the form: each name once (RFC 6749, 3.2).
    2. Verify the assertion, and that the form names no other client.
    3. Spend it: a second one of its ``jti`` gets nothing.
    """
    asked = _read_form(form)
    if isinstance(asked, OAuthRefused):
        return asked
    now = door.clock()
    with door.store.read() as tx:
        good = verify_assertion(
            asked["client_assertion"],
            client_of=tx.client,
            expected_audience=door.token_endpoint,
            now=now,
        )
    if good is None or asked.get("client_id", good.client) != good.client:
        return NOT_PROVEN
    try:
        with door.store.begin() as tx:
            tx.spend_once(good.client, good.jti, until=good.until)
    except Taken:
        return NOT_PROVEN
    said = {"client": good.client, "scope": SCOPE}
    token = make_token(door.sealer, purpose=PURPOSE, said=said, now=now, life=LIFE)
    return Issued(token, int(LIFE.total_seconds()))


def granted(door: Door, token: str, *, now: datetime) -> Client | None:
    """Give the operator's system that an access token was issued to, while both are good."""
    opened = open_token(door.sealer, token, purpose=PURPOSE, now=now)
    if opened is None or opened.said["scope"] != SCOPE:
        return None
    with door.store.read() as tx:
        client = tx.client(opened.said["client"])
    # A system that was shut out is out at once, not in ten minutes.
    return client if client is not None and client.active else None


NOT_PROVEN = OAuthRefused(
    "invalid_client",
    "The client assertion proves nothing. Sign a new one: its own key and kid, iss and sub the "
    "client, aud this endpoint, a fresh jti, five minutes at most.",
    401,
)
"""One answer for every reason: nobody learns which clients there are."""


def _read_form(form: bytes) -> Mapping[str, str] | OAuthRefused:
    if len(form) > MOST_FORM:
        return _invalid("The request is too large.", status=413)
    try:
        text = form.decode("ascii")
        pairs = parse_qsl(text, strict_parsing=True, errors="strict", max_num_fields=20)
    except (UnicodeDecodeError, ValueError):
        return _invalid("The body is no form (application/x-www-form-urlencoded).")
    asked = dict(pairs)
    if len(asked) < len(pairs):
        return _invalid("A parameter stands there twice.")
    return _lacking(asked) or asked


def _lacking(asked: Mapping[str, str]) -> OAuthRefused | None:
    """Say what a form lacks, or what it has too much."""
    if "client_secret" in asked:
        return _invalid("There are no client secrets here. Send a client_assertion alone.")
    if asked.get("grant_type") != "client_credentials":
        error = "unsupported_grant_type" if "grant_type" in asked else "invalid_request"
        return OAuthRefused(error, "grant_type is client_credentials.", 400)
    if asked.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in asked:
        return _invalid(f"client_assertion is needed, of type {ASSERTION_TYPE}.")
    if asked.get("scope", SCOPE) != SCOPE:
        return OAuthRefused("invalid_scope", f"The one scope is {SCOPE}.", 400)
    return None


def _invalid(sentence: str, *, status: int = 400) -> OAuthRefused:
    return OAuthRefused("invalid_request", sentence, status)
