"""Databases that go away or are full, clients that hang up, clocks that go back: over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.audit import verify_chain
from tests.web.house import Visitor, house, house_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import sqlalchemy as sa
    from httpx import Response

    from tests.postgresql import Server
    from tests.web.house import House

UNLIMITED = 2**30
"""Pages of a SQLite file: four tebibytes."""


def asked_for(number: int) -> dict[str, Any]:
    """Ask for a line with a number and a SIM of its own."""
    return {
        "kind": "new_line",
        "msisdn": f"1555{number:04}",
        "sim": {"iccid": f"89882110000000{number:05}", "imsi": f"9017000000{number:05}"},
        "second_channel": "mailto:holder@example.org",
    }


def store_of(service: House) -> SqlStore:
    """Give the database below a house."""
    store = service.stage.service.store
    assert isinstance(store, SqlStore)
    return store


def log_holds(service: House) -> bool:
    """Walk the whole log."""
    with store_of(service).read() as tx:
        return isinstance(verify_chain(tx.entries(after=0, limit=10_000)), int)


class Outage:
    """Cuts every connection to a PostgreSQL database at one of its commits, once."""

    def __init__(self, store: SqlStore, cut: Callable[[], None]) -> None:
        self.at, self.after, self.commits = 0, False, 0
        self._dialect, self._cut = store.engine.dialect, cut
        self._commit = self._dialect.do_commit
        self._dialect.do_commit = self._commits  # type: ignore[assignment, method-assign]

    def begin(self, at: int, *, after: bool) -> None:
        """Wait for this commit; be gone before it, or after it but before its answer."""
        self.at, self.after, self.commits = at, after, 0

    def _commits(self, connection: Any) -> None:  # noqa: ANN401 - a DBAPI connection
        self.commits += 1
        now = self.commits == self.at
        if now and not self.after:
            self._cut()
        self._commit(connection)
        if now and self.after:
            self._cut()
            connection.cursor().execute("SELECT 1")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_that_goes_away_at_any_commit_and_comes_back(
    postgresql_server: Server, migrated_postgresql: str, postgresql_database: sa.URL, moment: str
) -> None:
    """Whoever repeats what was not answered comes to one case and one order."""
    service = house_on(postgresql_database)
    outage = Outage(store_of(service), lambda: postgresql_server.cut(migrated_postgresql))
    at, told = 0, 0
    while outage.commits >= at:
        at += 1
        asked = asked_for(at)
        outage.begin(at, after=moment == "after")
        told += one_line(service, asked, number=f"P{at}")
        if outage.commits < at:
            break
    outage.begin(0, after=False)
    service.stage.run()
    cases = service.system("GET", "/v1/cases?limit=200").json()["cases"]
    assert len(cases) == at
    assert {case["status"] for case in cases} == {"issued"}
    ordered = sorted(order.msisdn for order in service.stage.network.orders)
    assert ordered == [f"1555{number:04}" for number in range(1, at + 1)]
    assert told > 5
    assert log_holds(service)
    store_of(service).close()


def one_line(service: House, asked: dict[str, Any], number: str) -> int:
    """Go the way of a new line, repeating what found no database; say how often that was."""
    told = 0

    def send(request: Callable[[], Response]) -> Response:
        nonlocal told
        found = request()
        if found.status_code == 503:
            assert (found.json()["code"], found.headers["retry-after"]) == (
                "store_unreachable",
                "5",
            )
            told += 1
            found = request()
        return found

    key = service.key()
    opened = send(lambda: service.system("POST", "/v1/cases", json=asked, headers=key))
    assert opened.status_code == 201
    visitor = Visitor(
        service, session_of(service, opened.json(), send), opened.json()["case"]["id"]
    )
    # Where only the answer was lost the deed stands, and the repetition is told so.
    assert send(visitor.consents).status_code in {201, 409}
    assert send(lambda: visitor.shows(number)).status_code == 201
    nonce = send(lambda: visitor.call("POST", "/v1/session/challenges")).json()["nonce"]
    captured = send(lambda: visitor.captures(nonce))
    if captured.json().get("code") in {"challenge_refused", "document_needed"}:
        # The challenge was spent unheard, or the document left the desk with an undone decision.
        visitor.shows(number)
        captured = visitor.captures()
    assert captured.status_code == 201 or visitor.sees()["next"] == "wait"
    return told


def session_of(
    service: House, opened: dict[str, Any], send: Callable[[Callable[[], Response]], Response]
) -> str:
    """Exchange the client secret; where the answer to it was lost, the operator makes another."""

    def exchange(secret: str) -> Response:
        return service.call("POST", "/v1/sessions", json={"client_secret": secret})

    found = send(lambda: exchange(opened["client_secret"]))
    if found.status_code == 403:
        path = f"/v1/cases/{opened['case']['id']}/secrets"
        found = exchange(service.system("POST", path).json()["client_secret"])
    assert found.status_code == 201
    return str(found.json()["session"])


@contextmanager
def full_disk(store: SqlStore) -> Iterator[None]:
    """Let a SQLite file grow no further."""
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    room = [pages]

    def limit(connection: Any, *_: object) -> None:  # noqa: ANN401 - a DBAPI connection
        connection.execute(f"PRAGMA max_page_count={room[0]}")

    event.listen(store.engine, "checkout", limit)
    yield
    # The pool's connections keep the limit until they are told another one.
    room[0] = UNLIMITED


def test_a_full_disk_refuses_whole_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """What was answered is there, what was refused is not, and its repetition is done."""
    service = house(tmp_path)
    kept = 0

    def opens(number: int) -> Response:
        asked = asked_for(number)
        headers = {"Idempotency-Key": f"full-disk-{number:04}"}
        return service.system("POST", "/v1/cases", json=asked, headers=headers)

    def count() -> int:
        return len(service.system("GET", "/v1/cases?limit=200").json()["cases"])

    with full_disk(store_of(service)):
        while (found := opens(kept)).status_code == 201:
            kept += 1
        assert (found.status_code, found.json()["code"]) == (507, "store_full")
        assert found.headers["retry-after"] == "5"
        assert count() == kept
        assert service.call("GET", "/live").status_code == 200
    assert opens(kept).status_code == 201
    assert count() == kept + 1
    assert log_holds(service)
    store_of(service).close()


def test_a_client_that_hangs_up_half_way_leaves_nothing_behind(service: House) -> None:
    """A capture whose bytes stopped spends no challenge, counts no attempt and is no fault."""
    visitor = service.session(service.open())
    visitor.consents()
    visitor.shows()
    nonce = visitor.nonce()
    half = (
        b'--edge\r\nContent-Disposition: form-data; name="nonce"\r\n\r\n'
        + nonce.encode()
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="frame"; filename="f"\r\n\r\nli'
    )
    asyncio.run(hang_up(service, visitor.token, half))
    case = service.system("GET", f"/v1/cases/{visitor.case}").json()
    assert case["attempts"] == 0
    assert "lineproof_faults_total{" not in service.call("GET", "/metrics").text
    assert visitor.captures(nonce).json()["outcome"] == "approved"


async def hang_up(service: House, token: str, half: bytes) -> None:
    """Send half a capture and be gone."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": half, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message: object) -> None:
        del message

    path = "/v1/session/captures"
    headers = {
        "host": "testserver",
        "authorization": f"Bearer {token}",
        "content-type": "multipart/form-data; boundary=edge",
        "content-length": "100000",
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }
    await service.app(scope, receive, send)


