"""The demonstration of the service: a new line and a SIM replacement, over HTTP, step by step."""

from __future__ import annotations

import json
import shutil
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import httpx
from joserfc.jwk import KeySet, OKPKey

from lineproof.client import OperatorClient, SimAnswer, SubscriberClient
from lineproof.domain.audit import Actor, ActorKind
from lineproof.service_wiring import ServiceRefused, service_for
from lineproof.settings import Settings
from lineproof.web.api.system_routes import client_of, keep_system
from lineproof.web.context import utc_now
from lineproof.web.serving_http import PortTaken, listen, log_to, server_of
from lineproof.web.sign_in.client_keys import KeysRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lineproof.adapters.operators.simulated_operator import SimulatedOperator
    from lineproof.adapters.simulated_messenger import SimulatedMessenger
    from lineproof.ports import Service, Site

NUMBER = "15550001"
OLD_SIM = SimAnswer(iccid="8949000000000000001", imsi="001010000000001")
NEW_SIM = SimAnswer(iccid="8949000000000000002", imsi="001010000000002")
"""Numbers of no network: ITU's country code 001 and the fictional 555."""

SHOP = {"staff": "agent-7", "shop": "high-street", "device": "counter-1"}
SYSTEM = "demonstration"
UNDER_WAY = frozenset({"approved", "ordered"})
LONGEST_WAIT = 60.0
POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that somebody did, and what came of it."""

    who: str
    what: str
    came: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The document's page, and two people at the counter."""

    document: bytes
    right: bytes
    wrong: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How it ended."""

    opened: str
    """The status of the new line's case."""
    taken_over: str
    """What the wrong person, who asked for a new SIM, was told."""
    replaced: str
    """The status of the SIM replacement of the right person."""
    sim_of_line: str | None
    """The IMSI that has the number in the network at the end."""

    @property
    def good(self) -> bool:
        """Whether the right person got line and SIM, and the wrong one nothing."""
        return (
            (self.opened, self.replaced) == ("issued", "issued")
            and self.taken_over != "approved"
            and self.sim_of_line == NEW_SIM.imsi
        )


def show_lines(
    site: Site, pictures: Pictures, folder: Path, report: Callable[[Step], None]
) -> Shown | ServiceRefused:
    """Start the service in ``folder``, and be its operator, its subscriber and its thief."""
    shutil.rmtree(folder, ignore_errors=True)
    # Of the defaults alone: what the environment says is for a service, not for a demonstration.
    settings = Settings.model_construct(data=folder, port=0)
    opened = listen(settings)
    if isinstance(opened, PortTaken):
        return ServiceRefused("port_taken", opened.sentence)
    settings = settings.model_copy(update={"port": opened.getsockname()[1]})
    service = service_for(settings, clock=utc_now, site=site)
    if isinstance(service, ServiceRefused):
        opened.close()
        return service
    with (folder / "service.log").open("a", encoding="utf-8") as log:
        log_to(log.write)
        server = server_of(service, settings, clock=utc_now)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{settings.port}", timeout=LONGEST_WAIT, trust_env=False
            ) as http:
                return _play(service, settings, http, pictures, report)
        finally:
            server.should_exit = True
            thread.join()


def _play(
    service: Service,
    settings: Settings,
    http: httpx.Client,
    pictures: Pictures,
    report: Callable[[Step], None],
) -> Shown:
    operator = _operator(service, settings, http)
    stage = _Stage(service, http, operator, pictures.document, report)
    report(Step(who="service", what="lineproof serve", came=settings.address))
    stage.case("new_line", OLD_SIM, "a new line")
    stage.shows(pictures.right)
    opened = stage.ends()
    stage.case("sim_replacement", NEW_SIM, "another SIM for the line, by somebody else")
    taken_over = stage.shows(pictures.wrong)
    stage.leaves()
    stage.case("sim_replacement", NEW_SIM, "another SIM for the line, by its holder")
    stage.shows(pictures.right)
    replaced = stage.ends()
    return Shown(
        opened=opened, taken_over=taken_over, replaced=replaced, sim_of_line=stage.register()
    )


