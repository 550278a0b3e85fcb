# ruff: noqa: ANN401 - what is sent and answered is JSON
"""A whole service behind HTTP, in this process: a real database, simulated people and network."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.finding import Measured
from lineproof.domain.staff import Role, Staff
from lineproof.settings import Settings
from lineproof.storage_records import Client
from lineproof.web.app import build_app, context_of
from lineproof.web.callers import bearer
from tests.flow.stage import FACE, MATCH, Stage, stage
from tests.regime import NEW, OLD, REGIME, sim_for
from tests.web.client import TestClient

if TYPE_CHECKING:
    import sqlalchemy as sa
    from fastapi import FastAPI, Request
    from httpx import Response

    from lineproof.domain.finding import FaceFinding, Finding, FmrBand
    from lineproof.domain.profile import Profile
    from lineproof.ports import Service

STAFF = {
    "agent": Role.AGENT,
    "agent-2": Role.AGENT,
    "agent-3": Role.AGENT,
    "reviewer": Role.REVIEWER,
    "reviewer-2": Role.REVIEWER,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMIN,
}


@dataclass(frozen=True, slots=True)
class TestDoors:
    """Knows everybody by a token that is their name."""

    __test__ = False

    def system(self, request: Request, *, now: datetime) -> Client | None:
        """Know ``system-op`` and ``system-other``."""
        del now
        token = bearer(request) or ""
        if token not in {"system-op", "system-other"}:
            return None
        return Client(id=token.removeprefix("system-"), keys="{}", active=True)

    def staff(self, request: Request, *, now: datetime) -> Staff | None:
        """Know ``staff-agent`` and so on."""
        del now
        name = (bearer(request) or "").removeprefix("staff-")
        role = STAFF.get(name)
        return Staff(id=name, role=role, shop="shop", active=True) if role is not None else None


@dataclass(slots=True)
class House:
    """A stage behind HTTP."""

    stage: Stage
    app: FastAPI
    http: TestClient
    keys: int = field(default=0)

    @property
    def now(self) -> datetime:
        """The time on the wall."""
        return self.stage.now

    def later(self, wait: timedelta) -> None:
        """Let time pass."""
        self.stage.later(wait)

    def seeing(self, band: FmrBand) -> None:
        """Let every comparison from now on fall into this band."""
        self._serve(self.stage.seeing(band).service)

    def seeing_live(self, sight: Finding[FaceFinding]) -> None:
        """Let the live picture from now on show this."""
        engine = SimulatedEngine(sights={b"portrait": FACE, b"live": sight}, band=Measured(MATCH))
        old = self.stage.service
        self._serve(replace(old, site=replace(old.site, engine=engine)))

    def _serve(self, service: Service) -> None:
        self.stage.service = service
        context = self.app.state.context
        self.app.state.context = replace(context, service=service)

    # Who calls -----------------------------------------------------------------------------------
    def system(self, method: str, path: str, *, name: str = "op", **more: Any) -> Response:
        """Call as an operator's system."""
        return self.call(method, path, f"system-{name}", **more)

    def staff(self, name: str, method: str, path: str, **more: Any) -> Response:
        """Call as a member of staff."""
        return self.call(method, path, f"staff-{name}", **more)

    def call(self, method: str, path: str, token: str = "", **more: Any) -> Response:
        """Call with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= more.pop("headers", {})
        answer: Response = self.http.request(method, path, headers=headers, **more)
        return answer

    def takes(self, name: str, case_id: str) -> Response:
        """Take a referred case as a reviewer, who gives back what they have of it first."""
        self.staff(name, "DELETE", f"/v1/reviews/{case_id}/claim")
        return self.staff(name, "POST", f"/v1/reviews/{case_id}/claim")

    # The steps -----------------------------------------------------------------------------------
    def key(self) -> dict[str, str]:
        """Make an Idempotency-Key."""
        self.keys += 1
        return {"Idempotency-Key": f"test-key-{self.keys:04}"}

    def open(self, kind: str = "new_line", msisdn: str = "15550001", **more: Any) -> dict[str, Any]:
        """Open a case; give what was answered."""
        sim = sim_for(OLD if kind == "new_line" else NEW, msisdn)
        asked = {"kind": kind, "msisdn": msisdn, "sim": {"iccid": sim.iccid, "imsi": sim.imsi}}
        if kind == "new_line":
            asked["second_channel"] = "mailto:holder@example.org"
        found = self.system("POST", "/v1/cases", json=asked | more, headers=self.key())
        assert found.status_code == 201, found.text
        answer: dict[str, Any] = found.json()
        return answer

    def session(self, opened: dict[str, Any]) -> Visitor:
        """Exchange a client secret for a session."""
        found = self.call("POST", "/v1/sessions", json={"client_secret": opened["client_secret"]})
        assert found.status_code == 201, found.text
        return Visitor(self, found.json()["session"], opened["case"]["id"])

    def line(self, msisdn: str = "15550001", number: str = "P1") -> None:
        """Open a line for somebody, and let the time between two changes pass."""
        self.session(self.open(msisdn=msisdn)).passes(number)
        self.stage.run()
        self.later(timedelta(days=1))


@dataclass(slots=True)
class Visitor:
    """The subscriber's browser."""

    house: House
    token: str
    case: str

    def call(self, method: str, path: str, **more: Any) -> Response:
        """Call with the session."""
        return self.house.call(method, path, self.token, **more)

    def consents(self, version: str = "2026-12") -> Response:
        """Consent to the face check."""
        asked = {"purpose": "face_check", "text_version": version, "language": "en"}
        return self.call("POST", "/v1/session/consents", json=asked)

    def shows(self, number: str = "P1") -> Response:
        """Show the document."""
        return self.call(
            "POST", "/v1/session/documents", files=[("page", ("page.jpg", number.encode()))]
        )

    def nonce(self) -> str:
        """Ask for a challenge."""
        found = self.call("POST", "/v1/session/challenges")
        assert found.status_code == 201, found.text
        return str(found.json()["nonce"])

    def captures(self, nonce: str | None = None) -> Response:
        """Show the face."""
        return self.call(
            "POST",
            "/v1/session/captures",
            files=[("frame", ("frame.jpg", b"live"))],
            data={"nonce": nonce or self.nonce()},
        )

    def passes(self, number: str = "P1") -> dict[str, Any]:
        """Go the whole way of the face check."""
        assert self.consents().status_code == 201
        assert self.shows(number).status_code == 201
        found = self.captures()
        assert found.status_code == 201, found.text
        answer: dict[str, Any] = found.json()
        return answer

    def sees(self) -> dict[str, Any]:
        """Read the session."""
        found = self.call("GET", "/v1/session")
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer


