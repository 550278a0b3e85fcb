"""A door for tests: a real store, a real seal, a clock that a test sets."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from lineproof.domain.staff import Role, Staff
from lineproof.storage_records import Client
from lineproof.web.sign_in.access_token import ASSERTION_TYPE
from lineproof.web.sign_in.client_assertion import _Allowed
from lineproof.web.sign_in.door import Door
from lineproof.web.sign_in.staff_route import staff_router
from lineproof.web.sign_in.token_route import token_router
from tests.regime import NOW
from tests.web.authenticator import Authenticator
from tests.web.client import TestClient

if TYPE_CHECKING:
    import httpx

    from lineproof.adapters.sql.sql_store import SqlStore

ORIGIN, HOST = "https://lines.example", "lines.example"
ENDPOINT = f"{ORIGIN}/v1/oauth/token"
Key = ECKey | OKPKey | RSAKey


@dataclass(slots=True)
class GcmSealer:
    """AES-256-GCM under one key."""

    key: bytes = field(default_factory=lambda: AESGCM.generate_key(256))

    def seal(self, content: bytes, *, purpose: str, context: str) -> bytes:
        """Seal for one purpose and context."""
        nonce = os.urandom(12)
        return nonce + AESGCM(self.key).encrypt(nonce, content, f"{purpose}|{context}".encode())

    def unseal(self, envelope: bytes, *, purpose: str, context: str) -> bytes | None:
        """Open, or give None."""
        try:
            bound = f"{purpose}|{context}".encode()
            return AESGCM(self.key).decrypt(envelope[:12], envelope[12:], bound)
        except (InvalidTag, ValueError):
            return None


@dataclass(slots=True)
class Frontage:
    """A service with nothing but its doors."""

    store: SqlStore
    now: datetime = NOW
    sealer: GcmSealer = field(default_factory=GcmSealer)

    @property
    def door(self) -> Door:
        """The door, at the time that the test has set."""
        return Door(store=self.store, sealer=self.sealer, clock=lambda: self.now, origin=ORIGIN)

    def http(self, *, unsafe_dev_login: bool = False) -> TestClient:
        """Give a browser before an application with the two routers."""
        app = FastAPI()
        app.include_router(token_router(self.door))
        app.include_router(staff_router(self.door, unsafe_dev_login=unsafe_dev_login))
        return TestClient(app, base_url=ORIGIN)

    def add_client(self, name: str, *keys: Key, active: bool = True) -> None:
        """Let an operator's system in by these keys."""
        public = [key.as_dict(private=False) for key in keys]
        with self.store.begin() as tx:
            tx.put_client(Client(id=name, keys=json.dumps({"keys": public}), active=active))

    def add_staff(self, name: str, role: Role, *, active: bool = True) -> Staff:
        """Add a member of staff."""
        staff = Staff(id=name, role=role, shop="shop", active=active)
        with self.store.begin() as tx:
            tx.put_staff(staff)
        return staff

    def actions(self) -> list[str]:
        """Name what the log has."""
        with self.store.read() as tx:
            return [entry.deed.action for entry in tx.entries(after=0, limit=100)]


def passkey(**said: Any) -> Authenticator:  # noqa: ANN401 - the fields of Authenticator
    """Give a new passkey for the door's origin."""
    return Authenticator(**{"origin": ORIGIN, "rp_id": HOST, **said})


def p256(kid: str) -> ECKey:
    """Make a key."""
    return ECKey.generate_key("P-256", {"kid": kid})


def claims(client: str, *, now: datetime = NOW, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give the claims of a good assertion, some of them replaced; None takes one away."""
    made = int(now.timestamp())
    good = {"iss": client, "sub": client, "aud": ENDPOINT, "jti": "one", "iat": made}
    whole = {**good, "exp": made + 60, **said}
    return {name: value for name, value in whole.items() if value is not None}


def signed(key: Key, said: dict[str, Any], *, alg: str = "ES256", **header: Any) -> str:  # noqa: ANN401
    """Sign an assertion."""
    whole = {"alg": alg, "kid": key.kid, **header}
    registry = _Allowed(strict_check_header=False)
    return jwt.encode(whole, said, key, registry=registry)


def form(assertion: str, **more: str) -> dict[str, str]:
    """Give the form of a request for a token."""
    asked = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    return {**asked, "client_assertion": assertion, **more}


def enrolled(http: TestClient, link: str, key: Authenticator) -> httpx.Response:
    """Enrol a passkey by a link."""
    token = link.partition("#")[2]
    begun: httpx.Response = http.post("/v1/staff/enrolment/options", json={"token": token})
    if begun.status_code != 200:
        return begun
    credential = key.make(begun.json()["options"])
    answer = {"state": begun.json()["state"], "credential": credential}
    kept: httpx.Response = http.post("/v1/staff/enrolment", json=answer)
    return kept


def signed_in(http: TestClient, key: Authenticator) -> httpx.Response:
    """Sign in with a passkey."""
    begun = http.post("/v1/staff/sign-in/options").json()
    answer = {"state": begun["state"], "credential": key.sign(begun["options"])}
    opened: httpx.Response = http.post("/v1/staff/sign-in", json=answer)
    return opened


def bearing(answer: httpx.Response) -> dict[str, str]:
    """Give the header that shows a session."""
    return {"Authorization": f"Bearer {answer.json()['token']}"}
