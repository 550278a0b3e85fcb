from __future__ import annotations

import json
from typing import Any

import pytest

from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.liveness import Basis
from lineproof.domain.script import Variant
from lineproof.face.liveness.fusion import Limit, LivenessTable, Presented
from lineproof.face.liveness.table_file import Bound, TableFile, read_tables, table_for, written

BOUND = Bound(
    checks="1",
    pipeline="2",
    pack="default",
    pack_version="1",
    setting="best",
    texture="texture 1",
)
TABLE = LivenessTable(
    limits=(
        Limit(check="depth", measure="relief", least=0.03),
        Limit(check="light", measure="facing", least=0.2),
    ),
    bona_fide=Presented(
        species="bona_fide",
        passed={frozenset({"depth", "light"}): 59, frozenset({"depth"}): 1},
    ),
    attacks=(Presented(species="print", passed={frozenset(): 30}),),
    basis=Basis.SIMULATED,
    known_to_pass=(
        Presented(species="animated_relit", passed={frozenset({"depth", "light"}): 30}),
    ),
)
FILE = TableFile(bound=BOUND, tables=dict.fromkeys(Variant, TABLE))


def told() -> dict[str, Any]:
    """Give the file's JSON, to be spoilt."""
    found: dict[str, Any] = json.loads(written(FILE))
    return found


def test_a_file_says_what_was_written() -> None:
    """Nothing is lost and nothing added, and it stays small enough to be read by people."""
    content = written(FILE)
    assert read_tables(content) == FILE
    assert max(len(line) for line in content.splitlines()) < 200


def test_a_table_holds_for_what_it_was_counted_with_alone() -> None:
    """Another texture pack, setting or pipeline has no known error rates."""
    assert table_for(FILE, Variant.CALM, bound=BOUND) == Measured(TABLE)
    for name in ("checks", "pipeline", "pack", "pack_version", "setting", "texture"):
        told_of_another = {each: getattr(BOUND, each) for each in Bound.__slots__} | {name: "other"}
        other = Bound(**told_of_another)
        assert table_for(FILE, Variant.CALM, bound=other) == Unmeasured("liveness_no_table")


def test_a_table_may_be_of_no_texture_pack() -> None:
    """Then it holds only where there is none."""
    spoilt = told()
    spoilt["bound"]["texture"] = None
    assert read_tables(json.dumps(spoilt).encode()).bound.texture is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), 2),
        (("basis",), "guessed"),
        (("more",), 1),
        (("bound", "pack"), ""),
        (("bound", "pack"), 3),
        (("tables", "loud"), {}),
        (("tables", "full", "limits", "depth", "relief"), "0.1"),
        (("tables", "full", "limits", "depth", "relief"), 1),
        (("tables", "full", "limits", "depth", "relief"), float("nan")),
        (("tables", "full", "limits", "smell"), {"sweet": 0.1}),
        (("tables", "full", "limits"), {}),
        (("tables", "full", "attacks"), {}),
        (("tables", "full", "attacks", "print"), {}),
        (("tables", "full", "attacks", "print", ""), 0),
        (("tables", "full", "attacks", "print", ""), True),
        (("tables", "full", "attacks", "print", ""), 1.5),
        (("tables", "full", "attacks", "print", "depth depth"), 1),
        (("tables", "full", "attacks", "print", "texture"), 1),
        (("tables", "full", "attacks", "animated_relit"), {"depth": 1}),
        (("tables", "full", "bona_fide"), []),
    ],
)
def test_what_a_file_should_not_say_is_refused(path: tuple[str, ...], value: object) -> None:
    """An unknown member, a check without a limit, a count of nothing, a species on both lists."""
    spoilt = told()
    at = spoilt
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    with pytest.raises(ValueError, match=r"."):
        read_tables(json.dumps(spoilt).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        written(FILE).replace(b"{", b'{"format": 1,', 1),
        written(FILE)[:-40],
    ],
)
def test_what_is_no_file_of_tables_is_refused(content: bytes) -> None:
    """Bytes that are not JSON, too deep, cut off, or say a thing twice."""
    with pytest.raises(ValueError, match=r"."):
        read_tables(content)


def test_a_member_that_is_missing_is_refused() -> None:
    """There is no default for a variant."""
    spoilt = told()
    del spoilt["tables"]["still"]
    with pytest.raises(ValueError, match="still"):
        read_tables(json.dumps(spoilt).encode())
