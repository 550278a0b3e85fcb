from __future__ import annotations

import json
import math
from pathlib import Path

from lineproof.domain.finding import Unmeasured
from lineproof.evaluate.figures import Circumstances
from lineproof.evaluate.pad_evaluation import (
    PadEvaluation,
    Threshold,
    choose_threshold,
    evaluate_pad,
    score_all,
)
from lineproof.evaluate.pad_figures import PadReport, pad_figures, pad_json
from lineproof.evaluate.pad_report import pad_html
from lineproof.evaluate.pad_set import PadSet, Presentation
from lineproof.evaluate.protocol import Unusable
from tests.face.liveness.test_texture import point, table

SCORES = {"b0": 0.9, "b1": 0.6, "b2": 0.8, "p0": 0.7, "p1": 0.1, "s0": 0.2}
SET = PadSet(
    "made up",
    tuple(
        Presentation(Path(name), name, {"b": None, "p": "print", "s": "<screen>"}[name[0]])
        for name in (*SCORES, "b3", "p2")
    ),
    (),
)


def score(path: Path) -> tuple[float, ...] | Unmeasured:
    """Give two networks' scores; p2 has no face and b3's are no numbers."""
    if path.name == "p2":
        return Unmeasured("no_face")
    known = SCORES.get(path.name, math.nan)
    return known, known


SCORED = score_all(SET, score, networks=2, workers=2, progress=None)


def evaluated(threshold: Threshold) -> PadEvaluation:
    """Evaluate the made-up set."""
    return evaluate_pad(
        SET,
        SCORED,
        pack="p 1",
        grade="evaluation",
        networks=("a", "b"),
        bpcer=0.02,
        threshold=threshold,
    )


def report() -> PadReport:
    """Give the set's report with the threshold 0.65."""
    said = Circumstances(
        title="t",
        dataset="d",
        dataset_note="n",
        machine="m",
        date="2026-11-25",
        version="v",
        command="c",
    )
    chosen = Threshold(value=0.65, origin="given", source="--threshold")
    return PadReport(said, evaluated(chosen), name_failures=True)


def test_the_keys_that_callers_go_by() -> None:
    """Numbers, by name: what is stopped, what passes by species, where, and what was not seen."""
    found = json.loads(pad_json(report()))
    assert found["bpcer"] == 1 / 3
    assert found["apcer"] == {"print": 0.5, "<screen>": 0.0}
    assert list(found["apcer"]) == ["print", "<screen>"]
    assert found["threshold"] == 0.65
    assert found["not_acquired"] == 2


def test_what_was_not_acquired_is_in_no_rate_and_is_counted() -> None:
    """A picture without a face, and one whose score is no number, by species and reason."""
    found = pad_figures(report())
    assert found["not_acquired_by"] == {
        "bona_fide": {"texture_not_usable": 1},
        "print": {"no_face": 1},
    }
    assert found["not_acquired_files"] == ["b3", "p2"]
    assert found["rates"]["bpcer"]["trials"] == 3


def test_a_threshold_comes_from_elsewhere_where_it_can() -> None:
    """Given, another set's, the pack's, and only then this set's own, which is said."""
    pack, this = table(point(0.02, 0.4, 0.1)), (SET, SCORED)
    other = (SET, SCORED)

    def chosen(
        given: float | None, *, cross: bool, pack_has: bool, bpcer: float = 0.02
    ) -> tuple[str, float]:
        found = choose_threshold(
            bpcer=bpcer,
            given=given,
            other=other if cross else None,
            table=pack if pack_has else None,
            this=this,
        )
        assert isinstance(found, Threshold)
        return found.origin, found.value

    assert chosen(0.3, cross=True, pack_has=True) == ("given", 0.3)
    assert chosen(None, cross=True, pack_has=True) == ("another set", 0.6)
    assert chosen(None, cross=False, pack_has=True) == ("the pack", 0.4)
    assert chosen(None, cross=False, pack_has=False) == ("this set", 0.6)
    # A rate that the pack was not calibrated at is not taken from it.
    assert chosen(None, cross=False, pack_has=True, bpcer=0.4) == ("this set", 0.8)


def test_without_bona_fide_presentations_no_threshold_can_be_set() -> None:
    """A set of attacks alone needs a threshold from elsewhere, and then has an APCER only."""
    attacks = PadSet("attacks", tuple(p for p in SET.presentations if p.species), ())
    scores = score_all(attacks, score, networks=2, workers=1, progress=None)
    refused = choose_threshold(
        bpcer=0.02, given=None, other=None, table=None, this=(attacks, scores)
    )
    assert isinstance(refused, Unusable)
    assert refused.code == "pad_no_bona_fide"
    found = evaluate_pad(
        attacks, scores, pack="p", grade="evaluation", networks=("a", "b"), bpcer=0.02,
        threshold=Threshold(value=0.65, origin="given", source=""),
    )  # fmt: skip
    said = PadReport(report().circumstances, found, name_failures=False)
    assert pad_figures(said)["bpcer"] is None
    assert pad_figures(said)["apcer"] == {"print": 0.5, "<screen>": 0.0}


def test_the_report_escapes_names_and_puts_the_worst_first() -> None:
    """A species is text from a file that somebody else wrote."""
    html = pad_html(report())
    assert isinstance(html, str)
    assert "&lt;screen&gt;" in html
    assert "<screen>" not in html
    assert "Of the worst species, print" in html
    assert "<script" not in html
