"""The report: one HTML file that says what was measured, and what nobody may conclude from it."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

from lineproof.domain.finding import FMR_POINTS, fmr_label
from lineproof.evaluate.det import Curve, det_svg
from lineproof.evaluate.evaluation import EngineResult, Point, fnmr_ratio
from lineproof.evaluate.metrics import NotMeasurable, Rate
from lineproof.evaluate.page import (
    Body,
    Html,
    bold,
    brief,
    bullets,
    facts,
    joined,
    name,
    over,
    page,
    paragraph,
    section,
    table,
    tag,
    text,
)
from lineproof.evaluate.protocol import Unusable
from lineproof.evaluate.report_groups import groups_section
from lineproof.evaluate.report_limits import limits_section, method_section
from lineproof.evaluate.wording import NO_BREAK, between, measured, one_in, percent, ratio, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.evaluate.figures import Evaluation

HEADLINE_FMR: Final = 1e-4
LETTERS: Final = string.ascii_uppercase
"""Short names for engines, in the order of the report."""


def html_report(evaluation: Evaluation) -> str | Unusable:
    """Write the report; Unusable where matplotlib is missing for its DET curves."""
    drawing = _det(evaluation)
    if isinstance(drawing, Unusable):
        return drawing
    title = evaluation.circumstances.title
    inside = joined(
        [
            tag("h1", text(title)),
            tag(
                "p", text(f"Lineproof evaluation, {evaluation.circumstances.date}"), class_="quiet"
            ),
            _headline(evaluation),
            _what(evaluation),
            _rates(evaluation),
            drawing,
            _calibrated(evaluation),
            _not_acquired(evaluation),
            groups_section(evaluation),
            limits_section(evaluation),
            method_section(evaluation),
        ]
    )
    return page(title, inside)


def curves(engines: Sequence[EngineResult]) -> tuple[Curve, ...]:
    """Give the engines' DET curves, with the intervals at the FMR points."""
    return tuple(
        Curve(
            result.engine.name,
            result.curve,
            {
                fmr: point.fnmr
                for fmr, point in result.points.items()
                if isinstance(point, Point) and isinstance(point.fnmr, Rate)
            },
        )
        for result in engines
    )


def _head(*columns: str) -> list[Html]:
    return [text(column) for column in columns]


def _headline(evaluation: Evaluation) -> Html:
    """Say the one thing that most readers come for, in sentences."""
    first, *others = evaluation.engines
    fmr = _headline_fmr(first)
    if fmr is None:
        why = next(p.reason for p in first.points.values() if isinstance(p, NotMeasurable))
        return tag("div", paragraph(f"No error rate can be stated: {why}."), class_="warn")
    where = f"At a false match rate of {fmr_label(fmr)} ({one_in(fmr)})"
    sentences = [_missed(where, first, fmr)]
    for other in others:
        sentences.append(_missed("On the same pairs", other, fmr))
        quotient = fnmr_ratio(first, other, fmr)
        if isinstance(quotient, Rate):
            parts = [
                text(f"{first.engine.name} misses "),
                tag("strong", text(times(quotient))),
                text(f" what {other.engine.name} misses."),
            ]
            sentences.append(joined(parts))
    return tag("div", joined(tag("p", sentence) for sentence in sentences), class_="head")


def _headline_fmr(result: EngineResult) -> float | None:
    """Give 1e-4 where it was measured, else the strictest point that was, else nothing."""
    known = [fmr for fmr, point in result.points.items() if isinstance(point, Point)]
    return HEADLINE_FMR if HEADLINE_FMR in known else min(known, default=None)


def _missed(where: str, result: EngineResult, fmr: float) -> Html:
    point = result.points[fmr]
    if not isinstance(point, Point) or not isinstance(point.fnmr, Rate):
        return text(f"{where}, nothing can be said of {result.engine.name}.")
    return joined(
        [
            text(f"{where}, {result.engine.name} misses "),
            tag("strong", text(percent(point.fnmr.value))),
            text(f" of the genuine pairs (95{NO_BREAK}% interval {between(point.fnmr)})."),
        ]
    )


def _what(evaluation: Evaluation) -> Html:
    said, first = evaluation.circumstances, evaluation.engines[0].totals
    data = facts(
        [
            ("Data set", text(said.dataset)),
            ("What it stands for", text(said.dataset_note)),
            ("Pairs", text(f"{evaluation.protocol.name}")),
            ("Images", text(f"{first.images:,} of {first.people:,} people")),
            (
                "Genuine pairs",
                text(f"{first.genuine_pairs:,}, of {first.genuine_people:,} people"),
            ),
            ("Machine", text(said.machine)),
            ("Lineproof", text(said.version)),
            ("Made with", tag("code", text(said.command))),
        ]
    )
    rows = [
        [
            name(f"{letter}: {result.engine.name}"),
            over(name(result.engine.pack), f"{result.engine.grade} grade"),
            over(name(result.engine.pipeline), f"{result.engine.runtime}; {result.engine.scorer}"),
        ]
        for letter, result in zip(LETTERS, evaluation.engines, strict=False)
    ]
    head = _head("Engine", "Pack", "Pipeline, runtime, score")
    notes = [*evaluation.protocol.notes, *evaluation.notes]
    return section(
        "what",
        "What was measured",
        data,
        table("The engines that were measured", head, [Body(None, rows)]),
        bullets(text(note) for note in notes) if notes else Html(""),
    )


