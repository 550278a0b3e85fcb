from __future__ import annotations

from datetime import timedelta

import pytest

from lineproof.domain.retry import FIRST, LONGEST, MOST_TRIES, delay

WAITS = [delay(tries, "msg-1") for tries in range(1, MOST_TRIES)]


def test_the_same_message_waits_as_long_every_time() -> None:
    """A wait can be told in advance, and a replay of the schedule gives the same."""
    assert [delay(tries, "msg-1") for tries in range(1, MOST_TRIES)] == WAITS


@pytest.mark.parametrize("tries", [1, 2, 5, 10, 11, MOST_TRIES, 10_000])
def test_a_wait_doubles_until_the_longest_give_or_take_a_fifth(tries: int) -> None:
    """Nobody is asked in a rush, and nobody is forgotten for a day."""
    middle = min(FIRST * (1 << min(tries - 1, 20)), LONGEST)
    for number in range(200):
        assert middle * 0.8 <= delay(tries, f"msg-{number}") <= middle * 1.2


def test_messages_that_failed_together_do_not_come_back_together() -> None:
    """Two hundred messages spread over most of the two fifths that they may."""
    waits = sorted(delay(8, f"msg-{number}") for number in range(200))
    assert len(set(waits)) > 190
    assert waits[-1] - waits[0] > 0.35 * FIRST * 128


def test_a_message_is_given_up_after_about_half_a_day() -> None:
    """An operator's system that is down overnight misses nothing; what is dead is seen by noon."""
    assert timedelta(hours=12) < sum(WAITS, timedelta()) < timedelta(hours=17)
