from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import cbor2
import pytest
import webauthn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from lineproof.domain.staff import Role
from lineproof.web.sign_in.ceremony import authenticated, begin_authentication, registered
from lineproof.web.sign_in.door import Door
from lineproof.web.sign_in.enrolment import enrolment_link, finish_enrolment, first_admin_link
from lineproof.web.sign_in.front_doors import FrontDoors
from lineproof.web.sign_in.sign_in_refused import SignInCode, SignInRefused
from lineproof.web.sign_in.staff_session import LIFE, staff_of
from tests.regime import NOW
from tests.web.sign_in.frontage import (
    ORIGIN,
    Frontage,
    GcmSealer,
    bearing,
    enrolled,
    passkey,
    signed_in,
)

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.web.authenticator import Authenticator


def link(frontage: Frontage) -> str:
    """Give the first admin's link."""
    made = first_admin_link(frontage.door)
    assert made is not None
    return made


@pytest.fixture
def admin(frontage: Frontage) -> Authenticator:
    """Give the first admin's passkey."""
    key = passkey()
    assert enrolled(frontage.http(), link(frontage), key).status_code == 201
    return key


def test_the_first_admin_enrols_and_signs_in(frontage: Frontage) -> None:
    """One link, made at the start, after the # where no server's log has it; then there is none."""
    http, key, made = frontage.http(), passkey(), link(frontage)
    assert made.startswith(f"{ORIGIN}/staff/enrol#")
    answer = enrolled(http, made, key)
    assert answer.status_code == 201, answer.text
    assert answer.json()["role"] == "admin"
    assert answer.headers["cache-control"] == "no-store"
    opened = signed_in(http, key)
    assert opened.status_code == 200, opened.text
    me = http.get("/v1/staff/me", headers=bearing(opened)).json()
    assert me["may"] == ["manage_outbox", "manage_staff"]
    assert first_admin_link(frontage.door) is None
    assert frontage.actions() == ["passkey_added", "signed_in"]


def test_a_link_serves_once_and_for_its_time(frontage: Frontage) -> None:
    """Neither a second passkey, nor another start's link, nor a late one makes an admin."""
    http, one, two = frontage.http(), link(frontage), link(frontage)
    frontage.now += timedelta(hours=1)
    late = enrolled(frontage.http(), one, passkey())
    assert late.json()["code"] == "enrolment_refused"
    frontage.now = NOW
    assert enrolled(http, one, passkey()).status_code == 201
    for used in (one, two, "#", "#x"):
        begun = http.post("/v1/staff/enrolment/options", json={"token": used.partition("#")[2]})
        assert begun.json()["code"] == "enrolment_refused"


def test_a_members_link_serves_once(frontage: Frontage) -> None:
    """A second passkey needs a second link."""
    http, agent = frontage.http(), frontage.add_staff("s-7", Role.AGENT)
    one, two = (enrolment_link(frontage.door, agent, by=agent) for _ in range(2))
    assert enrolled(http, one, passkey(credential_id=b"a")).status_code == 201
    assert enrolled(http, one, passkey(credential_id=b"b")).json()["code"] == "enrolment_refused"
    assert enrolled(http, two, passkey(credential_id=b"b")).status_code == 201


def test_answers_to_links_at_once_make_one_admin(frontage: Frontage) -> None:
    """Ceremonies that were begun before the first was finished are refused as they finish."""
    http, links = frontage.http(), [link(frontage) for _ in range(3)] * 2
    answers = []
    for number, made in enumerate(links):
        token = made.partition("#")[2]
        begun = http.post("/v1/staff/enrolment/options", json={"token": token}).json()
        key = passkey(credential_id=f"key {number}".encode())
        answers.append((begun["state"], key.make(begun["options"])))
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda each: finish_enrolment(frontage.door, *each), answers))
    assert sum(not isinstance(each, SignInRefused) for each in found) == 1
    with frontage.store.read() as tx:
        assert len(tx.all_staff()) == 1


