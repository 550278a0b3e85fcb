from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from lineproof.flow import issue
from lineproof.ports import Unavailable
from lineproof.storage import StoreDown, Trouble
from lineproof.web import punctual, workers
from lineproof.web.context import utc_now
from lineproof.web.tallies import Tallies
from lineproof.web.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineproof.domain.order import Done, Order, Rejected
    from lineproof.ports import Service
    from tests.web.house import House

LONG = 30.0
"""Seconds after which a test gives up waiting for another thread."""


class Asked(threading.Event):
    """A network that says when it was asked."""

    def __init__(self, *answers: Exception) -> None:
        super().__init__()
        self.answers = list(answers)

    def carry_out(self, order: Order) -> Done | Rejected:
        """Fail as told, or do it and say so."""
        del order
        if self.answers:
            raise self.answers.pop(0)
        self.set()
        raise Unavailable("simulated")

    def ready(self) -> bool:
        """Say that it is."""
        return True


def working(house: House, network: Asked, monkeypatch: pytest.MonkeyPatch) -> Workers:
    """Give workers that hurry."""
    for name in ("TICK_SECONDS", "POLL_SECONDS", "AFTER_A_FAULT_SECONDS"):
        monkeypatch.setattr(workers, name, 0.01)
    service: Service = replace(house.stage.service, operator=network)
    return Workers(service=service, tallies=Tallies(), clock=lambda: house.stage.now, deliverers=2)


def approved(house: House) -> None:
    """Put an order into the outbox."""
    assert house.session(house.open()).passes()["outcome"] == "approved"


def test_an_order_reaches_the_network_by_itself(
    service: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks for it: the workers find what is due."""
    approved(service)
    network = Asked()
    there = working(service, network, monkeypatch)
    there.start()
    assert network.wait(LONG)
    there.stop(seconds=LONG)
    assert not any(thread.is_alive() for thread in there._threads)  # noqa: SLF001 - nothing else tells


@pytest.mark.parametrize("fault", [StoreDown(Trouble.UNREACHABLE), RuntimeError("John Smith")])
def test_a_worker_outlives_its_faults(
    service: House,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: Exception,
) -> None:
    """A database that went away, or a fault of ours, ends no thread and says nothing of anybody."""
    approved(service)
    network = Asked()
    there = working(service, network, monkeypatch)
    real: Callable[..., bool] = issue.deliver
    failing = [fault] * 4

    def deliver(*args: Any, **more: Any) -> bool:  # noqa: ANN401 - as it is called
        if failing:
            raise failing.pop()
        return real(*args, **more)

    monkeypatch.setattr(workers, "deliver", deliver)
    there.start()
    assert network.wait(LONG)
    there.stop(seconds=LONG)
    told = capsys.readouterr()
    assert "Smith" not in told.out + told.err


def test_a_request_rings_the_bell(service: House) -> None:
    """What a request put into the outbox does not wait for the next look."""
    bell: threading.Event = service.app.state.context.bell
    bell.clear()
    service.system("GET", "/v1/cases")
    assert not bell.is_set()
    service.open()
    assert bell.is_set()


def test_who_opens_a_connection_and_says_nothing_is_hung_up_on(
    service: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A head that never ends holds no connection for ever."""
    monkeypatch.setattr(punctual, "HEAD_SECONDS", 0.01)
    assert asyncio.run(_hung_up(service, b"GET /live HTTP/1.1\r\nX-Slow: "))
    assert asyncio.run(_hung_up(service, b""))


async def _hung_up(house: House, sent: bytes) -> bool:
    config = uvicorn.Config(house.app, http=punctual.Punctual, log_config=None, lifespan="off")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: punctual.Punctual(config=config, server_state=state, app_state={}),
        "127.0.0.1",
        0,
    )
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(LONG):
        end = await reader.read()
    writer.close()
    server.close()
    return end == b""


def test_the_clock_is_in_utc() -> None:
    """Every time that is kept is in UTC."""
    offset = utc_now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0
