from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.assistance import LIFE, Assistance, accepted, holds
from lineproof.domain.staff import MAY, Act, Role
from tests.regime import NOW, POLICY

if TYPE_CHECKING:
    from datetime import datetime

WORD = Assistance(
    id="assist_1",
    case="case_1",
    staff="agent",
    binding="of the case",
    at=NOW,
    until=NOW + LIFE,
    spent_at=None,
)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("word", "when", "expected"),
    [
        (WORD, NOW, True),
        (WORD, NOW + LIFE - MOMENT, True),
        (WORD, NOW + LIFE, False),
        # A clock that was set back makes a word of the future: as useless as an old one.
        (WORD, NOW - MOMENT, False),
        (replace(WORD, spent_at=NOW), NOW + MOMENT, False),
        (replace(WORD, binding="of another document"), NOW, False),
    ],
)
def test_a_word_holds_for_its_five_minutes_its_case_and_once(
    word: Assistance, when: datetime, *, expected: bool
) -> None:
    """Spent, over, too early, or about another document, line or SIM: none."""
    assert holds(word, binding="of the case", now=when) is expected


@pytest.mark.parametrize(
    ("required", "taken", "expected"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_a_word_is_taken_where_it_stands_in_for_something(
    *, required: bool, taken: bool, expected: bool
) -> None:
    """Where no living person is asked for there is nothing that it could stand in for."""
    policy = replace(POLICY, liveness_required=required, assisted_accepted=taken)
    assert accepted(policy) is expected


def test_agents_assist_and_nobody_else() -> None:
    """A reviewer has a verdict, and an admin sees no case."""
    assert {role for role in Role if Act.ASSIST in MAY[role]} == {Role.AGENT}
