"""What the verbs need from the world, in our own words; and Site, which holds one of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from lineproof.domain.capture_message import Manifest, MessageRefused
    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.finding import FaceFinding, Finding, FmrBand, Unreadable
    from lineproof.domain.hint import Hint
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.domain.notice import Notice
    from lineproof.domain.order import Done, Order, Rejected
    from lineproof.domain.platform_word import PlatformWord
    from lineproof.domain.profile import Profile
    from lineproof.storage import Store
    from lineproof.storage_records import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What an answer was made with; it stands in every result, so that it can be made again.

    ``setting`` says how the pack was used; ``grade`` is evaluation or production; ``pipeline`` is
    our own code's version, to which calibration tables are bound; ``runtime`` runs the networks.
    ``liveness`` names the tables of the liveness checks: whose captures (people or simulated),
    and the first twelve digits of the tables' SHA-256; ``none`` where nothing is known of life.
    """

    pack: str
    pack_version: str
    setting: str
    grade: str
    pipeline: str
    runtime: str
    liveness: str


class Look(Protocol):
    """What an engine saw in one picture. Only ``finding`` may be read; the rest is its own."""

    @property
    def finding(self) -> Finding[FaceFinding]:
        """The face that counts, or why there is none."""


class Engine(Protocol):
    """Looks at pictures and compares one reference with the live frames of one case.

    Embeddings and comparison scores stay inside: what comes out is a band of false match rates.
    There is, on purpose, no way to give it a face and be told whose it is.
    """

    @property
    def versions(self) -> Versions:
        """Pack, grade, pipeline and runtime."""

    def look(self, picture: bytes, *, whole: bool = False) -> Look | Unreadable:
        """Read one stored picture (JPEG, PNG, WebP) and measure the face that counts.

        Only what is round the face is kept, or the ``whole`` picture where ``live`` follows.
        """

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Compare one to one. ``probes`` are frames of the same person, in which faces were found.

        Both must come from this engine's ``look`` and hold a measured face.
        """

    def live(self, frames: Sequence[Look], *, capture: LiveCapture) -> Finding[LivenessBand]:
        """Say what the frames of a script show of whether a living person was there.

        ``frames`` come from this engine's ``look`` with ``whole``, one for each of ``capture``'s
        times; in some of them no face may have been found.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReading:
    """What a reader found, and the portrait it took from the chip or cut from the page."""

    finding: DocumentFinding
    portrait: bytes | None = field(repr=False)
    """A stored picture for ``Engine.look``, in memory only; None where none was found."""


@dataclass(frozen=True, slots=True)
class PageRefused:
    """Picture number ``page`` of the document, from 0, cannot be read at all."""

    page: int
    why: Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A document that was read. It holds its portrait, in memory only, until one decision."""

    finding: DocumentFinding
    portrait: bytes = field(repr=False)
    """A stored picture: the portrait, or the whole first page where none was found."""
    pages: int
    digests: frozenset[bytes] = field(repr=False)
    """SHA-256 of each picture, by which the document's own file is known again as a live one."""


class Reader(Protocol):
    """Reads one document: facts, how strongly each is proven, and the portrait."""

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading | PageRefused:
        """Read stored pictures of the document's pages, and its chip's files by name.

        ``chip`` is empty where no chip was read. ``challenge`` is what this service asked the chip
        to sign, 8 bytes (ICAO 9303-11, 6.1); without one no chip can show its key. What cannot be
        read of a page is Unmeasured.
        """


class Unavailable(Exception):  # noqa: N818 - it is what it says
    """Whoever was asked did not answer; ask again later. ``code`` is stable, such as ``timeout``.

    Whether it was done is not known: only an order's id keeps it from being done twice.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Operator(Protocol):
    """The operator's network. It is told of orders and asked nothing about people."""

    def carry_out(self, order: Order) -> Done | Rejected:
        """Do what the order asks, or find that it was done; the same order twice changes nothing.

        Raises Unavailable where the network did not answer.
        """

    def ready(self) -> bool:
        """Whether the network answers."""


