"""A whole service for tests: a real store, and people, papers and a network that do as told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lineproof.adapters.memory_desk import MemoryDesk
from lineproof.adapters.message_check import SignedMessages
from lineproof.adapters.platform_attestation import SimulatedAttestation
from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import Case, HandledBy, Kind, Route
from lineproof.domain.consent import Purpose
from lineproof.domain.document import (
    CheckDigit,
    ChipFinding,
    DocumentFinding,
    Mrz,
    MrzFormat,
    PortraitSource,
    Proof,
    unread,
)
from lineproof.domain.finding import FaceFinding, FmrBand, Measured, QualityComponent, Unmeasured
from lineproof.domain.order import Done
from lineproof.domain.partial_date import PartialDate
from lineproof.domain.policy import SINGLE_FACE
from lineproof.domain.staff import Role, Staff
from lineproof.flow import agree, apply, attest, capture, issue
from lineproof.flow.refused import Refused
from lineproof.flow.show_document import show_document
from lineproof.ports import DocumentReading, Service, Site
from tests.regime import NOW, OLD, REGIME, sim_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from lineproof.domain.line import Line
    from lineproof.domain.notice import Notice
    from lineproof.domain.order import Order, Rejected
    from lineproof.domain.profile import Profile
    from lineproof.domain.sim import Sim
    from lineproof.storage import Store
    from lineproof.storage_records import Endpoint

AGENT = HandledBy(staff="agent", shop="shop", device="desk-1")
SYSTEM = Actor(ActorKind.SYSTEM, "op")
FACE = Measured(
    FaceFinding(faces=1, quality={SINGLE_FACE: Measured(QualityComponent(native=0.0, value=100))})
)
MATCH, NO_MATCH, UNSURE = (
    FmrBand(above=0.0, at_most=1e-5),
    FmrBand(above=1e-2, at_most=1.0),
    FmrBand(above=1e-3, at_most=1e-2),
)


def staff(name: str, role: Role) -> Staff:
    """Give an active member of staff."""
    return Staff(id=name, role=role, shop="shop", active=True)


def passport(number: str) -> DocumentFinding:
    """Give a passport's page with this number, well read."""
    mrz = Mrz(
        format=MrzFormat.TD3,
        lines=(),
        checks=(CheckDigit(name="composite", given="4", expected="4"),),
        fields={
            "document_code": Measured("P"),
            "issuing_state": Measured("UTO"),
            "document_number": Measured(number),
        },
        names_truncated=False,
        date_of_birth=Measured(PartialDate.read("1974-08-12")),
        date_of_expiry=Measured(PartialDate.read("2032-04-15")),
    )
    return replace(unread("not_read"), mrz=Measured(mrz), portrait=Measured(PortraitSource.PAGE))


@dataclass(frozen=True, slots=True)
class ToldReader:
    """Reads a page as the passport whose number its bytes are; a chip signs the challenge."""

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading:
        """Read what the bytes say."""
        del today
        number = chip["DG1"].decode() if chip else pages[0].decode()
        finding = passport(number)
        if chip:
            signed = chip.get("AA") == hashlib.sha256(challenge or b"").digest()
            proof = Proof.PROVEN if signed else Proof.UNMEASURED
            finding = replace(finding, chip=Measured(_chip(proof, finding)))
        return DocumentReading(finding=finding, portrait=b"portrait")


def _chip(proof: Proof, finding: DocumentFinding) -> ChipFinding:
    return ChipFinding(
        passive_authentication=Proof.PROVEN,
        active_authentication=proof,
        chip_authentication=Proof.UNMEASURED,
        reasons=(),
        issuer="UT",
        groups=(1, 2),
        mrz=finding.mrz,
        details=Unmeasured("no_dg11"),
    )


@dataclass(slots=True)
class Network:
    """A network that does everything once, and remembers each order it was given."""

    orders: list[Order] = field(default_factory=list)
    answers: list[Rejected | Exception] = field(default_factory=list)
    """What it says to the next orders instead."""

    def carry_out(self, order: Order) -> Done | Rejected:
        """Do it, unless told otherwise."""
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        if order.id not in {done.id for done in self.orders}:
            self.orders.append(order)
        return Done()

    def ready(self) -> bool:
        """Say that it answers."""
        return True


@dataclass(slots=True)
class Letters:
    """A messenger that keeps what it delivered."""

    delivered: list[tuple[Notice, str | None]] = field(default_factory=list)

    def deliver(self, notice: Notice, *, secret: str | None) -> None:
        """Keep it."""
        self.delivered.append((notice, secret))

    def secret(self) -> str:
        """Give the last secret that was sent."""
        return next(secret for _, secret in reversed(self.delivered) if secret is not None)


@dataclass(slots=True)
class Bells:
    """An announcer that keeps what it announced."""

    rung: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def announce(self, endpoint: Endpoint, *, event_id: str, body: Mapping[str, str]) -> None:
        """Keep it."""
        del endpoint
        self.rung.append((event_id, body))


class PlainHasher:
    """Hashes that a reader of a failed test can follow."""

    def person(self, *, issuer: str, kind: str, number: str) -> str:
        """Give a hash of the three."""
        return hashlib.sha256(f"{issuer}|{kind}|{number}".encode()).hexdigest()

    def secret(self, use: str, subject: str) -> str:
        """Give a secret of the two."""
        return hashlib.sha256(f"{use}|{subject}".encode()).hexdigest()