def test_an_admin_adds_staff_and_they_enrol(frontage: Frontage, admin: Authenticator) -> None:
    """Added, given a link, enrolled, signed in: each is in the log."""
    http = frontage.http()
    boss = bearing(signed_in(http, admin))
    added = http.put("/v1/staff/s-7", json={"role": "agent", "shop": "north"}, headers=boss)
    assert added.json() == {"id": "s-7", "role": "agent", "shop": "north", "active": True}
    made = http.post("/v1/staff/s-7/enrolments", headers=boss)
    assert made.status_code == 201
    key = passkey(credential_id=b"agent's")
    assert enrolled(http, made.json()["link"], key).status_code == 201
    agent = bearing(signed_in(http, key))
    me = http.get("/v1/staff/me", headers=agent).json()
    assert me["may"] == ["assist", "attest", "handle_case"]
    assert frontage.actions()[2:] == [
        "staff_changed",
        "enrolment_made",
        "passkey_added",
        "signed_in",
    ]
    for method, path in (("GET", ""), ("PUT", "/s-7"), ("POST", "/s-7/enrolments")):
        body = {"role": "admin"} if method == "PUT" else None
        refused = http.request(method, f"/v1/staff{path}", json=body, headers=agent)
        assert refused.json()["code"] == "role_may_not"
        assert http.request(method, f"/v1/staff{path}", json=body).status_code == 401
    assert len(http.get("/v1/staff", headers=boss).json()["staff"]) == 2


def test_who_was_shut_out_is_out_at_once(frontage: Frontage, admin: Authenticator) -> None:
    """Session, passkey and link of a member that is not active any more are worth nothing."""
    http = frontage.http()
    boss = bearing(signed_in(http, admin))
    agent, key = frontage.add_staff("s-7", Role.AGENT), passkey(credential_id=b"agent's")
    made = enrolment_link(frontage.door, agent, by=agent)
    assert enrolled(http, made, key).status_code == 201
    spare, session = enrolment_link(frontage.door, agent, by=agent), signed_in(http, key)
    out = http.put("/v1/staff/s-7", json={"role": "agent", "active": False}, headers=boss)
    assert out.json()["active"] is False
    assert http.get("/v1/staff/me", headers=bearing(session)).json()["code"] == "session_refused"
    renewed = http.post("/v1/staff/session/renewal", headers=bearing(session))
    assert renewed.status_code == 401
    assert signed_in(http, key).json()["code"] == "passkey_refused"
    assert enrolled(http, spare, passkey(credential_id=b"c")).status_code == 403
    nobody = http.post("/v1/staff/s-7/enrolments", headers=boss)
    assert nobody.json()["code"] == "staff_unknown"


def test_the_last_admin_cannot_leave(frontage: Frontage, admin: Authenticator) -> None:
    """Nobody takes away their own role."""
    http = frontage.http()
    boss = bearing(signed_in(http, admin))
    name = http.get("/v1/staff/me", headers=boss).json()["id"]
    for body in ({"role": "agent"}, {"role": "admin", "active": False}):
        refused = http.put(f"/v1/staff/{name}", json=body, headers=boss)
        assert refused.json()["code"] == "staff_self"


