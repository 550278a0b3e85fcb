from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.flow.schedules import Beginning, beginning, played

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS, EACH = 6, 50


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Beginning:
    """Give the database that every schedule begins with."""
    return beginning(tmp_path_factory.mktemp("beginning"))


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_schedule_reaches_an_illegal_state_or_a_second_order(
    block: int, begin: Beginning, tmp_path: Path
) -> None:
    """Whoever acts between whose transactions, what must hold holds after every commit."""
    came_to: Counter[str] = Counter()
    for seed in range(block * EACH, (block + 1) * EACH):
        scene = played(seed, begin, tmp_path)
        came_to += scene.came_to + scene.watch.moves
    # A play in which nothing much happens would show nothing.
    for happened in ("ordered", "issued", "withdrawn", "referred", "expired", "objected"):
        assert came_to[happened], happened


def test_a_schedule_can_be_played_again(begin: Beginning, tmp_path: Path) -> None:
    """The same seed gives the same turns and the same end, so that a failure can be looked into."""
    first, second = (played(77, begin, tmp_path) for _ in range(2))
    assert first.turns == second.turns
    assert first.came_to == second.came_to
