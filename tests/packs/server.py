"""A web server on this machine that misbehaves as a test wants it to."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Site:
    """What the server gives, and what it was asked for.

    ``cuts`` says, request by request, how many bytes of a body are sent before the connection
    ends; when it is used up, bodies are whole. ``redirects`` maps paths to where they lead.
    """

    content: bytes = b""
    etag: str = '"one"'
    ranges: bool = True
    heed_if_range: bool = True
    length: bool = True
    status: int = 200
    cuts: list[int] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    stall: threading.Event | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Each request's path and Range."""
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append((self.path, self.headers.get("Range")))
        if self.path in self.site.redirects:
            self.send_response(302)
            self.send_header("Location", self.site.redirects[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._give(self._start())

    def _start(self) -> int:
        asked = self.headers.get("Range")
        same = self.headers.get("If-Range") == self.site.etag or not self.site.heed_if_range
        if asked is None or not self.site.ranges or not same:
            return 0
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def _give(self, start: int) -> None:
        site, whole = self.site, len(self.site.content)
        if start >= whole > 0:
            self.send_error(416)
            return
        self.send_response(206 if start else site.status)
        headers = {
            "Content-Range": f"bytes {start}-{whole - 1}/{whole}" if start else "",
            "Content-Length": str(whole - start) if site.length else "",
            "ETag": site.etag,
        }
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self._write(site.content[start:])

    def _write(self, body: bytes) -> None:
        self.wfile.write(body[: self.site.cuts.pop(0)] if self.site.cuts else body)
        self.wfile.flush()
        if self.site.stall is not None:
            self.site.stall.wait()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Write nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Keep quiet when a client goes before its answer has: tests make clients that do."""


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    """Serve ``site`` at ``site.url`` on a port of this machine."""
    handler = type("Handler", (_Handler,), {"site": site})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        if site.stall is not None:
            site.stall.set()
        server.shutdown()
        thread.join()
        server.server_close()
