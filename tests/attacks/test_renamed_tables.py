"""Tables of simulated captures that an operator passes off as people's."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

from lineproof.adapters.liveness_check import LivenessCheck, simulated_tables, tables_of
from lineproof.domain.case import Kind
from lineproof.face.liveness.table_file import TableFile
from lineproof.web.pages.languages import NAMES, language
from lineproof.web.pages.operations import warnings_of
from tests.flow.stage import MATCH, Stage
from tests.regime import OLD, POLICY, regime

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.house import House


def test_another_word_makes_another_name(tmp_path: Path) -> None:
    """Nobody can see from a file what was counted, so all can see which file it was."""
    shipped = LivenessCheck(texture=None, tables=simulated_tables()).name
    file = tmp_path / "own.json"
    content = (files("lineproof.face.liveness") / "simulated.json").read_bytes()
    file.write_bytes(content.replace(b'"basis": "simulated"', b'"basis": "people"'))
    told = tables_of(file)
    assert isinstance(told, TableFile)
    renamed = LivenessCheck(texture=None, tables=told).name
    assert (shipped.split()[0], renamed.split()[0]) == ("simulated", "people")
    assert shipped.split()[1] != renamed.split()[1]
    # The same tables written otherwise are the same tables.
    file.write_bytes(content.replace(b"\n", b"\n "))
    again = tables_of(file)
    assert isinstance(again, TableFile)
    assert LivenessCheck(texture=None, tables=again).name == shipped


def test_each_decision_says_by_which_tables_it_was_made(scene: Stage) -> None:
    """Where it is read later: by the operator's system, by reviewers and by auditors."""
    case = scene.seeing(MATCH).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    with scene.service.store.read() as tx:
        (kept,) = tx.decisions(case.id)
    assert kept.versions["liveness"] == "simulated"


def test_whoever_watches_the_service_sees_the_tables(service: House) -> None:
    """Beside the pack, without signing in."""
    assert service.call("GET", "/ready").json()["liveness"] == "simulated"


def test_operations_are_warned_of_simulated_tables_where_they_may_approve() -> None:
    """And not where people's tables are there, or where simulated ones approve nobody."""
    asks = replace(POLICY, liveness_required=True, liveness_on_people=False)
    trying = regime(policies=dict.fromkeys(Kind, asks))
    strict = regime(policies=dict.fromkeys(Kind, replace(asks, liveness_on_people=True)))
    warning = "liveness_simulated"
    assert warning in warnings_of(trying, "production", "simulated 0123456789ab")
    assert warning in warnings_of(trying, "production", "none")
    assert warning not in warnings_of(trying, "production", "people 0123456789ab")
    assert warning not in warnings_of(strict, "production", "simulated 0123456789ab")
    for code in NAMES:
        assert f"operations.warn_{warning}" in language(code).messages
