from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.webhooks import PURPOSE
from tests.web.house import house

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.house import House

URL = {"url": "https://hooks.example.org/lineproof"}


def test_an_endpoint_gets_every_event_of_its_systems_cases(service: House) -> None:
    """One system's events go to its own endpoints, and no longer once one is taken out."""
    added = service.system("POST", "/v1/webhooks", json=URL).json()
    service.system("POST", "/v1/webhooks", json=URL, name="other")
    assert added["secret"].startswith("whsec_")
    case_id = service.open()["case"]["id"]
    service.stage.run()
    rung = [body for _, body in service.stage.bells.rung]
    assert [(body["case"], body["type"]) for body in rung] == [(case_id, "case.opened")]
    path = f"/v1/webhooks/{added['endpoint']['id']}"
    assert service.system("DELETE", path).json()["active"] is False
    service.open(msisdn="15550002")
    service.stage.run()
    assert len(service.stage.bells.rung) == 1
    assert service.system("GET", "/v1/webhooks").json()["endpoints"] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://user:pass@hooks.example.org/",
        "https://hooks.example.org:5432/",
        "https://hooks.example.org/#fragment",
        "ftp://hooks.example.org/",
        "hooks.example.org",
        "https://0x7f000001/",
        "https://2130706433/",
    ],
)
def test_events_go_to_public_names_only(service: House, url: str) -> None:
    """No endpoint makes the service knock at doors of its own network."""
    found = service.system("POST", "/v1/webhooks", json={"url": url})
    assert (found.status_code, found.json()["code"]) == (422, "endpoint_refused")
    assert service.system("GET", "/v1/webhooks").json()["endpoints"] == []


def test_a_host_of_ones_own_is_named_in_the_settings(tmp_path: Path) -> None:
    """Whoever runs the service may let events go to a host of theirs."""
    service = house(tmp_path, webhook_hosts="127.0.0.1")
    found = service.system("POST", "/v1/webhooks", json={"url": "http://127.0.0.1:9999/x"})
    assert found.status_code == 201


def test_two_secrets_sign_while_they_are_rotated(service: House) -> None:
    """The new secret signs first and the old one beside it, or no longer."""
    added = service.system("POST", "/v1/webhooks", json=URL).json()
    endpoint = added["endpoint"]["id"]
    path = f"/v1/webhooks/{endpoint}/secrets"
    second = service.system("POST", path, json={}).json()
    assert second["endpoint"]["secrets"] == 2
    with service.stage.service.store.read() as tx:
        kept = tx.endpoint(endpoint)
    assert kept is not None
    sealer = service.stage.service.sealer
    opened = [
        sealer.unseal(each, purpose=PURPOSE, context=endpoint) for each in kept.sealed_secrets
    ]
    assert opened == [second["secret"].encode(), added["secret"].encode()]
    third = service.system("POST", path, json={"keep_old": False}).json()
    assert third["endpoint"]["secrets"] == 1


def test_another_systems_endpoint_is_unknown(service: House) -> None:
    """Nobody turns another's events off, or gets their secret."""
    endpoint = service.system("POST", "/v1/webhooks", json=URL).json()["endpoint"]["id"]
    path = f"/v1/webhooks/{endpoint}"
    for found in (
        service.system("DELETE", path, name="other"),
        service.system("POST", f"{path}/secrets", json={}, name="other"),
    ):
        assert (found.status_code, found.json()["code"]) == (404, "endpoint_unknown")


def test_a_system_has_ten_endpoints_at_most(service: House) -> None:
    """Each gets every event, so their number is bounded."""
    for _ in range(10):
        assert service.system("POST", "/v1/webhooks", json=URL).status_code == 201
    assert service.system("POST", "/v1/webhooks", json=URL).json()["about"] == "too_many"


def gone(service: House) -> str:
    """Add an endpoint and let it answer 410 Gone; give its id."""
    added: str = service.system("POST", "/v1/webhooks", json=URL).json()["endpoint"]["id"]
    with service.stage.service.store.begin() as tx:
        kept = tx.endpoint(added)
        assert kept is not None
        tx.put_endpoint(replace(kept, active=False, gone_at=service.stage.now))
    return added


def test_an_endpoint_that_is_gone_says_so(service: House) -> None:
    """It stands among its system's, with since when, counts among the ten, and can be taken out."""
    endpoint = gone(service)
    (told,) = service.system("GET", "/v1/webhooks").json()["endpoints"]
    assert (told["id"], told["active"]) == (endpoint, False)
    assert datetime.fromisoformat(told["gone_at"]) == service.stage.now
    for number in range(9):
        other = {"url": f"https://hooks.example.org/{number}"}
        assert service.system("POST", "/v1/webhooks", json=other).status_code == 201
    tenth = {"url": "https://hooks.example.org/9"}
    assert service.system("POST", "/v1/webhooks", json=tenth).json()["about"] == "too_many"
    removed = service.system("DELETE", f"/v1/webhooks/{endpoint}").json()
    assert (removed["active"], removed["gone_at"]) == (False, None)
    assert service.system("POST", "/v1/webhooks", json=tenth).status_code == 201


def test_a_system_switches_on_what_was_gone(service: House) -> None:
    """Changed, it keeps its secrets; registered anew, it keeps its id; the log says so."""
    endpoint = gone(service)
    changed = service.system("PUT", f"/v1/webhooks/{endpoint}", json=URL).json()
    assert (changed["active"], changed["gone_at"], changed["secrets"]) == (True, None, 1)
    with service.stage.service.store.begin() as tx:
        kept = tx.endpoint(endpoint)
        assert kept is not None
        tx.put_endpoint(replace(kept, active=False, gone_at=service.stage.now))
    again = service.system("POST", "/v1/webhooks", json=URL).json()
    assert again["endpoint"] == changed
    with service.stage.service.store.read() as tx:
        now_kept = tx.endpoint(endpoint)
        actions = [each.deed.action for each in tx.entries(after=0, limit=99)]
    assert now_kept is not None
    sealer = service.stage.service.sealer
    opened = [sealer.unseal(s, purpose=PURPOSE, context=endpoint) for s in now_kept.sealed_secrets]
    assert opened == [again["secret"].encode()]
    assert actions.count("endpoint_switched_on") == 2


def test_events_go_to_another_address_when_it_is_changed(service: House) -> None:
    """The address is checked as a new one is, and no other system may change it."""
    endpoint = service.system("POST", "/v1/webhooks", json=URL).json()["endpoint"]["id"]
    path = f"/v1/webhooks/{endpoint}"
    elsewhere = {"url": "https://hooks.example.org/elsewhere"}
    assert service.system("PUT", path, json=elsewhere).json()["url"] == elsewhere["url"]
    inside = service.system("PUT", path, json={"url": "https://10.0.0.1/"})
    assert (inside.status_code, inside.json()["code"]) == (422, "endpoint_refused")
    assert service.system("PUT", path, json=URL, name="other").status_code == 404
    assert service.system("DELETE", path).status_code == 200
    assert service.system("PUT", path, json=URL).status_code == 404
