"""What is kept beside the domain's nouns: a record each, in our own words; Store keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lineproof.domain.reason import Decision


class Topic(StrEnum):
    """What a message in the outbox asks for."""

    ORDER = "order"
    """Carry out the order of this id."""
    NOTICE = "notice"
    """Send the notice of this id."""
    EVENT = "event"
    """Tell the operator's system by webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that must happen after a commit, once, however often it is tried."""

    id: str
    topic: Topic
    subject: str
    """The id of the order or the notice; for an event, of the case."""
    body: Mapping[str, str]
    due_at: datetime
    tries: int
    begun: bool = False
    """Whether it may have been done already, by a try whose answer is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMessage:
    """A message that was given up after its last try, and may be replayed."""

    message: Message
    code: str
    died_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What stays of a decision: outcome, reasons, error-rate band, versions. No score."""

    id: str
    case: str
    route: str
    attempt: int
    decision: Decision
    band: str
    """The band of false match rates, such as ``<=1e-4``; empty where nothing was compared."""
    versions: Mapping[str, str]
    authority: str
    """What an order may be given on, once: the challenge that was answered, or this decision."""
    decided_by: tuple[str, ...]
    """Empty for the machine; the members of staff who attested or reviewed."""
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem:
    """One sealed thing that a reviewer may look at until ``until``."""

    case: str
    name: str
    """``portrait``; ``live`` for plain pictures, or a prompt's name for a moment of a script, whose
    picture is empty where no frame came of it."""
    envelope: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer that was given to an Idempotency-Key, to be given again."""

    request_hash: str
    status: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An operator's system: its public keys (JWK set, JSON) and where its webhooks go."""

    id: str
    keys: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an operator's system is told of events; its secrets are sealed."""

    id: str
    client: str
    url: str
    sealed_secrets: tuple[bytes, ...] = field(repr=False)
    """One, or two while they are rotated; the first signs first."""
    active: bool
    gone_at: datetime | None = None
    """When it answered 410 Gone and was switched off. One that is not active and has none was
    taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One passkey of a member of staff (WebAuthn)."""

    credential_id: bytes
    staff: str
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one member of staff, or one shop, did: so that a dishonest counter shows."""

    staff: str
    shop: str
    cases: int = 0
    """Opened by this member, as are those that the next five count."""
    retries: int = 0
    skips: int = 0
    """Of ``other_way``, the cases that took it before any face capture."""
    other_way: int = 0
    withdrawn: int = 0
    refused: int = 0
    overrides: int = 0
    """Referred cases of this shop that this member approved as a reviewer."""
    assisted: int = 0
    """Cases of this shop for whose face check this member gave their word."""
