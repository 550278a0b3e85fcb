"""Keeping the service from everybody else, with one session or with none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lineproof.domain.case import Kind, Route
from lineproof.domain.staff import Role
from lineproof.flow import agree, counter
from lineproof.web.gate import MINE, Gate
from lineproof.web.limits import BURST
from lineproof.web.problems import Problem
from tests.flow.stage import SYSTEM, staff
from tests.regime import OLD
from tests.web.house import house

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.domain.case import Case
    from tests.flow.stage import Stage
    from tests.web.house import House


def test_one_session_s_slow_uploads_take_no_other_s_place() -> None:
    """Whoever sends many uploads a byte at a time is refused, and the next person is not."""
    gate = Gate(cores=1)
    held = [gate.upload("session:slow") for _ in range(MINE)]
    for each in held:
        each.__enter__()
    with pytest.raises(Problem), gate.upload("session:slow"):
        pass
    with gate.upload("session:other"):
        pass
    held[0].__exit__(None, None, None)
    with gate.upload("session:slow"):
        pass


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/v1/staff/sign-in/options", {}),
        ("/v1/oauth/token", {"content": b"grant_type=client_credentials"}),
        ("/v1/staff/enrolment/options", {"json": {"token": "x"}}),
    ],
)
def test_signing_in_is_counted_by_address(tmp_path: Path, path: str, sent: dict[str, Any]) -> None:
    """Each try of a stranger is written down, so there are not as many as they like."""
    service = house(tmp_path, stranger_rate=60)
    statuses = [service.call("POST", path, **sent).status_code for _ in range(BURST + 2)]
    assert 429 not in statuses[:BURST]
    assert statuses[BURST:] == [429, 429]


def test_a_charset_of_the_sender_s_own_makes_no_fault(service: House) -> None:
    """A nonce in half a surrogate pair is a wrong part, not a fault of ours."""
    visitor = service.session(service.open())
    visitor.consents()
    visitor.shows()
    lines = [
        b"--B",
        b'Content-Disposition: form-data; name="frame"; filename="x"',
        b"",
        b"live",
        b"--B",
        b'Content-Disposition: form-data; name="nonce"',
        b"",
        rb"\ud800",
        b"--B--",
        b"",
    ]
    told = {"Content-Type": "multipart/form-data; boundary=B; charset=unicode_escape"}
    found = visitor.call("POST", "/v1/session/captures", content=b"\r\n".join(lines), headers=told)
    assert (found.status_code, found.json()["code"]) == (422, "request_invalid")


def test_cases_that_wait_for_a_chip_hide_none_that_waits_for_people(scene: Stage) -> None:
    """However many a stranger opens about somebody's number, a counter finds theirs."""

    def waits(route: Route) -> Case:
        case = scene.open(Kind.NEW_LINE, sim=OLD)
        agree.take_other_way(scene.service, case.id, route, actor=SYSTEM, now=scene.now)
        return case

    mine = waits(Route.IN_PERSON)
    for _ in range(20):
        waits(Route.CHIP)
    found = counter.in_person_about(scene.service, mine.msisdn, staff("w-1", Role.AGENT))
    assert found is not None
    assert found.id == mine.id
