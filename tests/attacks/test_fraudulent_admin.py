"""An admin who would like to decide alone, by making the people that it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.staff import Role
from lineproof.web.sign_in.enrolment import enrolment_link, second_admin_link
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from tests.web.sign_in.frontage import Frontage, bearing, enrolled, passkey, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIRM = "/v1/staff/proposals/confirmation"


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Frontage]:
    """Give a service with nothing but its doors."""
    store = SqlStore(sqlite_url(tmp_path / "lineproof.db"))
    store.upgrade()
    yield Frontage(store)
    store.close()


def session(front: Frontage, name: str, role: Role = Role.ADMIN) -> dict[str, str]:
    """Give a session of a new member of staff."""
    member, key = front.add_staff(name, role), passkey(credential_id=name.encode())
    link = enrolment_link(front.door, member, by=member)
    assert enrolled(front.http(), link, key).status_code == 201
    return bearing(signed_in(front.http(), key))


def puts(front: Frontage, name: str, by: dict[str, str], **said: Any) -> Any:  # noqa: ANN401 - JSON
    """Ask for a change of staff; give what was answered."""
    found = front.http().put(f"/v1/staff/{name}", json=said, headers=by)
    return found.json() | {"status_code": found.status_code}


def confirms(front: Frontage, proposal: str, by: dict[str, str]) -> str:
    """Confirm; give the refusal's code, or ``done``."""
    found = front.http().post(CONFIRM, json={"proposal": proposal}, headers=by)
    return "done" if found.status_code == 200 else str(found.json()["code"])


def role_of(front: Frontage, name: str) -> Role | None:
    """Say what somebody is."""
    with front.store.read() as tx:
        member = tx.staff(name)
    return member.role if member is not None and member.active else None


@pytest.mark.parametrize("role", ["reviewer", "auditor", "admin"])
def test_one_admin_alone_makes_nobody_of_power(front: Frontage, role: str) -> None:
    """Nothing is done until another admin confirms; the proposer, in any letters, is no other."""
    evil, other = session(front, "evil"), session(front, "other")
    asked = puts(front, "puppet", evil, role=role)
    assert asked["status_code"] == 202
    assert role_of(front, "puppet") is None
    assert confirms(front, asked["proposal"], evil) == "proposal_own"
    assert confirms(front, asked["proposal"], session(front, "EVIL")) == "proposal_own"
    reviewer = session(front, "r-1", Role.REVIEWER)
    assert confirms(front, asked["proposal"], reviewer) == "role_may_not"
    assert confirms(front, asked["proposal"], other) == "done"
    assert role_of(front, "puppet") is Role(role)
    assert confirms(front, asked["proposal"], other) == "proposal_over"
    actions = front.actions()
    assert actions.count("power_proposed") == actions.count("power_confirmed") == 1


def test_nobody_becomes_more_or_comes_back_by_one_admin(front: Frontage) -> None:
    """An agent made a reviewer, and a reviewer who was shut out, are admissions as well."""
    evil = session(front, "evil")
    front.add_staff("a-1", Role.AGENT)
    front.add_staff("gone", Role.REVIEWER, active=False)
    for name in ("a-1", "gone"):
        assert puts(front, name, evil, role="reviewer")["status_code"] == 202
        assert role_of(front, name) is not Role.REVIEWER
    front.add_staff("r-1", Role.REVIEWER)
    assert puts(front, "r-1", evil, role="reviewer", shop="north")["status_code"] == 200
    assert puts(front, "r-1", evil, role="reviewer", active=False)["status_code"] == 200
    assert role_of(front, "r-1") is None


def test_one_admin_alone_takes_no_reviewers_place(front: Frontage) -> None:
    """A link that enrols a passkey of theirs is as good as being them."""
    evil, other = session(front, "evil"), session(front, "other")
    front.add_staff("r-1", Role.REVIEWER)
    asked = front.http().post("/v1/staff/r-1/enrolments", headers=evil)
    assert (asked.status_code, "link" in asked.json()) == (202, False)
    body = {"proposal": asked.json()["proposal"]}
    done = front.http().post(CONFIRM, json=body, headers=other).json()
    key = passkey(credential_id=b"new")
    assert enrolled(front.http(), done["link"], key).status_code == 201


