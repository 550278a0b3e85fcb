from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.domain.audit import verify_chain
from lineproof.domain.order import Rejected
from lineproof.domain.staff import Role, Staff
from lineproof.ports import Unavailable
from lineproof.web.sign_in.four_eyes import confirm
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from tests.flow.stage import UNSURE
from tests.regime import regime
from tests.web.house import STAFF, house

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

    from tests.web.house import House, Visitor

SAW = {
    "issuer": "UTO",
    "kind": "P",
    "number": "P1",
    "same_person": True,
    "document_valid": True,
    "old_enough": True,
}


def attests(house: House, name: str, case_id: str, **changes: Any) -> Response:  # noqa: ANN401 - JSON
    """Attest a case as a member of staff."""
    return house.staff(name, "POST", f"/v1/cases/{case_id}/attestations", json=SAW | changes)


def in_person(house: House) -> Visitor:
    """Give a subscriber who takes the way in person."""
    visitor = house.session(house.open())
    visitor.call("POST", "/v1/session/other-way", json={"route": "in_person"})
    return visitor


def referred(house: House) -> str:
    """Give a case that a reviewer has to look at."""
    house.seeing(UNSURE)
    visitor = house.session(house.open())
    assert visitor.passes()["outcome"] == "a_person_looks"
    return visitor.case


def test_two_members_of_staff_each_see_the_person(service: House) -> None:
    """One alone could lie; the same one twice is one."""
    visitor = in_person(service)
    first = attests(service, "agent", visitor.case)
    assert (first.status_code, first.json()["outcome"]) == (201, "retry")
    assert attests(service, "agent", visitor.case).json()["code"] == "already_attested"
    second = attests(service, "agent-2", visitor.case, issuer="uto", number="P1")
    assert second.json() == {"outcome": "approve", "reasons": ["in_person"], "status": "ordered"}


@pytest.mark.parametrize("name", ["auditor", "admin"])
def test_who_attests_no_identities_is_refused(service: House, name: str) -> None:
    """The role decides, and nothing is written."""
    visitor = in_person(service)
    found = attests(service, name, visitor.case)
    assert (found.status_code, found.json()["code"]) == (403, "not_allowed")


def test_truth_is_not_guessed_from_words(service: House) -> None:
    """An attestation says true or false: neither "yes" nor 1 stands for either."""
    visitor = in_person(service)
    for value in ("yes", 1, None):
        assert attests(service, "agent", visitor.case, same_person=value).status_code == 422


def test_a_reviewer_looks_and_the_look_is_on_record(service: House) -> None:
    """Portrait and live picture are shown to a reviewer, are stored nowhere, and end the case."""
    case_id = referred(service)
    queue = service.staff("reviewer", "GET", "/v1/reviews").json()["cases"]
    assert [each["id"] for each in queue] == [case_id]
    assert service.takes("reviewer", case_id).status_code == 201
    seen = service.staff("reviewer", "GET", f"/v1/reviews/{case_id}").json()
    assert seen["pictures"] == ["live", "portrait"]
    picture = service.staff("reviewer", "GET", f"/v1/reviews/{case_id}/pictures/live")
    assert (picture.content, picture.headers["cache-control"]) == (b"live", "no-store")
    with service.stage.service.store.read() as tx:
        looks = [str(e.deed.actor) for e in tx.entries_of(case_id) if e.deed.action == "viewed"]
    assert looks == ["staff:reviewer"] * 2
    verdict = {"kind": "approve", "reason": "same_person"}
    found = service.staff("reviewer", "POST", f"/v1/reviews/{case_id}/verdicts", json=verdict)
    assert found.json()["outcome"] == "approve"
    gone = service.staff("reviewer", "GET", f"/v1/reviews/{case_id}/pictures/live")
    assert gone.status_code == 409


def test_pictures_are_gone_after_a_day(tmp_path: Path) -> None:
    """Promise 2: what is held for a reviewer is not shown for longer, decided or not."""
    service = house(tmp_path, regime(case_life=timedelta(days=3)))
    case_id = referred(service)
    service.later(timedelta(hours=24, seconds=1))
    service.takes("reviewer", case_id)
    found = service.staff("reviewer", "GET", f"/v1/reviews/{case_id}/pictures/live")
    assert (found.status_code, found.json()["code"]) == (404, "nothing_held")


def test_who_handled_a_case_does_not_review_it(service: House) -> None:
    """A counter cannot approve its own cases."""
    service.seeing(UNSURE)
    by = {"staff": "reviewer", "shop": "shop", "device": "d"}
    visitor = service.session(service.open(handled_by=by))
    visitor.passes()
    found = service.staff("reviewer", "GET", f"/v1/reviews/{visitor.case}")
    assert (found.status_code, found.json()["code"]) == (403, "own_case")


