"""Error rates of groups, where a data set brings labels (ISO/IEC 19795-10).

Labels are read, never inferred. A group is measured at the thresholds of the whole data set: FMR
over impostor pairs inside the group, FNMR over its genuine pairs. A thin cell makes no claim: fewer
than 30 people, or fewer than 30 errors to be expected of it at the overall rate. The rule looks at
the overall rate and not at the cell's own, so that luck in the cell does not decide whether it
speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from lineproof.evaluate.metrics import Count, NotMeasurable, Rate, interval, rate
from lineproof.evaluate.protocol import EvaluationProtocol, Unusable
from lineproof.evaluate.tables import Table, read_table
from lineproof.face.calibration import RULE_OF_30

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.evaluate.bootstrap import Cell, Replicates, Weighed

FEWEST_PEOPLE_IN_CELL: Final = 30
MOST_GROUPS: Final = 100
HEADERS: Final = (("image", "group"), ("person", "group"))


@dataclass(frozen=True, slots=True)
class GroupLabels:
    """The groups of a data set: names, and which images belong to each, (images,) bool.

    ``notes`` are sentences about labels that are missing or belong to nothing.
    """

    names: tuple[str, ...]
    members: tuple[NDArray[np.bool_], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoClaim:
    """Why nothing is said about a cell."""

    reason: str


Claim: TypeAlias = Rate | NoClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPoint:
    """A group at one threshold: its rates, and each over the overall rate."""

    fmr: Claim
    fnmr: Claim
    fmr_ratio: Claim
    fnmr_ratio: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """A group: how much of it there is, and its points by FMR."""

    name: str
    images: int
    people: int
    failed_to_acquire: int
    genuine_pairs: int
    impostor_pairs: int
    points: Mapping[float, GroupPoint]


@dataclass(frozen=True, slots=True)
class Worst:
    """The group with the highest rate of those that make a claim, over the overall rate."""

    group: str
    ratio: Rate


@dataclass(frozen=True, slots=True)
class Measurement:
    """Cells (all images first, then each group) with their observed weights and all draws."""

    cells: tuple[Cell, ...]
    observed: Weighed
    drawn: Replicates


def read_groups(file: Path, protocol: EvaluationProtocol) -> GroupLabels | Unusable:
    """Read ``image,group`` or ``person,group`` for the images of a protocol.

    Images are written as in ``protocol.names``, people as in ``protocol.people``. An empty group
    means that there is none. Images without a group are in none.
    """
    table = read_table(file, HEADERS, what="groups")
    if isinstance(table, Unusable):
        return table
    labels = _labels(table)
    if isinstance(labels, Unusable):
        return labels
    by_person = table.header[0] == "person"
    people = [protocol.people[person] for person in protocol.person]
    owners = people if by_person else list(protocol.names)
    group = np.array([labels.get(owner, "") for owner in owners], dtype=np.str_)
    names = sorted(set(group.tolist()) - {""})
    if not 1 <= len(names) <= MOST_GROUPS:
        return Unusable(
            "groups_number",
            f"{file.name} puts the images of this data set into {len(names)} groups; 1 to "
            f"{MOST_GROUPS} are expected. Check how it writes the names of images or people.",
        )
    notes = _notes(int((group == "").sum()), len(set(labels) - set(owners)))
    return GroupLabels(tuple(names), tuple(group == name for name in names), notes)


def judge(
    labels: GroupLabels, measurement: Measurement, fmrs: Sequence[float]
) -> tuple[GroupResult, ...]:
    """Give each group's rates at the first settings of the measurement, one for each FMR."""
    return tuple(
        _group(name, measurement, index, fmrs) for index, name in enumerate(labels.names, start=1)
    )


