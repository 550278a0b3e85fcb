"""Which passkeys a member of staff has, and taking one away: a lost or stolen telephone's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webauthn.helpers import bytes_to_base64url

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from lineproof.web.sign_in.signing_out import end_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.web.sign_in.door import Door
    from lineproof.web.sign_in.staff_session import Session

PASSKEY_UNKNOWN = SignInRefused(
    "passkey_unknown", "This member of staff has no such passkey. List them first.", 404
)
PASSKEY_IN_USE = SignInRefused(
    "passkey_in_use", "You are signed in with this passkey. Sign in with another one first.", 409
)


def passkeys_of(door: Door, staff: str) -> Sequence[str]:
    """Give the ids of a member's passkeys, base64url."""
    with door.store.read() as tx:
        return [bytes_to_base64url(each.credential_id) for each in tx.passkeys(staff)]


def revoke(door: Door, staff: str, passkey: str, *, by: Session) -> SignInRefused | None:
    """Take a passkey away and sign its member out everywhere; links for them are over as well.

    Nobody takes away the key they are signed in with, so nobody shuts themselves out by mistake;
    whoever takes away another one of their own signs in again.
    """
    if passkey == by.passkey:
        return PASSKEY_IN_USE
    now = door.clock()
    with door.store.begin() as tx:
        found = [k for k in tx.passkeys(staff) if bytes_to_base64url(k.credential_id) == passkey]
        if not found:
            return PASSKEY_UNKNOWN
        tx.drop_passkey(found[0])
        end_all(tx, staff, now=now)
        deed = Deed(
            actor=Actor(ActorKind.STAFF, by.staff.id),
            action="passkey_revoked",
            case="",
            details={"staff": staff},
        )
        tx.log(deed, at=now)
    return None