def test_nobody_works_on_a_case_that_another_reviewer_has(service: House) -> None:
    """The interface keeps claims as the pages do: nothing is seen, nothing is concluded."""
    case_id = referred(service)
    path = f"/v1/reviews/{case_id}"
    verdict = {"json": {"kind": "approve", "reason": "same_person"}}
    works: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", path, {}),
        ("GET", f"{path}/pictures/live", {}),
        ("POST", f"{path}/verdicts", verdict),
    ]

    def said(name: str) -> set[tuple[int, str, str]]:
        answers = [service.staff(name, method, at, **more) for method, at, more in works]
        return {(each.status_code, each.json()["code"], each.json()["about"]) for each in answers}

    assert said("reviewer") == {(409, "claim_missing", "free")}
    assert service.takes("reviewer", case_id).status_code == 201
    assert said("reviewer-2") == {(409, "claim_missing", "taken")}
    assert service.takes("reviewer-2", case_id).json()["about"] == "taken"
    listed = {
        name: service.staff(name, "GET", "/v1/reviews").json()["cases"][0]
        for name in ("reviewer", "reviewer-2")
    }
    assert (listed["reviewer"]["mine"], listed["reviewer"]["free"]) == (True, True)
    assert (listed["reviewer-2"]["mine"], listed["reviewer-2"]["free"]) == (False, False)
    with service.stage.service.store.read() as tx:
        assert [e for e in tx.entries_of(case_id) if e.deed.action == "viewed"] == []
    assert service.staff("reviewer", "DELETE", f"{path}/claim").status_code == 204
    assert service.takes("reviewer-2", case_id).status_code == 201
    service.later(timedelta(minutes=10))
    assert said("reviewer-2") == {(409, "claim_missing", "free")}


def test_who_has_a_case_takes_it_again_for_ten_minutes_more(service: House) -> None:
    """Its end moves for who has it, and for nobody else."""
    path = f"/v1/reviews/{referred(service)}/claim"
    first = service.staff("reviewer", "POST", path).json()["until"]
    service.later(timedelta(minutes=9))
    assert service.staff("reviewer-2", "POST", path).json()["code"] == "claim_missing"
    again = service.staff("reviewer", "POST", path).json()["until"]
    moved = datetime.fromisoformat(again) - datetime.fromisoformat(first)
    assert moved == timedelta(minutes=9)
    service.later(timedelta(minutes=9))
    assert service.staff("reviewer-2", "POST", path).json()["about"] == "taken"
    service.later(timedelta(minutes=1))
    assert service.staff("reviewer-2", "POST", path).status_code == 201


def test_a_verdict_over_the_interface_needs_a_look(service: House) -> None:
    """Having taken a case is not having looked at it."""
    case_id = referred(service)
    service.takes("reviewer", case_id)
    verdict = {"kind": "approve", "reason": "same_person"}
    path = f"/v1/reviews/{case_id}/verdicts"
    found = service.staff("reviewer", "POST", path, json=verdict)
    assert (found.status_code, found.json()["code"]) == (409, "look_missing")


REVIEWS = ("GET", "/v1/reviews")
ROUTES = {
    REVIEWS: {"reviewer", "reviewer-2"},
    ("GET", "/v1/log"): {"auditor"},
    ("GET", "/v1/counts"): {"auditor"},
    ("GET", "/v1/outbox"): {"admin"},
    ("GET", "/v1/outbox/dead"): {"admin"},
}


@pytest.mark.parametrize("route", list(ROUTES), ids=lambda route: route[1])
def test_each_role_reads_what_it_is_there_for(service: House, route: tuple[str, str]) -> None:
    """Nobody has two roles, and an admin sees no case."""
    allowed = {name for name in STAFF if service.staff(name, *route).status_code == 200}
    assert allowed == ROUTES[route]
    assert service.call(*route).status_code == 401
    assert service.system(*route).status_code == 401


