"""What is kept, in our own words: Store begins a Transaction, in which all of a deed happens.

Nothing here can hold a picture, an embedding, a score or a document number. What a reviewer may
look at is an envelope that only the Sealer opens, and it is gone with the decision.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from lineproof.domain.assistance import Assistance
    from lineproof.domain.audit import Deed, Entry
    from lineproof.domain.case import Case, Route, Status
    from lineproof.domain.challenge import Challenge
    from lineproof.domain.consent import Consent
    from lineproof.domain.line import Line
    from lineproof.domain.notice import Notice
    from lineproof.domain.order import Order
    from lineproof.domain.review import Verdict, Witness
    from lineproof.domain.sim import Sim
    from lineproof.domain.staff import Staff
    from lineproof.domain.token import Token, TokenUse
    from lineproof.storage_records import (
        Answer,
        Client,
        Count,
        DeadMessage,
        DecisionRecord,
        Endpoint,
        HeldItem,
        Message,
        Passkey,
        Topic,
    )


class Changed(Exception):  # noqa: N818 - it is what it says
    """Somebody else changed it since it was read. Nothing was written; read again and decide."""


class Taken(Exception):  # noqa: N818 - it is what it says
    """There is one already, and there may be only one. Nothing was written."""


class Trouble(StrEnum):
    """Why the store could not do it. Stable for callers; explained in docs/reasons.md."""

    UNREACHABLE = "store_unreachable"
    BUSY = "store_busy"
    CONFLICT = "store_conflict"
    FULL = "store_full"


class StoreDown(Exception):  # noqa: N818 - it is what it says
    """Nothing is half-done; try again later. Lost during the commit, all may have been written."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class Store(Protocol):
    """Keeps everything. Each transaction is serialised against what it read and locked."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that writes: committed at the block's end, undone by an exception."""

    def read(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that only reads."""

    def ready(self) -> bool:
        """Whether the database answers and has this version's tables."""


class Transaction(Protocol):
    """One unit of work."""

    # Cases -------------------------------------------------------------------------------------
    def add_case(self, case: Case) -> None:
        """Keep a new case."""

    def case(self, case_id: str) -> Case | None:
        """Give a case, or None; in a writing transaction nobody else changes it meanwhile."""

    def change_case(self, case: Case) -> Case:
        """Write a case that was read; its version grows by one. Changed if another came first."""

    def cases(
        self, *, operator: str | None, statuses: frozenset[Status], after: str, limit: int
    ) -> Sequence[Case]:
        """Give cases by id, after an id ('' for the first); an empty set means every status."""

    def shop_cases(self, shop: str, *, statuses: frozenset[Status], limit: int) -> Sequence[Case]:
        """Give a shop's cases that stand in one of these, the newest first."""

    def cases_about(
        self, msisdn: str, *, statuses: frozenset[Status], route: Route, limit: int
    ) -> Sequence[Case]:
        """Give the cases about a number that stand in one of these on a route, the newest first."""

    def due(self, *, now: datetime, limit: int) -> Sequence[str]:
        """Give the ids of cases whose order is due, or that have expired, the oldest first."""

    # What belongs to a case --------------------------------------------------------------------
    def add_consent(self, case_id: str, consent: Consent) -> None:
        """Keep a consent."""

    def consents(self, case_id: str) -> Sequence[Consent]:
        """Give every consent of a case, in order."""

    def withdraw_consents(self, case_id: str, *, now: datetime) -> None:
        """Mark every consent of a case that still holds as withdrawn now."""

    def add_challenge(self, challenge: Challenge) -> None:
        """Keep what was asked."""

    def challenge(self, nonce_hash: str) -> Challenge | None:
        """Give the challenge of a nonce's hash."""

    def scripts_asked(self, case_id: str) -> int:
        """Count the challenges of a case that asked for a script, answered or not."""

    def spend_challenge(self, challenge_id: str, *, now: datetime) -> None:
        """Mark it as used. Taken if it was used already."""

    def add_token(self, token: Token) -> None:
        """Keep a token's hash."""

    def token(self, hashed: str) -> Token | None:
        """Give a token by its hash."""

    def spend_token(self, hashed: str, *, now: datetime) -> None:
        """Mark it as used. Taken if it was used already."""

    def spend_tokens(self, case_id: str, *, uses: frozenset[TokenUse], now: datetime) -> None:
        """Mark a case's tokens for these uses as used."""

    def register_key(self, session: str, key: str) -> None:
        """Keep the public key of a session, by its token's hash. Taken if it has one."""

    def registered_key(self, session: str) -> str | None:
        """Give the public key of a session; None where it registered none."""

    def add_witness(self, witness: Witness) -> None:
        """Keep that a member of staff saw the person and the document. Taken if they had."""

    def witnesses(self, case_id: str) -> Sequence[Witness]:
        """Give a case's witnesses, in order."""

    def add_assistance(self, word: Assistance) -> None:
        """Keep that a member of staff sees the person of a case."""

    def assistances(self, case_id: str) -> Sequence[Assistance]:
        """Give a case's words, in order."""

    def spend_assistance(self, assistance_id: str, *, now: datetime) -> None:
        """Mark it as used. Changed if it was used since it was read."""

    def add_verdict(self, verdict: Verdict) -> None:
        """Keep what a reviewer concluded."""

    def verdicts(self, case_id: str) -> Sequence[Verdict]:
        """Give the verdicts on a case, in order."""

    def add_decision(self, record: DecisionRecord) -> None:
        """Keep what was decided."""

    def decisions(self, case_id: str) -> Sequence[DecisionRecord]:
        """Give the decisions of a case, in order."""

    def hold(self, item: HeldItem) -> None:
        """Keep something sealed for a reviewer."""

    def held(self, case_id: str, *, now: datetime) -> Sequence[HeldItem]:
        """Give what is held and not yet over."""

    def let_go(self, case_id: str) -> None:
        """Delete everything that is held of a case."""

    # People, by keyed hash ---------------------------------------------------------------------
    def lock_person(self, person: str) -> None:
        """Let no other transaction count or add to this person's lines until this one ends."""

    def lines_held(self, person: str, *, besides: str) -> int:
        """Count a person's lines, and the approved cases that will add one, but for one case."""

    def add_attempt(self, case_id: str, person: str, *, at: datetime) -> None:
        """Keep that this person's face was about to be looked at."""

    def attempts(self, person: str, *, since: datetime) -> int:
        """Count a person's attempts since then."""

    # Lines -------------------------------------------------------------------------------------
    def line(self, msisdn: str) -> Line | None:
        """Give a line; in a writing transaction nobody else changes it meanwhile."""

    def line_busy(self, msisdn: str, *, besides: str) -> bool:
        """Whether an order for this number is on its way already, but for one case's own."""

    def rechecked_since(self, msisdn: str, case_id: str) -> bool:
        """Whether a re-check of this number that was opened after a case has been passed."""

    def sim_taken(self, sim: Sim, *, msisdn: str, statuses: frozenset[Status]) -> bool:
        """Whether another number's line has a SIM, or its case in one of these statuses names it.

        Nobody else asks about the SIM until this transaction ends: of two that name it at once,
        the second finds the first.
        """

    def add_line(self, line: Line) -> None:
        """Keep a new line. Taken if the number has one."""

    def change_line(self, line: Line) -> Line:
        """Write a line that was read; its version grows by one. Changed if another came first."""

    def lines_of(self, person: str) -> Sequence[Line]:
        """Give the lines that a person holds: for that person."""

    # Orders, notices, the outbox -----------------------------------------------------------------
    def add_order(self, order: Order, *, authority: str) -> None:
        """Keep an order. Taken if its authority has one, or its case one of its kind."""

    def order(self, order_id: str) -> Order | None:
        """Give an order."""

    def orders(self, case_id: str) -> Sequence[Order]:
        """Give the orders of a case, in order."""

    def add_notice(self, notice: Notice) -> None:
        """Keep a notice."""

    def notice(self, notice_id: str) -> Notice | None:
        """Give a notice."""

    def notices(self, case_id: str) -> Sequence[Notice]:
        """Give a case's notices, in order."""

    def mark_sent(self, notice_id: str, *, now: datetime) -> None:
        """Keep that a notice was sent."""

    def send(self, message: Message) -> None:
        """Put a message into the outbox: it will be handled after this commits, or not at all."""

    def claim(self, *, worker: str, now: datetime, lease_until: datetime) -> Message | None:
        """Take the message that has waited longest; nobody else has it until the lease ends."""

    def begin_deed(self, message_id: str, *, worker: str, now: datetime) -> bool:
        """Keep that it is done now, and maybe was from now on. False if the lease was lost."""

    def handled(self, message_id: str, *, worker: str) -> bool:
        """Take a message out. False if the lease was lost, and then nothing was changed."""

    def postpone(self, message_id: str, *, worker: str, due_at: datetime, code: str) -> bool:
        """Try again later. False if the lease was lost."""

    def bury(self, message_id: str, *, worker: str, now: datetime, code: str) -> bool:
        """Give it up. False if the lease was lost."""

    def buried(self, *, after: str, limit: int) -> Sequence[DeadMessage]:
        """Give what was given up, by id."""

    def replay(self, message_id: str, *, now: datetime) -> bool:
        """Put what was given up back, its tries counted from 0. False if there is none."""

    def depth(self) -> Mapping[Topic, int]:
        """Count what waits in the outbox."""

    # The log -----------------------------------------------------------------------------------
    def log(self, deed: Deed, *, at: datetime) -> None:
        """Write an entry, linked to the one before, as this transaction commits."""

    def entries(self, *, after: int, limit: int) -> Sequence[Entry]:
        """Give entries by number, after a number (0 for the first)."""

    def entries_of(self, case_id: str) -> Sequence[Entry]:
        """Give a case's entries."""

    # Who may act ---------------------------------------------------------------------------------
    def put_staff(self, staff: Staff) -> None:
        """Keep a member of staff, or change them."""

    def staff(self, staff_id: str) -> Staff | None:
        """Give a member of staff."""

    def all_staff(self) -> Sequence[Staff]:
        """Give every member of staff, by id."""

    def put_passkey(self, passkey: Passkey) -> None:
        """Keep a passkey, or its new count. Taken if it is somebody else's."""

    def passkeys(self, staff_id: str) -> Sequence[Passkey]:
        """Give a member's passkeys."""

    def drop_passkey(self, passkey: Passkey) -> None:
        """Forget a passkey: nobody signs in with it again."""

    def put_client(self, client: Client) -> None:
        """Keep an operator's system, or change it."""

    def client(self, client_id: str) -> Client | None:
        """Give an operator's system."""

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Keep where an operator's system is told of events, or change it."""

    def endpoints(self, client_id: str) -> Sequence[Endpoint]:
        """Give where an operator's system is told of events."""

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Give one of them; in a writing transaction nobody else changes it meanwhile."""

    def endpoints_gone(self, *, limit: int) -> Sequence[Endpoint]:
        """Give the endpoints of every system that answered that they are gone, by id."""

    def spend_once(self, scope: str, name: str, *, until: datetime) -> None:
        """Keep that what serves once was used (RFC 7523, 3). Taken if it was used already."""

    def spent(self, scope: str) -> Sequence[str]:
        """Give what was used under a scope, as long as it is kept."""

    # Answers and counts --------------------------------------------------------------------------
    def remember(self, client: str, key: str, answer: Answer, *, now: datetime) -> None:
        """Keep an answer under an Idempotency-Key. Taken if the key has one."""

    def remembered(self, client: str, key: str) -> Answer | None:
        """Give the answer of an Idempotency-Key; in a writing transaction, the key is locked."""

    def counts(self, *, since: datetime) -> Sequence[Count]:
        """Count per member of staff and shop since then."""

    def prune(self, *, cases_before: datetime, attempts_before: datetime, now: datetime) -> int:
        """Delete what has outlived its retention, and what is held too long; give how many rows."""
