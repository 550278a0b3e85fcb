from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.samples import document

LINEPROOF = Path(sys.executable).parent / "lineproof"


def demo(out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demonstration with pictures, as in a pipe: nothing stays."""
    return subprocess.run(
        [str(LINEPROOF), "demo", "--out", str(out), "--headless"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_page_is_photographed(tmp_path: Path) -> None:
    """The pages of a subscriber, a counter, a reviewer and an admin, and the service ends."""
    document()
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    done = demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {file.stem[3:]: file for file in (tmp_path / "pages").iterdir()}
    subscriber = {"two-ways", "other-way", "consent", "document", "camera", "result"}
    own = {"lines", "looks"}
    staff = {"staff-sign-in", "counter", "counter-case", "reviews", "review", "operations"}
    thief = {"thief-script", "thief-again"}
    assert set(pages) == subscriber | own | staff | thief
    for name, width in (("camera", 360), ("review", 1280)):
        with Image.open(pages[name]) as picture:
            assert picture.width == width


def test_without_a_browser_it_is_said_what_to_install(tmp_path: Path) -> None:
    """Before anything is begun, with a code of its own; nothing is downloaded."""
    document()
    done = demo(tmp_path, PATH=str(tmp_path))
    assert done.returncode == 4
    assert "apt-get install chromium" in done.stderr + done.stdout
    assert not (tmp_path / "service").exists()
