from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import FaceFinding, Measured, QualityComponent, Unmeasured
from lineproof.domain.policy import SINGLE_FACE
from tests.flow.stage import MATCH, NO_MATCH, UNSURE
from tests.web.house import digest_of

if TYPE_CHECKING:
    from tests.web.house import House


def test_a_client_secret_works_once_and_not_for_long(service: House) -> None:
    """Whoever finds the link later gets nothing by it."""
    opened = service.open()
    service.session(opened)
    asked = {"client_secret": opened["client_secret"]}
    again = service.call("POST", "/v1/sessions", json=asked)
    assert (again.status_code, again.json()["code"]) == (403, "token_refused")
    late = service.open(msisdn="15550002")
    service.later(timedelta(minutes=11))
    asked = {"client_secret": late["client_secret"]}
    assert service.call("POST", "/v1/sessions", json=asked).status_code == 403


def test_a_session_ends_by_itself(service: House) -> None:
    """A browser that was left open is no way in."""
    visitor = service.session(service.open())
    service.later(timedelta(minutes=31))
    found = visitor.call("GET", "/v1/session")
    assert (found.status_code, found.json()["code"]) == (401, "credentials_refused")


def test_a_session_is_no_access_token_and_no_secret_is_a_session(service: House) -> None:
    """Each token is good for what it was made for."""
    opened = service.open()
    visitor = service.session(opened)
    assert service.call("GET", "/v1/cases", visitor.token).status_code == 401
    assert service.call("GET", "/v1/session", opened["client_secret"]).status_code == 401
    assert service.call("GET", "/v1/reviews", visitor.token).status_code == 401


def test_nothing_opens_the_camera_but_consent(service: House) -> None:
    """A document shown without consent is not even read."""
    visitor = service.session(service.open())
    assert visitor.shows().json()["code"] == "not_now"
    assert visitor.call("POST", "/v1/session/challenges").json()["code"] == "not_now"
    unknown = {"purpose": "face_check", "text_version": "1999-01", "language": "en"}
    found = visitor.call("POST", "/v1/session/consents", json=unknown)
    assert (found.status_code, found.json()["code"]) == (422, "consent_text_unknown")


def test_the_other_way_is_there_from_the_first_page(service: House) -> None:
    """Promise 3: the ways stand beside each other, and each can be taken before any picture."""
    visitor = service.session(service.open())
    assert visitor.sees()["ways"] == ["face", "chip", "in_person"]
    found = visitor.call("POST", "/v1/session/other-way", json={"route": "in_person"})
    assert (found.status_code, found.json()["next"]) == (200, "see_staff")
    back = visitor.call("POST", "/v1/session/other-way", json={"route": "face"})
    assert back.json()["code"] == "way_not_offered"
    assert visitor.consents().json()["next"] == "show_document"


def test_a_chip_alone_proves_the_document(service: House) -> None:
    """The way by chip needs no face: the chip answers what was asked of it."""
    visitor = service.session(service.open())
    visitor.call("POST", "/v1/session/other-way", json={"route": "chip"})
    asked = visitor.call("POST", "/v1/session/challenges").json()
    files = [
        ("chip", ("EF.DG1.bin", b"P1")),
        ("chip", ("AA.bin", digest_of(asked["chip_challenge"]))),
    ]
    found = visitor.call(
        "POST", "/v1/session/chip-proofs", files=files, data={"nonce": asked["nonce"]}
    )
    assert (found.status_code, found.json()["outcome"]) == (201, "approved")


@pytest.mark.parametrize(
    ("band", "outcome"), [(MATCH, "approved"), (UNSURE, "a_person_looks"), (NO_MATCH, "again")]
)
def test_the_browser_learns_four_words(service: House, band: object, outcome: str) -> None:
    """How alike two faces are is told to nobody, not even by the thing to change."""
    service.seeing(band)  # type: ignore[arg-type]
    decided = service.session(service.open()).passes()
    assert (decided["outcome"], decided["change"]) == (outcome, None)
    told = str(decided)
    assert not any(word in told for word in ("match", "band", "score", "reason", "1e-"))


def test_what_to_change_is_told_of_a_picture_that_cannot_be_used(service: House) -> None:
    """A picture with two faces is a thing that a person can mend."""
    crowd = QualityComponent(native=0.0, value=10)
    sight = Measured(FaceFinding(faces=2, quality={SINGLE_FACE: Measured(crowd)}))
    service.seeing_live(sight)
    decided = service.session(service.open()).passes()
    assert (decided["outcome"], decided["change"]) == ("again", f"live_quality.{SINGLE_FACE}")
    service.seeing_live(Unmeasured("no_face"))
    visitor = service.session(service.open(msisdn="15550002"))
    assert visitor.passes()["change"] == "live_face_unmeasured.no_face"


def test_three_tries_and_then_a_person(service: House) -> None:
    """The last try goes to a person, and never to a refusal."""
    service.seeing(NO_MATCH)
    visitor = service.session(service.open())
    first = visitor.passes()
    assert first["case"]["attempts_left"] == 2
    assert visitor.captures().json()["outcome"] == "again"
    last = visitor.captures().json()
    assert (last["outcome"], last["case"]["next"]) == ("a_person_looks", "wait_for_reviewer")


