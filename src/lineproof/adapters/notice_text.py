"""What notices say: plain words, short enough for two short messages, naming nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineproof.domain.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

WITH_ANSWER: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.CHANGE_ASKED: (
        "Somebody asked to move your number to another SIM, holder or operator. If it was you, do"
        " nothing. If it was not, stop it here: {answer}"
    ),
    NoticeKind.HOLDER_ASKED: (
        "You are asked whether your line may go to another person. Agree or decline here:"
        " {answer} If you do nothing, nothing changes."
    ),
}
"""What is said where the reader may answer."""

PLAIN: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.CHANGE_ASKED: (
        "Somebody asked to move your number to another SIM, holder or operator. If it was not you,"
        " call your operator now."
    ),
    NoticeKind.HOLDER_ASKED: (
        "Somebody asked that your line go to another person. If you did not, call your operator"
        " now. Without your yes nothing changes."
    ),
    NoticeKind.RECHECK_ASKED: (
        "Your operator asks you to confirm your line again. Go to a shop, or call your operator's"
        " usual number. You need not show your face: there is another way."
    ),
    NoticeKind.LOCK_RELEASED: (
        "The lock of your line was released. If you did not ask for this, call your operator now."
    ),
    NoticeKind.CHANGED: (
        "Your line has a new SIM or a new holder. If you did not ask for this, call your operator"
        " now."
    ),
    NoticeKind.REFUSED: "A request about your line was refused. Nothing was changed.",
}
"""What is said where there is nothing to answer."""


def text_of(kind: NoticeKind, *, secret: str | None, answers_at: str) -> str:
    """Give a notice's text. ``answers_at`` is the page that takes a secret in its fragment.

    A fragment stays in the reader's browser, so that no server on the way logs it.
    """
    if secret is None or kind not in WITH_ANSWER:
        return PLAIN[kind]
    return WITH_ANSWER[kind].format(answer=f"{answers_at}#{secret}")
