"""Real threads against a real database: what must happen once happens once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from lineproof.adapters.operators.simulated_operator import SimulatedOperator
from lineproof.domain.case import Case, Kind, Status
from lineproof.domain.reason import Outcome
from lineproof.flow import capture, issue
from lineproof.flow.refused import RefusalCode, Refused
from tests.flow.honest import HonestEngine, HonestLook, honest
from tests.flow.watch import Watch
from tests.regime import OLD, POLICY, regime

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineproof.adapters.sql.sql_store import SqlStore
    from lineproof.domain.order import Done, Order, Rejected
    from tests.flow.stage import Stage

T = TypeVar("T")
MANY = 20
DELAY = timedelta(seconds=15)


def at_once(deeds: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of it in as many threads, which start together."""
    together = threading.Barrier(len(deeds))

    def begin(deed: Callable[[], T]) -> T:
        together.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(begin, deeds))


def ready(scene: Stage, watch: Watch, msisdn: str) -> tuple[Case, str]:
    """Bring a case to its capture; give its challenge's nonce."""
    case = scene.open(Kind.NEW_LINE, msisdn, sim=OLD)
    scene.consented(case)
    scene.shown(case, "ann")
    nonce = scene.asked(case)
    watch.filmed(nonce, "ann")
    return case, nonce


def test_one_nonce_captured_by_many_gives_one_decision(store: SqlStore) -> None:
    """Twenty browsers with one challenge get one decision, and the network one order."""
    network = SimulatedOperator()
    scene = honest(store, network)
    watch = Watch(store, scene.service, network)
    case, nonce = ready(scene, watch, "15550001")

    def deed() -> capture.Captured | Refused:
        return capture.capture(scene.service, case.id, [b"face:ann"], nonce=nonce, now=scene.now)

    found = at_once([deed] * MANY)
    decided = [each for each in found if isinstance(each, capture.Captured)]
    refused = [each.code for each in found if isinstance(each, Refused)]
    assert [each.decision.outcome for each in decided] == [Outcome.APPROVE]
    # Who looks between the decision and the end of the case finds an empty desk: as good a no.
    late = {RefusalCode.CHALLENGE_REFUSED, RefusalCode.NOT_NOW, RefusalCode.DOCUMENT_NEEDED}
    assert set(refused) <= late
    scene.run()
    watch.look()
    watch.quiet()
    with store.read() as tx:
        assert (len(tx.decisions(case.id)), len(tx.orders(case.id))) == (1, 1)


@dataclass(frozen=True, slots=True)
class Together(HonestEngine):
    """Looks at a live picture until somebody else's is looked at, or was refused."""

    looks: list[bytes] = field(default_factory=list)
    another: threading.Event = field(default_factory=threading.Event)

    def look(self, picture: bytes, *, whole: bool = False) -> HonestLook:
        """See it together with another one."""
        if picture.startswith(b"face:"):
            self.looks.append(picture)
            if len(self.looks) > 1:
                self.another.set()
            assert self.another.wait(timeout=60)
        return HonestEngine.look(self, picture, whole=whole)


def test_of_several_captures_at_once_one_is_looked_at(store: SqlStore) -> None:
    """Who would wait after a failure does not get round it by sending all tries together."""
    waits = dict.fromkeys(Kind, replace(POLICY, attempts=MANY))
    profile = regime(policies=waits, attempts_per_person=MANY, delay_after_failure=DELAY)
    network = SimulatedOperator()
    scene = honest(store, network, profile)
    watch = Watch(store, scene.service, network)
    case, nonce = ready(scene, watch, "15550001")
    nonces = [nonce, *(scene.asked(case) for _ in range(9))]
    engine = Together(scene.service.site.engine.versions)
    service = replace(scene.service, site=replace(scene.service.site, engine=engine))

    def deed(nonce: str) -> capture.Captured | Refused:
        found = capture.capture(service, case.id, [b"face:cem"], nonce=nonce, now=scene.now)
        if isinstance(found, Refused):
            engine.another.set()
        return found

    found = at_once([partial(deed, each) for each in nonces])
    decided = [each for each in found if isinstance(each, capture.Captured)]
    refused = [(each.code, each.wait) for each in found if isinstance(each, Refused)]
    assert [each.decision.failed for each in decided] == [True]
    assert refused == [(RefusalCode.WAIT_AFTER_FAILURE, 15)] * 9
    assert scene.case(case).attempts == 1


