"""One process that serves: a socket, the application, its workers, an end that loses nothing."""

from __future__ import annotations

import logging
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
import uvicorn
from anyio import to_thread

from lineproof.web.app import build_app, context_of
from lineproof.web.punctual import Punctual
from lineproof.web.reception import LOG
from lineproof.web.workers import Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from fastapi import FastAPI

    from lineproof.ports import Service
    from lineproof.settings import Settings

ENDING_SECONDS = 20
"""For messages that are under way when the process is told to end; requests end by themselves."""


@dataclass(frozen=True, slots=True)
class PortTaken:
    """Nothing can listen there, and why."""

    sentence: str


def listen(settings: Settings) -> socket.socket | PortTaken:
    """Open the socket, before anything else is done: only then is the port known."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((settings.host, settings.port))
        # Whoever connects before the server runs waits, and is not turned away.
        opened.listen(128)
    except OSError as error:
        opened.close()
        where = f"{settings.host}:{settings.port}"
        return PortTaken(f"Nothing can listen on {where}: {error.strerror}. Choose --port.")
    return opened


def server_of(
    service: Service, settings: Settings, *, clock: Callable[[], datetime]
) -> uvicorn.Server:
    """Give the server of a service; its workers start and end with it."""
    context = context_of(service, settings, clock=clock)
    workers = Workers(
        service=service,
        tallies=context.tallies,
        clock=clock,
        deliverers=settings.deliverers,
        bell=context.bell,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        # Routes wait for the gate in threads: there must be more of them than may wait.
        to_thread.current_default_thread_limiter().total_tokens = max(40, 8 * settings.workers)
        workers.start()
        LOG.info("started")
        try:
            yield
        finally:
            workers.stop(seconds=ENDING_SECONDS)
            LOG.info("stopped")

    app = build_app(context, lifespan=lifespan)
    config = uvicorn.Config(
        app,
        http=Punctual,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=15,
        # A head of 16 KiB holds every header that is ours.
        h11_max_incomplete_event_size=16 * 1024,
    )
    return uvicorn.Server(config)


def log_to(write: Callable[[str], object]) -> None:
    """Write the log as one JSON object a line; of the libraries' own lines, none."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=lambda *_: Lines(write),
        cache_logger_on_first_use=False,
    )
    # A traceback of the server's would quote what a library says, and that what a person sent.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Lines:
    """Writes lines, whatever happens to where they go: a full disk stops no request."""

    write: Callable[[str], object]

    def info(self, line: str) -> None:
        """Write one line."""
        with suppress(OSError, ValueError):
            self.write(line + "\n")

    warning = error = info
