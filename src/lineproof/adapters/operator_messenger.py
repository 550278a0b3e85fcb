"""Hands notices to the operator's own system, which sends the short message or the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineproof.adapters.notice_text import text_of
from lineproof.adapters.pinned_post import PinnedPost
from lineproof.adapters.webhooks import TYPE_PREFIX, cloud_event, posted_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from lineproof.domain.notice import Notice

NOTICE_TYPE: Final = TYPE_PREFIX + "notice"
"""The CloudEvents type of a notice to send."""


class OperatorMessenger:
    """Posts each notice, signed as webhooks are, to one URL of the operator's.

    What is posted holds an address and a text with a secret in it: it goes to the one system that
    must know both, and to no endpoint that clients register.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each thing that it must know
        self,
        *,
        url: str,
        secrets: Sequence[str],
        source: str,
        answers_at: str,
        clock: Callable[[], datetime],
        post: PinnedPost | None = None,
    ) -> None:
        self._url, self._secrets, self._source = url, tuple(secrets), source
        self._answers_at, self._clock = answers_at, clock
        self._post = post if post is not None else PinnedPost()

    def deliver(self, notice: Notice, *, secret: str | None) -> None:
        """Post it. The same notice has the same ``webhook-id`` at every try.

        Raises Unavailable with ``answered_NNN`` and what PinnedPost raises.
        """
        headers, content = cloud_event(
            notice.id,
            source=self._source,
            kind=NOTICE_TYPE,
            subject=notice.case,
            at=notice.written_at,
            data={
                "kind": str(notice.kind),
                "channel": str(notice.channel),
                "to": notice.address,
                "text": text_of(notice.kind, secret=secret, answers_at=self._answers_at),
            },
        )
        posted_signed(
            self._post,
            self._url,
            message_id=notice.id,
            headers=headers,
            content=content,
            secrets=self._secrets,
            now=self._clock(),
        )
