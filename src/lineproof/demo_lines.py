"""The demonstration of the service: a new line and a SIM replacement, over HTTP, step by step."""

from __future__ import annotations

import json
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from ssl import SSLContext, create_default_context
from typing import TYPE_CHECKING, cast

import httpx
from joserfc.jwk import KeySet, OKPKey

from lineproof.certificate import own_address, self_signed
from lineproof.client import OperatorClient, Refusal, SimAnswer, SubscriberClient
from lineproof.domain.audit import Actor, ActorKind
from lineproof.service_wiring import ServiceRefused, service_for
from lineproof.settings import Settings
from lineproof.web.api.system_routes import client_of, keep_system
from lineproof.web.context import utc_now
from lineproof.web.serving_http import PortTaken, listen, log_to, server_of
from lineproof.web.sign_in.client_keys import KeysRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from socket import socket

    import uvicorn

    from lineproof.adapters.operators.simulated_operator import SimulatedOperator
    from lineproof.adapters.simulated_messenger import SimulatedMessenger
    from lineproof.ports import Service, Site

NUMBER = "15550001"
OLD_SIM = SimAnswer(iccid="8949000000000000001", imsi="001010000000001")
NEW_SIM = SimAnswer(iccid="8949000000000000002", imsi="001010000000002")
THIRD_SIM = SimAnswer(iccid="8949000000000000003", imsi="001010000000003")
FOURTH_SIM = SimAnswer(iccid="8949000000000000004", imsi="001010000000004")
OTHER_NUMBERS = "15550002", "15550003"
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


@dataclass(frozen=True, slots=True)
class Standing:
    """The service after the demonstration, still running: to be looked at in a browser."""

    address: str
    link: str
    """Where a subscriber begins, who wants another line."""


def show_lines(  # noqa: PLR0913 - each is another side of one demonstration
    site: Site,
    pictures: Pictures,
    folder: Path,
    report: Callable[[Step], None],
    *,
    meanwhile: Callable[[Standing], None] | None = None,
    then: Callable[[Standing], None] | None = None,
    phone: bool = False,
) -> Shown | ServiceRefused:
    """Start the service in ``folder``, and be its operator, its subscriber and its thief.

    All that is shown are photographs, so this service asks for no living person; ``meanwhile`` is
    called while it still runs. ``then`` is called while another runs that does ask, which is what a
    visitor gets; with ``phone`` others on the same network reach that one, under a certificate made
    for it: telephones open their camera for nothing less.
    """
    shutil.rmtree(folder, ignore_errors=True)
    part = _Part(site, folder, "photographs", open_door=meanwhile is not None, phone=False)
    with part.running(pictures.document, report) as found:
        if isinstance(found, ServiceRefused):
            return found
        stage, address = found
        report(Step(who="service", what="lineproof serve --profile photographs", came=address))
        shown = _play(stage, pictures)
        if meanwhile is not None:
            meanwhile(_stand(stage, address, pictures.wrong))
    if then is not None:
        part = _Part(site, folder / "visited", "default", open_door=True, phone=phone)
        with part.running(pictures.document, report) as found:
            if isinstance(found, ServiceRefused):
                return found
            then(_stand(*found, pictures.wrong))
    return shown


