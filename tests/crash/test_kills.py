from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crash.clients import EXPECTED
from tests.crash.run import Sqlite, boundaries

if TYPE_CHECKING:
    from tests import postgresql

ROOT = Path(__file__).parent.parent.parent


def kill(*options: str) -> str:
    """Kill in a process of its own, which has no other threads when it forks."""
    program = [sys.executable, "-m", "tests.crash.run", *options]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_killed_on_sqlite_nothing_is_lost_or_done_twice() -> None:
    """Every fifth boundary; `python -m tests.crash.run` kills at each (docs/measurements.md)."""
    told = kill("--only", "sqlite", "--every", "5")
    assert "before commit" in told
    assert "after commit" in told


def test_killed_on_postgresql_nothing_is_lost_or_done_twice(
    postgresql_server: postgresql.Server,
) -> None:
    """Every eleventh boundary, at which the server notices by itself that its client is gone."""
    told = kill("--only", "postgresql", "--every", "11", "--port", str(postgresql_server.port))
    assert "before commit" in told
    assert "after commit" in told


@pytest.mark.parametrize("kind", list(EXPECTED))
def test_every_scenario_passes_orders_and_commits(kind: str, tmp_path: Path) -> None:
    """The list of boundaries is what the code passes; a scenario that passes few shows little."""
    passed = boundaries(Sqlite(tmp_path), next(each for each in EXPECTED if each == kind))
    assert passed.count("before commit") == passed.count("after commit") > 5
    orders = {name.removeprefix("before ") for name in passed} - {"after commit", "commit"}
    assert bool(orders) == (kind != "recheck")
