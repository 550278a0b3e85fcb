from __future__ import annotations

import pytest

from tests.attack_kit.message_attacks import BONA_FIDE, EACH, METHODS, counted

STOPPED = [name for name, method in METHODS.items() if not method.looks]


def test_an_honest_message_is_taken_every_time() -> None:
    """What stops an attack does not stop an honest page."""
    found = counted(BONA_FIDE)
    assert (found.by_message, found.by_challenge) == (EACH, EACH)


@pytest.mark.parametrize("name", STOPPED)
def test_binding_stops_it(name: str) -> None:
    """Nobody looks at a frame, and not one is taken; what the message alone lets pass is known."""
    method = METHODS[name]
    found = counted(method)
    assert found.tries >= 30
    assert found.by_challenge == 0
    # A refusal for another reason than the attack would hide that the attack is not stopped.
    assert found.message_codes == ((str(method.code),) if method.code else ())
    assert len(found.challenge_codes) == 1


@pytest.mark.parametrize("name", sorted(set(METHODS) - set(STOPPED)))
def test_what_binding_cannot_stop_is_counted_as_taken(name: str) -> None:
    """Who has the session's key is taken every time, and the table does not hide it."""
    found = counted(METHODS[name])
    assert (found.by_message, found.by_challenge) == (EACH, EACH)
