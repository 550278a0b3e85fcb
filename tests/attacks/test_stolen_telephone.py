"""What whoever has the telephone can do, and what its holder hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.case import Kind, Status
from lineproof.domain.notice import NoticeKind
from lineproof.domain.order import OrderKind
from lineproof.domain.profile import Channel
from lineproof.flow import hold_lines, issue
from tests.flow.stage import SYSTEM
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from tests.flow.stage import Stage


def test_the_holder_hears_of_a_transfer_elsewhere_before_the_telephone_says_yes(
    scene: Stage,
) -> None:
    """The thief of a telephone answers for the line; the second channel is told, and cannot."""
    scene.line_of("P1")
    scene.open(Kind.TRANSFER)
    scene.run()
    told = {
        notice.channel: (notice.address, secret is not None)
        for notice, secret in scene.letters.delivered
        if notice.kind is NoticeKind.HOLDER_ASKED
    }
    assert told == {
        Channel.OLD_SIM: ("tel:+15550001", True),
        Channel.SECOND_CHANNEL: ("mailto:holder@example.org", False),
    }


def test_who_locks_a_line_in_time_keeps_its_short_messages(scene: Stage) -> None:
    """A change that is stopped before the network heard of it takes nothing from the holder."""
    scene.line_of()
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    scene.later(scene.service.profile.objection_window)
    assert issue.tick(scene.service, now=scene.now)
    assert scene.case(case).status is Status.ORDERED
    hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
    for _ in range(2):
        scene.run()
        scene.later(issue.LOOK_AGAIN)
    assert scene.case(case).status is Status.REFUSED
    assert scene.line().sim == OLD
    assert [order.kind for order in scene.network.orders] == [OrderKind.ACTIVATE]
    with scene.service.store.read() as tx:
        assert set(tx.depth().values()) == {0}
        told = [entry.deed.details.get("code") for entry in tx.entries_of(case.id)]
    assert "change_stopped" in told