@pytest.mark.parametrize("shut_out", [False, True])
def test_a_passkey_that_one_admin_made_does_not_rise(front: Frontage, *, shut_out: bool) -> None:
    """Who has the key of an agent, or a link for one, is no reviewer when the agent becomes one."""
    evil, other = session(front, "evil"), session(front, "other")
    assert puts(front, "a-1", evil, role="agent", shop="north")["status_code"] == 200
    links = [
        front.http().post("/v1/staff/a-1/enrolments", headers=evil).json()["link"] for _ in range(2)
    ]
    theirs = passkey(credential_id=b"theirs")
    assert enrolled(front.http(), links[0], theirs).status_code == 201
    stolen = bearing(signed_in(front.http(), theirs))
    if shut_out:
        body = puts(front, "a-1", evil, role="reviewer", active=False)
        assert body["status_code"] == 200
    front.now += timedelta(minutes=1)
    asked = puts(front, "a-1", evil, role="reviewer")
    assert confirms(front, asked["proposal"], other) == "done"
    assert front.http().get("/v1/staff/me", headers=stolen).status_code == 401
    assert signed_in(front.http(), theirs).json()["code"] == "passkey_refused"
    late = enrolled(front.http(), links[1], passkey(credential_id=b"late"))
    assert late.json()["code"] == "enrolment_refused"
    assert front.actions().count("passkey_revoked") == 1
    # Two admins let the person in, by a link that both know of.
    front.now += timedelta(minutes=1)
    asked = front.http().post("/v1/staff/a-1/enrolments", headers=evil).json()
    link = front.http().post(CONFIRM, json={"proposal": asked["proposal"]}, headers=other).json()
    own = passkey(credential_id=b"own")
    assert enrolled(front.http(), link["link"], own).status_code == 201
    assert signed_in(front.http(), own).status_code == 200


def test_nobody_confirms_their_own_rise(front: Frontage) -> None:
    """Whom it is about is not the second pair of eyes, admin or not."""
    evil, other = session(front, "evil"), session(front, "other")
    asked = front.http().post("/v1/staff/other/enrolments", headers=evil).json()
    assert confirms(front, asked["proposal"], other) == "proposal_own"


def test_a_proposal_ends_with_its_day_and_with_its_proposer(front: Frontage) -> None:
    """Nothing that was proposed goes on when who proposed it was found out."""
    evil = session(front, "evil")
    asked = [puts(front, name, evil, role="reviewer")["proposal"] for name in ("p-1", "p-2")]
    front.now += timedelta(hours=24)
    other = session(front, "other")
    assert confirms(front, asked[0], other) == "proposal_over"
    front.now -= timedelta(hours=23)
    other = session(front, "third")
    assert puts(front, "evil", other, role="admin", active=False)["status_code"] == 200
    assert confirms(front, asked[1], other) == "proposal_over"
    assert role_of(front, "p-2") is None


def test_what_was_not_sealed_here_is_no_proposal(front: Frontage) -> None:
    """Nobody writes one, and a session is none."""
    other = session(front, "other")
    for made in ("", "x", other["Authorization"].partition(" ")[2]):
        assert confirms(front, made, other) == "proposal_over"


def test_the_command_line_makes_a_second_admin_and_no_third(front: Frontage) -> None:
    """Only where one alone can sign in, never over somebody who is there, and it is in the log."""
    door = front.door
    assert isinstance(second_admin_link(door, "second"), SignInRefused)
    session(front, "first")
    front.add_staff("r-1", Role.REVIEWER)
    assert isinstance(second_admin_link(door, "r-1"), SignInRefused)
    link = second_admin_link(door, "second")
    assert isinstance(link, str)
    assert front.actions()[-1] == "second_admin_admitted"
    assert enrolled(front.http(), link, passkey(credential_id=b"second")).status_code == 201
    assert isinstance(second_admin_link(door, "third"), SignInRefused)
