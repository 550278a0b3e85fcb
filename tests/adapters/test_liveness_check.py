from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from lineproof.adapters import liveness_check
from lineproof.adapters.liveness_check import (
    MOST_TABLE_BYTES,
    LivenessCheck,
    TableRefused,
    bound_to,
    simulated_tables,
    tables_of,
)
from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.domain.capture_film import CapturedFilm
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.liveness import Basis, LiveCapture
from lineproof.domain.script import RANDOM_BYTES, Variant, script
from lineproof.face.liveness.checks import CHECKS
from lineproof.face.liveness.table_file import written
from lineproof.service_wiring import ServiceRefused, service_for
from lineproof.settings import Settings
from tests.adapters.test_film_sheet import sheet_of
from tests.flow.stage import MATCH
from tests.regime import NOW

if TYPE_CHECKING:
    from pathlib import Path

ASKED = LiveCapture(
    script=script(Variant.FULL, bytes(RANDOM_BYTES)), at_ms=(), digests=(), camera="Front"
)


def test_what_ships_is_of_simulated_captures() -> None:
    """No regime can take it for people's, whatever the figures are."""
    assert {table.basis for table in simulated_tables().tables.values()} == {Basis.SIMULATED}


def test_with_another_pack_nothing_is_known() -> None:
    """Rates that were counted with other networks say nothing."""
    versions = SimulatedEngine(sights={}, band=Measured(MATCH)).versions
    check = LivenessCheck(texture=None, tables=simulated_tables())
    found = check.band([], [], faceless=0, scores=[], capture=ASKED, versions=versions)
    assert found == Unmeasured("liveness_no_table")


@pytest.mark.parametrize(
    ("film", "tiles"),
    [(None, None), (CapturedFilm((0, 30), sheet_of(2)), 2), (CapturedFilm((0,), b"spoilt"), None)],
    ids=["none", "film", "spoilt"],
)
def test_the_film_comes_to_the_checks(film: CapturedFilm | None, tiles: int | None) -> None:
    """As tiles with their times; one that cannot be read is as none, and nothing is raised."""
    versions = SimulatedEngine(sights={}, band=Measured(MATCH)).versions
    tables = replace(simulated_tables(), bound=bound_to(versions, None))
    check = LivenessCheck(texture=None, tables=tables)
    asked = replace(ASKED, film=film)
    nothing = dict.fromkeys(CHECKS, Unmeasured("liveness_no_frames"))
    with patch.object(liveness_check, "measure", return_value=nothing) as measure:
        check.band([], [], faceless=0, scores=[], capture=asked, versions=versions)
    given = measure.call_args.kwargs["film"]
    assert (None if given is None else len(given.tiles)) == tiles
    assert given is None or given.at_ms == (0, 30)


def test_an_operator_may_bring_rates_of_their_own(tmp_path: Path) -> None:
    """Counted on people, with what they run; read as strictly as ours."""
    counted = simulated_tables()
    of_people = replace(
        counted,
        tables={
            variant: replace(table, basis=Basis.PEOPLE) for variant, table in counted.tables.items()
        },
    )
    file = tmp_path / "own.json"
    file.write_bytes(written(of_people))
    assert tables_of(file) == of_people


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": NaN}',
        b" " * (MOST_TABLE_BYTES + 1),
        b'{"a": "\x1b[31m"}',
    ],
)
def test_a_spoilt_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    """A service does not start on rates that nobody can read."""
    file = tmp_path / "own.json"
    file.write_bytes(content)
    found = tables_of(file)
    assert isinstance(found, TableRefused)
    assert found.code == "liveness_table_invalid"
    assert str(file) in found.sentence
    assert found.sentence.isprintable()


def test_a_service_says_which_file_it_could_not_read(tmp_path: Path) -> None:
    """The start ends with a code, before a pack is loaded."""
    settings = Settings(data=tmp_path / "data", liveness_table=str(tmp_path / "nowhere.json"))
    found = service_for(settings, clock=lambda: NOW)
    assert isinstance(found, ServiceRefused)
    assert found.code == "liveness_table_not_readable"
