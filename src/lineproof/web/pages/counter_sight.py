"""What a counter sees of a case: where it stands in words, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.case import Route, Status
from lineproof.domain.reason import ReasonCode
from lineproof.domain.review import same
from lineproof.domain.staff import Act
from lineproof.flow.assist import may_assist, word_about
from lineproof.flow.refused import Refused
from lineproof.texts.read_text import assistance_words
from lineproof.web.pages.rendering import when

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup

    from lineproof.domain.assistance import Assistance
    from lineproof.domain.case import Case
    from lineproof.domain.staff import Staff
    from lineproof.web.context import Context
    from lineproof.web.pages.languages import Language

MAY_HAND_OVER = frozenset({Status.OPENED, Status.CAPTURING})
"""Where the subscriber acts on a screen. Later a link would only show what is theirs to see."""

GOOD = frozenset({Status.APPROVED, Status.ORDERED, Status.ISSUED})

STEP_OF = {
    Status.AWAITING_HOLDER: 1,
    Status.OPENED: 1,
    Status.CAPTURING: 2,
    Status.OTHER_WAY: 2,
    Status.REFERRED: 3,
    Status.APPROVED: 3,
    Status.ORDERED: 3,
    Status.UNFULFILLED: 3,
}
"""Which of the four steps a case stands at, from 0; whatever is over stands at none."""

STEPS = ("opened", "handed", "checked", "done")


def part_of(ctx: Context, case: Case, staff: Staff, *, secret: str | None, now: datetime) -> str:
    """Name what the page asks for: ``code``, ``phone``, ``attest``, ``attested`` or ``wait``."""
    if now >= case.expires_at and case.status in MAY_HAND_OVER | {Status.OTHER_WAY}:
        return "wait"
    if case.status in MAY_HAND_OVER and staff.may(Act.HANDLE_CASE):
        return "code" if secret is not None else "phone"
    if case.status is Status.OTHER_WAY and case.route is Route.IN_PERSON and staff.may(Act.ATTEST):
        with ctx.service.store.read() as tx:
            saw = {same(each.staff) for each in tx.witnesses(case.id)}
        return "attested" if same(staff.id) in saw else "attest"
    return "wait"


@dataclass(frozen=True, slots=True)
class Help:
    """What a counter may confirm for a face check: the words, or the word that stands already."""

    words: str
    stands: Assistance | None


def help_of(
    ctx: Context, case: Case, staff: Staff, language: Language, *, now: datetime
) -> Help | None:
    """Say how a member may help with the face check; None where they cannot, or need not."""
    if isinstance(may_assist(ctx.service, case.id, staff, now=now), Refused):
        return None
    words, _ = assistance_words(language.code)
    return Help(words, word_about(ctx.service, case, now=now))


def stamp(ctx: Context, case: Case, *, waiting: bool, now: datetime) -> str:
    """Give what changes whenever the page would show something else."""
    shown = ctx.service.desk.look(case.id, now=now) is not None
    said = case.status is Status.CAPTURING and word_about(ctx.service, case, now=now) is not None
    return f"{case.version}{'w' if waiting else ''}{'d' if shown else ''}{'h' if said else ''}"


def progress(case: Case) -> Sequence[tuple[str, str]]:
    """Give the steps, each with ``done``, ``now`` or ``later``."""
    at = STEP_OF.get(case.status, len(STEPS))
    return [
        (name, "done" if place < at else "now" if place == at else "later")
        for place, name in enumerate(STEPS)
    ]


def look_of(case: Case) -> str:
    """Give the shape of a result: good, waiting, or over."""
    if case.status in GOOD:
        return "good"
    over = {Status.REFUSED, Status.WITHDRAWN, Status.EXPIRED}
    return "no" if case.status in over else "wait"


def sentences(language: Language, case: Case) -> list[Markup]:
    """Say where a case stands, to the staff."""
    way = "_chip" if case.status is Status.OTHER_WAY and case.route is Route.CHIP else ""
    said = [language.say(f"counter.at_{case.status}{way}")]
    if case.status is Status.APPROVED and case.not_before is not None:
        said.append(language.say("counter.at_approved_when", time=when(case.not_before)))
    return said


def line_reasons(language: Language, refused: Refused) -> list[tuple[str, Markup]]:
    """Say why a case about a line cannot be opened, each with the field that it is about."""
    found = [
        ("iccid" if reason.code is ReasonCode.SIM_TAKEN else "msisdn", language.say(key))
        for reason in refused.reasons
        if (key := f"counter.line_{reason.code}") in language.messages
    ]
    return found or [("msisdn", language.say("counter.line_any"))]
