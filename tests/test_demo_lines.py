from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from lineproof.demo_lines import NUMBER, Pictures, Shown, Step, show_lines
from lineproof.packs.refusal import PackRefused
from lineproof.wiring import site_for
from tests.samples import document, engine, photograph

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_line_is_opened_and_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right person gets a line and another SIM for it; the wrong one gets nothing."""
    engine()
    site = site_for("default", None)
    assert not isinstance(site, PackRefused)
    pictures = Pictures(
        document=document(), right=photograph("obama2.jpg"), wrong=photograph("biden.jpg")
    )
    # What the environment says is for a service; the demonstration is the same everywhere.
    monkeypatch.setenv("LINEPROOF_PROFILE", "cn")
    steps: list[Step] = []
    try:
        shown = show_lines(site, pictures, tmp_path / "service", steps.append)
    finally:
        structlog.reset_defaults()
    assert isinstance(shown, Shown)
    assert shown.good, steps
    told = [step.came for step in steps if step.what == "POST /v1/session/captures"]
    assert told == ["approved", "again", "approved"]
    letters = [step.what for step in steps if step.who == "messenger"]
    assert len(letters) == 4
    log = (tmp_path / "service" / "service.log").read_text("utf-8")
    assert "/v1/session/captures" in log
    assert NUMBER not in log
