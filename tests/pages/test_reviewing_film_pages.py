from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.domain.review import VerdictReason
from lineproof.domain.script import PALETTE, Side
from lineproof.domain.staff import Role
from lineproof.web.pages.languages import NAMES, language
from tests.pages.desk import Desk, enrolled
from tests.pages.drawn_film import refers_film
from tests.pages.place import as_jpeg, silhouette
from tests.pages.test_reviewing_pages import concludes, deeds, takes_next

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.pages.place import Place


@pytest.fixture
def reviewer(window: BrowserContext, there: Place) -> Desk:
    """Give a reviewer who is signed in."""
    found = enrolled(window, there, "reviewer-1", Role.REVIEWER)
    found.signs_in("/staff/reviews")
    return found


def test_a_reviewer_reads_and_sees_what_was_asked_in_its_order(
    reviewer: Desk, there: Place
) -> None:
    """The portrait, then four moments: the same words for the eye, and for whoever listens."""
    there.eye.photo = as_jpeg(silhouette(480, 600))
    case = refers_film(there, "full", "15550001")
    takes_next(reviewer)
    assert "the sender could not" in reviewer.tab.locator("main").inner_text()
    words = reviewer.tab.locator(".faces figcaption").all_inner_texts()
    first, look, *turns, last = words
    assert first == "From the document"
    assert look.startswith("Asked: look ahead")
    assert {each[: len("Asked: turn to their ")] for each in turns} == {"Asked: turn to their "}
    assert ["left (" in each for each in turns].count(True) == 1
    assert last == "Asked: come nearer"
    pictures = reviewer.tab.locator(".faces img")
    assert [each.get_attribute("alt") for each in pictures.all()] == words
    # Each arrives whole: a broken one is a fault here.
    pictures.evaluate_all("all => Promise.all(all.map(each => each.decode()))")
    frames = reviewer.tab.locator(".frame")
    assert [each.get_attribute("aria-label") for each in frames.all()] == words
    frames.last.focus()
    reviewer.tab.keyboard.press("+")
    widths = reviewer.tab.locator(".frame img").evaluate_all(
        "all => all.map(e => e.style.inlineSize)"
    )
    assert widths == ["150%"] * 5
    concludes(reviewer, "It is the same person")
    # The page, the portrait and each of the four.
    assert deeds(there, case).count("viewed staff:reviewer-1") == 6


def test_a_moment_of_which_nothing_came_stands_there_as_missing(
    reviewer: Desk, there: Place
) -> None:
    """Its words are read all the same, and no picture is broken."""
    refers_film(there, "full", "15550001", until=0.4)
    takes_next(reviewer)
    missing = reviewer.tab.locator("figure", has=reviewer.tab.locator(".no-frame"))
    assert missing.count() == 3
    for text in missing.all_inner_texts():
        assert text.startswith("Asked: ")
        assert text.endswith("No picture came of this moment.")
    assert reviewer.tab.locator(".faces img").count() == 2


def test_who_saw_no_living_person_refuses_by_saying_so(reviewer: Desk, there: Place) -> None:
    """It is one of the reasons to refuse, none to approve, and it stands in the log."""
    case = refers_film(there, "full", "15550001")
    takes_next(reviewer)
    kinds = {
        kind: reviewer.tab.get_by_role("group", name=f"{kind}, because", exact=True)
        for kind in ("Approve", "Refuse")
    }
    words = "No living person was before the camera"
    assert kinds["Refuse"].get_by_label(words, exact=True).count() == 1
    assert kinds["Approve"].get_by_label(words, exact=True).count() == 0
    concludes(reviewer, words)
    assert there.status() == "refused"
    with there.house.stage.service.store.read() as tx:
        (verdict,) = tx.verdicts(case)
        (entry,) = [e.deed for e in tx.entries_of(case) if e.deed.action == "case_refused"]
    assert verdict.reason is VerdictReason.NOT_A_LIVING_PERSON
    assert entry.details["reasons"] == "reviewed.not_a_living_person"


def test_everything_that_a_script_asks_has_its_words_in_every_language() -> None:
    """A colour or a movement that is new and was not put into words would be a fault."""
    needed = {f"review.asked_{each}" for each in ("ahead", "approach", *Side, *PALETTE)}
    for code in NAMES:
        assert needed - set(language(code).messages) == set(), code
        said = {language(code).messages[key] for key in needed}
        assert len(said) == len(needed), code
