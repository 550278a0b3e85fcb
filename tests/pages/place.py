"""A service on a real port, for a real browser: what is seen and read is told by the test."""

from __future__ import annotations

import io
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import uvicorn
from PIL import Image, ImageDraw

from lineproof.adapters.simulated_engine import NOT_TOLD
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.certificate import self_signed
from lineproof.domain.finding import Measured, Unreadable
from lineproof.ports import DocumentReading, PageRefused, Site, Versions
from tests.flow.stage import FACE, MATCH, passport
from tests.regime import REGIME
from tests.web.house import House, house

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from lineproof.domain.case import Case
    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.finding import FaceFinding, Finding, FmrBand
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.domain.profile import Profile
    from lineproof.ports import Look

MUCH = 1_000_000
"""Requests a minute: the clock of a test stands still, so no bucket fills again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the eye was told to see."""

    finding: Finding[FaceFinding]


@dataclass(slots=True)
class Eye:
    """An engine and a reader that see what the test says, in whatever picture the browser sends."""

    face: Finding[FaceFinding] = FACE
    portrait: Finding[FaceFinding] = FACE
    photo: bytes = b"portrait"
    """The document's portrait, as a reviewer sees it."""
    band: Finding[FmrBand] = field(default_factory=lambda: Measured(MATCH))
    document: DocumentFinding = field(default_factory=lambda: passport("P1"))
    refused: Unreadable | None = None
    """Why no page can be read."""
    fault: Exception | None = None
    """What goes wrong in reading."""
    liveness: Finding[LivenessBand] = NOT_TOLD
    """What a script shows."""
    frames: list[bytes] = field(default_factory=list)
    """The live pictures that came."""
    captures: list[LiveCapture] = field(default_factory=list)
    """What the signed messages told of them."""

    @property
    def versions(self) -> Versions:
        """Versions that say that nothing was compared."""
        return Versions(
            pack="told",
            pack_version="0",
            setting="told",
            grade="evaluation",
            pipeline="told",
            runtime="told",
            liveness="simulated 0123456789ab",
        )

    def look(self, picture: bytes, *, whole: bool = False) -> Told | Unreadable:
        """See the face, or the portrait."""
        del whole
        if picture == self.photo:
            return Told(self.portrait)
        self.frames.append(picture)
        return Told(self.face)

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Answer the band."""
        del reference, probes
        return self.band

    def live(self, frames: Sequence[Look], *, capture: LiveCapture) -> Finding[LivenessBand]:
        """Answer what is known of a living person."""
        del frames
        self.captures.append(capture)
        return self.liveness

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading | PageRefused:
        """Read the document."""
        del pages, chip, today, challenge
        if self.fault is not None:
            raise self.fault
        if self.refused is not None:
            return PageRefused(0, self.refused)
        return DocumentReading(finding=self.document, portrait=self.photo)


@dataclass(slots=True)
class Overheard:
    """The application, with all that it says of pages kept: what a browser drops is here still."""

    app: ASGIApp
    said: list[tuple[str, str]] = field(default_factory=list)
    """Path, and a piece of the body that was answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and keep what was said."""

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.body" and scope["path"].startswith(
                ("/c", "/answer")
            ):
                self.said.append((scope["path"], message.get("body", b"").decode(errors="replace")))
            await send(message)

        await self.app(scope, receive, telling)


@dataclass(slots=True)
class Place:
    """A house that a browser can enter."""

    house: House
    address: str
    eye: Eye
    overheard: Overheard

    def link(self, kind: str = "new_line", msisdn: str = "15550001") -> str:
        """Open a case; give the link that the operator would send."""
        return f"{self.address}/c#{self.house.open(kind, msisdn)['client_secret']}"

    def case(self) -> Case:
        """Give the newest case."""
        with self.house.stage.service.store.read() as tx:
            return tx.cases(operator="op", statuses=frozenset(), after="", limit=100)[-1]

    def status(self) -> str:
        """Give the status of the newest case."""
        return str(self.case().status)


class Announced(uvicorn.Server):
    """A server that says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def place(
    folder: Path,
    profile: Profile = REGIME,
    site: Site | None = None,
    *,
    tls: bool = False,
    **settings: Any,  # noqa: ANN401 - each setting says what it may be
) -> Iterator[Place]:
    """Serve a house on a free port of this machine; with a certificate that nobody vouches for."""
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    address = f"{'https' if tls else 'http'}://localhost:{opened.getsockname()[1]}"
    certificate, key = self_signed(folder, "127.0.0.1") if tls else (None, None)
    rates = {"person_rate": MUCH, "stranger_rate": MUCH, "system_rate": MUCH}
    found = house(folder, profile, origin=address, counter_client="op", **rates, **settings)
    eye = Eye()
    service = found.stage.service
    told = Site(engine=eye, reader=eye)
    found._serve(replace(service, site=site or told))  # noqa: SLF001 - the house is a test's own
    overheard = Overheard(found.app)
    config = uvicorn.Config(
        overheard,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    server = Announced(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()
    assert server.ready.wait(30)
    try:
        yield Place(found, address, eye, overheard)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()
        opened.close()
        assert isinstance(service.store, SqlStore)
        service.store.close()


def drawn_page() -> bytes:
    """Draw something like a page: the told reader reads it as a passport."""
    picture = Image.new("RGB", (900, 630), "#f4f6f8")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 90, 290, 380), fill="#c9d6de")
    pen.ellipse((120, 140, 230, 260), fill="#6c7f8c")
    return as_jpeg(picture)


def silhouette(width: int = 640, height: int = 480) -> Image.Image:
    """Draw head and shoulders of nobody."""
    picture = Image.new("RGB", (width, height), "#b9c7d0")
    pen = ImageDraw.Draw(picture)
    middle = width // 2
    pen.ellipse((middle - 150, height - 130, middle + 150, height + 230), fill="#41535f")
    pen.rectangle((middle - 38, height - 200, middle + 38, height - 90), fill="#c99f84")
    pen.ellipse((middle - 88, 90, middle + 88, height - 150), fill="#d9b094")
    pen.pieslice((middle - 94, 70, middle + 94, 270), 180, 360, fill="#3b2a22")
    return picture


def film(picture: Image.Image, file: Path, frames: int = 4) -> Path:
    """Write a film that a browser takes for a camera: Motion JPEG, the same picture each time."""
    file.write_bytes(as_jpeg(picture.convert("RGB")) * frames)
    return file


def grainy_film(
    file: Path, *, frames: int = 300, grain: float = 6.0, size: tuple[int, int] = (480, 360)
) -> Path:
    """Write a film of the silhouette in which no frame is as another: a camera's noise."""
    rng = np.random.default_rng(0)
    still = np.asarray(silhouette(*size), dtype=np.float32)
    with file.open("wb") as out:
        for _ in range(frames):
            noise = rng.standard_normal(still.shape, dtype=np.float32) * grain
            seen = np.clip(still + noise, 0, 255).astype(np.uint8)
            out.write(as_jpeg(Image.fromarray(seen)))
    return file


def as_jpeg(picture: Image.Image) -> bytes:
    """Give a picture as the bytes of a file."""
    out = io.BytesIO()
    picture.save(out, format="JPEG", quality=92)
    return out.getvalue()
