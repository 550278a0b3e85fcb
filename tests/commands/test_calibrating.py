from __future__ import annotations

import tomllib

from lineproof.commands.calibrating import table_toml
from lineproof.face.calibration import CalibrationPoint, CalibrationTable


def test_a_written_threshold_is_never_below_the_measured_one() -> None:
    """Rounded down, it would let in pairs that the measured rate was measured without."""
    score = 0.8940070001
    point = CalibrationPoint(fmr=1e-2, score=score, low=score, high=score, false_matches=3)
    table = CalibrationTable(
        points=(point,),
        dataset='a "set"',
        images=200,
        people=100,
        impostor_pairs=19_000,
        pipeline="1",
        date="2026-01-01",
    )
    written = tomllib.loads(table_toml(table))["setting"]["calibration"]
    assert written["dataset"] == table.dataset
    read = CalibrationPoint(**written["point"][0])
    assert read.score >= score
    assert read.score - score < 2e-6
