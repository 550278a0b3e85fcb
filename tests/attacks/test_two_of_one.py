"""Being counted as two people with one document."""

from __future__ import annotations

import pytest

from lineproof.adapters.key_file import Key
from lineproof.adapters.keyed_hasher import KeyedHasher

HASHER = KeyedHasher(Key(b"k" * 32))


@pytest.mark.parametrize(
    ("zone", "typed"), [("D", "DE"), ("D", "deu"), ("FRA", "FR"), ("GBR", "GB"), ("GBD", "GB")]
)
def test_a_state_by_another_of_its_codes_is_no_second_person(zone: str, typed: str) -> None:
    """A counter that types two letters where the zone has three gives nobody further lines."""
    read = HASHER.person(issuer=zone, kind="P", number="C01X00T47")
    assert HASHER.person(issuer=typed, kind="P", number="c01 x00t47") == read


def test_two_states_are_two_people() -> None:
    """The same number of another state is somebody else's."""
    numbers = {
        HASHER.person(issuer=state, kind="P", number="C01X00T47")
        for state in ("D", "FRA", "UTO", "USA")
    }
    assert len(numbers) == 4
