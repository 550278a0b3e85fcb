"""Every page of the subscriber's in every state, one after another in one browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lineproof.domain.document import PortraitSource
from lineproof.domain.finding import FaceFinding, Measured, QualityComponent, Unmeasured, Unreadable
from lineproof.domain.order import Rejected
from lineproof.domain.policy import SINGLE_FACE
from lineproof.flow.agree import answer_holder
from lineproof.flow.refused import Refused
from tests.flow.stage import FACE, MATCH, NO_MATCH, UNSURE, passport
from tests.pages.walk import Walk
from tests.regime import REGIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.pages.place import Place

NOBODY_ELSE = Measured(
    FaceFinding(faces=2, quality={SINGLE_FACE: Measured(QualityComponent(native=1.0, value=0))})
)


def states(tab: Page, there: Place) -> Iterator[str]:
    """Lead the tab through every state; give each one's name while the tab shows it."""
    walk = Walk(tab, there)
    yield from _arriving(walk)
    yield from _document(walk)
    yield from _face(walk)
    yield from _results(walk)
    yield from _other_way(walk)
    yield from _ends(walk)


def _arriving(walk: Walk) -> Iterator[str]:
    walk.goes("/c/case")
    yield "no-session"
    walk.goes("/c")
    yield "arrive"
    walk.clicks("#open button", "/c")
    yield "arrive-without-code"
    link = walk.arrives()
    yield "start"
    walk.tab.goto("about:blank")
    walk.tab.goto(link)
    walk.tab.wait_for_url("**/c/open")
    yield "link-used"
    walk.goes("/c/nowhere")
    yield "not-found"


def _document(walk: Walk) -> Iterator[str]:
    eye = walk.place.eye
    walk.arrives()
    walk.clicks('.way[href="/c/consent"]', "/c/consent")
    yield "consent"
    walk.clicks("form button", "/c/document")
    yield "document"
    eye.refused = Unreadable("image_too_small", "Too small.")
    walk.shows_document("/c/document")
    yield "document-unreadable"
    eye.refused = None
    eye.document = replace(
        passport("P1"), mrz=Unmeasured("no_zone"), portrait=Unmeasured("no_face")
    )
    walk.shows_document("/c/document/checked")
    yield "document-not-all-read"
    eye.document = replace(passport("P1"), portrait=Measured(PortraitSource.PAGE))


def _face(walk: Walk) -> Iterator[str]:
    eye = walk.place.eye
    walk.until_face()
    yield "face"
    walk.opens_camera()
    yield "face-camera"
    eye.face = NOBODY_ELSE
    with walk.tab.expect_navigation():
        walk.tab.locator("face-capture button").first.click()
    yield "face-again"
    eye.face = FACE
    walk.tab.locator("summary").click()
    walk.clicks("details form button", "/c/face/question")
    yield "face-photo"
    walk.goes("/c/face")
    eye.band = Measured(NO_MATCH)
    for _ in range(2):
        walk.opens_camera()
        with walk.tab.expect_navigation():
            walk.tab.locator("face-capture button").first.click()
    eye.band = Measured(MATCH)
    yield "referred-after-tries"
    walk.takes_other_way("in_person")
    walk.clicks('a[href="/c/consent"]', "/c/consent")
    walk.clicks("form button", "/c/document")
    walk.shows_document()
    yield "face-no-tries"


def _results(walk: Walk) -> Iterator[str]:
    eye, stage = walk.place.eye, walk.place.house.stage
    walk.until_face()
    walk.shows_face()
    yield "ordered"
    walk.looks_away()
    stage.run()
    walk.goes("/c/case")
    yield "issued"
    stage.later(timedelta(days=1))
    walk.until_face("sim_replacement")
    walk.shows_face()
    yield "approved"
    eye.band = Measured(UNSURE)
    walk.until_face("sim_replacement")
    walk.shows_face()
    yield "referred"
    eye.band = Measured(MATCH)


def _other_way(walk: Walk) -> Iterator[str]:
    walk.arrives("sim_replacement")
    walk.clicks('.way[href="/c/other-way"]', "/c/other-way")
    yield "other-way"
    walk.clicks('button[value="in_person"]', "/c/other-way")
    yield "in-person"
    walk.arrives("sim_replacement")
    walk.takes_other_way("chip")
    yield "chip"


def _ends(walk: Walk) -> Iterator[str]:
    walk.clicks('a[href="/c/leave"]', "/c/leave")
    yield "leave"
    walk.clicks("form button", "/c/left")
    yield "left"
    yield from _asking_the_holder(walk)
    yield from _unfulfilled(walk)
    yield from _expired(walk)


def _asking_the_holder(walk: Walk) -> Iterator[str]:
    stage = walk.place.house.stage
    walk.arrives("transfer", then="/c/result")
    yield "asking-the-holder"
    walk.looks_away()
    stage.run()
    found = answer_holder(stage.service, stage.letters.secret(), agrees=False, now=stage.now)
    assert not isinstance(found, Refused), found
    walk.goes("/c/case")
    yield "refused"


def _unfulfilled(walk: Walk) -> Iterator[str]:
    stage = walk.place.house.stage
    walk.place.eye.document = passport("P2")
    walk.until_face(msisdn="15550002")
    walk.shows_face()
    walk.looks_away()
    stage.network.answers.append(Rejected("sim_taken", "Another line has it."))
    stage.run()
    walk.goes("/c/case")
    yield "unfulfilled"


def _expired(walk: Walk) -> Iterator[str]:
    house = walk.place.house
    case = house.open(msisdn="15550003")["case"]["id"]
    house.later(REGIME.case_life - timedelta(minutes=5))
    secret = house.system("POST", f"/v1/cases/{case}/secrets").json()["client_secret"]
    walk.enters(f"{walk.place.address}/c#{secret}", "/c/start")
    house.later(timedelta(minutes=10))
    house.stage.run()
    walk.goes("/c/case")
    yield "expired"
