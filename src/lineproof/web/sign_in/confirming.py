"""A member of staff confirms one sentence about one case, by their passkey and for this alone.

What the passkey signs is made from the case, the member and the sentence, and from 32 bytes that
serve once: an assertion for another case, another sentence or a sign-in is none for this.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.web.sign_in.ceremony import (
    CHALLENGE_BYTES,
    OVER,
    PASSKEY_REFUSED,
    Ceremony,
    ask_to_sign,
    authenticated,
    spend,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.domain.staff import Staff
    from lineproof.storage import Transaction
    from lineproof.storage_records import Passkey
    from lineproof.web.sign_in.door import Door
    from lineproof.web.sign_in.sign_in_refused import SignInRefused

PURPOSE = "passkey_confirmation"
REFUSED = "confirmation_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is confirmed: the words as they are shown, and the case that they are about."""

    case: str
    version: str
    language: str
    words: str


def begin_confirmation(door: Door, staff: Staff, sentence: Sentence) -> Ceremony | SignInRefused:
    """Ask the browser for a passkey of this member of staff, who confirms this sentence."""
    with door.store.read() as tx:
        keys = tx.passkeys(staff.id)
    if not keys:
        return PASSKEY_REFUSED
    said = {
        "salt": bytes_to_base64url(secrets.token_bytes(CHALLENGE_BYTES)),
        "language": sentence.language,
        "words": hashlib.sha256(sentence.words.encode()).hexdigest(),
    }
    challenge = _challenge(said, staff, sentence.case, sentence.version)
    return ask_to_sign(door, challenge, purpose=PURPOSE, said=said, keys=keys, now=door.clock())


def confirmed(  # noqa: PLR0913 - one keyword for each expectation
    door: Door,
    staff: Staff,
    state: str,
    credential: Mapping[str, Any],
    *,
    case: str,
    version: str,
) -> str | SignInRefused:
    """Give the language of the words that this member confirmed about this case, or why not.

    1. Spend the challenge, a wrong answer's too.
    2. Make again what had to be signed: from the case and the member that are asked about now.
    3. Find the passkey among this member's own, verify, keep the new signature count, or log.
    """
    now = door.clock()
    said = spend(door, state, purpose=PURPOSE, now=now)
    if said is None:
        return OVER
    challenge = bytes_to_base64url(_challenge(said, staff, case, version))
    with door.store.begin() as tx:
        known, passkey = tx.staff(staff.id), _passkey(tx, staff, credential)
        if known is not None and known.active and passkey is not None:
            count = authenticated(door, credential, challenge=challenge, passkey=passkey)
            if count is not None:
                tx.put_passkey(replace(passkey, sign_count=count))
                return said["language"]
        actor = Actor(ActorKind.STAFF, staff.id)
        tx.log(Deed(actor=actor, action=REFUSED, case=case, details={}), at=now)
    return PASSKEY_REFUSED


def _challenge(said: Mapping[str, str], staff: Staff, case: str, version: str) -> bytes:
    parts = (said["salt"], staff.id, case, version, said["language"], said["words"])
    told = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hashlib.sha256(b"lineproof/confirmation/1" + told).digest()


def _passkey(tx: Transaction, staff: Staff, credential: Mapping[str, Any]) -> Passkey | None:
    """Find the passkey that answered, among this member's own; a userHandle, if told, is theirs."""
    try:
        raw_id = base64url_to_bytes(credential["rawId"])
        handle = credential["response"].get("userHandle")
        theirs = handle is None or base64url_to_bytes(handle).decode() == staff.id
    except (KeyError, TypeError, ValueError):
        return None
    if not theirs:
        return None
    return next((key for key in tx.passkeys(staff.id) if key.credential_id == raw_id), None)
