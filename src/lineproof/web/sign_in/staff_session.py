"""Sessions of staff: a passkey opens one; it is over after 15 idle minutes, or after 8 hours.

A session is a sealed token that names a member of staff and the passkey that opened it. Their role
is read at each request, so a role or a passkey that was taken away is gone at once; a session that
was signed out of is kept as over until its token could not be good any more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from webauthn.helpers import bytes_to_base64url

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.staff import Role, Staff
from lineproof.web.sign_in.ceremony import OVER, PASSKEY_REFUSED, authenticated, claimed, spend
from lineproof.web.sign_in.sealed_token import make_token, open_token
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from lineproof.web.sign_in.signing_out import end_one, ended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.storage import Transaction
    from lineproof.storage_records import Passkey
    from lineproof.web.sign_in.door import Door

LIFE = timedelta(hours=8)
IDLE = timedelta(minutes=15)

PURPOSE = "staff_session"
UNSAFE_DEV_PURPOSE = "unsafe_dev_session"
"""Of the development login. A service that was started without it opens no such token."""

SESSION_REFUSED = SignInRefused("session_refused", "The session is over. Sign in again.", 401)


@dataclass(frozen=True, slots=True)
class Session:
    """A session: show ``token``, and renew it before ``idle_until``; over at ``ends_at``."""

    token: str
    staff: Staff
    idle_until: datetime
    ends_at: datetime
    id: str = ""
    """The same for every token of one session."""
    passkey: str = ""
    """The id of the passkey that opened it, base64url; empty for the development login."""


def sign_in(door: Door, state: str, credential: Mapping[str, Any]) -> Session | SignInRefused:
    """Open a session for whoever's passkey answered the challenge.

    1. Spend the challenge.
    2. Find the passkey among those of the member of staff that it names.
    3. Verify, keep the new signature count, log; all in one transaction.
    """
    now = door.clock()
    said = spend(door, state, purpose="passkey_authentication", now=now)
    if said is None:
        return OVER
    who = claimed(credential)
    if who is None:
        return PASSKEY_REFUSED
    with door.store.begin() as tx:
        staff, passkey = tx.staff(who[0]), _passkey(tx, *who)
        if staff is None or not staff.active or passkey is None:
            return PASSKEY_REFUSED
        count = authenticated(door, credential, challenge=said["challenge"], passkey=passkey)
        if count is None:
            tx.log(_deed(staff, "sign_in_refused"), at=now)
            return PASSKEY_REFUSED
        tx.put_passkey(replace(passkey, sign_count=count))
        tx.log(_deed(staff, "signed_in"), at=now)
    said = _said(staff, now, passkey=bytes_to_base64url(passkey.credential_id))
    return _session(door, staff, said, purpose=PURPOSE, now=now)


def unsafe_dev_sign_in(door: Door, role: Role) -> Session:
    """Open a session of a made-up member of staff, without any proof. For developing only."""
    now = door.clock()
    staff = Staff(id=f"unsafe-dev-{role}", role=role, shop="unsafe-dev", active=True)
    with door.store.begin() as tx:
        tx.put_staff(staff)
        tx.log(_deed(staff, "signed_in", by="unsafe_dev_login"), at=now)
    return _session(door, staff, _said(staff, now), purpose=UNSAFE_DEV_PURPOSE, now=now)


def renew(door: Door, token: str, *, unsafe_dev_login: bool) -> Session | SignInRefused:
    """Give a session's next token, good for another 15 minutes but not beyond 8 hours."""
    now = door.clock()
    for purpose in _purposes(unsafe_dev_login=unsafe_dev_login):
        opened = open_token(door.sealer, token, purpose=purpose, now=now)
        staff = _staff(door, opened.said) if opened is not None else None
        if opened is not None and staff is not None:
            return _session(door, staff, opened.said, purpose=purpose, now=now)
    return SESSION_REFUSED


def sign_out(door: Door, session: Session) -> None:
    """End a session on the server: none of its tokens opens anything from now on."""
    now = door.clock()
    with door.store.begin() as tx:
        end_one(tx, session.staff.id, session.id, now=now)
        tx.log(_deed(session.staff, "signed_out"), at=now)


def staff_of(door: Door, token: str, *, now: datetime, unsafe_dev_login: bool) -> Staff | None:
    """Give the member of staff whose session this is, while it lasts and they are active."""
    for purpose in _purposes(unsafe_dev_login=unsafe_dev_login):
        opened = open_token(door.sealer, token, purpose=purpose, now=now)
        if opened is not None:
            return _staff(door, opened.said)
    return None


def _purposes(*, unsafe_dev_login: bool) -> tuple[str, ...]:
    return (PURPOSE, UNSAFE_DEV_PURPOSE) if unsafe_dev_login else (PURPOSE,)


def _staff(door: Door, said: Mapping[str, str]) -> Staff | None:
    with door.store.read() as tx:
        staff = tx.staff(said["staff"])
        if staff is None or not staff.active or ended(tx, staff.id, said):
            return None
        key = said["passkey"]
        held = {bytes_to_base64url(each.credential_id) for each in tx.passkeys(staff.id)}
    return staff if not key or key in held else None


def _passkey(tx: Transaction, staff: str, credential_id: bytes) -> Passkey | None:
    return next((key for key in tx.passkeys(staff) if key.credential_id == credential_id), None)


def _said(staff: Staff, now: datetime, *, passkey: str = "") -> Mapping[str, str]:
    return {
        "staff": staff.id,
        "began": now.isoformat(),
        "session": secrets.token_urlsafe(12),
        "passkey": passkey,
    }


def _session(
    door: Door, staff: Staff, said: Mapping[str, str], *, purpose: str, now: datetime
) -> Session:
    ends_at = datetime.fromisoformat(said["began"]) + LIFE
    life = min(IDLE, ends_at - now)
    return Session(
        make_token(door.sealer, purpose=purpose, said=said, now=now, life=life),
        staff,
        idle_until=now + life,
        ends_at=ends_at,
        id=said["session"],
        passkey=said["passkey"],
    )


def _deed(staff: Staff, action: str, **details: str) -> Deed:
    return Deed(actor=Actor(ActorKind.STAFF, staff.id), action=action, case="", details=details)
