from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.audit import (
    BEGINNING,
    Actor,
    ActorKind,
    Broken,
    Deed,
    Entry,
    entry,
    verify_chain,
)

NOW = datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=UTC)

TEXTS = st.text(max_size=6)
DEEDS = st.builds(
    Deed,
    actor=st.builds(Actor, st.sampled_from(ActorKind), TEXTS),
    action=TEXTS,
    case=TEXTS,
    details=st.dictionaries(TEXTS, TEXTS, max_size=3),
)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
TIMES = st.integers(0, 10**15).map(lambda passed: SINCE + timedelta(microseconds=passed))


@st.composite
def chains(draw: st.DrawFn, least: int = 1) -> list[Entry]:
    """Draw a log that holds."""
    found: list[Entry] = []
    for deed, at in draw(st.lists(st.tuples(DEEDS, TIMES), min_size=least, max_size=6)):
        previous = found[-1].hash if found else BEGINNING
        found.append(entry(deed, number=len(found) + 1, at=at, previous=previous))
    return found


CHANGES = (
    "number",
    "at",
    "actor_kind",
    "actor_id",
    "action",
    "case",
    "details",
    "previous",
    "hash",
)


def changed(whole: Entry, what: str, text: str) -> Entry:
    """Give an entry with one thing in it changed to something else."""
    deed, actor = whole.deed, whole.deed.actor
    others = [kind for kind in ActorKind if kind is not actor.kind]
    return {
        "number": replace(whole, number=whole.number + 1 + len(text)),
        "at": replace(whole, at=whole.at + timedelta(microseconds=1 + len(text))),
        "actor_kind": replace(whole, deed=replace(deed, actor=Actor(others[0], actor.id))),
        "actor_id": replace(whole, deed=replace(deed, actor=Actor(actor.kind, actor.id + text))),
        "action": replace(whole, deed=replace(deed, action=deed.action + text)),
        "case": replace(whole, deed=replace(deed, case=text + deed.case)),
        "details": replace(whole, deed=replace(deed, details={**deed.details, "new key": text})),
        "previous": replace(whole, previous=hashlib.sha256(text.encode()).hexdigest()),
        "hash": replace(whole, hash=hashlib.sha256(text.encode()).hexdigest()),
    }[what]


@given(chains(least=0))
def test_a_log_that_was_written_holds(log: list[Entry]) -> None:
    """Whatever was done, by whom and when: the number of entries."""
    assert verify_chain(log) == len(log)


@given(log=chains(), at=st.integers(0), what=st.sampled_from(CHANGES), text=st.text(min_size=1))
def test_any_single_change_is_found(log: list[Entry], at: int, what: str, text: str) -> None:
    """Whatever is changed in whichever entry, the log breaks there."""
    at %= len(log)
    log[at] = changed(log[at], what, text)
    found = verify_chain(log)
    assert isinstance(found, Broken)
    assert found.number == at + 1


@given(log=chains(least=2), at=st.integers(0))
def test_any_entry_left_out_is_found(log: list[Entry], at: int) -> None:
    """Except the last, which only the head that is kept beside the log shows."""
    at %= len(log) - 1
    del log[at]
    assert verify_chain(log) == Broken(at + 1, "gap")


@given(log=chains(least=2), one=st.integers(0), other=st.integers(0))
def test_no_two_entries_change_places(log: list[Entry], one: int, other: int) -> None:
    """Order is part of what holds."""
    one, other = sorted((one % len(log), other % len(log)))
    log[one], log[other] = log[other], log[one]
    assert verify_chain(log) == (len(log) if one == other else Broken(one + 1, "gap"))


@given(log=chains(least=2), at=st.integers(0), text=st.text(min_size=1))
def test_a_changed_entry_with_its_hash_made_anew_breaks_the_next(
    log: list[Entry], at: int, text: str
) -> None:
    """Who makes the hash of a changed entry anew unlinks what follows."""
    at %= len(log) - 1
    deed = replace(log[at].deed, action=log[at].deed.action + text)
    log[at] = entry(deed, number=at + 1, at=log[at].at, previous=log[at].previous)
    assert verify_chain(log) == Broken(at + 2, "unlinked")


def test_the_hash_is_that_of_the_canonical_json() -> None:
    """Another program can verify the log: this is all there is to it."""
    deed = Deed(
        actor=Actor(ActorKind.STAFF, "s-7"), action="viewed", case="c", details={"b": "ü", "a": ""}
    )
    written = (
        '{"action":"viewed","actor":"staff:s-7","at":"2026-11-25T12:00:00.000005+00:00",'
        '"case":"c","details":{"a":"","b":"ü"},"number":1,"previous":"' + "0" * 64 + '"}'
    )
    made = entry(deed, number=1, at=NOW, previous=BEGINNING)
    assert made.hash == hashlib.sha256(written.encode()).hexdigest()
    assert json.loads(written)["number"] == made.number


@pytest.mark.parametrize(
    ("actor", "written"),
    [
        (Actor(ActorKind.STAFF, "s-7"), "staff:s-7"),
        (Actor(ActorKind.CLOCK, ""), "clock"),
        (Actor(ActorKind.SYSTEM, "a:b"), "system:a:b"),
    ],
)
def test_an_actor_is_written_as_kind_and_id(actor: Actor, written: str) -> None:
    """No kind has a colon, so the kind can always be told from the id."""
    assert str(actor) == written
    assert not any(":" in kind for kind in ActorKind)
