from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from standardwebhooks.webhooks import Webhook

from lineproof.adapters.notice_text import text_of
from lineproof.adapters.operator_messenger import OperatorMessenger
from lineproof.adapters.pinned_post import PinnedPost
from lineproof.adapters.simulated_messenger import SimulatedMessenger
from lineproof.adapters.webhooks import new_secret
from lineproof.domain.notice import Notice, NoticeKind
from lineproof.domain.profile import Channel
from lineproof.ports import Unavailable
from tests.adapters.receiver import receiver

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.ports import Messenger

PAGE = "https://lineproof.operator.example/answer"
SECRET = "A" * 43
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of a short message without its extension table (3GPP TS 23.038, 6.2.1)."""


def notice(kind: NoticeKind = NoticeKind.CHANGE_ASKED, notice_id: str = "note-1") -> Notice:
    """Make a notice to a line."""
    return Notice(
        id=notice_id,
        kind=kind,
        case="case-1",
        channel=Channel.OLD_SIM,
        address="tel:+491511234567",
        written_at=datetime(2026, 11, 25, 12, tzinfo=UTC),
        sent_at=None,
    )


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("secret", [None, SECRET])
def test_every_notice_has_a_text_that_fits_two_short_messages(
    kind: NoticeKind, secret: str | None
) -> None:
    """Without an answer it fits one: 160 characters; with a link two joined ones: 306."""
    text = text_of(kind, secret=secret, answers_at=PAGE)
    assert set(text) <= GSM_7
    assert len(text) <= (306 if SECRET in text else 160)


@pytest.mark.parametrize("kind", [NoticeKind.CHANGE_ASKED, NoticeKind.HOLDER_ASKED])
def test_who_may_answer_is_given_the_secret(kind: NoticeKind) -> None:
    """It stands after the page's address, in the fragment, which is sent to no server."""
    assert f" {PAGE}#{SECRET}" in text_of(kind, secret=SECRET, answers_at=PAGE)


def test_the_inbox_keeps_each_notice_once() -> None:
    """A notice that is sent again after a crash is not read twice."""
    inbox = SimulatedMessenger(answers_at=PAGE)
    messenger: Messenger = inbox
    messenger.deliver(notice(), secret=SECRET)
    messenger.deliver(notice(), secret=SECRET)
    messenger.deliver(notice(NoticeKind.CHANGED, "note-2"), secret=None)
    first, second = inbox.inbox()
    assert (first.notice, first.address, first.secret) == ("note-1", "tel:+491511234567", SECRET)
    assert SECRET in first.text
    assert (second.kind, second.secret) == ("changed", None)
    assert SECRET not in repr(first)


def test_the_inbox_of_a_file_survives_and_is_nobody_elses(tmp_path: Path) -> None:
    """It holds secrets, so only its owner may read it."""
    path = tmp_path / "inbox.db"
    first = SimulatedMessenger(answers_at=PAGE, path=path)
    first.deliver(notice(), secret=SECRET)
    first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = SimulatedMessenger(answers_at=PAGE, path=path)
    assert [each.notice for each in second.inbox()] == ["note-1"]
    second.close()
    with pytest.raises(Unavailable):
        second.deliver(notice(), secret=SECRET)


def test_a_messenger_that_fails_delivers_on_repetition() -> None:
    """What was not delivered is not in the inbox until it is."""
    inbox = SimulatedMessenger(answers_at=PAGE)
    inbox.fail_next()
    with pytest.raises(Unavailable):
        inbox.deliver(notice(), secret=SECRET)
    assert inbox.inbox() == ()
    inbox.deliver(notice(), secret=SECRET)
    assert len(inbox.inbox()) == 1


def test_the_operators_system_is_handed_the_notice() -> None:
    """Signed, with where it goes and what it says, and the notice's id to tell a repetition by."""
    secret = new_secret()
    with receiver() as there:
        messenger: Messenger = OperatorMessenger(
            url=there.url,
            secrets=(secret,),
            source="urn:lineproof:test",
            answers_at=PAGE,
            clock=lambda: datetime.now(UTC),
            post=PinnedPost(private_hosts=frozenset({"127.0.0.1"})),
        )
        messenger.deliver(notice(), secret=SECRET)
        there.status = 503
        with pytest.raises(Unavailable) as unavailable:
            messenger.deliver(notice(), secret=SECRET)
    assert unavailable.value.code == "answered_503"
    one = there.received[0]
    assert one.headers["webhook-id"] == "note-1"
    Webhook(secret).verify(one.body, one.headers)
    told = json.loads(one.body)
    assert told["type"] == "org.lineproof.notice"
    assert told["data"] == {
        "kind": "change_asked",
        "channel": "old_sim",
        "to": "tel:+491511234567",
        "text": text_of(NoticeKind.CHANGE_ASKED, secret=SECRET, answers_at=PAGE),
    }
