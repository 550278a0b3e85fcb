from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lineproof.evaluate.pairing import genuine_pairs, impostor_count
from lineproof.evaluate.protocol import AcrossPairs, EveryPair, ListedPairs, Pairing
from tests.evaluate.small_sets import protocol_of


@st.composite
def drawn_sets(draw: st.DrawFn) -> tuple[list[int], Pairing]:
    """Draw who is in which image, and one of the three ways to pair images."""
    labels = draw(st.lists(st.integers(0, 4), min_size=4, max_size=12))
    person = [sorted(set(labels)).index(label) for label in labels]
    every = list(combinations(range(len(person)), 2))
    listed = draw(st.lists(st.sampled_from(every), unique=True, min_size=1))
    half = draw(st.integers(1, len(person) - 1))
    ways: list[Pairing] = [
        EveryPair(),
        AcrossPairs(tuple(range(half)), tuple(range(half, len(person)))),
        ListedPairs(*(tuple(side) for side in zip(*listed, strict=True))),
    ]
    pairing = draw(st.sampled_from(ways))
    return person, pairing


def listed(person: list[int], pairing: Pairing) -> list[tuple[int, int]]:
    """Give all pairs from the definition."""
    if isinstance(pairing, EveryPair):
        return list(combinations(range(len(person)), 2))
    if isinstance(pairing, AcrossPairs):
        return list(product(pairing.left, pairing.right))
    return list(zip(pairing.left, pairing.right, strict=True))


@given(drawn_sets())
def test_genuine_pairs_are_those_of_one_person(drawn: tuple[list[int], Pairing]) -> None:
    """Each pair of one person once, and no other, in every way to pair images."""
    person, pairing = drawn
    left, right = genuine_pairs(protocol_of(person, pairing))
    found = [tuple(sorted(pair)) for pair in zip(left.tolist(), right.tolist(), strict=True)]
    expected = [pair for pair in listed(person, pairing) if person[pair[0]] == person[pair[1]]]
    assert sorted(found) == sorted(tuple(sorted(pair)) for pair in expected)


@given(drawn_sets(), st.data())
def test_impostor_pairs_weigh_what_their_people_weigh(
    drawn: tuple[list[int], Pairing], data: st.DataObject
) -> None:
    """The closed forms equal the sum over pairs of the product of their people's weights."""
    person, pairing = drawn
    people = max(person) + 1
    weights = data.draw(st.lists(st.integers(0, 4), min_size=people, max_size=people))
    usable = data.draw(st.lists(st.booleans(), min_size=len(person), max_size=len(person)))
    count = impostor_count(protocol_of(person, pairing), np.array(usable))
    expected = sum(
        weights[person[one]] * weights[person[other]]
        for one, other in listed(person, pairing)
        if person[one] != person[other] and usable[one] and usable[other]
    )
    assert count.weight(np.array(weights)) == expected
