"""What whoever has the telephone can do, and what its holder hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.case import Kind
from lineproof.domain.notice import NoticeKind
from lineproof.domain.profile import Channel

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
