from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages.place import film, silhouette
from tests.pages.tasks import TASKS, cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

    from tests.pages.conftest import Launch
    from tests.pages.place import Place
    from tests.pages.walk import Walk

DOCUMENT = Path(__file__).parents[2] / "docs" / "tasks.md"
NEAR = 0.05
"""A sentence that was mended leaves the figures right; a page that was added does not."""


@pytest.fixture(scope="module")
def asking(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Give a browser that has a camera and lets a page use it only where it was allowed."""
    return launch(film(silhouette(), tmp_path_factory.mktemp("film") / "c.mjpeg"), allowed=False)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_a_task_costs_what_is_written(
    asking: Browser, there: Place, task: Callable[[Walk], None]
) -> None:
    """Pages and clicks are as docs/tasks.md has them, and words nearly."""
    lines = DOCUMENT.read_text("utf-8").splitlines()
    (written,) = [line for line in lines if line.startswith(f"| {task.__doc__} |")]
    pages, clicks, words = (int(each) for each in written.split("|")[2:5])
    found = cost(asking, there, task)
    assert (found.pages, found.clicks) == (pages, clicks)
    assert abs(found.words + found.frame - words) <= NEAR * words
