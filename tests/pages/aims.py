"""Each form with what it holds when it is in order, and how a browser comes before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.domain.finding import Measured, Unreadable
from lineproof.domain.staff import Role
from tests.flow.stage import MATCH, UNSURE
from tests.pages.desk import Desk, enrolled
from tests.pages.test_answers import opens, transfer_asked
from tests.pages.test_my_lines import verified
from tests.pages.test_operations import given_up
from tests.pages.walk import Walk
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.pages.place import Place


@dataclass(frozen=True, slots=True)
class Aim:
    """One form: where it stands, where it goes, and fields that are in order."""

    template: str
    action: str
    """As the template writes it."""
    path: str
    """Where it goes, with ``{id}`` for what the scene names."""
    fields: dict[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    token: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """A browser before some forms; ``here`` is the page that it shows, again and again."""

    tab: Page
    there: Place
    here: str
    token: str
    """The page that has the token of this session's forms, if they have one."""
    id: str = ""


ATTESTED = {
    "issuer": "UTO",
    "kind": "P",
    "number": "P1",
    "same_person": "yes",
    "document_valid": "yes",
    "old_enough": "yes",
}
OPENED = {"msisdn": "15550009", "iccid": OLD.iccid, "imsi": OLD.imsi}
NEW_CASE = ("counter_new.html", "/staff/counter/new/{{ kind }}")


def at_start(window: BrowserContext, there: Place) -> Scene:
    """Open a link."""
    walk = Walk(window.new_page(), there)
    walk.arrives()
    return Scene(walk.tab, there, "/c/case", "/c/consent")


def at_document(window: BrowserContext, there: Place) -> Scene:
    """Consent; what is sent cannot be read."""
    walk = Walk(window.new_page(), there)
    walk.until_document()
    there.eye.refused = Unreadable("not_an_image", "Not a picture.")
    return Scene(walk.tab, there, "/c/case", "/c/leave")


def at_face(window: BrowserContext, there: Place) -> Scene:
    """Come to the camera."""
    walk = Walk(window.new_page(), there)
    walk.until_face()
    return Scene(walk.tab, there, "/c/case", "/c/leave")


def on_the_chip_way(window: BrowserContext, there: Place) -> Scene:
    """Choose the chip."""
    walk = Walk(window.new_page(), there)
    walk.arrives()
    walk.takes_other_way("chip")
    return Scene(walk.tab, there, "/c/other-way", "/c/other-way")


def at_my_lines(window: BrowserContext, there: Place) -> Scene:
    """Pass, and see one's lines."""
    walk = Walk(window.new_page(), there)
    verified(walk)
    line = walk.tab.locator("[name=line]").first.get_attribute("value")
    return Scene(walk.tab, there, "/c/lines", "/c/lines", str(line))


def before_a_notice(window: BrowserContext, there: Place) -> Scene:
    """Come without a link."""
    tab = window.new_page()
    tab.goto(f"{there.address}/answer")
    return Scene(tab, there, "/answer", "")


def at_a_notice(window: BrowserContext, there: Place) -> Scene:
    """Open a notice's link."""
    walk = Walk(window.new_page(), there)
    opens(walk, transfer_asked(there))
    return Scene(walk.tab, there, "/answer/question", "/answer/question")


def at_the_counter(window: BrowserContext, there: Place) -> Scene:
    """Sign in as an agent, and have the line that some kinds need."""
    there.house.line()
    agent = _signed_in(window, there, Role.AGENT, "/staff/counter")
    return Scene(agent.tab, there, "/staff/counter", "/staff/counter")


def at_a_case(window: BrowserContext, there: Place) -> Scene:
    """Open a case."""
    agent = _signed_in(window, there, Role.AGENT, "/staff/counter")
    path = agent.opens_case()
    return Scene(agent.tab, there, path, path, path.rpartition("/")[2])


def before_a_person(window: BrowserContext, there: Place) -> Scene:
    """Open a case and see its person instead."""
    found = at_a_case(window, there)
    found.tab.get_by_role("button", name="See the person instead").click()
    found.tab.locator("#issuer").wait_for()
    return found


def at_the_queue(window: BrowserContext, there: Place) -> Scene:
    """Sign in as a reviewer; one case waits."""
    there.eye.band = Measured(UNSURE)
    there.house.session(there.house.open()).passes()
    there.eye.band = Measured(MATCH)
    reviewer = _signed_in(window, there, Role.REVIEWER, "/staff/reviews")
    return Scene(reviewer.tab, there, "/staff/reviews", "/staff/reviews", there.case().id)


def at_a_review(window: BrowserContext, there: Place) -> Scene:
    """Claim the case that waits."""
    found = at_the_queue(window, there)
    found.tab.get_by_role("button", name="Take the next one").click()
    found.tab.locator("#verdict-first").wait_for()
    path = f"/staff/reviews/{found.id}"
    return Scene(found.tab, there, path, path, found.id)