@dataclass(frozen=True, slots=True)
class _Part:
    """A service of the demonstration, in a folder of its own, under a profile."""

    site: Site
    folder: Path
    profile: str
    open_door: bool
    """Whether anybody may sign in as anybody, to look at it."""
    phone: bool

    @contextmanager
    def running(
        self, document: bytes, report: Callable[[Step], None]
    ) -> Iterator[tuple[_Stage, str] | ServiceRefused]:
        """Let it run, with an operator's system; give the stage, and its address for browsers."""
        host = own_address() if self.phone else "127.0.0.1"
        # Of the defaults alone: what the environment says is for a service, not a demonstration.
        settings = Settings.model_construct(
            data=self.folder,
            host=host,
            port=0,
            counter_client=SYSTEM,
            profile=self.profile,
            unsafe_dev_login=self.open_door,
        )
        opened = listen(settings)
        if isinstance(opened, PortTaken):
            yield ServiceRefused("port_taken", opened.sentence)
            return
        port = opened.getsockname()[1]
        origin = f"https://{host}:{port}" if self.phone else f"http://localhost:{port}"
        settings = settings.model_copy(update={"port": port, "origin": origin})
        service = service_for(settings, clock=utc_now, site=self.site)
        if isinstance(service, ServiceRefused):
            opened.close()
            yield service
            return
        base = f"https://{host}:{port}" if self.phone else f"http://127.0.0.1:{port}"
        with (
            self._serving(service, settings, opened) as trusted,
            httpx.Client(
                base_url=base, timeout=LONGEST_WAIT, trust_env=False, verify=trusted
            ) as http,
        ):
            operator = _operator(service, settings, http)
            yield _Stage(service, http, operator, document, report), settings.address

    @contextmanager
    def _serving(
        self, service: Service, settings: Settings, opened: socket
    ) -> Iterator[SSLContext | bool]:
        """Serve in a thread, its log in the folder; give what trusts its certificate."""
        with (self.folder / "service.log").open("a", encoding="utf-8") as log:
            log_to(log.write)
            server = server_of(service, settings, clock=utc_now)
            trusted = _certify(server, self.folder, settings.host) if self.phone else True
            thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
            thread.start()
            try:
                yield trusted
            finally:
                server.should_exit = True
                thread.join()


def _certify(server: uvicorn.Server, folder: Path, host: str) -> SSLContext:
    """Let a server speak TLS under a certificate of its own; give what trusts that and no other."""
    certificate, key = self_signed(folder, host)
    server.config.ssl_certfile, server.config.ssl_keyfile = str(certificate), str(key)
    return create_default_context(cafile=str(certificate))


def _play(stage: _Stage, pictures: Pictures) -> Shown:
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


def _stand(stage: _Stage, address: str, wrong: bytes) -> Standing:
    """Leave something to do for a reviewer and for whoever opens the link."""
    stage.left_to_people(wrong)
    secret = stage.opens("new_line", FOURTH_SIM, "one more line, for you", OTHER_NUMBERS[1])
    return Standing(address=address, link=f"{address}/c#{secret}")


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

    def case(self, kind: str, sim: SimAnswer, asked: str, number: str = NUMBER) -> None:
        """Let the operator's system open a case, and the person open its link."""
        self.browser = SubscriberClient.begin(self.http, self.opens(kind, sim, asked, number))

    def opens(self, kind: str, sim: SimAnswer, asked: str, number: str) -> str:
        """Let the operator's system open a case; give the secret of its link."""
        second = "mailto:holder@example.org" if kind == "new_line" else None
        opened = self.operator.open_case(
            kind, number, sim=sim, handled_by=SHOP, second_channel=second
        )
        self.id = opened.case.id
        self._say("operator", f"POST /v1/cases: {asked}", opened.case.status)
        return opened.client_secret

    def shows(self, face: bytes) -> str:
        """Let somebody consent, show the document and their face."""
        browser = cast("SubscriberClient", self.browser)
        case = browser.consent("face_check", text_version="2026-12", language="en")
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

    def left_to_people(self, face: bytes) -> None:
        """Let the wrong person try until a person has to look, so that a reviewer has a case."""
        self.case("new_line", THIRD_SIM, "a line for a thief", OTHER_NUMBERS[0])
        outcome = self.shows(face)
        browser = cast("SubscriberClient", self.browser)
        while outcome == "again":
            outcome = browser.capture([face], nonce=self._asked(browser)).outcome
        self._say("person", "POST /v1/session/captures", outcome)

    @staticmethod
    def _asked(browser: SubscriberClient) -> str:
        """Ask for one more try, which the service gives a moment after the last one failed."""
        over_at = time.monotonic() + LONGEST_WAIT
        while True:
            try:
                return browser.challenge().nonce
            except Refusal as refused:
                if refused.code != "wait_after_failure" or time.monotonic() > over_at:
                    raise
                time.sleep(POLL_SECONDS)

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
