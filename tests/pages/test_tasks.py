from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.consent import Purpose
from lineproof.texts.read_text import consent_text
from lineproof.web.pages.consent_text import NEWEST
from tests.pages.place import film, silhouette
from tests.pages.tasks import TASKS, cost, replace_my_sim, replace_my_sim_by_script, scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

    from tests.pages.conftest import Launch
    from tests.pages.walk import Walk

DOCUMENT = Path(__file__).parents[2] / "docs" / "tasks.md"
PEERS: dict[Callable[[Walk], None], tuple[str, int]] = {
    replace_my_sim: ("| **Lineproof**, replace my SIM |", 137),
    replace_my_sim_by_script: ("| **Lineproof**, replace my SIM, with a script |", 158),
}
"""Each row of ours, and the fewest words that a peer writes down, without the consent."""
AROUND = 8
"""Words of the consent's page that are not the text: its heading and its two buttons."""
NEAR = 0.05
"""A sentence that was mended leaves the figures right; a page that was added does not."""


def row(beginning: str) -> str:
    """Give the one row of docs/tasks.md that begins so."""
    lines = DOCUMENT.read_text("utf-8").splitlines()
    (found,) = [line for line in lines if line.startswith(beginning)]
    return found


@pytest.fixture(scope="module")
def asking(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Give a browser that has a camera and lets a page use it only where it was allowed."""
    return launch(film(silhouette(), tmp_path_factory.mktemp("film") / "c.mjpeg"), allowed=False)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_a_task_costs_what_is_written(
    asking: Browser, tmp_path: Path, task: Callable[[Walk], None]
) -> None:
    """Pages and clicks are as docs/tasks.md has them, and words nearly."""
    pages, clicks, words = (int(each) for each in row(f"| {task.__doc__} |").split("|")[2:5])
    with scene(tmp_path, task) as there:
        found = cost(asking, there, task)
    assert (found.pages, found.clicks) == (pages, clicks)
    assert abs(found.words + found.frame - words) <= NEAR * words


@pytest.mark.parametrize("task", PEERS, ids=lambda task: task.__name__)
def test_the_face_check_has_no_more_words_than_at_a_peer(
    asking: Browser, tmp_path: Path, task: Callable[[Walk], None]
) -> None:
    """Beside the text that is consented to, there is as much to read as docs/tasks.md says."""
    text = consent_text(Purpose.FACE_CHECK, NEWEST[Purpose.FACE_CHECK], "en")
    assert text is not None
    # The mark of the heading is no word.
    read = len(text.split()) - 1
    with scene(tmp_path, task) as there:
        found = cost(asking, there, task)
    words = found.words - read - AROUND
    ours, peer = PEERS[task]
    presses, written = re.findall(r"\*\*(\d+)\*\*", row(ours))
    assert (found.clicks, words) == (int(presses), int(written))
    assert words <= peer
