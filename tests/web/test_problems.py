from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.flow.refused import RefusalCode
from lineproof.storage import Changed, StoreDown, Trouble
from lineproof.web.problems import STATUS_OF, WebCode

if TYPE_CHECKING:
    from tests.web.house import House

REASONS = (Path(__file__).parents[2] / "docs" / "reasons.md").read_text("utf-8")

CODES = (*RefusalCode, *WebCode, *Trouble)


@pytest.mark.parametrize("code", CODES, ids=str)
def test_every_code_has_a_status_and_stands_in_the_documentation(code: Any) -> None:  # noqa: ANN401 - one of three enumerations
    """Nothing is refused in a way that nobody can look up."""
    assert code in STATUS_OF
    assert f"`{code}`" in REASONS


def test_the_documented_statuses_are_the_real_ones() -> None:
    """The table of problems says the status that is sent."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", REASONS, re.MULTILINE)
    assert {WebCode(code) for code, _ in rows} == set(WebCode)
    assert {code: int(status) for code, status in rows} == {
        str(code): int(STATUS_OF[code]) for code in WebCode
    }


def test_a_problem_is_a_document_of_its_own_kind(service: House) -> None:
    """RFC 9457: media type, type, title, status, detail; and ours: code and request id."""
    found = service.call("GET", "/v1/session")
    assert found.headers["content-type"] == "application/problem+json"
    told = found.json()
    assert set(told) == {"type", "title", "status", "detail", "code", "request_id"}
    assert (told["status"], told["type"]) == (401, "/problems/credentials_missing")
    assert found.headers["www-authenticate"] == "Bearer"
    assert service.call("GET", told["type"]).json()["code"] == "credentials_missing"


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "new_line", "msisdn": "John Smith, born 1974"},
        {"kind": "John Smith, born 1974", "msisdn": "15550001"},
        {"kind": "new_line", "msisdn": "15550001", "John Smith, born 1974": 1},
        {"kind": "new_line", "msisdn": "15550001", "sim": {"iccid": "John Smith, born 1974"}},
        {"kind": "new_line", "msisdn": "15550001", "second_channel": "John Smith, born 1974"},
        ["John Smith, born 1974"],
    ],
)
def test_what_was_sent_is_never_sent_back(service: House, asked: object) -> None:
    """A problem says where something is wrong and not what stood there."""
    found = service.system("POST", "/v1/cases", json=asked, headers=service.key())
    assert (found.status_code, found.json()["code"]) == (422, "request_invalid")
    assert "Smith" not in found.text
    assert found.json()["errors"]


def test_a_field_of_ours_is_named(service: House) -> None:
    """Whoever writes a program against the interface sees which field is wrong."""
    asked = {"kind": "new_line", "msisdn": "x", "handled_by": {"shop": "s"}}
    found = service.system("POST", "/v1/cases", json=asked, headers=service.key())
    where = {error["where"]: error["what"] for error in found.json()["errors"]}
    assert where["body.msisdn"] == "string_pattern_mismatch"
    assert where["body.handled_by.staff"] == "missing"


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"kind": "new_line"', b"[" * 5000])
def test_a_body_that_is_no_json_is_malformed(service: House, content: bytes) -> None:
    """Half an object, bytes that are no text and nests without an end are refused alike."""
    found = service.system(
        "POST",
        "/v1/cases",
        content=content,
        headers={"Content-Type": "application/json", **service.key()},
    )
    assert (found.status_code, found.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("GET", "/", 404), ("PATCH", "/v1/cases", 405)],
)
def test_what_is_not_there_is_a_problem_too(
    service: House, method: str, path: str, status: int
) -> None:
    """The framework's own refusals look like ours."""
    found = service.call(method, path)
    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["status"] == status


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_database_that_is_away_is_said_and_comes_back(
    service: House, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    """Nothing is half-done meanwhile, and nobody restarts anything."""
    store = type(service.stage.service.store)

    def away(*_: object, **__: object) -> Any:  # noqa: ANN401 - never returns
        raise StoreDown(trouble)

    with monkeypatch.context() as while_away:
        while_away.setattr(store, "begin", away)
        while_away.setattr(store, "read", away)
        while_away.setattr(store, "ready", lambda _: False)
        found = service.system("GET", "/v1/cases")
        assert found.status_code in {503, 507}
        assert (found.json()["code"], found.headers["retry-after"]) == (str(trouble), "5")
        ready = service.call("GET", "/ready")
        assert (ready.status_code, ready.json()["store"]) == (503, False)
        assert service.call("GET", "/live").status_code == 200
        assert "outbox_messages" in service.call("GET", "/metrics").text
    assert service.call("GET", "/ready").json()["ready"] is True
    assert service.system("GET", "/v1/cases").status_code == 200


def test_two_who_change_the_same_are_told(service: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever came second reads again and decides then."""

    def changed(*_: object, **__: object) -> Any:  # noqa: ANN401 - never returns
        raise Changed

    monkeypatch.setattr(type(service.stage.service.store), "begin", changed)
    found = service.system(
        "POST", "/v1/cases", json={"kind": "recheck", "msisdn": "15550001"}, headers=service.key()
    )
    assert (found.status_code, found.json()["code"]) == (409, "changed_meanwhile")


def test_a_fault_says_nothing_of_what_was_sent(
    service: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library's message may quote a person; neither the answer nor the log repeats it."""

    def broken(*_: object, **__: object) -> Any:  # noqa: ANN401 - never returns
        raise RuntimeError("UNIQUE failed: John Smith, born 1974")

    with monkeypatch.context() as while_broken:
        while_broken.setattr(type(service.stage.service.store), "read", broken)
        found = service.system("GET", "/v1/cases")
    assert (found.status_code, found.json()["code"]) == (500, "internal_fault")
    told = capsys.readouterr()
    assert "Smith" not in found.text + told.out + told.err
    assert found.json()["request_id"] in told.out + told.err
    assert "RuntimeError" in told.out + told.err
    assert 'lineproof_faults_total{where="request"} 1.0' in service.call("GET", "/metrics").text
