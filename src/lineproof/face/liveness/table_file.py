"""The file of fusion tables: bytes to a table for each variant, and to what they are bound to.

The file counts captures by exactly which checks passed them; it holds nothing of a capture.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.liveness import Basis
from lineproof.domain.script import Variant
from lineproof.face.liveness.checks import CHECKS
from lineproof.face.liveness.fusion import Limit, LivenessTable, Presented

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
BONA_FIDE = "bona_fide"

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """With what the counted captures were looked at. With anything else the counts mean nothing."""

    checks: str
    """``checks.VERSION``."""
    pipeline: str
    pack: str
    pack_version: str
    setting: str
    texture: str | None
    """Name and version of the pack with the texture networks; None where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """What a file of fusion tables says."""

    bound: Bound
    tables: Mapping[Variant, LivenessTable]


def read_tables(content: bytes) -> TableFile:
    """Read a file of fusion tables; raises ValueError for anything that it should not say."""
    try:
        told: Json = json.loads(content, object_pairs_hook=_once)
    except RecursionError as fault:
        raise ValueError("a table file is not so deep") from fault
    whole = _members(told, "format", "basis", "bound", "tables")
    if whole["format"] != FORMAT:
        raise ValueError(f"a table file of format {FORMAT} is read, not {whole['format']}")
    basis = Basis(_text(whole["basis"]))
    tables = _members(whole["tables"], *Variant)
    return TableFile(
        bound=_bound(whole["bound"]),
        tables={variant: _table(tables[variant], basis) for variant in Variant},
    )


def table_for(file: TableFile, variant: Variant, *, bound: Bound) -> Finding[LivenessTable]:
    """Give a variant's table; Unmeasured where it was counted with anything but ``bound``."""
    if file.bound != bound:
        return Unmeasured("liveness_no_table")
    return Measured(file.tables[variant])


def written(file: TableFile) -> bytes:
    """Write a file of fusion tables as ``read_tables`` reads it; raises ValueError for none."""
    (basis,) = {table.basis for table in file.tables.values()}
    whole = {
        "format": FORMAT,
        "basis": str(basis),
        "bound": {name: getattr(file.bound, name) for name in Bound.__slots__},
        "tables": {str(variant): _told(table) for variant, table in file.tables.items()},
    }
    return _lines(whole).encode("ascii")


def _bound(told: Json) -> Bound:
    found = _members(told, *Bound.__slots__)
    return Bound(
        checks=_text(found["checks"]),
        pipeline=_text(found["pipeline"]),
        pack=_text(found["pack"]),
        pack_version=_text(found["pack_version"]),
        setting=_text(found["setting"]),
        texture=None if found["texture"] is None else _text(found["texture"]),
    )


def _table(told: Json, basis: Basis) -> LivenessTable:
    found = _members(told, "limits", BONA_FIDE, "attacks", "known_to_pass")
    attacks, passing = _all_presented(found["attacks"]), _all_presented(found["known_to_pass"])
    if not attacks or {one.species for one in attacks} & {one.species for one in passing}:
        raise ValueError("a table counts attacks, each of them once")
    limits = tuple(
        Limit(check=check, measure=measure, least=_number(least))
        for check, measures in _members(found["limits"], some_of=CHECKS).items()
        for measure, least in _members(measures).items()
    )
    bona_fide = _presented(BONA_FIDE, found[BONA_FIDE])
    known = {limit.check for limit in limits}
    for one in (bona_fide, *attacks, *passing):
        if not all(by <= known for by in one.passed):
            raise ValueError(f"{one.species} passes a check that has no limit")
    return LivenessTable(
        limits=limits, bona_fide=bona_fide, attacks=attacks, basis=basis, known_to_pass=passing
    )


def _all_presented(told: Json) -> tuple[Presented, ...]:
    return tuple(_presented(species, counts) for species, counts in _members(told).items())


def _presented(species: str, told: Json) -> Presented:
    """Read how many captures passed each set of checks, its names joined by blanks."""
    passed: dict[frozenset[str], int] = {}
    for names, times in _members(told).items():
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            raise ValueError(f"{times!r} is no number of captures")
        each = frozenset(names.split())
        if len(each) != len(names.split()) or not each <= set(CHECKS) or each in passed:
            raise ValueError(f"{names!r} names no checks, or some twice")
        passed[each] = times
    if not passed:
        raise ValueError(f"no capture of {species} was counted")
    return Presented(species=species, passed=passed)


def _members(told: Json, *names: str, some_of: tuple[str, ...] = ()) -> dict[str, Json]:
    """Give an object's members: exactly ``names``, some of ``some_of``, or, with neither, any."""
    if not isinstance(told, dict):
        raise ValueError(f"an object is expected, not {told!r}")  # noqa: TRY004 - bad input
    if names and set(told) != set(names):
        raise ValueError(f"an object has {sorted(names)}, not {sorted(told)}")
    if some_of and not set(told) <= set(some_of):
        raise ValueError(f"{sorted(told)} are not all of {sorted(some_of)}")
    return told


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member of an object stands there twice")
    return found


def _text(told: Json) -> str:
    if not isinstance(told, str) or not told:
        raise ValueError(f"a text is expected, not {told!r}")
    return told


def _number(told: Json) -> float:
    if not isinstance(told, float) or not math.isfinite(told):
        raise ValueError(f"a number with a point is expected, not {told!r}")
    return told


def _told(table: LivenessTable) -> dict[str, object]:
    limits: dict[str, dict[str, float]] = {}
    for limit in table.limits:
        limits.setdefault(limit.check, {})[limit.measure] = limit.least
    return {
        "limits": limits,
        BONA_FIDE: _counts(table.bona_fide),
        "attacks": {one.species: _counts(one) for one in table.attacks},
        "known_to_pass": {one.species: _counts(one) for one in table.known_to_pass},
    }


def _counts(one: Presented) -> dict[str, int]:
    told = {" ".join(sorted(by)): times for by, times in one.passed.items()}
    return dict(sorted(told.items()))


def _lines(told: object, indent: int = 0, least: int = 3) -> str:
    """Write JSON with one line for each species, so that a change of counts reads as one."""
    if not isinstance(told, dict) or indent > least:
        return json.dumps(told)
    inner = "  " * (indent + 1)
    parts = [f"{inner}{json.dumps(n)}: {_lines(v, indent + 1, least)}" for n, v in told.items()]
    return "{\n" + ",\n".join(parts) + "\n" + "  " * indent + "}" + ("" if indent else "\n")
