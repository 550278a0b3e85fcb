"""Every page of the staff's in every state, one after another in one browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.case import Kind, Route
from lineproof.domain.finding import Measured
from lineproof.domain.staff import Role
from lineproof.flow import agree
from lineproof.web.sign_in.enrolment import enrolment_link
from tests.flow.stage import MATCH, NO_MATCH, SYSTEM
from tests.pages.desk import ADMIN, Desk, enrolled
from tests.pages.drawn_film import refers_film
from tests.pages.place import as_jpeg, silhouette
from tests.pages.walk import Walk
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.pages.place import Place


def staff_states(
    window: BrowserContext, phone: BrowserContext, there: Place
) -> Iterator[tuple[str, Page]]:
    """Lead staff through every state; give each one's name and the tab that shows it."""
    there.eye.photo = as_jpeg(silhouette(480, 600))
    agent = enrolled(window, there, "agent-1")
    yield from _entering(agent)
    yield from _counter(agent, phone)
    yield from _in_person(agent)
    reviewer = enrolled(window, there, "reviewer-1", Role.REVIEWER)
    yield from _reviewing(reviewer, phone)
    yield from _reviewing_films(reviewer)


def _entering(agent: Desk) -> Iterator[tuple[str, Page]]:
    door = agent.place.house.app.state.context.door
    yield "enrolled", agent.tab
    agent.goes("/staff/sign-in")
    yield "sign-in", agent.tab
    agent.tab.goto("about:blank")
    agent.tab.goto(enrolment_link(door, agent.staff, by=ADMIN))
    yield "enrol", agent.tab
    agent.goes("/staff/nowhere")
    yield "staff-not-found", agent.tab
    admin = enrolled(agent.tab.context, agent.place, "admin-1", Role.ADMIN)
    admin.signs_in("/staff")
    yield "staff-home", admin.tab
    admin.goes("/staff/counter")
    yield "staff-other-role", admin.tab


def _counter(agent: Desk, phone: BrowserContext) -> Iterator[tuple[str, Page]]:
    agent.signs_in("/staff/counter")
    yield "counter", agent.tab
    agent.goes("/staff/counter/new/new_line")
    yield "counter-new", agent.tab
    agent.tab.evaluate("document.getElementById('scan').submit()")
    agent.tab.locator(".errors").wait_for()
    yield "counter-new-wrong", agent.tab
    agent.opens_case()
    yield "counter-code", agent.tab
    walk = Walk(phone.new_page(), agent.place)
    walk.enters(agent.link(), "/c/start")
    agent.tab.locator("img.code").wait_for(state="detached")
    yield "counter-phone", agent.tab
    walk.consents()
    walk.shows_document()
    walk.shows_face()
    agent.tab.locator(".verdict.good").wait_for()
    yield "counter-ordered", agent.tab
    agent.place.house.stage.run()
    agent.tab.locator("#live").wait_for(state="detached")
    yield "counter-issued", agent.tab
    agent.tab.locator('a[href$="/receipt"]').click()
    agent.tab.locator("#print").wait_for()
    yield "receipt", agent.tab


def _in_person(agent: Desk) -> Iterator[tuple[str, Page]]:
    path = agent.opens_case(msisdn="15550002", sim=NEW)
    agent.tab.locator(f'form[action="{path}/in-person"] button').click()
    agent.tab.locator("#issuer").wait_for()
    yield "attest", agent.tab
    agent.tab.locator("main form .button").click()
    agent.tab.locator(".errors").wait_for()
    yield "attest-wrong", agent.tab
    agent.attests("P7")
    yield "attested", agent.tab
    agent.goes("/staff/counter")
    agent.tab.locator("#number").fill("999")
    agent.tab.locator('form[action="/staff/counter/find"] button').click()
    agent.tab.locator(".errors").wait_for()
    yield "counter-with-cases", agent.tab


def _reviewing(reviewer: Desk, phone: BrowserContext) -> Iterator[tuple[str, Page]]:
    there = reviewer.place
    reviewer.signs_in("/staff/reviews")
    yield "reviews-empty", reviewer.tab
    stage = there.house.stage
    own = stage.open(Kind.NEW_LINE, "15550004", sim=OLD)
    agree.take_other_way(stage.service, own.id, Route.IN_PERSON, actor=SYSTEM, now=stage.now)
    stage.attested(own, reviewer.staff.id, "P1")
    stage.attested(own, "agent-9", "P2")
    there.eye.band = Measured(NO_MATCH)
    walk = Walk(phone.new_page(), there)
    walk.until_face(msisdn="15550003")
    for then in ("/c/face", "/c/face", "/c/result"):
        walk.shows_face(then)
    there.eye.band = Measured(MATCH)
    reviewer.goes("/staff/reviews")
    yield "reviews", reviewer.tab
    reviewer.tab.locator('form[action="/staff/reviews/next"] button').click()
    reviewer.tab.locator("#zoom").wait_for()
    reviewer.tab.wait_for_load_state("networkidle")
    yield "review", reviewer.tab
    reviewer.tab.locator("main form .button").click()
    reviewer.tab.locator(".errors").wait_for()
    yield "review-wrong", reviewer.tab
    reviewer.tab.locator('input[value="approve:same_person"]').check()
    reviewer.tab.locator("main form .button").click()
    reviewer.arrives("/staff/reviews?said=refer")
    yield "reviews-second-needed", reviewer.tab


def _reviewing_films(reviewer: Desk) -> Iterator[tuple[str, Page]]:
    films = {"full": ("15550005", 1.0), "still": ("15550006", 1.0), "missing": ("15550007", 0.5)}
    for name, (msisdn, until) in films.items():
        variant = "full" if name == "missing" else name
        case = refers_film(reviewer.place, variant, msisdn, until=until)
        reviewer.goes("/staff/reviews")
        reviewer.tab.locator(f'form[action="/staff/reviews/{case}/claim"] button').click()
        reviewer.tab.locator("#zoom").wait_for()
        reviewer.tab.wait_for_load_state("networkidle")
        yield f"review-{name}", reviewer.tab
        reviewer.tab.locator(f'form[action="/staff/reviews/{case}/release"] button').click()
        reviewer.arrives("/staff/reviews")
