from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.web.gate import UPLOADS, WAITING, Gate
from lineproof.web.limits import BURST, MOST_BUCKETS, Buckets
from lineproof.web.problems import Problem, WebCode
from tests.web.house import house

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_as_many_run_as_there_are_cores_and_the_rest_is_shed() -> None:
    """Four times the cores are in flight at most; one more is answered at once."""
    gate, release, most = Gate(cores=2), threading.Event(), 2 * (1 + WAITING)
    running, peak, lock = 0, 0, threading.Lock()
    inside = threading.Semaphore(0)

    def verify() -> None:
        nonlocal running, peak
        with gate.place():
            with lock:
                running += 1
                peak = max(peak, running)
            inside.release()
            release.wait(10)
            with lock:
                running -= 1

    threads = [threading.Thread(target=verify) for _ in range(most)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=10)
    assert inside.acquire(timeout=10)
    while gate.inside < most:
        pass
    with pytest.raises(Problem) as shed, gate.place():
        pass
    assert shed.value.code is WebCode.BUSY
    assert shed.value.headers == {"Retry-After": "2"}
    release.set()
    for thread in threads:
        thread.join(10)
    assert (peak, gate.inside) == (2, 0)


def test_a_place_is_given_back_by_whoever_fails() -> None:
    """A fault in a verification costs nobody else a place."""
    gate = Gate(cores=1)
    for _ in range(10):
        with pytest.raises(RuntimeError), gate.place():
            raise RuntimeError
    assert gate.inside == 0


def test_memory_is_promised_to_so_many_uploads() -> None:
    """Uploads that arrive slowly are bounded before a byte of them is kept."""
    gate = Gate(cores=1)
    held = [gate.upload(f"session:{n}") for n in range(UPLOADS)]
    for each in held:
        each.__enter__()
    with pytest.raises(Problem), gate.upload("session:new"):
        pass
    for each in held:
        each.__exit__(None, None, None)
    with gate.upload("session:new"):
        pass


def test_nothing_of_a_request_that_is_shed_was_begun(tmp_path: Path) -> None:
    """The challenge is still good, and no attempt was counted."""
    service = house(tmp_path, cores=1)
    visitor = service.session(service.open())
    visitor.consents()
    visitor.shows()
    nonce = visitor.nonce()
    gate: Gate = service.app.state.context.gate
    gate._inside = 4  # noqa: SLF001 - as if four were under way
    shed = visitor.captures(nonce)
    assert (shed.status_code, shed.json()["code"]) == (503, "busy")
    assert int(shed.headers["retry-after"]) > 0
    gate._inside = 0  # noqa: SLF001 - and had ended
    case = service.system("GET", f"/v1/cases/{visitor.case}").json()
    assert case["attempts"] == 0
    assert visitor.captures(nonce).json()["outcome"] == "approved"


def test_a_bucket_fills_evenly_and_says_when_it_has_one() -> None:
    """A caller may send a burst, then as many as the rate allows."""
    buckets = Buckets()
    for _ in range(BURST):
        buckets.take("a", per_minute=60, now=NOW)
    with pytest.raises(Problem) as refused:
        buckets.take("a", per_minute=60, now=NOW)
    assert refused.value.code is WebCode.TOO_MANY_REQUESTS
    assert refused.value.headers == {"Retry-After": "1"}
    buckets.take("b", per_minute=60, now=NOW)
    buckets.take("a", per_minute=60, now=NOW + timedelta(seconds=1))


def test_a_clock_that_was_set_back_gives_nothing_away() -> None:
    """Time that runs backwards fills no bucket and breaks none."""
    buckets = Buckets()
    for n in range(BURST):
        buckets.take("a", per_minute=60, now=NOW - timedelta(hours=n))
    with pytest.raises(Problem):
        buckets.take("a", per_minute=60, now=NOW - timedelta(days=9))


def test_buckets_are_bounded() -> None:
    """A million addresses take no more memory than so many."""
    buckets = Buckets()
    for n in range(MOST_BUCKETS + 100):
        buckets.take(str(n), per_minute=60, now=NOW)
    assert len(buckets._left) == MOST_BUCKETS  # noqa: SLF001 - nothing else tells


def test_who_guesses_is_slowed_by_address(tmp_path: Path) -> None:
    """Guessing secrets and tokens is counted, good ones are not mixed with it."""
    service = house(tmp_path, stranger_rate=60)
    statuses = [service.call("GET", "/v1/session", "x" * 43).status_code for _ in range(BURST + 2)]
    assert statuses[:BURST] == [401] * BURST
    assert statuses[BURST:] == [429, 429]
    assert service.system("GET", "/v1/cases").status_code == 200