def at_operations(window: BrowserContext, there: Place) -> Scene:
    """Sign in as an admin; one message was given up."""
    message = given_up(there)
    admin = _signed_in(window, there, Role.ADMIN, "/staff")
    admin.goes("/staff/operations")
    return Scene(admin.tab, there, "/staff/operations", "/staff/operations", message)


def _signed_in(window: BrowserContext, there: Place, role: Role, then: str) -> Desk:
    found = enrolled(window, there, f"{role}-1", role)
    found.signs_in(then)
    return found


def _new(kind: str, **fields: str) -> Aim:
    return Aim(*NEW_CASE, f"/staff/counter/new/{kind}", fields)


SCENES: dict[Callable[[BrowserContext, Place], Scene], tuple[Aim, ...]] = {
    at_start: (
        Aim("arrive.html", "/c/open", "/c/open", {"client_secret": ""}, token=False),
        Aim("consent.html", "/c/consent", "/c/consent", {"text_language": "en"}),
        Aim("other_way.html", "/c/other-way", "/c/other-way", {"route": "in_person"}),
        Aim("leave.html", "/c/leave", "/c/leave"),
    ),
    at_document: (Aim("document.html", "/c/document", "/c/document", files=("page",)),),
    at_face: (
        Aim("face.html", "/c/face/question", "/c/face/question"),
        Aim("photo.html", "/c/face", "/c/face", {"nonce": ""}, files=("frame",)),
    ),
    on_the_chip_way: (
        Aim("on_other_way.html", "/c/other-way", "/c/other-way", {"route": "in_person"}),
    ),
    at_my_lines: (
        Aim("own_lines.html", "/c/lines/lock", "/c/lines/lock", {"line": "{id}"}),
        Aim("own_lines.html", "/c/lines/not-mine", "/c/lines/not-mine", {"line": "{id}"}),
        Aim("own_consents.html", "/c/consents/withdraw", "/c/consents/withdraw"),
    ),
    before_a_notice: (
        Aim("answer_arrive.html", "/answer/open", "/answer/open", {"client_secret": ""}, (), False),
    ),
    at_a_notice: (Aim("answer.html", "/answer/say", "/answer/say", {"says": "agree"}),),
    at_the_counter: (
        Aim("counter.html", "/staff/counter/find", "/staff/counter/find", {"number": "15550001"}),
        _new("new_line", **OPENED, channel="holder@example.org"),
        _new("sim_replacement", msisdn="15550001", iccid=NEW.iccid, imsi=NEW.imsi),
        _new("transfer", msisdn="15550001", iccid=NEW.iccid, imsi=NEW.imsi, channel=""),
        _new("port_in", **OPENED, channel="+43 660 1234567"),
        _new("lock_release", msisdn="15550001"),
        Aim("staff_layout.html", "/staff/sign-out", "/staff/sign-out"),
    ),
    at_a_case: (
        Aim("counter_case.html", "{{ here }}/code", "/staff/counter/cases/{id}/code"),
        Aim("staff_pieces.html", "{{ here }}/in-person", "/staff/counter/cases/{id}/in-person"),
    ),
    before_a_person: (
        Aim(
            "counter_attest.html",
            "{{ here }}/attestations",
            "/staff/counter/cases/{id}/attestations",
            ATTESTED,
        ),
    ),
    at_the_queue: (
        Aim("reviews.html", "/staff/reviews/next", "/staff/reviews/next"),
        Aim(
            "reviews.html",
            "/staff/reviews/{{ each.case.id }}/claim",
            "/staff/reviews/{id}/claim",
        ),
    ),
    at_a_review: (
        Aim(
            "review.html",
            "/staff/reviews/{{ one.id }}/verdict",
            "/staff/reviews/{id}/verdict",
            {"verdict": "approve:same_person"},
        ),
        Aim("review.html", "/staff/reviews/{{ one.id }}/claim", "/staff/reviews/{id}/claim"),
        Aim("review.html", "/staff/reviews/{{ one.id }}/release", "/staff/reviews/{id}/release"),
    ),
    at_operations: (
        Aim(
            "operations.html",
            "/staff/operations/replay",
            "/staff/operations/replay",
            {"message": "{id}"},
        ),
    ),
}

BY_SCRIPT = {
    ("staff_enrol.html", ""): frozenset[str](),
    ("staff_sign_in.html", ""): frozenset[str](),
    ("counter_help.html", ""): frozenset({"form"}),
}
"""No field that is typed into, and no address: a script sends what a passkey answered."""
SCRIPTED = (
    "/staff/sign-in",
    "/v1/staff/sign-in/options",
    "/v1/staff/enrolment",
    "/v1/staff/enrolment/options",
    "/staff/counter/cases/{id}/assistance",
    "/staff/counter/cases/{id}/assistance/options",
)
"""Where those scripts send it."""
UNSAFE = ("staff_sign_in.html", "/staff/unsafe-dev-login")
"""There only where the development login was asked for."""