WRONG: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://1ines.example"},
    "the origin over http": {"origin": "http://lines.example"},
    "the origin on another port": {"origin": "https://lines.example:8443"},
    "a host below": {"origin": "https://evil.lines.example"},
    "another rp id": {"rp_id": "example"},
    "user not verified": {"verified": False},
    "framed by another site": {"client_data": {"crossOrigin": True}},
    "under another site": {"client_data": {"topOrigin": "https://elsewhere.example"}},
    "another challenge": {"client_data": {"challenge": "AAAA"}},
    "another kind of answer": {"client_data": {"type": "payment.get"}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_signs_nobody_in(
    frontage: Frontage, admin: Authenticator, wrong: dict[str, Any]
) -> None:
    """Each by itself, with everything else right; the right one passes before and after."""
    http = frontage.http()
    assert signed_in(http, admin).status_code == 200
    refused = signed_in(http, replace(admin, count=10, **wrong))
    assert refused.json()["code"] == "passkey_refused"
    assert frontage.actions()[-1] == "sign_in_refused"
    admin.count = 20
    assert signed_in(http, admin).status_code == 200


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_enrols_nobody(frontage: Frontage, wrong: dict[str, Any]) -> None:
    """And the link still serves the right one."""
    http, made = frontage.http(), link(frontage)
    assert enrolled(http, made, passkey(**wrong)).json()["code"] == "passkey_refused"
    assert enrolled(http, made, passkey()).status_code == 201


def test_a_challenge_serves_once(frontage: Frontage, admin: Authenticator) -> None:
    """Not twice for the right answer, nor after a wrong one, nor after five minutes."""
    http = frontage.http()
    begun = http.post("/v1/staff/sign-in/options").json()
    answer = {"state": begun["state"], "credential": admin.sign(begun["options"])}
    assert http.post("/v1/staff/sign-in", json=answer).status_code == 200
    assert http.post("/v1/staff/sign-in", json=answer).json()["code"] == "ceremony_over"
    again = {**answer, "credential": admin.sign(begun["options"])}
    assert http.post("/v1/staff/sign-in", json=again).json()["code"] == "ceremony_over"

    begun = http.post("/v1/staff/sign-in/options").json()
    wrong = {"state": begun["state"], "credential": passkey(user=b"x").sign(begun["options"])}
    assert http.post("/v1/staff/sign-in", json=wrong).json()["code"] == "passkey_refused"
    right = {"state": begun["state"], "credential": admin.sign(begun["options"])}
    assert http.post("/v1/staff/sign-in", json=right).json()["code"] == "ceremony_over"

    begun = http.post("/v1/staff/sign-in/options").json()
    late = {"state": begun["state"], "credential": admin.sign(begun["options"])}
    frontage.now += timedelta(minutes=5)
    assert frontage.http().post("/v1/staff/sign-in", json=late).json()["code"] == "ceremony_over"


def test_an_old_answer_does_not_fit_a_new_challenge(
    frontage: Frontage, admin: Authenticator
) -> None:
    """What was signed for one challenge is no answer to another; nor is a state of another kind."""
    http = frontage.http()
    old, new = (http.post("/v1/staff/sign-in/options").json() for _ in range(2))
    mixed = {"state": new["state"], "credential": admin.sign(old["options"])}
    assert http.post("/v1/staff/sign-in", json=mixed).json()["code"] == "passkey_refused"
    for state in (
        "",
        "x",
        new["state"] + "A",
        frontage.sealer.seal(b"", purpose="x", context="y").hex(),
    ):
        odd = {"state": state, "credential": admin.sign(new["options"])}
        assert http.post("/v1/staff/sign-in", json=odd).json()["code"] == "ceremony_over"
    fresh = http.post("/v1/staff/sign-in/options").json()
    other = {
        "state": fresh["state"],
        "credential": admin.make({"user": {"id": "eA"}, **fresh["options"]}),
    }
    assert http.post("/v1/staff/enrolment", json=other).json()["code"] == "ceremony_over"


def test_a_copied_passkey_is_noticed(frontage: Frontage, admin: Authenticator) -> None:
    """A count that does not grow is refused and logged; one that stays 0 is a synced key's."""
    http = frontage.http()
    copy = replace(admin, count=0)
    for _ in range(3):
        assert signed_in(http, admin).status_code == 200
    assert signed_in(http, copy).json()["code"] == "passkey_refused"
    assert frontage.actions()[-1] == "sign_in_refused"
    copy.count = 2
    assert signed_in(http, copy).json()["code"] == "passkey_refused"

    agent, synced = frontage.add_staff("s-7", Role.AGENT), passkey(credential_id=b"s", counts=False)
    assert enrolled(http, enrolment_link(frontage.door, agent, by=agent), synced).status_code == 201
    assert [signed_in(http, synced).status_code for _ in range(2)] == [200, 200]


def test_nobody_takes_anothers_place(frontage: Frontage, admin: Authenticator) -> None:
    """Not by enrolling under their passkey's id, naming them, or signing with another key."""
    http = frontage.http()
    agent = frontage.add_staff("s-7", Role.AGENT)
    made = enrolment_link(frontage.door, agent, by=agent)
    thief = passkey(credential_id=admin.credential_id)
    assert enrolled(http, made, thief).json()["code"] == "passkey_taken"
    assert signed_in(http, admin).status_code == 200

    mine = passkey(credential_id=b"mine")
    assert enrolled(http, made, mine).status_code == 201
    for wrong in (
        replace(mine, user=admin.user),
        replace(admin, key=mine.key, count=50),
        replace(admin, user=b"s-7", count=50),
        replace(mine, user=b"\xff", count=50),
        replace(mine, user=b"nobody", count=50),
    ):
        assert signed_in(http, wrong).json()["code"] == "passkey_refused"


def packed(key: Authenticator, made: dict[str, Any], *, x5c: list[bytes] | None) -> dict[str, Any]:
    """Give a credential that attests itself, with a certificate of its key or without."""
    response = made["response"]
    data = cbor2.loads(base64url_to_bytes(response["attestationObject"]))["authData"]
    client_data = base64url_to_bytes(response["clientDataJSON"])
    signed = data + hashlib.sha256(client_data).digest()
    statement: dict[str, Any] = {"alg": -7, "sig": key.key.sign(signed, ec.ECDSA(hashes.SHA256()))}
    statement |= {} if x5c is None else {"x5c": x5c}
    whole = cbor2.dumps({"fmt": "packed", "attStmt": statement, "authData": data})
    return {**made, "response": {**response, "attestationObject": bytes_to_base64url(whole)}}


def certificate(key: Authenticator) -> bytes:
    """Give a certificate as authenticators have them (WebAuthn Level 3, 8.2.1)."""
    said = {"C": "XX", "O": "A maker", "OU": "Authenticator Attestation", "CN": "A passkey"}
    kinds = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3"}
    name = x509.Name(
        [x509.NameAttribute(x509.ObjectIdentifier(kinds[k]), v) for k, v in said.items()]
    )
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    built = built.public_key(key.key.public_key()).not_valid_before(NOW - timedelta(days=1))
    built = built.not_valid_after(NOW + timedelta(days=999))
    built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return built.sign(key.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_an_attestation_with_a_certificate_is_not_taken(frontage: Frontage) -> None:
    """None was asked for, so no certificate is ever judged; a key that signs for itself is one."""
    key, door = passkey(), frontage.door
    challenge = begin_authentication(door, now=NOW).options["challenge"]
    made = key.make({"challenge": challenge, "user": {"id": "cw"}})
    by_itself, by_its_maker = (
        packed(key, made, x5c=None),
        packed(key, made, x5c=[certificate(key)]),
    )
    assert registered(door, by_itself, challenge=challenge, staff="s") is not None
    taken_by_the_library = webauthn.verify_registration_response(
        credential=by_its_maker,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=door.host,
        expected_origin=door.origin,
    )
    assert taken_by_the_library.fmt == "packed"
    assert registered(door, by_its_maker, challenge=challenge, staff="s") is None


def test_a_session_goes_idle_and_ends(frontage: Frontage, admin: Authenticator) -> None:
    """15 minutes without a renewal, or 8 hours with them."""
    door_now, opened = frontage.now, signed_in(frontage.http(), admin)
    token = opened.json()["token"]

    def staff(at: timedelta) -> object:
        return staff_of(frontage.door, token, now=door_now + at, unsafe_dev_login=False)

    assert staff(timedelta(minutes=14, seconds=59)) is not None
    assert staff(timedelta(minutes=15)) is None
    assert staff(-timedelta(seconds=31)) is None
    while frontage.now < door_now + LIFE - timedelta(minutes=10):
        frontage.now += timedelta(minutes=10)
        renewed = frontage.http().post(
            "/v1/staff/session/renewal", headers={"Authorization": f"Bearer {token}"}
        )
        assert renewed.status_code == 200
        token = renewed.json()["token"]
    assert staff(LIFE - timedelta(seconds=1)) is not None
    assert staff(LIFE) is None
    frontage.now = door_now + LIFE
    over = frontage.http().get("/v1/staff/me", headers={"Authorization": f"Bearer {token}"})
    assert over.status_code == 401
    assert over.headers["content-type"] == "application/problem+json"


def test_the_development_login_is_not_there_unless_asked_for(frontage: Frontage) -> None:
    """Without the flag there is no such route, and a session it once gave opens nothing."""
    unsafe, safe = frontage.http(unsafe_dev_login=True), frontage.http()
    opened = unsafe.post("/v1/staff/unsafe-dev-login", json={"role": "admin"})
    assert opened.status_code == 200
    me = unsafe.get("/v1/staff/me", headers=bearing(opened)).json()
    assert me["unsafe_dev_login"] is True
    assert me["id"] == "unsafe-dev-admin"
    assert unsafe.get("/v1/staff", headers=bearing(opened)).status_code == 200
    assert safe.post("/v1/staff/unsafe-dev-login", json={"role": "admin"}).status_code in {404, 405}
    for method, path in (("GET", "/me"), ("GET", ""), ("POST", "/session/renewal")):
        refused = safe.request(method, f"/v1/staff{path}", headers=bearing(opened))
        assert refused.json()["code"] == "session_refused"
    # Whoever played admin without a passkey does not keep the real first one out.
    assert first_admin_link(frontage.door) is not None


def test_the_doors_tell_systems_from_staff(frontage: Frontage, admin: Authenticator) -> None:
    """A session is no access token, and nothing shows nobody."""
    token = signed_in(frontage.http(), admin).json()["token"]
    doors = FrontDoors(door=frontage.door, unsafe_dev_login=False)
    for header, there in ((f"Bearer {token}", True), (f"Basic {token}", False), ("", False)):
        headers = [(b"authorization", header.encode())]
        request = Request({"type": "http", "headers": headers})
        assert (doors.staff(request, now=NOW) is not None) is there
        assert doors.system(request, now=NOW) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"state": "x"},
        {"state": "x" * 5000, "credential": {}},
        {"state": "x", "credential": {"id": 1, "rawId": "", "type": "", "response": {}}},
        [],
    ],
)
def test_a_body_that_is_none(frontage: Frontage, body: object) -> None:
    """The framework refuses what has not the shape of an answer."""
    http: TestClient = frontage.http()
    for path in ("sign-in", "enrolment"):
        assert http.post(f"/v1/staff/{path}", json=body).status_code == 422


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
BYTES = st.binary(max_size=80).map(bytes_to_base64url) | st.text(max_size=20)
DOOR = Door(store=None, sealer=GcmSealer(), clock=lambda: NOW, origin=ORIGIN)  # type: ignore[arg-type]


