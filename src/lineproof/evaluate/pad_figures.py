"""Every figure of a PAD evaluation as JSON.

Stable for callers: ``bpcer`` (a number), ``apcer`` (numbers by species, worst first), ``threshold``
and ``not_acquired``. ``rates`` holds the same with counts and intervals; a rate that the data
cannot give is null there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from lineproof.evaluate.metrics import NotMeasurable

if TYPE_CHECKING:
    from lineproof.evaluate.figures import Circumstances, Json
    from lineproof.evaluate.pad_evaluation import PadEvaluation
    from lineproof.evaluate.pad_rates import Errors, PadRates


@dataclass(frozen=True, slots=True)
class PadReport:
    """A PAD evaluation with how it came to be; ``name_failures`` lists what was not acquired."""

    circumstances: Circumstances
    evaluation: PadEvaluation
    name_failures: bool


def pad_figures(report: PadReport) -> Json:
    """Give every figure, ready for JSON."""
    found = report.evaluation
    fused = _rates(found.fused)
    named = {"not_acquired_files": list(found.failed)} if report.name_failures else {}
    return {
        "protocol": "pad",
        "bpcer": _value(found.fused.bpcer),
        "apcer": {species: _value(one) for species, one in found.fused.apcer.items()},
        "threshold": found.threshold.value,
        "not_acquired": len(found.failed),
        "worst_species": found.fused.worst,
        "stated_bpcer": found.bpcer,
        "threshold_from": found.threshold.origin,
        "threshold_source": found.threshold.source,
        "presentations": len(found.pad_set.presentations),
        "not_acquired_by": {species: dict(why) for species, why in found.failures.items()},
        **named,
        "rates": fused,
        "threshold_set_here": {str(at): _rates(rates) for at, rates in found.along.items()},
        "networks_alone": {name: _rates(rates) for name, rates in found.alone.items()},
        "det": {
            species: [[float(a), float(b)] for a, b in points]
            for species, points in found.curves.items()
        },
        "pack": found.pack,
        "grade": found.grade,
        "notes": list(found.pad_set.notes),
        **asdict(report.circumstances),
    }


def pad_json(report: PadReport) -> str:
    """Write the figures as JSON text."""
    return json.dumps(pad_figures(report), indent=2, allow_nan=False, ensure_ascii=False)


def _rates(rates: PadRates) -> Json:
    return {
        "threshold": rates.threshold,
        "bpcer": _errors(rates.bpcer),
        "apcer": {species: _errors(one) for species, one in rates.apcer.items()},
    }


def _errors(one: Errors) -> Json:
    known = {} if isinstance(one.rate, NotMeasurable) else asdict(one.rate)
    return {"errors": one.errors, "trials": one.trials, "value": None, **known}


def _value(one: Errors) -> float | None:
    return None if isinstance(one.rate, NotMeasurable) else one.rate.value
