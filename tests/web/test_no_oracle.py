"""What failed is told to nobody who could shape the next attack by it: no oracle."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.domain.case import Kind
from lineproof.domain.finding import Measured
from tests.adapters.test_capture_key import KEY, point_of
from tests.adapters.test_message_check import FRAMES
from tests.flow.stage import FACE, MATCH, NO_MATCH
from tests.regime import LIVING, POLICY, regime
from tests.web.house import House, house
from tests.web.test_signed_captures import Page, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

    from lineproof.domain.finding import FmrBand
    from lineproof.domain.liveness import LivenessBand

ENDS: dict[str, tuple[FmrBand, LivenessBand]] = {
    "no match": (NO_MATCH, LIVING),
    "one check": (MATCH, replace(LIVING, passes=False, failed=("depth.relief",))),
    "other checks": (
        MATCH,
        replace(
            LIVING, passes=False, failed=("light.follows", "injection.injection_virtual_camera")
        ),
    ),
    "all": (NO_MATCH, replace(LIVING, passes=False, failed=("depth.relief", "light.follows"))),
}
FINE = re.compile(r"depth|relief|follows|injection|virtual|band|apcer|1e-")
"""What must reach nobody but reviewers and auditors."""
OWN = re.compile(r"[a-z]+_[0-9a-f]{32}|[A-Za-z0-9_-]{43}")
"""Ids and secrets, which differ from case to case."""
TOKEN = re.compile(r'(value|token)="\w+"')
"""Of a page's forms."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A person whose attempt failed, and the service about them."""

    page: Page
    house: House
    answer: Response


def failed(folder: Path, end: str, attempts: int = 3) -> Failed:
    """Fail once, in the way that is named."""
    policies = dict.fromkeys(
        Kind, replace(POLICY, liveness_required=True, attempts=attempts, assisted_accepted=True)
    )
    folder.mkdir()
    there = house(folder, regime(policies=policies, delay_after_failure=timedelta(seconds=15)))
    hook = there.system("POST", "/v1/webhooks", json={"url": "https://example.org/hook"})
    assert hook.status_code == 201, hook.text
    page = Page(there.session(there.open()))
    band, liveness = ENDS[end]
    sights = {b"portrait": FACE, **dict.fromkeys(FRAMES, FACE)}
    engine = SimulatedEngine(sights=sights, band=Measured(band), liveness=Measured(liveness))
    service = there.stage.service
    there._serve(replace(service, site=replace(service.site, engine=engine)))  # noqa: SLF001
    page.visitor.consents()
    page.visitor.shows()
    page.visitor.call("POST", "/v1/session/keys", json={"key": text_of(point_of(KEY))})
    answer = page.sends(page.asked()["nonce"])
    assert answer.status_code == 201, answer.text
    return Failed(page, there, answer)


def plain(answer: Response) -> tuple[int, str, str]:
    """Give what an answer says, but for ids."""
    return answer.status_code, OWN.sub("ID", answer.text), answer.headers.get("retry-after", "")


def of_the_page(found: Failed, path: str) -> tuple[int, str, str]:
    """Give what a page says to the subscriber, but for ids and tokens of forms."""
    headers = {"Cookie": f"__Host-case={found.page.visitor.token}", "Sec-Fetch-Site": "none"}
    there = found.house.http.request("GET", path, headers=headers, follow_redirects=False)
    return there.status_code, OWN.sub("ID", TOKEN.sub("", there.text)), ""


def seen_by_subscriber(found: Failed) -> list[tuple[int, str, str]]:
    """Give all that the subscriber's browser is told after a failed attempt."""
    visitor = found.page.visitor
    return [
        plain(found.answer),
        plain(visitor.call("POST", "/v1/session/challenges?variant=full")),
        plain(visitor.call("POST", "/v1/session/challenges")),
        plain(visitor.call("GET", "/v1/session")),
        plain(visitor.call("GET", "/v1/session/log")),
        *(of_the_page(found, path) for path in ("/c/case", "/c/face", "/c/status", "/c/looks")),
    ]


def announced(found: Failed) -> list[str]:
    """Give the webhooks that the operator's system was sent, but for ids."""
    found.house.stage.run()
    return [OWN.sub("ID", str(body)) for _, body in found.house.stage.bells.rung]


def test_the_subscriber_cannot_tell_what_failed(tmp_path: Path) -> None:
    """Answers, log, pages, the wait and the webhooks are the same to the letter."""
    ends = {end: failed(tmp_path / end, end) for end in ENDS}
    seen = {end: seen_by_subscriber(each) for end, each in ends.items()}
    first = seen["no match"]
    assert first[0][0] == 201
    assert '"again"' in first[0][1]
    assert first[1][0] == 429
    assert first[1][2] == "15"
    for end, each in seen.items():
        assert each == first, end
        assert not any(FINE.search(text) for _, text, _ in each[:5])
    told = {end: announced(each) for end, each in ends.items()}
    assert told["no match"]
    assert all(each == told["no match"] for each in told.values())
    assert FINE.search(str(told)) is None