@dataclass(slots=True)
class _Stage:
    """One case after another, each step reported."""

    service: Service
    http: httpx.Client
    operator: OperatorClient
    document: bytes
    report: Callable[[Step], None]
    id: str = ""
    browser: SubscriberClient | None = None
    told: int = 0
    """Notices that were reported."""

    def case(self, kind: str, sim: SimAnswer, asked: str) -> None:
        """Let the operator's system open a case."""
        second = "mailto:holder@example.org" if kind == "new_line" else None
        opened = self.operator.open_case(
            kind, NUMBER, sim=sim, handled_by=SHOP, second_channel=second
        )
        self.id = opened.case.id
        self._say("operator", f"POST /v1/cases: {asked}", opened.case.status)
        self.browser = SubscriberClient.begin(self.http, opened.client_secret)

    def shows(self, face: bytes) -> str:
        """Let somebody consent, show the document and their face."""
        browser = cast("SubscriberClient", self.browser)
        case = browser.consent("face_check", text_version="2026-11", language="en")
        self._say("person", "POST /v1/session/consents", case.status)
        document = browser.show_document([self.document])
        told = f"{document.strength}, number {'read' if document.number_read else 'not read'}"
        self._say("person", "POST /v1/session/documents", told)
        found = browser.capture([face], nonce=browser.challenge().nonce)
        self._say("person", "POST /v1/session/captures", found.outcome)
        reasons = ", ".join(self.operator.decisions(self.id)[-1].reasons)
        self._say("operator", "GET /v1/cases/{id}/decisions", reasons)
        return found.outcome

    def leaves(self) -> None:
        """Let the person go, and see that nothing was changed."""
        left = cast("SubscriberClient", self.browser).withdraw()
        self._say("person", "DELETE /v1/session", left.status)
        self._say("network", "the register", f"the number is on SIM {self.register()}")

    def ends(self) -> str:
        """Wait until the case has ended; tell what went out on the way."""
        over_at = time.monotonic() + LONGEST_WAIT
        status = self.operator.case(self.id).status
        while time.monotonic() < over_at and (status in UNDER_WAY or self._waiting()):
            time.sleep(POLL_SECONDS)
            status = self.operator.case(self.id).status
        letters = cast("SimulatedMessenger", self.service.messenger).inbox()
        for letter in letters[self.told :]:
            self._say("messenger", f"{letter.kind} to {letter.address}", "sent")
        self.told = len(letters)
        self._say("operator", "GET /v1/cases/{id}", status)
        self._say("network", "the register", f"the number is on SIM {self.register()}")
        return status

    def register(self) -> str | None:
        """Give the IMSI that has the number in the simulated network."""
        network = cast("SimulatedOperator", self.service.operator)
        having = [imsi for imsi, each in network.subscribers().items() if each.msisdn == NUMBER]
        return having[0] if having else None

    def _waiting(self) -> bool:
        with self.service.store.read() as tx:
            return any(tx.depth().values())

    def _say(self, who: str, what: str, came: str) -> None:
        self.report(Step(who=who, what=what, came=came))


def _operator(service: Service, settings: Settings, http: httpx.Client) -> OperatorClient:
    """Make a key, as an operator does, and let its public half in."""
    key = OKPKey.generate_key("Ed25519", {"kid": "demonstration-1"})
    client = client_of(SYSTEM, json.dumps(KeySet([key]).as_dict(private=False)), active=True)
    if isinstance(client, KeysRefused):
        raise RuntimeError(client.sentence)  # noqa: TRY004 - a fault of ours, not of a type
    actor = Actor(ActorKind.STAFF, "command-line")
    keep_system(service.store, client, actor=actor, now=utc_now())
    return OperatorClient(http=http, client_id=SYSTEM, key=key, origin=settings.address)