def worst(
    groups: Sequence[GroupResult], fmr: float, which: Literal["fmr", "fnmr"]
) -> Worst | NoClaim:
    """Give the worst group over the overall rate, as ISO/IEC 19795-10 asks for the spread."""
    found: list[tuple[float, Worst]] = []
    for group in groups:
        point = group.points[fmr]
        own, ratio = (
            (point.fmr, point.fmr_ratio) if which == "fmr" else (point.fnmr, point.fnmr_ratio)
        )
        if isinstance(own, Rate) and isinstance(ratio, Rate):
            found.append((own.value, Worst(group.name, ratio)))
    if len(found) < 2:  # noqa: PLR2004 - one group alone is not worse than another
        return NoClaim("fewer than two groups are large enough")
    return max(found, key=lambda pair: pair[0])[1]


def thin(people: int, expected_errors: float) -> NoClaim | None:
    """Say why a cell is too thin for a claim, or nothing if it is not."""
    if people < FEWEST_PEOPLE_IN_CELL:
        return NoClaim(f"{people} people, {FEWEST_PEOPLE_IN_CELL} are needed")
    if expected_errors < RULE_OF_30:
        return NoClaim(f"about {expected_errors:.0f} errors expected, {RULE_OF_30} are needed")
    return None


def _labels(table: Table) -> dict[str, str] | Unusable:
    labels: dict[str, str] = {}
    for line, (owner, group) in table.lines:
        if labels.setdefault(owner, group) != group:
            return table.wrong(line, f"puts {owner} into a second group")
    return labels


def _notes(without: int, unknown: int) -> tuple[str, ...]:
    notes = []
    if without:
        notes.append(f"{without:,} images have no group and count in the overall figures only.")
    if unknown:
        notes.append(f"{unknown:,} labels belong to nothing in this data set and were not used.")
    return tuple(notes)


def _group(name: str, measurement: Measurement, index: int, fmrs: Sequence[float]) -> GroupResult:
    cell, weights = measurement.cells[index], measurement.observed.cells[index]
    return GroupResult(
        name=name,
        images=int(cell.images.sum()),
        people=int(np.count_nonzero(cell.images)),
        failed_to_acquire=int(cell.failed.sum()),
        genuine_pairs=int(weights.genuine_pairs),
        impostor_pairs=int(weights.impostor_pairs),
        points={fmr: _group_point(measurement, index, at) for at, fmr in enumerate(fmrs)},
    )


def _group_point(measurement: Measurement, index: int, at: int) -> GroupPoint:
    cell, drawn = measurement.cells[index], measurement.drawn
    whole, own = measurement.observed.cells[0], measurement.observed.cells[index]
    fmr, fmr_ratio = _claims(
        Count(int(own.false_matches[at]), int(own.impostor_pairs), cell.people // 2),
        float(whole.false_matches[at]) / whole.impostor_pairs,
        cell.people,
        drawn.fmr[:, [index, 0], at],
    )
    fnmr, fnmr_ratio = _claims(
        Count(int(own.misses[at]), int(own.genuine_pairs), cell.genuine_people),
        float(whole.misses[at]) / whole.genuine_pairs,
        cell.genuine_people,
        drawn.fnmr[:, [index, 0], at],
    )
    return GroupPoint(fmr=fmr, fnmr=fnmr, fmr_ratio=fmr_ratio, fnmr_ratio=fnmr_ratio)


def _claims(
    count: Count, overall: float, people: int, draws: NDArray[np.float64]
) -> tuple[Claim, Claim]:
    """Give a cell's rate and its ratio to the overall rate; ``draws`` is (n, 2): cell, overall."""
    if refused := thin(people, overall * count.trials):
        return refused, refused
    own = rate(count, draws[:, 0])
    if isinstance(own, NotMeasurable):
        return NoClaim(own.reason), NoClaim(own.reason)
    if not count.errors:
        return own, Rate(0.0, 0.0, own.high / overall)
    nothing = np.full(len(draws), np.nan)
    ratios = np.divide(draws[:, 0], draws[:, 1], out=nothing, where=draws[:, 1] > 0)
    ratio = interval(own.value / overall, ratios)
    return own, ratio if isinstance(ratio, Rate) else NoClaim(ratio.reason)
