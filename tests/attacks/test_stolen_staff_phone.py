"""Somebody has the telephone of a member of staff, or a copy of what their browser shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from webauthn.helpers import bytes_to_base64url

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.case import Kind
from lineproof.domain.staff import Role
from lineproof.flow import claiming
from lineproof.flow.refused import Refused
from lineproof.web.sign_in.enrolment import enrolment_link
from tests.flow.stage import UNSURE, staff
from tests.regime import OLD
from tests.web.sign_in.frontage import Frontage, bearing, enrolled, passkey, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.flow.stage import Stage
    from tests.web.authenticator import Authenticator

OWN, STOLEN = b"own", b"stolen"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Frontage]:
    """Give a service with nothing but its doors."""
    store = SqlStore(sqlite_url(tmp_path / "lineproof.db"))
    store.upgrade()
    yield Frontage(store)
    store.close()


def with_passkey(front: Frontage, name: str, role: Role, credential: bytes) -> Authenticator:
    """Give a passkey of a member of staff."""
    with front.store.read() as tx:
        member = tx.staff(name)
    member = member or front.add_staff(name, role)
    key = passkey(credential_id=credential)
    link = enrolment_link(front.door, member, by=member)
    assert enrolled(front.http(), link, key).status_code == 201
    front.now += MINUTE
    return key


def me(front: Frontage, headers: dict[str, str]) -> int:
    """Say whether a session opens anything."""
    return int(front.http().get("/v1/staff/me", headers=headers).status_code)


def test_a_copied_token_opens_nothing_after_its_owner_signed_out(front: Frontage) -> None:
    """Neither the token itself nor one that it was renewed into before."""
    key = with_passkey(front, "r-1", Role.REVIEWER, OWN)
    session, other = (bearing(signed_in(front.http(), key)) for _ in range(2))
    front.now += MINUTE
    copied = bearing(front.http().post("/v1/staff/session/renewal", headers=session))
    assert front.http().delete("/v1/staff/session", headers=session).status_code == 204
    assert [me(front, each) for each in (session, copied)] == [401, 401]
    renewed = front.http().post("/v1/staff/session/renewal", headers=copied)
    assert renewed.json()["code"] == "session_refused"
    assert me(front, other) == 200
    assert front.actions()[-1] == "signed_out"


def test_a_stolen_passkey_is_taken_away_and_all_that_it_began_is_over(front: Frontage) -> None:
    """Its sessions, the links that a thief made with them, and every other session of the owner."""
    thief = with_passkey(front, "r-1", Role.REVIEWER, STOLEN)
    stolen = bearing(signed_in(front.http(), thief))
    made = front.http().post("/v1/staff/me/enrolments", headers=stolen).json()["link"]
    boss = bearing(signed_in(front.http(), with_passkey(front, "boss", Role.ADMIN, OWN)))
    where = f"/v1/staff/r-1/passkeys/{bytes_to_base64url(STOLEN)}"
    assert front.http().delete(where, headers=boss).status_code == 204
    assert me(front, stolen) == 401
    assert signed_in(front.http(), thief).json()["code"] == "passkey_refused"
    again = enrolled(front.http(), made, passkey(credential_id=b"thief's"))
    assert again.json()["code"] == "enrolment_refused"
    assert front.http().delete(where, headers=boss).json()["code"] == "passkey_unknown"
    assert front.actions().count("passkey_revoked") == 1
    # The owner comes back by a link that was made since.
    front.now += MINUTE
    with_passkey(front, "r-1", Role.REVIEWER, b"new")


def test_the_owner_takes_the_stolen_one_away_with_the_other(front: Frontage) -> None:
    """A second passkey is enrolled while signed in with the first; no key takes itself away."""
    first = with_passkey(front, "a-1", Role.AGENT, STOLEN)
    session = bearing(signed_in(front.http(), first))
    link = front.http().post("/v1/staff/me/enrolments", headers=session).json()["link"]
    second = passkey(credential_id=OWN)
    assert enrolled(front.http(), link, second).status_code == 201
    own = bearing(signed_in(front.http(), second))
    there = front.http().get("/v1/staff/me/passkeys", headers=own).json()
    assert there["in_use"] == bytes_to_base64url(OWN)
    assert set(there["passkeys"]) == {bytes_to_base64url(each) for each in (OWN, STOLEN)}
    mine, lost = (f"/v1/staff/me/passkeys/{bytes_to_base64url(each)}" for each in (OWN, STOLEN))
    assert front.http().delete(mine, headers=own).json()["code"] == "passkey_in_use"
    assert front.http().delete(lost, headers=own).status_code == 204
    assert me(front, session) == 401
    front.now += MINUTE
    assert signed_in(front.http(), second).status_code == 200


def test_a_thief_takes_nobody_elses_passkey_away(front: Frontage) -> None:
    """Only an admin reaches another's passkeys, and one's own path reaches one's own alone."""
    with_passkey(front, "r-1", Role.REVIEWER, OWN)
    thief = bearing(signed_in(front.http(), with_passkey(front, "a-1", Role.AGENT, STOLEN)))
    others = bytes_to_base64url(OWN)
    found = [
        front.http().delete(f"/v1/staff/{who}/passkeys/{others}", headers=thief).json()["code"]
        for who in ("r-1", "me")
    ]
    assert found == ["role_may_not", "passkey_unknown"]
    assert front.http().get("/v1/staff/r-1/passkeys", headers=thief).status_code == 403


def test_who_is_shut_out_does_not_come_back_into_an_old_session(front: Frontage) -> None:
    """Being let in again is no reason for a token from before to be good."""
    key = with_passkey(front, "a-1", Role.AGENT, STOLEN)
    session = bearing(signed_in(front.http(), key))
    boss = bearing(signed_in(front.http(), with_passkey(front, "boss", Role.ADMIN, OWN)))
    for active in (False, True):
        body = {"role": "agent", "shop": "shop", "active": active}
        assert front.http().put("/v1/staff/a-1", json=body, headers=boss).status_code == 200
        assert me(front, session) == 401
    front.now += MINUTE
    assert signed_in(front.http(), key).status_code == 200


def test_the_cases_of_a_reviewer_who_is_shut_out_are_free(scene: Stage) -> None:
    """Nobody waits ten minutes for somebody who cannot come."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    gone, other = staff("r-1", Role.REVIEWER), staff("r-2", Role.REVIEWER)
    with scene.service.store.begin() as tx:
        tx.put_staff(gone)
    claiming.claim(scene.service, case.id, gone, now=scene.now)
    with scene.service.store.begin() as tx:
        tx.put_staff(replace(gone, active=False))
    found = claiming.claim(scene.service, case.id, other, now=scene.now)
    assert not isinstance(found, Refused)
    assert found.staff == "r-2"
