from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from lineproof.flow import issue
from tests.regime import OLD

if TYPE_CHECKING:
    from httpx import Response

    from tests.web.house import House

ASKED = {
    "kind": "new_line",
    "msisdn": "15550001",
    "sim": {"iccid": OLD.iccid, "imsi": OLD.imsi},
}
KEY = {"Idempotency-Key": "the-same-key"}


def actions(house: House, case_id: str) -> list[tuple[str, str]]:
    """Give who did what to a case, as the log has it."""
    with house.stage.service.store.read() as tx:
        return [(str(each.deed.actor), each.deed.action) for each in tx.entries_of(case_id)]


def test_the_same_key_gives_the_same_answer_and_one_case(service: House) -> None:
    """A request that is repeated does nothing again, and its answer has the same secret."""
    first = service.system("POST", "/v1/cases", json=ASKED, headers=KEY)
    again = service.system("POST", "/v1/cases", json=ASKED, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(service.system("GET", "/v1/cases").json()["cases"]) == 1


def test_two_hundred_at_once_with_one_key_come_to_one_order(service: House) -> None:
    """However many arrive at once, one opens the case, one is looked at, one order goes out."""

    def ask(_: int) -> Response:
        return service.system("POST", "/v1/cases", json=ASKED, headers=KEY)

    def deliver(worker: int) -> bool:
        return issue.deliver(service.stage.service, worker=f"w-{worker}", now=service.now)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(200)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert len(service.system("GET", "/v1/cases").json()["cases"]) == 1

        visitor = service.session(answers[0].json())
        assert visitor.consents().status_code == 201
        assert visitor.shows().status_code == 201
        nonce = visitor.nonce()
        captured = list(pool.map(lambda _: visitor.captures(nonce).status_code, range(20)))
        assert captured.count(201) == 1

        issue.tick(service.stage.service, now=service.now)
        while any(pool.map(deliver, range(8))):
            pass
    orders = [order for order in service.stage.network.orders if order.case == visitor.case]
    assert len(orders) == 1


def test_a_key_of_another_request_is_refused(service: House) -> None:
    """A key that comes with another body is a mistake, and nothing is opened by it."""
    service.system("POST", "/v1/cases", json=ASKED, headers=KEY)
    other = service.system("POST", "/v1/cases", json=ASKED | {"msisdn": "15550002"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(service.system("GET", "/v1/cases").json()["cases"]) == 1


def test_each_system_has_keys_of_its_own(service: House) -> None:
    """One system's key says nothing to another's."""
    mine = service.system("POST", "/v1/cases", json=ASKED, headers=KEY)
    theirs = service.system("POST", "/v1/cases", json=ASKED, headers=KEY, name="other")
    assert theirs.status_code == 201
    assert theirs.json()["case"]["id"] != mine.json()["case"]["id"]


def test_a_key_is_asked_for(service: House) -> None:
    """Without a key a repeated request would open a second case."""
    found = service.system("POST", "/v1/cases", json=ASKED)
    assert (found.status_code, found.json()["code"]) == (400, "idempotency_key_missing")


def test_what_was_refused_may_be_tried_again_with_its_key(service: House) -> None:
    """A refusal changed nothing, so its key is still free."""
    refused = service.system("POST", "/v1/cases", json=ASKED | {"sim": None}, headers=KEY)
    assert (refused.status_code, refused.json()["about"]) == (422, "sim")
    assert service.system("POST", "/v1/cases", json=ASKED, headers=KEY).status_code == 201


def test_no_secret_lies_in_the_database(service: House) -> None:
    """The answer that is kept for a key is sealed: the client secret stands nowhere."""
    opened = service.system("POST", "/v1/cases", json=ASKED, headers=KEY).json()
    with service.stage.service.store.read() as tx:
        kept = tx.remembered("op", "the-same-key")
    assert kept is not None
    assert opened["client_secret"] not in kept.body


@pytest.mark.parametrize("path", ["", "/decisions", "/notices"])
def test_another_operators_case_is_as_unknown_as_none(service: House, path: str) -> None:
    """Nobody learns from an answer that another operator has such a case."""
    case_id = service.open()["case"]["id"]
    theirs = service.system("GET", f"/v1/cases/{case_id}{path}", name="other")
    nobodys = service.system("GET", f"/v1/cases/case_{'0' * 32}{path}", name="other")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    drop = {"request_id"}
    told, none = theirs.json(), nobodys.json()
    assert {k: told[k] for k in told if k not in drop} == {
        k: none[k] for k in none if k not in drop
    }


def test_another_operators_case_gets_no_secret(service: House) -> None:
    """A secret is renewed by the system that opened the case alone."""
    case_id = service.open()["case"]["id"]
    found = service.system("POST", f"/v1/cases/{case_id}/secrets", name="other")
    assert (found.status_code, found.json()["code"]) == (404, "case_unknown")


def test_each_version_that_a_system_reads_is_on_record_once(service: House) -> None:
    """Promise 6, and a system that polls does not fill the log."""
    opened = service.open()
    case_id = opened["case"]["id"]
    for _ in range(3):
        service.system("GET", f"/v1/cases/{case_id}")
    service.session(opened).consents()
    for _ in range(3):
        service.system("GET", f"/v1/cases/{case_id}/decisions")
    viewed = [each for each in actions(service, case_id) if each == ("system:op", "viewed")]
    assert len(viewed) == 2


def test_a_case_that_did_not_change_is_not_sent_again(service: House) -> None:
    """The ETag is the case's version."""
    opened = service.open()
    path = f"/v1/cases/{opened['case']['id']}"
    etag = service.system("GET", path).headers["etag"]
    again = service.system("GET", path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    service.session(opened).consents()
    assert service.system("GET", path, headers={"If-None-Match": etag}).status_code == 200


def test_a_list_is_walked_by_its_cursor(service: House) -> None:
    """Every case comes once, and only this system's."""
    ids = [service.open(msisdn=f"1555000{n}")["case"]["id"] for n in range(5)]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = service.system("GET", "/v1/cases", params={"after": after, "limit": 2}).json()
        seen += [case["id"] for case in page["cases"]]
        after = page["next"]
    assert sorted(seen) == sorted(ids)
    assert service.system("GET", "/v1/cases", name="other").json()["cases"] == []


def test_a_list_is_of_the_statuses_that_are_asked_for(service: House) -> None:
    """A filter names statuses; several mean any of them."""
    service.session(service.open(msisdn="15550001")).consents()
    service.open(msisdn="15550002")
    for statuses, count in ((["opened"], 1), (["opened", "capturing"], 2), (["issued"], 0)):
        found = service.system("GET", "/v1/cases", params={"status": statuses})
        assert len(found.json()["cases"]) == count


def test_a_renewed_secret_ends_the_old_one_and_its_session(service: House) -> None:
    """A link that was lost may be in other hands."""
    opened = service.open()
    visitor = service.session(opened)
    renewed = service.system("POST", f"/v1/cases/{opened['case']['id']}/secrets")
    assert renewed.status_code == 201
    assert visitor.call("GET", "/v1/session").status_code == 401
    assert service.session(renewed.json()).sees()["status"] == "opened"


def test_what_forbids_a_case_is_told_to_the_operator(service: House) -> None:
    """A number that has a line gets no second one, and the reason is a code."""
    service.line()
    found = service.system("POST", "/v1/cases", json=ASKED, headers=service.key())
    assert (found.status_code, found.json()["reasons"]) == (409, ["line_exists"])


def test_the_operator_reads_outcome_and_reasons_and_no_band(service: House) -> None:
    """A band of error rates says how alike two faces are, so it stays inside."""
    opened = service.open()
    service.session(opened).passes()
    case_id = opened["case"]["id"]
    (decision,) = service.system("GET", f"/v1/cases/{case_id}/decisions").json()["decisions"]
    assert (decision["outcome"], decision["reasons"]) == ("approve", ["face_match"])
    assert "band" not in decision
    assert not any("1e-" in str(value) for value in decision.values())


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x85", "\n", "?", "&"])
def test_an_address_with_a_control_character_is_no_address(service: House, sign: str) -> None:
    """What ends a string, or means more in a header or a URI, is refused before it is stored."""
    asked = ASKED | {"second_channel": f"mailto:a{sign}b@example.org"}
    answer = service.system("POST", "/v1/cases", json=asked, headers=KEY)
    assert answer.status_code == 422
    assert sign not in answer.text
