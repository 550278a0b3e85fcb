"""How a member of staff gets a passkey: an admin gives them a link that serves once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.staff import Role, Staff
from lineproof.storage import Taken
from lineproof.web.sign_in.ceremony import (
    OVER,
    PASSKEY_REFUSED,
    Ceremony,
    begin_registration,
    registered,
    spend,
)
from lineproof.web.sign_in.sealed_token import make_token, open_token
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from lineproof.web.sign_in.signing_out import ended

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lineproof.storage import Transaction
    from lineproof.storage_records import Passkey
    from lineproof.web.sign_in.door import Door

LIFE = timedelta(hours=24)
FIRST_LIFE = timedelta(hours=1)
PURPOSE = "enrolment"
SPENT = "staff:enrolment"

ENROLMENT_REFUSED = SignInRefused(
    "enrolment_refused", "This link has served, or its time is over. Ask an admin for another.", 403
)
SECOND_REFUSED = SignInRefused(
    "second_admin_refused",
    "The command line admits a second admin where exactly one can sign in, under a new name.",
    409,
)
PASSKEY_TAKEN = SignInRefused("passkey_taken", "This passkey is known already. Sign in.", 409)


def first_admin_link(door: Door) -> str | None:
    """Make the link by which the first admin enrols; None where an admin can sign in already.

    Whoever starts the service sees it, and nobody else. Each start makes a new one; all of them
    are over as soon as one admin has a passkey.
    """
    now = door.clock()
    with door.store.read() as tx:
        if _admin_there(tx):
            return None
    return _link(door, f"admin-{secrets.token_hex(4)}", first=True, life=FIRST_LIFE, now=now)


def second_admin_link(door: Door, name: str) -> str | SignInRefused:
    """Admit a second admin from the machine's command line, and make the link for them.

    Two admins agree to every further one; one alone cannot, so the second comes from whoever runs
    the machine. Once two can sign in, or for a name that somebody has, it is refused.
    """
    now = door.clock()
    with door.store.begin() as tx:
        if len(admins_there(tx)) != 1 or tx.staff(name) is not None:
            return SECOND_REFUSED
        tx.put_staff(Staff(id=name, role=Role.ADMIN, shop="", active=True))
        tx.log(_deed("command-line", "second_admin_admitted", staff=name), at=now)
    return _link(door, name, first=False, life=LIFE, now=now)


def enrolment_link(door: Door, staff: Staff, *, by: Staff) -> str:
    """Make the link by which a member of staff enrols one passkey, and log who made it."""
    now = door.clock()
    with door.store.begin() as tx:
        tx.log(_deed(by.id, "enrolment_made", staff=staff.id), at=now)
    return _link(door, staff.id, first=False, life=LIFE, now=now)


def begin_enrolment(door: Door, token: str) -> Ceremony | SignInRefused:
    """Ask the browser of whoever has an enrolment token for a new passkey."""
    now = door.clock()
    opened = open_token(door.sealer, token, purpose=PURPOSE, now=now)
    if opened is None:
        return ENROLMENT_REFUSED
    with door.store.read() as tx:
        staff = _enrolling(tx, opened.said)
        made = tx.passkeys(staff.id) if staff is not None else ()
    if staff is None:
        return ENROLMENT_REFUSED
    return begin_registration(door, staff=staff.id, made=made, said=opened.said, now=now)


def finish_enrolment(
    door: Door, state: str, credential: Mapping[str, Any]
) -> Staff | SignInRefused:
    """Keep the new passkey of a member of staff; the enrolment token has then served."""
    now = door.clock()
    said = spend(door, state, purpose="passkey_registration", now=now)
    if said is None:
        return OVER
    passkey = registered(door, credential, challenge=said["challenge"], staff=said["staff"])
    if passkey is None:
        return PASSKEY_REFUSED
    try:
        with door.store.begin() as tx:
            return _kept(tx, passkey, said, now=now)
    except Taken:
        # The link has served meanwhile. Nothing of this was kept.
        return ENROLMENT_REFUSED


def _kept(
    tx: Transaction, passkey: Passkey, said: Mapping[str, str], *, now: datetime
) -> Staff | SignInRefused:
    staff = _enrolling(tx, said)
    if staff is None:
        return ENROLMENT_REFUSED
    # A passkey's id is its maker's word: another's id would put a new key into their place.
    if any(
        known.credential_id == passkey.credential_id
        for member in tx.all_staff()
        for known in tx.passkeys(member.id)
    ):
        return PASSKEY_TAKEN
    tx.spend_once(SPENT, said["enrolment"], until=now + LIFE)
    if said["first"] == "yes":
        # Two links, answered at once, must not make two first admins: one of them is undone here.
        tx.spend_once(SPENT, "first", until=now + FIRST_LIFE)
    tx.put_staff(staff)
    tx.put_passkey(passkey)
    tx.log(_deed(staff.id, "passkey_added", staff=staff.id), at=now)
    return staff


def _enrolling(tx: Transaction, said: Mapping[str, str]) -> Staff | None:
    """Give the member of staff a token is for, while they may enrol."""
    if said["first"] == "yes":
        first = Staff(id=said["staff"], role=Role.ADMIN, shop="", active=True)
        return None if _admin_there(tx) else first
    staff = tx.staff(said["staff"])
    if staff is None or not staff.active or ended(tx, staff.id, said):
        return None
    return staff


def admins_there(tx: Transaction) -> Sequence[Staff]:
    """Give the admins who can sign in."""
    admins = [each for each in tx.all_staff() if each.role is Role.ADMIN and each.active]
    return [each for each in admins if tx.passkeys(each.id)]


def _admin_there(tx: Transaction) -> bool:
    return bool(admins_there(tx))


def _link(door: Door, staff: str, *, first: bool, life: timedelta, now: datetime) -> str:
    said = {
        "staff": staff,
        "first": "yes" if first else "no",
        "enrolment": secrets.token_urlsafe(16),
        "session": "",
        "began": now.isoformat(),
    }
    token = make_token(door.sealer, purpose=PURPOSE, said=said, now=now, life=life)
    # After the #, which no browser sends: the token stands in no server's log.
    return f"{door.origin}/staff/enrol#{token}"


def _deed(by: str, action: str, **details: str) -> Deed:
    return Deed(actor=Actor(ActorKind.STAFF, by), action=action, case="", details=details)
