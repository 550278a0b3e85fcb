from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineproof.settings import Settings
from lineproof.web.app import build_app, context_of
from lineproof.web.sign_in.enrolment import first_admin_link
from tests.web.authenticator import Authenticator
from tests.web.client import TestClient
from tests.web.house import house
from tests.web.sign_in.frontage import bearing, claims, enrolled, form, p256, signed, signed_in

if TYPE_CHECKING:
    from pathlib import Path


def test_the_whole_service_lets_in_whom_it_should(tmp_path: Path) -> None:
    """Through the real doors: staff by passkeys, systems by assertions, and no crossing."""
    stage = house(tmp_path).stage
    settings = Settings()
    context = context_of(stage.service, settings, clock=lambda: stage.now)
    http = TestClient(build_app(context, lifespan=None), base_url=settings.address)
    made = first_admin_link(context.door)
    assert made is not None
    key = Authenticator(origin=settings.address, rp_id=context.door.host)
    assert enrolled(http, made, key).status_code == 201
    boss = bearing(signed_in(http, key))
    nobody = http.get("/v1/staff/me")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "session_refused")
    assert nobody.json()["request_id"] == nobody.headers["x-request-id"]

    pair = p256("a")
    with stage.service.store.begin() as tx:
        client = tx.client("op")
        assert client is not None
        public: dict[str, Any] = pair.as_dict(private=False)
        tx.put_client(replace(client, keys=json.dumps({"keys": [public]})))
    said = claims("op", now=stage.now, aud=context.door.token_endpoint)
    token = http.post("/v1/oauth/token", data=form(signed(pair, said)))
    assert token.status_code == 200, token.text
    system = {"Authorization": f"Bearer {token.json()['access_token']}"}
    assert http.get("/v1/cases", headers=system).status_code == 200
    assert http.get("/v1/cases", headers=boss).status_code == 401
    assert http.get("/v1/staff/me", headers=system).status_code == 401