@cache
def empty_database() -> Path:
    """Give a file with the tables and nothing in them, made once."""
    file = Path(tempfile.mkdtemp(prefix="lineproof-test-")) / "empty.sqlite"
    atexit.register(shutil.rmtree, file.parent, ignore_errors=True)
    store = SqlStore(sqlite_url(file))
    store.upgrade()
    store.close()
    return file


def house(folder: Path, profile: Profile = REGIME, **settings: Any) -> House:
    """Build a house on a SQLite database in ``folder``."""
    file = folder / "lineproof.sqlite"
    shutil.copyfile(empty_database(), file)
    return house_on(sqlite_url(file), profile, **settings)


def house_on(database: sa.URL, profile: Profile = REGIME, **settings: Any) -> House:
    """Build a house on a database that has the tables and nothing in them."""
    store = SqlStore(database)
    with store.begin() as tx:
        for name in ("op", "other"):
            tx.put_client(Client(id=name, keys="{}", active=True))
    there = stage(store, profile).seeing(MATCH)
    context = context_of(
        there.service, Settings(**settings), doors=TestDoors(), clock=lambda: found.stage.now
    )
    app = build_app(context, lifespan=None)
    found = House(there, app, http_of(app))
    return found


def http_of(app: FastAPI) -> TestClient:
    """Give a client that talks to an application in this process."""
    return TestClient(app, raise_server_exceptions=False)


def digest_of(challenge: str) -> bytes:
    """Give what the stage's chip answers to a challenge."""
    return hashlib.sha256(bytes.fromhex(challenge)).digest()
