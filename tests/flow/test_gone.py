from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Kind
from lineproof.ports import GONE, Unavailable
from lineproof.storage_records import Client, Endpoint
from tests.flow.stage import stage as stage_on
from tests.regime import NEW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lineproof.storage import Store
    from tests.flow.stage import Stage

HOOK = Endpoint(
    id="hook_1", client="op", url="https://a.example/", sealed_secrets=(b"s",), active=True
)


@pytest.fixture
def scene(store: Store) -> Stage:
    """Give a stage on an empty store."""
    return stage_on(store)


def nothing() -> None:
    """Let nothing happen meanwhile."""


@dataclass
class Answering:
    """An announcer whose receiver answers with one status, while something else happens."""

    code: str | None
    meanwhile: Callable[[], None] = nothing
    asked: list[str] = field(default_factory=list)

    def announce(self, endpoint: Endpoint, *, event_id: str, body: Mapping[str, str]) -> None:
        """Keep that it was asked, and answer."""
        del body
        self.asked.append(f"{endpoint.url} {event_id}")
        self.meanwhile()
        if self.code is not None:
            raise Unavailable(self.code)


def hooked(scene: Stage, answering: Answering) -> Stage:
    """Give the stage an endpoint, and this announcer."""
    put(scene, HOOK)
    return replace(scene, service=replace(scene.service, announcer=answering))


def put(scene: Stage, endpoint: Endpoint) -> None:
    """Keep an endpoint as it is now."""
    with scene.service.store.begin() as tx:
        tx.put_client(Client(id="op", keys="{}", active=True))
        tx.put_endpoint(endpoint)


def there(scene: Stage) -> Endpoint | None:
    """Give the endpoint as it is kept."""
    with scene.service.store.read() as tx:
        return tx.endpoint(HOOK.id)


def dead(scene: Stage) -> list[str]:
    """Give why each message was given up."""
    with scene.service.store.read() as tx:
        return [each.code for each in tx.buried(after="", limit=9)]


def replayed(scene: Stage) -> str:
    """Replay the one message that was given up; give its id."""
    with scene.service.store.begin() as tx:
        (given_up,) = tx.buried(after="", limit=9)
        assert tx.replay(given_up.message.id, now=scene.now)
    scene.run()
    return given_up.message.id


def actions(scene: Stage) -> list[str]:
    """Give who did what to endpoints, as the log says."""
    with scene.service.store.read() as tx:
        deeds = [entry.deed for entry in tx.entries(after=0, limit=99)]
    return [f"{deed.actor} {deed.action}" for deed in deeds if "endpoint" in deed.action]


def test_one_410_switches_an_endpoint_off(scene: Stage) -> None:
    """It is asked once; what waited can be replayed, and what comes later does not go there."""
    answering = Answering(GONE)
    stage = hooked(scene, answering)
    stage.open(Kind.NEW_LINE, sim=NEW)
    stage.open(Kind.NEW_LINE, "15550002", sim=NEW)
    stage.run()
    assert there(stage) == replace(HOOK, active=False, gone_at=stage.now)
    assert len(answering.asked) == 1
    assert dead(stage) == [GONE, GONE]
    assert actions(stage) == ["system:op endpoint_gone"]
    stage.later(timedelta(days=1))
    stage.run()
    assert len(answering.asked) == 1


def test_what_was_given_up_arrives_once_it_is_switched_on(scene: Stage) -> None:
    """A replay reaches the endpoint under the event's id; before that, it is given up again."""
    answering = Answering(GONE)
    stage = hooked(scene, answering)
    stage.open(Kind.NEW_LINE, sim=NEW)
    stage.run()
    answering.code = None
    replayed(stage)
    assert dead(stage) == [GONE]
    put(stage, HOOK)
    message = replayed(stage)
    assert dead(stage) == []
    assert answering.asked == [f"{HOOK.url} {message}"] * 2


@pytest.mark.parametrize("code", ["answered_404", "answered_500", "timeout"])
def test_any_other_answer_switches_nothing_off(scene: Stage, code: str) -> None:
    """A receiver that is down for an hour is not gone: it is tried again."""
    stage = hooked(scene, Answering(code))
    stage.open(Kind.NEW_LINE, sim=NEW)
    stage.run()
    assert there(stage) == HOOK
    assert (dead(stage), actions(stage)) == ([], [])


def test_a_late_410_switches_off_no_new_address(scene: Stage) -> None:
    """What the old address answered says nothing about the one that was given meanwhile."""
    moved = replace(HOOK, url="https://b.example/")
    answering = Answering(GONE, meanwhile=lambda: put(scene, moved))
    stage = hooked(scene, answering)
    stage.open(Kind.NEW_LINE, sim=NEW)
    stage.run()
    assert (there(stage), dead(stage), actions(stage)) == (moved, [], [])
    answering.code = None
    stage.later(timedelta(hours=1))
    stage.run()
    assert [each.split()[0] for each in answering.asked] == [HOOK.url, moved.url]


def test_what_was_taken_out_is_not_called_gone(scene: Stage) -> None:
    """Taken out while its receiver answers, it stays taken out, and its events end quietly."""
    out = replace(HOOK, active=False)
    stage = hooked(scene, Answering(GONE, meanwhile=lambda: put(scene, out)))
    stage.open(Kind.NEW_LINE, sim=NEW)
    stage.run()
    stage.later(timedelta(hours=1))
    stage.run()
    assert (there(stage), dead(stage), actions(stage)) == (out, [], [])