def test_the_log_is_whole_as_an_auditor_reads_it(service: House) -> None:
    """The pages together are a chain that can be verified, and reading them is in it."""
    service.line()
    numbers: list[int] = []
    hashes: list[tuple[str, str]] = []
    after: int | None = 0
    while after is not None:
        page = service.staff("auditor", "GET", f"/v1/log?after={after}&limit=5").json()
        numbers += [each["number"] for each in page["entries"]]
        hashes += [(each["previous"], each["hash"]) for each in page["entries"]]
        after = page["next"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(hashes[n][0] == hashes[n - 1][1] for n in range(1, len(hashes)))
    with service.stage.service.store.read() as tx:
        entries = list(tx.entries(after=0, limit=1000))
    assert isinstance(verify_chain(entries), int)
    assert {each.deed.action for each in entries} >= {"log_read", "case_opened", "case_issued"}


def test_a_counter_that_skips_is_counted(service: House) -> None:
    """Who takes the other way before any capture shows in the counts of agent and shop."""
    by = {"staff": "agent-3", "shop": "market", "device": "d"}
    visitor = service.session(service.open(handled_by=by))
    visitor.call("POST", "/v1/session/other-way", json={"route": "in_person"})
    counts = service.staff("auditor", "GET", "/v1/counts").json()["counts"]
    (mine,) = [each for each in counts if each["staff"] == "agent-3"]
    assert (mine["shop"], mine["cases"], mine["skips"], mine["other_way"]) == ("market", 1, 1, 1)


def test_an_order_that_the_network_rejected_is_sent_again(service: House) -> None:
    """The engineers mend the register, and the same order goes out under the same id."""
    opened = service.open()
    service.session(opened).passes()
    service.stage.network.answers.append(Rejected("sim_taken", "The SIM has another number."))
    service.stage.run()
    path = f"/v1/cases/{opened['case']['id']}"
    assert service.system("GET", path).json()["status"] == "unfulfilled"
    assert service.staff("agent", "POST", f"{path}/orders/replay").status_code == 403
    assert service.staff("admin", "POST", f"{path}/orders/replay").json() == {"again": True}
    service.stage.run()
    assert service.system("GET", path).json()["status"] == "issued"
    assert service.staff("admin", "POST", f"{path}/orders/replay").status_code == 409


def test_what_was_given_up_is_replayed(service: House) -> None:
    """A message that nobody took for half a day waits for an admin, who sends it again."""
    opened = service.open()
    service.session(opened).passes()
    service.stage.network.answers += [Unavailable("network_timeout")] * 24
    for _ in range(24):
        service.stage.run()
        service.later(timedelta(hours=2))
    (dead,) = service.staff("admin", "GET", "/v1/outbox/dead").json()["messages"]
    assert (dead["topic"], dead["code"]) == ("order", "network_timeout")
    path = f"/v1/outbox/dead/{dead['id']}/replay"
    assert service.staff("admin", "POST", path).status_code == 201
    assert service.staff("admin", "POST", path).json()["code"] == "message_unknown"
    service.stage.run()
    case = service.system("GET", f"/v1/cases/{opened['case']['id']}").json()
    assert case["status"] == "issued"


def test_an_admin_lets_a_system_in_by_its_public_keys(service: House) -> None:
    """A private key, or none, is refused; who let it in is in the log."""
    good = {
        "kty": "OKP",
        "crv": "Ed25519",
        "kid": "k",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
    path = "/v1/systems/operator-1"
    found = service.staff("admin", "PUT", path, json={"keys": {"keys": [good]}})
    assert found.status_code == 202
    with service.stage.service.store.read() as tx:
        assert tx.client("operator-1") is None
    door = service.app.state.context.door
    admins = [Staff(id=n, role=Role.ADMIN, shop="", active=True) for n in ("admin", "admin-2")]
    own, done = (confirm(door, found.json()["proposal"], by=each) for each in admins)
    assert isinstance(own, SignInRefused)
    assert not isinstance(done, SignInRefused)
    same = service.staff("admin", "PUT", path, json={"keys": {"keys": [good]}})
    assert (same.status_code, same.json()) == (200, {"id": "operator-1", "active": True})
    swapped = {"keys": {"keys": [good | {"kid": "mine"}]}}
    assert service.staff("admin", "PUT", path, json=swapped).status_code == 202
    stopped = {"keys": {"keys": [good]}, "active": False}
    assert service.staff("admin", "PUT", path, json=stopped).status_code == 200
    again = service.staff("admin", "PUT", path, json={"keys": {"keys": [good]}})
    assert again.status_code == 202
    wrong: list[dict[str, Any]] = [{"keys": []}, {"keys": [good | {"d": "secret"}]}, {}]
    for keys in wrong:
        refused = service.staff("admin", "PUT", path, json={"keys": keys})
        assert (refused.status_code, refused.json()["code"]) == (422, "keys_refused")
    assert service.staff("auditor", "PUT", path, json={"keys": {}}).status_code == 403
    with service.stage.service.store.read() as tx:
        actions = [e.deed.action for e in tx.entries(after=0, limit=9)]
        client = tx.client("operator-1")
    assert actions == [
        "power_proposed",
        "power_confirmed",
        "system_changed",
        "power_proposed",
        "system_changed",
        "power_proposed",
    ]
    assert client is not None
    assert not client.active
