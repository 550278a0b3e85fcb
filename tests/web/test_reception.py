from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.house import House

NUMBER = "15550001"


def test_every_answer_is_dressed(service: House) -> None:
    """Nothing is stored on the way, framed, sniffed or told to another site."""
    for path in ("/live", "/v1/cases", "/nothing", "/docs"):
        headers = service.call("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


@pytest.mark.parametrize(
    ("given", "kept"), [("trace-1234.5", True), ("short", False), ("x" * 65, False)]
)
def test_a_callers_request_id_is_kept_where_it_can_be_one(
    service: House,
    given: str,
    kept: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """The id goes through the caller's logs and ours; anything else is replaced."""
    found = service.call("GET", "/v1/session", headers={"X-Request-Id": given})
    assert (found.headers["x-request-id"] == given) is kept
    assert found.json()["request_id"] == found.headers["x-request-id"]


def test_the_log_names_routes_and_nothing_of_a_person(
    service: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line's number, a secret, a nonce and a document's number stand in no line of the log."""
    capsys.readouterr()
    opened = service.open()
    visitor = service.session(opened)
    visitor.consents()
    visitor.shows("L898902C3")
    nonce = visitor.nonce()
    visitor.captures(nonce)
    service.stage.run()
    service.system("GET", f"/v1/lines/{NUMBER}")
    service.system("GET", f"/v1/lines/{NUMBER}?number={NUMBER}")
    service.system("GET", f"/v1/linez/{NUMBER}")
    service.system("POST", "/v1/cases", json={"msisdn": NUMBER})
    told = capsys.readouterr()
    log = told.out + told.err
    assert "/v1/lines/{msisdn}" in log
    secrets = (NUMBER, opened["client_secret"], visitor.token, nonce, "L898902C3")
    assert [each for each in secrets if each in log] == []


def test_metrics_count_routes_and_ways_and_nobody(service: House) -> None:
    """The face check stands beside the other ways; no case, line or person is a label."""
    opened = service.open()
    service.session(opened).passes("L898902C3")
    other = service.session(service.open(msisdn="15550002"))
    other.call("POST", "/v1/session/other-way", json={"route": "in_person"})
    for name in ("agent", "agent-2"):
        service.staff(
            name,
            "POST",
            f"/v1/cases/{other.case}/attestations",
            json={
                "issuer": "UTO",
                "kind": "P",
                "number": "P2",
                "same_person": True,
                "document_valid": True,
                "old_enough": True,
            },
        )
    service.system("GET", f"/v1/lines/{NUMBER}")
    told = service.call("GET", "/metrics").text
    assert 'lineproof_decisions_total{outcome="approve",route="face"} 1.0' in told
    assert 'lineproof_decisions_total{outcome="approve",route="in_person"} 1.0' in told
    assert 'lineproof_until_decided_seconds_count{route="in_person"} 1.0' in told
    assert 'route="/v1/lines/{msisdn}"' in told
    assert 'lineproof_outbox_messages{topic="order"}' in told
    assert [each for each in (NUMBER, opened["case"]["id"], "L898902C3") if each in told] == []


def test_a_path_that_a_caller_made_up_is_no_label(service: House) -> None:
    """Whoever asks for a million paths makes no million series."""
    service.call("GET", "/made/up")
    service.http.request("BREW", "/made/up")
    told = service.call("GET", "/metrics").text
    assert "made" not in told
    assert "BREW" not in told
    assert 'route="unmatched"' in told


def test_the_documentation_asks_nobody_else(service: House) -> None:
    """Swagger UI comes from our own files, and the policy lets nothing else in."""
    page = service.call("GET", "/docs")
    assert "https://" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"):
        assert f"/docs/files/{name}" in page.text
        assert service.call("GET", f"/docs/files/{name}").status_code == 200
    assert service.call("GET", "/docs/start.js").status_code == 200
    for name in ("index.html", "..%2f..%2fsetup.py", "%2e%2e"):
        assert service.call("GET", f"/docs/files/{name}").status_code == 404
