"""WebAuthn's two ceremonies with py_webauthn: a passkey is made, a passkey signs.

The challenge lies sealed in what the browser sends back, for five minutes, and is spent by the
first answer to it, a wrong one included.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json,
    parse_attestation_object,
)
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lineproof.storage import Taken
from lineproof.storage_records import Passkey
from lineproof.web.sign_in.sealed_token import make_token, open_token
from lineproof.web.sign_in.sign_in_refused import SignInRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lineproof.web.sign_in.door import Door

LIFE = timedelta(minutes=5)
CHALLENGE_BYTES = 32
MOST_CREDENTIAL_ID = 1023
"""Bytes (WebAuthn Level 3, 4)."""

SPENT = "staff:challenge"
"""Under this name spent challenges are kept; the colon keeps it apart from any client's id."""


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the browser gets: ``options`` for navigator.credentials, ``state`` to send back."""

    options: Mapping[str, Any]
    state: str


OVER = SignInRefused(
    "ceremony_over", "This took too long, or was answered before. Begin again.", 409
)
PASSKEY_REFUSED = SignInRefused(
    "passkey_refused", "The passkey does not prove who is there. Try again, or ask an admin.", 403
)


def begin_registration(
    door: Door, *, staff: str, made: Sequence[Passkey], said: Mapping[str, str], now: datetime
) -> Ceremony:
    """Ask the browser for a new passkey of a member of staff that has those ``made`` already."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    options = webauthn.generate_registration_options(
        rp_id=door.host,
        rp_name="Lineproof",
        user_name=staff,
        # It comes back at every sign-in and says whose passkey it is (5.4.3).
        user_id=staff.encode(),
        challenge=challenge,
        timeout=int(LIFE.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in made],
    )
    state = _state(door, "passkey_registration", challenge, said, now)
    return Ceremony(json.loads(options_to_json(options)), state)


def begin_authentication(door: Door, *, now: datetime) -> Ceremony:
    """Ask the browser for any passkey of this origin; nobody is named, so nobody is found out."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    return ask_to_sign(door, challenge, purpose="passkey_authentication", said={}, keys=(), now=now)


def ask_to_sign(  # noqa: PLR0913 - one keyword for each fact of the ceremony
    door: Door,
    challenge: bytes,
    *,
    purpose: str,
    said: Mapping[str, str],
    keys: Sequence[Passkey],
    now: datetime,
) -> Ceremony:
    """Ask the browser for an assertion by one of these passkeys, or by any where none is named."""
    options = webauthn.generate_authentication_options(
        rp_id=door.host,
        challenge=challenge,
        timeout=int(LIFE.total_seconds() * 1000),
        allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    state = _state(door, purpose, challenge, said, now)
    return Ceremony(json.loads(options_to_json(options)), state)


def spend(door: Door, state: str, *, purpose: str, now: datetime) -> Mapping[str, str] | None:
    """Open and spend a ceremony's state; None where it is none, over or spent.

    It is spent in a transaction of its own, before anything is verified: a wrong answer uses it.
    """
    opened = open_token(door.sealer, state, purpose=purpose, now=now)
    if opened is None:
        return None
    try:
        with door.store.begin() as tx:
            tx.spend_once(SPENT, opened.said["challenge"], until=opened.expires_at)
    except Taken:
        return None
    return opened.said


def registered(
    door: Door, credential: Mapping[str, Any], *, challenge: str, staff: str
) -> Passkey | None:
    """Verify a registration (WebAuthn Level 3, 7.1); None where it proves nothing."""
    try:
        if _framed(credential) or not _plain_attestation(credential):
            return None
        found = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=door.host,
            expected_origin=door.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - a stranger's bytes: whatever it raises, nothing is proven
        return None
    if len(found.credential_id) > MOST_CREDENTIAL_ID:
        return None
    return Passkey(
        credential_id=found.credential_id,
        staff=staff,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
    )


def authenticated(
    door: Door, credential: Mapping[str, Any], *, challenge: str, passkey: Passkey
) -> int | None:
    """Verify an assertion (WebAuthn Level 3, 7.2); the new signature count, or None.

    A count that did not grow means a copied passkey, and is no proof either (6.1.1).
    """
    try:
        if _framed(credential):
            return None
        found = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=door.host,
            expected_origin=door.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - a stranger's bytes: whatever it raises, nothing is proven
        return None
    return found.new_sign_count


def claimed(credential: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """Give whose passkey an assertion says it is of, and which. Nothing is proven by that."""
    try:
        staff = base64url_to_bytes(credential["response"]["userHandle"]).decode("utf-8")
        return staff, base64url_to_bytes(credential["rawId"])
    except (KeyError, TypeError, ValueError):
        return None


def _state(
    door: Door, purpose: str, challenge: bytes, said: Mapping[str, str], now: datetime
) -> str:
    content = {**said, "challenge": bytes_to_base64url(challenge)}
    return make_token(door.sealer, purpose=purpose, said=content, now=now, life=LIFE)


def _framed(credential: Mapping[str, Any]) -> bool:
    """Whether another site's page framed ours (7.1 step 10, 7.2 step 13); py_webauthn lets it."""
    client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    return client_data.get("crossOrigin", False) is not False or "topOrigin" in client_data


def _plain_attestation(credential: Mapping[str, Any]) -> bool:
    """Whether it carries no attestation, as asked, or its own: no certificate is ever parsed."""
    found = parse_attestation_object(
        base64url_to_bytes(credential["response"]["attestationObject"])
    )
    return found.fmt in {AttestationFormat.NONE, AttestationFormat.PACKED} and (
        found.att_stmt.x5c is None
    )