class Sealer(Protocol):
    """Seals what must be kept for a while, so that the database alone shows nothing."""

    def seal(self, content: bytes, *, purpose: str, context: str) -> bytes:
        """Give an envelope that opens only for the same purpose and context."""

    def unseal(self, envelope: bytes, *, purpose: str, context: str) -> bytes | None:
        """Give the content; None where the envelope, the purpose or the context is another."""


class Hasher(Protocol):
    """Hashes under keys of this deployment, which no database holds."""

    def person(self, *, issuer: str, kind: str, number: str) -> str:
        """Give the keyed hash of a document: the same for the same document, and no way back."""

    def secret(self, use: str, subject: str) -> str:
        """Give a secret that only this deployment can make, and make again, for one subject."""


class Desk(Protocol):
    """Where a document that was shown lies, in memory, until its case is decided or time is up.

    Nothing of it is ever written down: after a restart the document is shown again.
    """

    def put(self, case_id: str, shown: Shown, *, now: datetime) -> None:
        """Lay a case's document there, in the place of an earlier one."""

    def look(self, case_id: str, *, now: datetime) -> Shown | None:
        """Give a case's document; None where none was shown, or too long ago."""

    def clear(self, case_id: str) -> None:
        """Forget a case's document."""


class MessageCheck(Protocol):
    """Holds a capture message against what the server knows; it decodes nothing, keeps nothing.

    ``key`` is a session's public key: the uncompressed point of P-256, base64url.
    """

    def thumbprint(self, key: str) -> str | None:
        """Give the key's thumbprint (RFC 7638); None where it is no point of P-256."""

    def checked(  # noqa: PLR0913 - one keyword for each thing the server knows, none with a default
        self,
        raw: bytes,
        frames: Sequence[bytes],
        *,
        film: bytes | None,
        signature: bytes,
        key: str,
        nonce: str,
        case: str,
        elapsed_ms: int,
    ) -> Manifest | MessageRefused:
        """Give the manifest, where it, its frames and its film answer this question by this key."""


class Attestation(Protocol):
    """Checks what a telephone's platform states of the app that made a capture; it keeps nothing.

    Whatever it finds approves nobody, and no capture needs one.
    """

    def checked(
        self, statement: bytes, *, nonce: str, key: str
    ) -> Finding[PlatformWord] | MessageRefused:
        """Hold a statement (1 to 16 384 bytes) against the question and the key that signs it.

        It has to be made for ``for_attestation(nonce, key)``, where ``key`` is the thumbprint of
        the session's key. Unmeasured is what this cannot judge, a word that fails what is wrong,
        and ATTESTATION_MALFORMED what is no statement at all.
        """


class Messenger(Protocol):
    """Sends notices to a line or to a second channel."""

    def deliver(self, notice: Notice, *, secret: str | None) -> None:
        """Send it, with the ``secret`` by which its reader may answer. Raises Unavailable."""


GONE: Final = "answered_410"
"""What an endpoint that is no more answers (Standard Webhooks: disable it, send no more)."""


class Announcer(Protocol):
    """Tells an operator's system of an event, by webhook."""

    def announce(self, endpoint: Endpoint, *, event_id: str, body: Mapping[str, str]) -> None:
        """Send one event. Raises Unavailable, as well for a refusal; with GONE for a 410."""


class Guide(Protocol):
    """Helps a person at the camera; nothing that it says is trusted, kept or read by a decision."""

    @property
    def network(self) -> bytes | None:
        """The detector's ONNX file for a browser; None where none may run it."""

    def hint(self, frame: bytes) -> Hint | Unreadable | None:
        """Give one coarse word on a small frame; None where nothing is to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Who verifies: what two pictures and a document need, and no more."""

    engine: Engine
    reader: Reader
    guide: Guide | None = None
    """Where None, the camera's page knows of light and nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Who plays which part in a service that keeps cases."""

    site: Site
    store: Store
    desk: Desk
    operator: Operator
    sealer: Sealer
    hasher: Hasher
    messenger: Messenger
    announcer: Announcer
    messages: MessageCheck
    attestation: Attestation
    profile: Profile
    """The one regime of this deployment."""