def test_nobody_gets_more_lines_by_asking_for_many_at_once(store: SqlStore) -> None:
    """Twenty cases of one person, decided at once, give as many lines as are allowed."""
    network = SimulatedOperator()
    scene = honest(store, network, regime(attempts_per_person=MANY))
    watch = Watch(store, scene.service, network)
    cases = [ready(scene, watch, f"1555010{number:02}") for number in range(MANY)]

    def deed(case: Case, nonce: str) -> capture.Captured | Refused:
        return capture.capture(scene.service, case.id, [b"face:ann"], nonce=nonce, now=scene.now)

    at_once([partial(deed, case, nonce) for case, nonce in cases])
    watch.look()
    statuses = [scene.case(case).status for case, _ in cases]
    assert statuses.count(Status.ORDERED) == scene.service.profile.lines_per_person
    assert statuses.count(Status.REFERRED) + statuses.count(Status.REFUSED) == MANY - 2


@dataclass(slots=True)
class Slow:
    """A network that answers the first worker only when the second has had its answer."""

    network: SimulatedOperator
    stalled: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def carry_out(self, order: Order) -> Done | Rejected:
        """Do it; and let the first one wait."""
        answer = self.network.carry_out(order)
        if not self.stalled.is_set():
            self.stalled.set()
            self.go_on.wait(timeout=60)
        return answer

    def ready(self) -> bool:
        """Say that it answers."""
        return True


def test_two_workers_with_one_message_confirm_it_once(store: SqlStore) -> None:
    """Who was too slow finds the message gone, and changes nothing."""
    network = SimulatedOperator()
    scene = honest(store, network)
    watch = Watch(store, scene.service, network)
    case, nonce = ready(scene, watch, "15550001")
    capture.capture(scene.service, case.id, [b"face:ann"], nonce=nonce, now=scene.now)
    slow = Slow(network)
    service = replace(scene.service, operator=slow)
    first = threading.Thread(
        target=issue.deliver, args=(service,), kwargs={"worker": "slow", "now": scene.now}
    )
    first.start()
    assert slow.stalled.wait(timeout=60)
    assert not issue.deliver(service, worker="quick", now=scene.now)
    later = scene.now + issue.LEASE + timedelta(seconds=1)
    assert issue.deliver(service, worker="quick", now=later)
    issued = scene.case(case)
    assert issued.status is Status.ISSUED
    slow.go_on.set()
    first.join()
    assert scene.case(case) == issued
    assert len(network.changes()) == 1
    watch.look()
    watch.quiet()
    assert watch.moves["issued"] == 1


def test_workers_that_take_what_is_there_take_each_message_once(store: SqlStore) -> None:
    """Eight workers and thirty orders: each is confirmed by one of them, and none is left."""
    network = SimulatedOperator()
    scene = honest(store, network)
    watch = Watch(store, scene.service, network)
    for number in range(30):
        name = f"p{number}"
        case = scene.open(
            Kind.NEW_LINE, f"155502{number:02}", sim=replace(OLD, imsi=f"00101{number:010}")
        )
        scene.in_person(case, name)

    def deed(name: str) -> int:
        handled = 0
        while issue.deliver(scene.service, worker=name, now=scene.now):
            handled += 1
        return handled

    # A worker that finds the only message taken goes away, so some may handle none.
    handled = at_once([partial(deed, f"w{n}") for n in range(8)])
    assert sum(handled) == 30
    watch.look()
    watch.quiet()
    assert watch.moves["issued"] == 30