def test_metrics_and_log_lines_count_outcomes_only(tmp_path: Path) -> None:
    """Whoever watches the service sees that attempts fail, and not by what."""
    counted = []
    for end in ENDS:
        with capture_logs() as lines:
            found = failed(tmp_path / end, end)
        assert FINE.search(str(lines)) is None
        text = found.house.call("GET", "/metrics").text
        assert FINE.search(text) is None
        counted.append([line for line in text.splitlines() if "lineproof_decisions" in line])
    assert 'outcome="retry"' in str(counted[0])
    assert all("1.0" in str(each) and len(each) == len(counted[0]) for each in counted)


def test_an_operators_system_learns_that_liveness_failed_and_not_which_check(
    tmp_path: Path,
) -> None:
    """It has to act on attacks, and who is bribed there shall not shape the next one."""
    told = {}
    for end in ENDS:
        found = failed(tmp_path / end, end)
        answer = found.house.system("GET", f"/v1/cases/{found.page.visitor.case}/decisions")
        assert FINE.search(answer.text) is None
        told[end] = answer.json()["decisions"][-1]["reasons"]
    assert told["no match"] == ["no_match"]
    assert told["one check"] == told["other checks"] == ["face_match", "liveness_failed"]
    assert told["all"] == ["no_match", "liveness_failed"]


@pytest.mark.parametrize("end", ["one check", "other checks"])
def test_a_reviewer_and_the_log_have_the_full_reasons(tmp_path: Path, end: str) -> None:
    """Whoever decides on the person has to know what was measured against them."""
    found = failed(tmp_path / end, end, attempts=1)
    assert found.answer.json()["outcome"] == "a_person_looks"
    case = found.page.visitor.case
    assert found.house.takes("reviewer", case).status_code == 201
    seen = found.house.staff("reviewer", "GET", f"/v1/reviews/{case}").json()
    measures = [f"liveness_failed.{each}" for each in ENDS[end][1].failed]
    assert seen["decisions"][-1]["reasons"] == ["face_match", *measures, "attempts_used"]
    with found.house.stage.service.store.read() as tx:
        (referred,) = [e for e in tx.entries_of(case) if e.deed.action == "case_referred"]
    assert all(each in referred.deed.details["reasons"].split() for each in measures)


def test_a_failed_check_of_liveness_is_a_try_of_the_person(tmp_path: Path) -> None:
    """What is counted over all cases counts before anybody is looked at, whatever comes of it."""
    found = failed(tmp_path / "it", "one check")
    service, case_id = found.house.stage.service, found.page.visitor.case
    with service.store.read() as tx:
        case = tx.case(case_id)
        assert case is not None
        assert case.person is not None
        assert tx.attempts(case.person, since=found.house.now - timedelta(days=1)) == 1


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a refusal by a reviewer left behind, but for ids."""

    subscriber: list[tuple[int, str, str]]
    webhooks: list[str]
    told: list[list[str]]
    log: list[str]


def refused_for(folder: Path, reason: str) -> Aftermath:
    """Refer a failed attempt, and let a reviewer refuse it for this."""
    found = failed(folder, "one check", attempts=1)
    house, case = found.house, found.page.visitor.case
    assert house.takes("reviewer", case).status_code == 201
    assert house.staff("reviewer", "GET", f"/v1/reviews/{case}").status_code == 200
    said = {"kind": "refuse", "reason": reason}
    answer = house.staff("reviewer", "POST", f"/v1/reviews/{case}/verdicts", json=said)
    assert answer.json()["outcome"] == "refuse", answer.text
    decisions = house.system("GET", f"/v1/cases/{case}/decisions").json()["decisions"]
    with house.stage.service.store.read() as tx:
        entries = [entry.deed for entry in tx.entries_of(case)]
    return Aftermath(
        subscriber=[*seen_by_subscriber(found), of_the_page(found, "/c/result")],
        webhooks=announced(found),
        told=[each["reasons"] for each in decisions],
        log=[deed.details["reasons"] for deed in entries if "reasons" in deed.details],
    )


def test_that_no_living_person_was_seen_is_told_as_that_another_was(tmp_path: Path) -> None:
    """The subscriber's side is the same to the letter; the operator's system has the code alone."""
    left = {
        reason: refused_for(tmp_path / reason, reason)
        for reason in ("not_the_same_person", "not_a_living_person")
    }
    other, lifeless = left["not_the_same_person"], left["not_a_living_person"]
    assert lifeless.subscriber == other.subscriber
    codes = [code for code, _, _ in other.subscriber]
    assert codes == [201, 409, 409, 200, 200, 303, 303, 200, 200, 200]
    assert '"status":"refused"' in other.subscriber[3][1]
    assert '"what":"case_refused"' in other.subscriber[4][1]
    assert not any("living" in text or "same_person" in text for _, text, _ in other.subscriber)
    assert lifeless.webhooks == other.webhooks
    assert "reviewed" not in str(other.webhooks)
    for reason, each in left.items():
        assert each.told[-1] == [f"reviewed.{reason}"]
        assert FINE.search(str(each.told)) is None
        assert each.log[-1] == f"reviewed.{reason}"
    assert lifeless.told[:-1] == other.told[:-1]
