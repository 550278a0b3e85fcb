from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from lineproof.cli import app
from lineproof.commands.answers import Exit
from lineproof.profiles.read_profile import CARRIED

RUNNER = CliRunner()


def test_profiles_are_listed_and_shown() -> None:
    """Each value comes with its source, to people and to programs."""
    listed = json.loads(RUNNER.invoke(app, ["profiles", "list", "--json"]).stdout)
    assert {"name": "cn", "profile": "cn@1", "title": "China, mainland"} in listed["profiles"]
    shown = json.loads(RUNNER.invoke(app, ["profiles", "show", "cn", "--json"]).stdout)
    assert shown["fields"]["lines_per_person"]["value"] == "5"
    assert "not the primary text" in shown["fields"]["lines_per_person"]["source"]
    told = RUNNER.invoke(app, ["profiles", "show", "cn"])
    assert told.exit_code == 0
    assert "usito.org" in told.stdout


def test_a_file_of_ones_own_is_checked(tmp_path: Path) -> None:
    """A good one passes, one without liveness says so, a bad one ends with code 3."""
    good = RUNNER.invoke(app, ["profiles", "check", str(CARRIED / "cn.toml"), "--json"])
    assert json.loads(good.stdout) == {
        "profile": "cn@1",
        "without_liveness": [],
        "on_simulated_captures": [],
    }
    trial = RUNNER.invoke(app, ["profiles", "check", str(CARRIED / "default.toml")])
    assert "simulated captures" in trial.stdout
    shown = RUNNER.invoke(app, ["profiles", "check", str(CARRIED / "photographs.toml")])
    assert "no liveness" in shown.stdout
    bad = tmp_path / "bad.toml"
    bad.write_text("name = 3", encoding="utf-8")
    refused = RUNNER.invoke(app, ["profiles", "check", str(bad), "--json"])
    assert refused.exit_code == Exit.BAD_INPUT
    assert json.loads(refused.stdout)["error"]["code"] == "profile_invalid"
    missing = RUNNER.invoke(app, ["profiles", "show", "xx", "--json"])
    assert json.loads(missing.stdout)["error"]["code"] == "profile_missing"
