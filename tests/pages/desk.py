"""Staff in a browser: a passkey that Chromium itself makes up, and the steps at a counter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.staff import Role, Staff
from lineproof.web.sign_in.enrolment import enrolment_link
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from lineproof.domain.sim import Sim
    from tests.pages.place import Place

SENDING = """([path, token]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  const field = document.createElement("input");
  field.name = "form";
  field.value = token ?? document.querySelector("[name=form]").value;
  form.append(field);
  document.body.append(form);
  form.submit();
}"""

ADMIN = Staff(id="admin", role=Role.ADMIN, shop="", active=True)


@dataclass(frozen=True, slots=True)
class Desk:
    """One member of staff in one tab of a browser of their own."""

    tab: Page
    place: Place
    staff: Staff

    def goes(self, path: str) -> None:
        """Open a page by its address."""
        self.tab.goto(f"{self.place.address}{path}")

    def arrives(self, path: str) -> None:
        """Wait until a page is there, whatever follows its path."""
        self.tab.wait_for_url(f"{self.place.address}{path}**")

    def title(self) -> str:
        """Give the page's one heading."""
        return self.tab.locator("h1").inner_text()

    def signs_in(self, then: str) -> None:
        """Sign in with the passkey that this browser has."""
        self.goes("/staff/sign-in")
        self.tab.locator("#passkey button").click()
        self.tab.locator(".out").wait_for()
        self.arrives(then)

    def types_case(
        self, kind: str = "new_line", msisdn: str = "15550001", sim: Sim | None = None
    ) -> None:
        """Choose a kind and fill in what it asks for, by nothing but the keyboard."""
        sim = sim or (OLD if kind == "new_line" else NEW)
        self.tab.keyboard.press({"new_line": "1", "sim_replacement": "2"}[kind])
        self.arrives(f"/staff/counter/new/{kind}")
        # As a scanner does: what it read, and Enter.
        for text in (f"+{msisdn[:4]} {msisdn[4:]}", sim.iccid, sim.imsi):
            self.tab.keyboard.type(text)
            self.tab.keyboard.press("Enter")

    def opens_case(
        self, kind: str = "new_line", msisdn: str = "15550001", sim: Sim | None = None
    ) -> str:
        """Open a case from the counter's page; give the address of its page."""
        self.goes("/staff/counter")
        self.types_case(kind, msisdn, sim)
        if kind == "new_line":
            self.tab.keyboard.type("holder@example.org")
            self.tab.keyboard.press("Enter")
        self.arrives("/staff/counter/cases/case_")
        return self.tab.url.removeprefix(self.place.address)

    def attests(self, number: str = "P1") -> None:
        """Say that the person, the document and the age are in order, by its number."""
        for name, text in (("issuer", "UTO"), ("kind", "P"), ("number", number)):
            self.tab.locator(f"#{name}").fill(text)
        for name in ("same_person", "document_valid", "old_enough"):
            self.tab.locator(f'input[name="{name}"][value="yes"]').check()
        self.tab.locator("main form .button").click()
        self.tab.locator(".verdict").wait_for()

    def sends(self, path: str, token: str | None = None) -> str:
        """Send a form of this session's own making, past every button; give where it led."""
        with self.tab.expect_navigation(wait_until="load"):
            self.tab.evaluate(SENDING, [path, token])
        return self.tab.url.removeprefix(self.place.address)

    def link(self) -> str:
        """Give the link that the code on the screen holds."""
        found = self.tab.locator('a[target="_blank"]').get_attribute("href")
        assert found is not None
        return found


def with_passkey(tab: Page) -> None:
    """Give a tab an authenticator that always verifies its user (WebAuthn's own test interface)."""
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def enrolled(
    window: BrowserContext, there: Place, name: str, role: Role = Role.AGENT, shop: str = "shop"
) -> Desk:
    """Add a member of staff and make their passkey by an admin's link, in a tab of the window."""
    staff = Staff(id=name, role=role, shop=shop, active=True)
    context = there.house.app.state.context
    with context.service.store.begin() as tx:
        tx.put_staff(staff)
    tab = window.new_page()
    with_passkey(tab)
    tab.goto(enrolment_link(context.door, staff, by=ADMIN))
    tab.locator("#passkey button").click()
    tab.locator("#done:not(:empty)").wait_for()
    return Desk(tab, there, staff)
