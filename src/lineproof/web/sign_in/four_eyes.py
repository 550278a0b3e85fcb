"""What gives power takes two admins: one proposes, another one confirms, and both are in the log.

Otherwise one admin alone could make two reviewers of their own, or put their own keys in the place
of an operator's system, and so approve alone. A proposal is sealed and stands in no table: whoever
proposes hands it to the other one. It serves once, within a day.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.review import same
from lineproof.domain.staff import Act, Role, Staff
from lineproof.storage import Taken
from lineproof.storage_records import Client
from lineproof.web.sign_in.enrolment import enrolment_link
from lineproof.web.sign_in.sealed_token import make_token, open_token
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from lineproof.web.sign_in.signing_out import end_all, ended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.storage import Transaction
    from lineproof.web.sign_in.door import Door

LIFE = timedelta(hours=24)
PURPOSE = "proposal"
LONGEST = 64 * 1024
"""Characters: the keys of a system are in it."""

SPENT = "staff:proposal"

POWER = frozenset({Role.REVIEWER, Role.AUDITOR, Role.ADMIN})
"""Roles that one admin alone gives nobody, nor a passkey to whoever has one."""

PROPOSAL_OVER = SignInRefused(
    "proposal_over", "This proposal has served, or its time is over. Propose it again.", 409
)
PROPOSAL_OWN = SignInRefused(
    "proposal_own", "Another admin confirms: neither who proposed it nor whom it is about.", 403
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What another admin may confirm, until then."""

    token: str
    expires_at: datetime


def staff_needs_two(before: Staff | None, after: Staff) -> bool:
    """Whether a change gives power to somebody who has not got it."""
    has_it = before is not None and before.active and before.role is after.role
    return after.active and after.role in POWER and not has_it


def system_needs_two(before: Client | None, after: Client) -> bool:
    """Whether a system may call that could not, or under keys that it had not."""
    has_it = before is not None and before.active and before.keys == after.keys
    return after.active and not has_it


def propose_staff(door: Door, staff: Staff, *, by: Staff) -> Proposal:
    """Propose that somebody has this role."""
    told = {"what": "staff", "staff": staff.id, "role": str(staff.role)}
    return _propose(door, told, {"shop": staff.shop}, by=by.id)


def propose_enrolment(door: Door, staff: Staff, *, by: Staff) -> Proposal:
    """Propose a link that enrols a passkey of whoever has a role of power."""
    told = {"what": "enrolment", "staff": staff.id, "role": str(staff.role)}
    return _propose(door, told, {}, by=by.id)


def propose_system(door: Door, client: Client, *, by: str) -> Proposal:
    """Propose that a system may call, by these keys."""
    told = {"what": "system", "system": client.id}
    return _propose(door, told, {"keys": client.keys}, by=by)


def confirm(door: Door, proposal: str, *, by: Staff) -> Mapping[str, str] | SignInRefused:
    """Do what another admin proposed; give what was done, and the link where it is one.

    1. Open it: sealed by this deployment, not over.
    2. Another admin confirms, and who proposed is an admin still, signed out nowhere since.
    3. Spend it, do it and log it, in one transaction.
    """
    now = door.clock()
    opened = open_token(door.sealer, proposal, purpose=PURPOSE, now=now, longest=LONGEST)
    if opened is None:
        return PROPOSAL_OVER
    said = opened.said
    if same(by.id) in {same(said["by"]), same(said.get("staff", ""))}:
        return PROPOSAL_OWN
    try:
        with door.store.begin() as tx:
            if not _holds(tx, said):
                return PROPOSAL_OVER
            tx.spend_once(SPENT, said["session"], until=opened.expires_at)
            member = _done(tx, said, by=by, now=now)
            tx.log(_deed(by.id, "power_confirmed", _told(said)), at=now)
    except Taken:
        return PROPOSAL_OVER
    link = {"link": enrolment_link(door, member, by=by)} if said["what"] == "enrolment" else {}
    return {**_told(said), **link}


def _propose(door: Door, told: Mapping[str, str], more: Mapping[str, str], *, by: str) -> Proposal:
    now = door.clock()
    session = secrets.token_urlsafe(12)
    said = {**told, **more, "by": by, "session": session, "began": now.isoformat()}
    token = make_token(door.sealer, purpose=PURPOSE, said=said, now=now, life=LIFE)
    with door.store.begin() as tx:
        tx.log(_deed(by, "power_proposed", _told(said)), at=now)
    return Proposal(token, now + LIFE)


def _holds(tx: Transaction, said: Mapping[str, str]) -> bool:
    proposer = tx.staff(said["by"])
    if proposer is not None and not proposer.may(Act.MANAGE_STAFF):
        return False
    return not any(ended(tx, who, said) for who in (said["by"], said.get("staff", "")))


def _done(tx: Transaction, said: Mapping[str, str], *, by: Staff, now: datetime) -> Staff:
    """Do it; give whom it is about, or nobody."""
    nobody = Staff(id="", role=Role.AGENT, shop="", active=False)
    if said["what"] == "system":
        tx.put_client(Client(id=said["system"], keys=said["keys"], active=True))
        return nobody
    role = Role(said["role"])
    if said["what"] == "staff":
        found = Staff(id=said["staff"], role=role, shop=said["shop"], active=True)
        _begin_anew(tx, found.id, by=by, now=now)
        tx.put_staff(found)
        return found
    member = tx.staff(said["staff"])
    if member is None or not member.active or member.role is not role:
        # They are something else meanwhile: this is not what was proposed.
        raise Taken("member")
    return member


def _begin_anew(tx: Transaction, staff: str, *, by: Staff, now: datetime) -> None:
    """End what one admin alone may have made for somebody before they had power.

    Otherwise whoever enrols a passkey of an agent's has it still when the agent becomes a reviewer.
    """
    before = tx.staff(staff)
    if before is None or (before.active and before.role in POWER):
        return
    end_all(tx, staff, now=now)
    for passkey in tx.passkeys(staff):
        tx.drop_passkey(passkey)
        tx.log(_deed(by.id, "passkey_revoked", {"staff": staff}), at=now)


def _told(said: Mapping[str, str]) -> dict[str, str]:
    names = ("what", "staff", "role", "system", "by", "session")
    return {"proposal" if name == "session" else name: said[name] for name in names if name in said}


def _deed(by: str, action: str, details: Mapping[str, str]) -> Deed:
    return Deed(actor=Actor(ActorKind.STAFF, by), action=action, case="", details=details)