class TurnedSealer:
    """Seals by turning bytes round, bound to purpose and context."""

    def seal(self, content: bytes, *, purpose: str, context: str) -> bytes:
        """Seal it."""
        return f"{purpose}|{context}|".encode() + content[::-1]

    def unseal(self, envelope: bytes, *, purpose: str, context: str) -> bytes | None:
        """Open it for the same purpose and context."""
        lead = f"{purpose}|{context}|".encode()
        return envelope[len(lead) :][::-1] if envelope.startswith(lead) else None


@dataclass(slots=True)
class Stage:
    """A service, its clock, and the steps that people take in it."""

    service: Service
    network: Network
    letters: Letters
    bells: Bells
    now: datetime = NOW

    def later(self, wait: timedelta) -> None:
        """Let time pass."""
        self.now += wait

    def seeing(self, band: FmrBand) -> Stage:
        """Give the same stage, on which every comparison falls into this band."""
        engine = SimulatedEngine(
            sights={b"portrait": FACE, b"live": FACE, b"live-2": FACE}, band=Measured(band)
        )
        site = Site(engine=engine, reader=self.service.site.reader)
        return replace(self, service=replace(self.service, site=site))

    # The steps ---------------------------------------------------------------------------------
    def open(
        self,
        kind: Kind,
        msisdn: str = "15550001",
        *,
        sim: Sim | None = None,
        handled_by: HandledBy | None = AGENT,
    ) -> Case:
        """Open a case."""
        adds = kind in {Kind.NEW_LINE, Kind.PORT_IN, Kind.TRANSFER}
        asked = apply.Application(
            operator="op",
            kind=kind,
            msisdn=msisdn,
            sim=sim_for(sim, msisdn) if sim is not None else None,
            handled_by=handled_by,
            second_channel="mailto:holder@example.org" if adds else None,
        )
        opened = apply.open_case(self.service, asked, actor=SYSTEM, now=self.now)
        assert isinstance(opened, apply.Opened), opened
        return opened.case

    def consented(self, case: Case) -> Case:
        """Consent to the face check."""
        found = agree.consent(
            self.service,
            case.id,
            purpose=Purpose.FACE_CHECK,
            text_version="2026-12",
            language="en",
            now=self.now,
        )
        assert isinstance(found, Case), found
        return found

    def shown(self, case: Case, number: str = "P1") -> None:
        """Show the document."""
        found = show_document(self.service, case.id, [number.encode()], chip={}, now=self.now)
        assert not isinstance(found, Refused), found

    def asked(self, case: Case) -> str:
        """Ask for a challenge; give its nonce."""
        found = capture.ask(self.service, case.id, now=self.now)
        assert isinstance(found, capture.Asked), found
        return found.nonce

    def captured(self, case: Case, nonce: str) -> capture.Captured:
        """Capture the face."""
        found = capture.capture(self.service, case.id, [b"live"], nonce=nonce, now=self.now)
        assert isinstance(found, capture.Captured), found
        return found

    def passed(self, case: Case, number: str = "P1") -> Case:
        """Go the whole way of the face check."""
        self.consented(case)
        self.shown(case, number)
        return self.captured(case, self.asked(case)).case

    def in_person(self, case: Case, number: str = "P1") -> Case:
        """Go the whole way of two members of staff."""
        taken = agree.take_other_way(
            self.service, case.id, Route.IN_PERSON, actor=SYSTEM, now=self.now
        )
        assert isinstance(taken, Case), taken
        self.attested(case, "w-1", number)
        return self.attested(case, "w-2", number).case

    def attested(self, case: Case, name: str, number: str = "P1") -> capture.Captured:
        """Attest as one member of staff."""
        found = attest.attest(
            self.service,
            case.id,
            staff(name, Role.AGENT),
            issuer="UTO",
            kind="P",
            number=number,
            same_person=True,
            document_valid=True,
            old_enough=True,
            now=self.now,
        )
        assert isinstance(found, capture.Captured), found
        return found

    def run(self) -> None:
        """Let the clock and the outbox do all that is due."""
        while issue.tick(self.service, now=self.now):
            pass
        while issue.deliver(self.service, worker="w", now=self.now):
            pass

    def line_of(self, number: str = "P1", msisdn: str = "15550001") -> Line:
        """Open a line for somebody, and let the time between two changes pass."""
        self.seeing(MATCH).passed(self.open(Kind.NEW_LINE, msisdn, sim=OLD), number)
        self.run()
        self.later(timedelta(days=1))
        return self.line(msisdn)

    # What stands ---------------------------------------------------------------------------------
    def case(self, case: Case) -> Case:
        """Give a case as it is now."""
        with self.service.store.read() as tx:
            found = tx.case(case.id)
        assert found is not None
        return found

    def line(self, msisdn: str = "15550001") -> Line:
        """Give a line as it is now."""
        with self.service.store.read() as tx:
            found = tx.line(msisdn)
        assert found is not None
        return found


def stage(store: Store, profile: Profile = REGIME) -> Stage:
    """Build a stage on a store; every face matches until told otherwise."""
    network, letters, bells = Network(), Letters(), Bells()
    service = Service(
        site=Site(engine=SimulatedEngine(sights={}, band=Measured(MATCH)), reader=ToldReader()),
        store=store,
        desk=MemoryDesk(),
        operator=network,
        sealer=TurnedSealer(),
        hasher=PlainHasher(),
        messenger=letters,
        announcer=bells,
        messages=SignedMessages(),
        attestation=SimulatedAttestation(),
        profile=profile,
    )
    return Stage(service=service, network=network, letters=letters, bells=bells).seeing(MATCH)
