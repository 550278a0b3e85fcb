from __future__ import annotations

from datetime import timedelta

from lineproof.adapters.memory_desk import LIFE, MemoryDesk
from lineproof.ports import Shown
from tests.flow.stage import passport
from tests.regime import NOW

SHOWN = Shown(finding=passport("P1"), portrait=b"portrait", pages=1, digests=frozenset())


def test_a_document_lies_there_for_minutes() -> None:
    """Up to its time it is found, and from then on it is not."""
    desk = MemoryDesk()
    desk.put("case", SHOWN, now=NOW)
    assert desk.look("case", now=NOW + LIFE - timedelta(seconds=1)) is SHOWN
    assert desk.look("case", now=NOW + LIFE) is None


def test_a_clock_that_was_set_back_keeps_no_document_longer() -> None:
    """A document of before does not hold the ones of after it on the desk."""
    desk = MemoryDesk()
    desk.put("before", SHOWN, now=NOW + timedelta(hours=1))
    desk.put("after", SHOWN, now=NOW)
    assert desk.look("after", now=NOW + LIFE) is None