def _rates(evaluation: Evaluation) -> Html:
    parts = [
        paragraph(
            "The threshold is set so that at most the given share of impostor pairs match. The "
            "figure is the share of genuine pairs that are then missed, with its 95 % interval. A "
            "pair with an image that was not acquired counts as missed."
        ),
        _rate_table(evaluation, "FNMR, each genuine pair counted once", by_person=False),
        _rate_table(
            evaluation,
            "FNMR, each person counted once, however many images they have",
            by_person=True,
        ),
    ]
    return section("rates", "Missed genuine pairs at each false match rate", *parts)


def _rate_table(evaluation: Evaluation, caption: str, *, by_person: bool) -> Html:
    first, *others = evaluation.engines
    quotients = [] if by_person else others
    head = [
        text("FMR"),
        *(name(result.engine.name) for result in evaluation.engines),
        *(text(f"A over {letter}") for letter, _ in zip(LETTERS[1:], quotients, strict=False)),
    ]
    rows = []
    for fmr in FMR_POINTS:
        found = [_of(result, fmr, by_person=by_person) for result in evaluation.engines]
        compared = [fnmr_ratio(first, other, fmr) for other in quotients]
        rows.append(
            [
                brief(bold(fmr_label(fmr)), one_in(fmr)),
                *(measured(one) for one in found),
                *(ratio(one) for one in compared),
            ]
        )
    return table(caption, head, [Body(None, rows)])


def _of(result: EngineResult, fmr: float, *, by_person: bool) -> Rate | NotMeasurable:
    point = result.points[fmr]
    if isinstance(point, NotMeasurable):
        return point
    return point.fnmr_by_person if by_person else point.fnmr


def _det(evaluation: Evaluation) -> Html | Unusable:
    if not any((curve.points[:, 1] > 0).any() for curve in curves(evaluation.engines)):
        nothing = (
            "There is no curve to draw: at no threshold was both a pair missed and a rate known."
        )
        return section("det", "DET curve", paragraph(nothing))
    names = " and ".join(result.engine.name for result in evaluation.engines)
    drawing = det_svg(
        curves(evaluation.engines),
        title=f"DET curve of {names}",
        description="FNMR against FMR on logarithmic axes; lower is better. The table of rates "
        "above gives the same figures as numbers.",
    )
    if isinstance(drawing, Unusable):
        return drawing
    caption = (
        "False non-match rate against false match rate, both logarithmic; lower is better. Dots "
        "are the rates of the table, bars their 95 % intervals. The curve begins where 30 false "
        "matches are expected."
    )
    figure = tag("figure", drawing + tag("figcaption", text(caption)))
    return section("det", "DET curve", figure)


def _calibrated(evaluation: Evaluation) -> Html:
    parts = []
    for result in evaluation.engines:
        if not result.at_thresholds:
            continue
        rows = [
            [
                brief(bold(fmr_label(fmr)), one_in(fmr)),
                measured(point.fmr, small=True),
                measured(point.fnmr),
            ]
            for fmr, point in result.at_thresholds.items()
        ]
        head = _head("Calibrated for FMR", "FMR seen here", "FNMR seen here")
        parts.append(table(f"{result.engine.name} at its own thresholds", head, [Body(None, rows)]))
    if not parts:
        return Html("")
    lead = paragraph(
        "These thresholds come with the pack; nothing was set on this data. A set too small to "
        "find a threshold can still show what happens at one."
    )
    return section("calibrated", "At the pack's own thresholds", lead, *parts)


def _not_acquired(evaluation: Evaluation) -> Html:
    rows = []
    for result in evaluation.engines:
        reasons = ", ".join(f"{why}: {count:,}" for why, count in result.failure_reasons.items())
        count = over(text(f"{result.totals.failed_to_acquire:,}"), reasons)
        lost = f"{result.totals.genuine_pairs_lost:,}"
        rows.append([name(result.engine.name), count, measured(result.fta), text(lost)])
    head = _head("Engine", "Images", "Share", "Genuine pairs lost")
    parts = [table("Images that were not acquired", head, [Body(None, rows)])]
    if evaluation.name_failures:
        parts += [
            joined(
                [
                    tag("h3", text(f"Not acquired by {result.engine.name}")),
                    bullets(tag("code", text(image)) for image in result.failed_images),
                ]
            )
            for result in evaluation.engines
            if result.failed_images
        ]
    return section("fta", "Images not acquired (FTA)", *parts)
