"""Every figure of an evaluation as JSON.

The top level holds the first engine: ``images``, ``people``, ``failed_to_acquire``,
``genuine_pairs``, ``impostor_pairs`` and ``fnmr``, an object keyed ``1e-2`` to ``1e-6`` whose
values hold ``value``, ``low`` and ``high``, or ``not_measurable`` with the reason. These names are
stable for callers. ``others`` holds further engines in the same shape.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from lineproof.domain.finding import FMR_POINTS, fmr_label
from lineproof.evaluate.evaluation import EngineResult, Point, fnmr_ratio
from lineproof.evaluate.groups import NoClaim, worst
from lineproof.evaluate.metrics import NotMeasurable, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.evaluate.evaluation import Resampling
    from lineproof.evaluate.groups import Claim, GroupResult
    from lineproof.evaluate.protocol import EvaluationProtocol

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a report says about how its figures came to be; nothing here is guessed.

    ``date`` is an ISO 8601 date, ``dataset`` names the images, ``dataset_note`` says what they
    stand for and their terms, ``command`` is what makes the report again.
    """

    title: str
    dataset: str
    dataset_note: str
    machine: str
    date: str
    version: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One or several engines on one protocol. ``notes`` are sentences about data and labels.

    ``engines`` holds the measured one first, then what it is compared with. ``name_failures``
    lets the report list the images that were not acquired by name.
    """

    circumstances: Circumstances
    protocol: EvaluationProtocol
    engines: tuple[EngineResult, ...]
    resampling: Resampling
    notes: tuple[str, ...]
    name_failures: bool


def figures(evaluation: Evaluation) -> Json:
    """Give every figure of the evaluation, ready for JSON."""
    first, *others = evaluation.engines
    return {
        **_engine(first, name_failures=evaluation.name_failures),
        "protocol": evaluation.protocol.name,
        "skipped": evaluation.protocol.skipped,
        "notes": [*evaluation.protocol.notes, *evaluation.notes],
        **asdict(evaluation.circumstances),
        "bootstrap": {"of": "people", "interval": 0.95, **asdict(evaluation.resampling)},
        "others": [
            {
                **_engine(other, name_failures=evaluation.name_failures),
                "fnmr_ratio_to_this": {
                    fmr_label(fmr): _rate(fnmr_ratio(first, other, fmr)) for fmr in FMR_POINTS
                },
            }
            for other in others
        ],
    }


def as_json(evaluation: Evaluation) -> str:
    """Write the figures as JSON text; a figure that is no number would be a fault."""
    return json.dumps(figures(evaluation), indent=2, allow_nan=False, ensure_ascii=False)


def _engine(result: EngineResult, *, name_failures: bool) -> Json:
    named = {"failed_images": list(result.failed_images)} if name_failures else {}
    return {
        "engine": asdict(result.engine),
        **asdict(result.totals),
        "failure_to_acquire_rate": _rate(result.fta),
        "failure_reasons": dict(result.failure_reasons),
        **named,
        "fnmr": _fnmr(result, "fnmr"),
        "fnmr_by_person": _fnmr(result, "fnmr_by_person"),
        "points": {
            fmr_label(fmr): _point(point)
            for fmr, point in result.points.items()
            if isinstance(point, Point)
        },
        "at_calibrated_thresholds": {
            fmr_label(fmr): {
                **_point(point),
                "fmr": _rate(point.fmr),
                "fnmr": _rate(point.fnmr),
                "fnmr_by_person": _rate(point.fnmr_by_person),
            }
            for fmr, point in result.at_thresholds.items()
        },
        "groups": [_group(group) for group in result.groups],
        "worst_group": _worst(result),
        "det": [[float(fmr), float(fnmr)] for fmr, fnmr in result.curve],
    }


def _fnmr(result: EngineResult, which: str) -> Json:
    return {
        fmr_label(fmr): _rate(point if isinstance(point, NotMeasurable) else getattr(point, which))
        for fmr, point in result.points.items()
    }


def _point(point: Point) -> Json:
    return {
        "threshold": point.threshold,
        "false_matches": point.false_matches,
        "misses": point.misses,
    }


def _rate(rate: Rate | NotMeasurable) -> Json:
    if isinstance(rate, NotMeasurable):
        return {"not_measurable": rate.reason}
    return {"value": rate.value, "low": rate.low, "high": rate.high}


def _claim(claim: Claim) -> Json:
    return {"no_claim": claim.reason} if isinstance(claim, NoClaim) else _rate(claim)


def _group(group: GroupResult) -> Json:
    points: Mapping[str, Json] = {
        fmr_label(fmr): {
            "fmr": _claim(point.fmr),
            "fmr_over_overall": _claim(point.fmr_ratio),
            "fnmr": _claim(point.fnmr),
            "fnmr_over_overall": _claim(point.fnmr_ratio),
        }
        for fmr, point in group.points.items()
    }
    return {
        "group": group.name,
        "images": group.images,
        "people": group.people,
        "failed_to_acquire": group.failed_to_acquire,
        "genuine_pairs": group.genuine_pairs,
        "impostor_pairs": group.impostor_pairs,
        "points": points,
    }


def _worst(result: EngineResult) -> Json:
    if not result.groups:
        return {}
    found: Json = {}
    for fmr in result.groups[0].points:
        found[fmr_label(fmr)] = {}
        for which in ("fmr", "fnmr"):
            one = worst(result.groups, fmr, which)
            found[fmr_label(fmr)][which] = (
                {"no_claim": one.reason}
                if isinstance(one, NoClaim)
                else {"group": one.group, **_rate(one.ratio)}
            )
    return found