@pytest.mark.parametrize(
    ("back", "status", "code"),
    [
        (timedelta(minutes=1), 409, "challenge_refused"),
        (timedelta(hours=5), 401, "credentials_refused"),
        (timedelta(days=400), 401, "credentials_refused"),
    ],
)
def test_a_clock_that_is_set_back_gives_no_second_use(
    service: House, back: timedelta, status: int, code: str
) -> None:
    """Nothing is good before it was made, used is used whatever time it is, and nothing is lost."""
    opened = service.open()
    visitor = service.session(opened)
    visitor.consents()
    service.later(timedelta(minutes=5))
    visitor.shows()
    nonce = visitor.nonce()
    service.later(-back)
    again = service.call("POST", "/v1/sessions", json={"client_secret": opened["client_secret"]})
    assert again.status_code == 403
    # The trial does not spend the challenge.
    early = visitor.captures(nonce)
    assert (early.status_code, early.json()["code"]) == (status, code)
    service.stage.run()
    service.later(back)
    assert visitor.captures(nonce).json()["outcome"] == "approved"
    service.later(-back)
    assert visitor.captures(nonce).status_code == status
    service.stage.run()
    service.later(back)
    assert visitor.captures(nonce).status_code == 409
    service.stage.run()
    assert len(service.stage.network.orders) == 1
    assert log_holds(service)
