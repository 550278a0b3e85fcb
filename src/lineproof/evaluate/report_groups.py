"""The report's part about groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lineproof.domain.finding import fmr_label
from lineproof.evaluate.groups import GroupResult, NoClaim, worst
from lineproof.evaluate.page import (
    Body,
    Html,
    bold,
    joined,
    none,
    over,
    paragraph,
    section,
    table,
    tag,
    text,
)
from lineproof.evaluate.wording import claimed, one_in, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.evaluate.evaluation import EngineResult
    from lineproof.evaluate.figures import Evaluation

LEAD = (
    "The labels come with the data set; nothing about a person was inferred. Each group is "
    "measured at the overall threshold, over pairs inside the group. People of one group look more "
    "alike than people of all groups mixed, so every group can have a higher FMR than the whole. "
    "A cell with fewer than 30 people, or from which fewer than 30 errors can be expected at the "
    "overall rate, makes no claim (ISO/IEC 19795-1, rule of 30; ISO/IEC 19795-10)."
)


def groups_section(evaluation: Evaluation) -> Html:
    """Write each group's rates and the worst over the overall rate; nothing without labels."""
    labelled = [result for result in evaluation.engines if result.groups]
    if not labelled:
        return Html("")
    parts = [paragraph(LEAD), _sizes(labelled[0].groups)]
    parts += [_rates(result) for result in labelled]
    return section("groups", "Groups", *parts)


def _sizes(groups: Sequence[GroupResult]) -> Html:
    rows = [
        [
            text(group.name),
            over(text(f"{group.images:,}"), f"{group.people:,} people"),
            text(f"{group.genuine_pairs:,}"),
            text(f"{group.impostor_pairs:,}"),
        ]
        for group in groups
    ]
    head = [text("Group"), text("Images"), text("Genuine"), text("Impostor")]
    return table("Images, people and pairs of each group", head, [Body(None, rows)])


def _rates(result: EngineResult) -> Html:
    bodies = [_at(result, fmr) for fmr in result.groups[0].points]
    head = [text("Group"), text("FMR inside it"), text("FNMR inside it")]
    if not bodies:
        return paragraph(f"Nothing could be measured of {result.engine.name}.")
    return joined(
        [
            tag("h3", text(result.engine.name)),
            table(f"Error rates of {result.engine.name} in each group", head, bodies),
        ]
    )


def _at(result: EngineResult, fmr: float) -> Body:
    rows = []
    for group in result.groups:
        point = group.points[fmr]
        rows.append(
            [
                text(group.name),
                claimed(point.fmr, point.fmr_ratio, small=True),
                claimed(point.fnmr, point.fnmr_ratio, small=False),
            ]
        )
    rows.append(
        [text("Worst over overall"), _worst(result, fmr, "fmr"), _worst(result, fmr, "fnmr")]
    )
    return Body(text(f"Overall FMR {fmr_label(fmr)} ({one_in(fmr)})"), rows)


def _worst(result: EngineResult, fmr: float, which: Literal["fmr", "fnmr"]) -> Html:
    found = worst(result.groups, fmr, which)
    if isinstance(found, NoClaim):
        return over(none("no claim"), found.reason)
    return over(bold(found.group), times(found.ratio))