def test_a_capture_answers_one_question_of_its_own_case_once(service: House) -> None:
    """A nonce of another case, one that was used and one of nobody's answer nothing."""
    service.seeing(NO_MATCH)
    mine = service.session(service.open())
    theirs = service.session(service.open(msisdn="15550002"))
    for visitor, number in ((mine, "P1"), (theirs, "P2")):
        visitor.consents()
        visitor.shows(number)
    stolen = mine.captures(theirs.nonce())
    assert stolen.json()["about"] == "challenge_of_another_request"
    nonce = mine.nonce()
    mine.captures(nonce)
    assert mine.captures(nonce).json()["about"] == "challenge_spent"
    assert mine.captures("x" * 43).json()["about"] == "challenge_unknown"
    late = mine.nonce()
    service.later(timedelta(seconds=121))
    assert mine.captures(late).json()["about"] == "challenge_expired"


def test_leaving_stops_the_case_and_ends_the_session(service: House) -> None:
    """Withdrawal is one request, at any time."""
    opened = service.open()
    visitor = service.session(opened)
    visitor.consents()
    visitor.shows()
    left = visitor.call("DELETE", "/v1/session")
    assert (left.status_code, left.json()["status"]) == (200, "withdrawn")
    assert visitor.call("GET", "/v1/session").status_code == 401
    desk = service.stage.service.desk
    assert desk.look(opened["case"]["id"], now=service.now) is None


def test_own_lines_are_shown_after_a_check_that_was_passed(service: House) -> None:
    """The person sees every line in their name, locks one, and a case about it is refused."""
    service.line()
    visitor = service.session(service.open(msisdn="15550002"))
    assert visitor.call("GET", "/v1/session/lines").json()["code"] == "not_allowed"
    visitor.passes()
    lines = visitor.call("GET", "/v1/session/lines").json()["lines"]
    # A page alone spoke for the person: the number is hidden but for its end.
    assert [(line["number"][-2:], line["locked"]) for line in lines] == [("01", False)]
    assert "15550001" not in str(lines)
    unknown = visitor.call("POST", "/v1/session/locks", json={"line": "x" * 32})
    assert unknown.status_code == 404
    locked = visitor.call("POST", "/v1/session/locks", json={"line": lines[0]["line"]})
    assert (locked.status_code, locked.json()["locked"]) == (201, True)
    asked = {"kind": "sim_replacement", "msisdn": "15550001"}
    sim = {"iccid": "8949000000000000009", "imsi": "001010000000009"}
    found = service.system("POST", "/v1/cases", json=asked | {"sim": sim}, headers=service.key())
    assert found.json()["reasons"] == ["line_locked"]


def test_nobody_locks_another_persons_line(service: House) -> None:
    """A lock is its holder's; to anybody else the line is unknown."""
    service.line(number="P1")
    holder = service.session(service.open(msisdn="15550003"))
    holder.passes("P1")
    (line,) = holder.call("GET", "/v1/session/lines").json()["lines"]
    visitor = service.session(service.open(msisdn="15550002"))
    visitor.passes("P2")
    found = visitor.call("POST", "/v1/session/locks", json={"line": line["line"]})
    assert (found.status_code, found.json()["code"]) == (404, "line_unknown")
    assert service.stage.line().locked is False


def test_a_holder_objects_with_the_secret_of_the_notice(service: House) -> None:
    """An objection brings a person in before anything is changed."""
    service.line()
    opened = service.open("sim_replacement")
    service.session(opened).passes()
    service.stage.run()
    asked = {"secret": service.stage.letters.secret()}
    found = service.call("POST", "/v1/answers/objection", json=asked)
    assert (found.status_code, found.json()) == (201, {"taken": True})
    assert service.call("POST", "/v1/answers/objection", json=asked).status_code == 403
    case = service.system("GET", f"/v1/cases/{opened['case']['id']}").json()
    assert case["status"] == "referred"
    assert service.stage.network.orders[-1].kind == "activate"


def test_a_transfer_waits_for_its_holder(service: House) -> None:
    """The line itself is asked, and the answer is good once."""
    service.line()
    opened = service.open("transfer", second_channel="mailto:new@example.org")
    assert opened["case"]["status"] == "awaiting_holder"
    service.stage.run()
    asked = {"secret": service.stage.letters.secret(), "agrees": True}
    assert service.call("POST", "/v1/answers/holder", json=asked).status_code == 201
    assert service.session(opened).sees()["next"] == "consent_or_other_way"
    assert service.call("POST", "/v1/answers/holder", json=asked).status_code in {403, 409}


def test_the_subscriber_sees_who_looked(service: House) -> None:
    """Promise 6: each view and decision is on the person's own page, and no fine reason is."""
    service.seeing(UNSURE)
    opened = service.open()
    visitor = service.session(opened)
    visitor.passes()
    service.system("GET", f"/v1/cases/{visitor.case}")
    service.takes("reviewer", visitor.case)
    service.staff("reviewer", "GET", f"/v1/reviews/{visitor.case}")
    entries = visitor.call("GET", "/v1/session/log").json()["entries"]
    looked = [(each["who"], each["why"]) for each in entries if each["what"] == "viewed"]
    assert looked == [("system:op", ""), ("staff:reviewer", "review")]
    assert "case_referred" in {each["what"] for each in entries}
    assert "match" not in str(entries)
