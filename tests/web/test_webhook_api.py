from __future__ import annotations

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