@given(
    client_data=BYTES | JSON.map(lambda said: bytes_to_base64url(json.dumps(said).encode())),
    blob=BYTES | JSON.map(lambda said: bytes_to_base64url(cbor2.dumps(said))),
    handle=BYTES,
)
@settings(max_examples=200, deadline=None)
def test_whatever_a_browser_sends_proves_nothing(client_data: str, blob: str, handle: str) -> None:
    """No bytes make a fault: neither the library's nor ours."""
    response = {
        "clientDataJSON": client_data,
        "attestationObject": blob,
        "authenticatorData": blob,
        "signature": blob,
        "userHandle": handle,
    }
    credential = {"id": handle, "rawId": handle, "type": "public-key", "response": response}
    challenge = begin_authentication(DOOR, now=NOW).options["challenge"]
    assert registered(DOOR, credential, challenge=challenge, staff="s") is None
    key = passkey(user=b"s")
    made = registered(
        DOOR,
        key.make({"challenge": challenge, "user": {"id": "cw"}}),
        challenge=challenge,
        staff="s",
    )
    assert made is not None
    assert authenticated(DOOR, credential, challenge=challenge, passkey=made) is None
    for changed in ({**credential, "response": None}, {}, {**credential, "rawId": None}):
        assert authenticated(DOOR, changed, challenge=challenge, passkey=made) is None


def test_every_code_is_documented() -> None:
    """Programs go by them."""
    text = (Path(__file__).parents[3] / "docs" / "reasons.md").read_text("utf-8")
    assert [code for code in get_args(SignInCode) if f"`{code}`" not in text] == []


@pytest.mark.parametrize(
    "origin",
    [
        "http://lines.example",
        "https://lines.example/",
        "https://lines.example/path",
        "lines.example",
        "https://",
        "https://a@lines.example",
        "file:///x",
        "http://127.0.0.1:8000",
    ],
)
def test_an_origin_is_safe_from_listeners(origin: str) -> None:
    """A scheme and a host, https; http only for localhost."""
    with pytest.raises(ValueError, match="origin is"):
        replace(DOOR, origin=origin)
    assert replace(DOOR, origin="http://localhost:8000").host == "localhost"
