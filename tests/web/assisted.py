"""A counter that helps with a face check: staff with passkeys, a person who only looks ahead."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lineproof.adapters.simulated_engine import NOT_TOLD, SimulatedEngine
from lineproof.domain.case import Kind
from lineproof.domain.finding import Measured
from lineproof.domain.staff import Staff
from lineproof.web.sign_in.enrolment import enrolment_link
from tests.adapters.test_capture_key import KEY, point_of
from tests.adapters.test_message_check import FRAMES
from tests.flow.stage import FACE, MATCH
from tests.regime import POLICY, regime
from tests.web.authenticator import Authenticator
from tests.web.house import STAFF, House, house_on
from tests.web.sign_in.frontage import enrolled
from tests.web.test_signed_captures import Page

if TYPE_CHECKING:
    import sqlalchemy as sa
    from httpx import Response

    from lineproof.domain.finding import Finding
    from lineproof.domain.liveness import LivenessBand
    from lineproof.domain.profile import Profile

ASSISTED = replace(POLICY, liveness_required=True, assisted_accepted=True)
AT_COUNTER = {"staff": "agent", "shop": "shop", "device": "desk-1"}


def taking_words(**changes: Any) -> Profile:  # noqa: ANN401 - the fields of Policy
    """Give a regime that asks for a living person, and takes a member of staff's word."""
    return regime(policies=dict.fromkeys(Kind, replace(ASSISTED, **changes)))


@dataclass(slots=True)
class Counter:
    """A house with members of staff who have passkeys."""

    house: House
    keys: dict[str, Authenticator] = field(default_factory=dict)

    def enrol(self, *names: str) -> None:
        """Give members of staff a passkey each."""
        context = self.house.app.state.context
        for name in names:
            staff = Staff(id=name, role=STAFF[name], shop="shop", active=True)
            with context.service.store.begin() as tx:
                tx.put_staff(staff)
            key = Authenticator(context.door.origin, context.door.host, name.encode())
            link = enrolment_link(context.door, staff, by=staff)
            assert enrolled(self.house.http, link, key).status_code == 201
            self.keys[name] = key

    def changes(self, name: str, **changes: Any) -> None:  # noqa: ANN401 - the fields of Staff
        """Change what a member of staff is."""
        with self.house.stage.service.store.begin() as tx:
            member = tx.staff(name)
            assert member is not None
            tx.put_staff(replace(member, **changes))

    def begins(self, name: str, case: str, **more: Any) -> Response:  # noqa: ANN401 - JSON
        """Ask what the passkey has to sign."""
        return self.house.staff(name, "POST", f"/v1/cases/{case}/assistance/options", json=more)

    def answers(
        self, name: str, case: str, begun: Response, key: Authenticator | None = None
    ) -> Response:
        """Sign it, and send it for a case."""
        key = key or self.keys[name]
        sent = {"state": begun.json()["state"], "credential": key.sign(begun.json()["options"])}
        return self.house.staff(name, "POST", f"/v1/cases/{case}/assistance", json=sent)

    def confirms(self, name: str, case: str) -> Response:
        """Confirm, from the words to the word."""
        begun = self.begins(name, case)
        return self.answers(name, case, begun) if begun.status_code == 200 else begun

    def person(self, msisdn: str = "15550001", number: str = "P1", **more: Any) -> Page:  # noqa: ANN401
        """Give the page of a person who showed their document at this counter."""
        opened = self.house.open(msisdn=msisdn, **({"handled_by": AT_COUNTER} | more))
        page = Page(self.house.session(opened))
        page.visitor.consents()
        assert page.visitor.shows(number).status_code == 201
        assert page.binds(point_of(KEY)).status_code == 201
        return page

    def seeing(self, liveness: Finding[LivenessBand]) -> None:
        """Let every script from now on show this."""
        sights = {b"portrait": FACE, b"live": FACE, **dict.fromkeys(FRAMES, FACE)}
        engine = SimulatedEngine(sights=sights, band=Measured(MATCH), liveness=liveness)
        there = self.house.stage.service
        self.house._serve(replace(there, site=replace(there.site, engine=engine)))  # noqa: SLF001

    def under(self, profile: Profile) -> None:
        """Let another profile hold from now on."""
        self.house._serve(replace(self.house.stage.service, profile=profile))  # noqa: SLF001


def counter_on(database: sa.URL, profile: Profile | None = None) -> Counter:
    """Build a counter on a database: two agents of one shop, and nothing measured of anybody."""
    found = Counter(house_on(database, profile or taking_words()))
    found.enrol("agent", "agent-2")
    found.seeing(NOT_TOLD)
    return found


def ask(page: Page) -> Response:
    """Ask for the assisted script."""
    return page.visitor.call("POST", "/v1/session/challenges?variant=assisted")


def looks_ahead(page: Page) -> Response:
    """Ask, look ahead for as long as it takes, and send what was filmed."""
    return page.sends(page.asked("assisted")["nonce"])


def reasons_of(page: Page) -> list[str]:
    """Give what the last decision says, as the record has it."""
    with page.house.stage.service.store.read() as tx:
        return [str(reason) for reason in tx.decisions(page.visitor.case)[-1].decision.reasons]


def actions_of(page: Page) -> list[str]:
    """Name what the log has about the case."""
    with page.house.stage.service.store.read() as tx:
        return [entry.deed.action for entry in tx.entries_of(page.visitor.case)]
