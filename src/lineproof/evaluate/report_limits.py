"""The report's last parts: what cannot be concluded, and how the figures were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineproof.domain.finding import fmr_label
from lineproof.evaluate.metrics import NotMeasurable
from lineproof.evaluate.page import Html, bullets, section, text
from lineproof.evaluate.wording import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineproof.evaluate.figures import Evaluation

DOMINANT_SHARE: Final = 0.1
LIMITS: Final = """
Thresholds in the first tables were set on these very images. On other people, cameras and light the
same threshold gives another false match rate.

The intervals say how much the figures depend on which people are in the set. They do not cover
other kinds of people, documents, cameras or years between two pictures.

Labels were taken as they are. A wrong one counts against every engine, and at strict false match
rates a handful of wrong labels can decide the threshold.

Impostor pairs are pictures of different people as the set has them. Nobody here tried to be taken
for somebody else, and nothing says that a living person was in front of a camera.
"""
METHOD: Final = """
FMR, false match rate: the share of impostor pairs whose score reaches the threshold. Pairs with an
image that was not acquired are left out of it.

FNMR, false non-match rate: the share of genuine pairs whose score does not reach the threshold.
Pairs with an image that was not acquired count as missed, so this is stricter than FNMR over
completed comparisons; ISO/IEC 19795-1 calls both together a false reject rate.

The threshold for an FMR is the lowest score at which the share of impostor scores that reach it is
not over that FMR. Scores that tie at the edge stay out.

A point is measurable where at least 30 false matches are expected (rule of 30). The rule counts
independent pairs; cross pairs share people, so it is a floor.

Intervals: people were drawn {replicates:,} times with replacement (seed {seed}). In each draw a
pair counts as often as its people were drawn, the threshold is set again and the rate taken. The
middle 95 % are shown, widened to hold the value. Ratios compare the same draws of people.

Where no error was seen the upper end is 3 / n (rule of three), with n the people who have genuine
pairs, and for impostor pairs half the people: as many pairs as share nobody.

Every figure of this page can be had as JSON.
"""


def limits_section(evaluation: Evaluation) -> Html:
    """Say what the figures do not carry."""
    return section(
        "limits", "What cannot be claimed", bullets(text(item) for item in _limits(evaluation))
    )


def _limits(evaluation: Evaluation) -> Iterator[str]:
    first = evaluation.engines[0]
    for fmr, point in first.points.items():
        if isinstance(point, NotMeasurable):
            yield f"Nothing at a false match rate of {fmr_label(fmr)}: {point.reason}."
    for result in evaluation.engines:
        if result.engine.grade == "evaluation":
            yield (
                f"{result.engine.name} uses a pack of evaluation grade: good for trying Lineproof, "
                "not for opening real lines."
            )
    share = first.totals.largest_person_share
    if share > DOMINANT_SHARE:
        yield (
            f"One person gives {percent(share)} of all genuine pairs, so the figures that count "
            "each pair once say much about that person; read those that count each person once too."
        )
    yield from _items(LIMITS)


def method_section(evaluation: Evaluation) -> Html:
    """Say how the figures were made, with the standard's words."""
    said = METHOD.format(
        replicates=evaluation.resampling.replicates, seed=evaluation.resampling.seed
    )
    return section("method", "How it was measured", bullets(text(item) for item in _items(said)))


def _items(paragraphs: str) -> list[str]:
    return [" ".join(part.split()) for part in paragraphs.strip().split("\n\n")]
