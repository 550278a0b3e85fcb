"""The report of a PAD evaluation: one HTML file, in the form of ISO/IEC 30107-3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineproof.evaluate.det import DETECTING, Curve, det_svg
from lineproof.evaluate.metrics import NotMeasurable
from lineproof.evaluate.page import (
    Body,
    Html,
    bold,
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
from lineproof.evaluate.wording import between, measured, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.evaluate.pad_evaluation import PadEvaluation
    from lineproof.evaluate.pad_figures import PadReport
    from lineproof.evaluate.pad_rates import Errors, PadRates

MOST_CURVES: Final = 5
LIMITS: Final = """
These are the species that the set holds. Nothing is shown about any other: a good figure for prints
says nothing about screens, masks or injected video.

Each picture was judged by itself, by its texture. What movement, depth and light would have said of
it is no part of these figures.

Intervals are Clopper and Pearson's and take presentations as independent. Several pictures of one
person are not, and the true interval is then wider. No error among n presentations proves a rate of
3/n at best.

A picture without a usable face is not acquired: it counts in no rate, and a policy never lets it
pass.
"""


def pad_html(report: PadReport) -> str | Unusable:
    """Write the report; Unusable where matplotlib is missing for its DET curves."""
    drawing = _det(report.evaluation)
    if isinstance(drawing, Unusable):
        return drawing
    found, said = report.evaluation, report.circumstances
    inside = joined(
        [
            tag("h1", text(said.title)),
            tag("p", text(f"Lineproof evaluation, {said.date}"), class_="quiet"),
            _headline(found),
            _what(report),
            _species(found),
            drawing,
            _along(found),
            _alone(found),
            _not_acquired(report),
            section(
                "limits",
                "What cannot be concluded",
                bullets(text(one) for one in LIMITS.strip().split("\n\n")),
            ),
        ]
    )
    return page(said.title, inside)


def pad_curves(evaluation: PadEvaluation) -> tuple[Curve, ...]:
    """Give the DET curves of the species that pass most often, worst first."""
    order = [*evaluation.fused.apcer, *sorted(set(evaluation.curves) - set(evaluation.fused.apcer))]
    return tuple(Curve(species, evaluation.curves[species], {}) for species in order[:MOST_CURVES])


def _headline(found: PadEvaluation) -> Html:
    worst = found.fused.worst
    stopped = found.fused.bpcer.rate
    parts: list[Html] = []
    if worst is not None and not isinstance(rate := found.fused.apcer[worst].rate, NotMeasurable):
        parts.append(
            joined(
                [
                    text("Of the worst species, "),
                    text(worst),
                    text(", "),
                    tag("strong", text(percent(rate.value))),
                    text(f" pass (APCER, 95 % interval {between(rate)})."),
                ]
            )
        )
    if not isinstance(stopped, NotMeasurable):
        sentence = f"Of bona fide presentations {percent(stopped.value)} are stopped "
        parts.append(text(f"{sentence}(BPCER, 95 % interval {between(stopped)})."))
    if found.threshold.origin == "this set":
        parts.append(
            text(
                "The threshold was set on these very presentations, so the BPCER is what was asked "
                "for; on any other set both rates differ."
            )
        )
    return tag("div", joined(tag("p", part) for part in parts), class_="head")


def _what(report: PadReport) -> Html:
    found, said = report.evaluation, report.circumstances
    threshold = f"{found.threshold.value:.6f}, from {found.threshold.origin}"
    rows = [
        ("Data set", text(said.dataset)),
        ("What it stands for", text(said.dataset_note)),
        ("Presentations", text(f"{len(found.pad_set.presentations):,}")),
        ("Pack", over(name(found.pack), f"{found.grade} grade")),
        ("Stated BPCER", text(percent(found.bpcer))),
        ("Threshold", over(text(threshold), found.threshold.source)),
        ("Machine", text(said.machine)),
        ("Lineproof", text(said.version)),
        ("Made with", tag("code", text(said.command))),
    ]
    notes = bullets(text(note) for note in found.pad_set.notes)
    return section("what", "What was measured", facts(rows), notes)


def _species(found: PadEvaluation) -> Html:
    rows = [
        [name(species), *_cells(errors, "passed")] for species, errors in found.fused.apcer.items()
    ]
    rows.append([bold("bona fide"), *_cells(found.fused.bpcer, "stopped")])
    head = [text("Species"), text("Errors"), text("APCER; BPCER in the last row")]
    return section(
        "species",
        "Attack species, worst first",
        table("Rates at the threshold", head, [Body(None, rows)]),
    )


def _cells(errors: Errors, what: str) -> Sequence[Html]:
    return [text(f"{errors.errors:,} of {errors.trials:,} {what}"), measured(errors.rate)]


def _along(found: PadEvaluation) -> Html:
    return _worsts(
        "along",
        "With thresholds set on this set",
        "What the same networks could do here if the threshold were known beforehand.",
        [(f"BPCER {percent(at)}", rates) for at, rates in found.along.items()],
    )


def _alone(found: PadEvaluation) -> Html:
    return _worsts(
        "alone",
        "Each network alone",
        f"With a threshold of its own, set on this set at a BPCER of {percent(found.bpcer)}.",
        list(found.alone.items()),
    )


def _worsts(anchor: str, title: str, lead: str, rows: Sequence[tuple[str, PadRates]]) -> Html:
    if not rows:
        return Html("")
    cells = [
        [name(what), text(rates.worst or "none"), measured(rates.apcer[rates.worst].rate)]
        if rates.worst
        else [name(what), text("none"), text("no attack")]
        for what, rates in rows
    ]
    head = [text(""), text("Worst species"), text("Its APCER")]
    return section(anchor, title, paragraph(lead), table(title, head, [Body(None, cells)]))


def _det(found: PadEvaluation) -> Html | Unusable:
    drawn = pad_curves(found)
    if not any(((curve.points > 0).all(axis=1)).any() for curve in drawn):
        nothing = "There is no curve to draw: at no threshold were there errors of both kinds."
        return section("det", "DET curves", paragraph(nothing))
    svg = det_svg(
        drawn,
        title="DET curves by attack species",
        description="BPCER against the APCER of each species on logarithmic axes; lower is better.",
        axes=DETECTING,
    )
    if isinstance(svg, Unusable):
        return svg
    caption = "BPCER against APCER, one line a species, both logarithmic; lower is better."
    return section("det", "DET curves", tag("figure", svg + tag("figcaption", text(caption))))


def _not_acquired(report: PadReport) -> Html:
    found = report.evaluation
    rows = [
        [name(species), text(", ".join(f"{code}: {count:,}" for code, count in why.items()))]
        for species, why in found.failures.items()
    ]
    parts = [paragraph(f"{len(found.failed):,} presentations were not acquired.")]
    if rows:
        head = [text("Presentations"), text("Reasons")]
        parts.append(table("Not acquired, by species and reason", head, [Body(None, rows)]))
    if report.name_failures:
        parts.append(bullets(tag("code", text(one)) for one in found.failed))
    return section("fta", "Not acquired", *parts)
