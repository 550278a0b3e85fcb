"""A web server on loopback that receives posts, over HTTP or HTTPS, and misbehaves on demand."""

from __future__ import annotations

import datetime as dt
import ipaddress
import random
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HTTPS_PORT = 8443
NAME = "hooks.operator.example"


@dataclass(frozen=True, slots=True)
class Received:
    """One post as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came in, and how the next ones are answered."""

    host: str
    port: int
    received: list[Received] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    """The server names that TLS was asked for."""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    """Let the post come in, and then say nothing until the test ends."""
    dripping: bool = False
    """Answer one byte at a time, for ever."""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it is, by address."""
        return f"http://{self.host}:{self.port}/hooks"


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver until the block ends; with TLS, on port 8443 of an address of its own."""
    if tls is None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    else:
        server = _at_https_port()
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    host, port = str(server.server_address[0]), server.server_address[1]
    state = Receiver(host, port)
    if tls is not None:
        tls.sni_callback = lambda _, name, __: state.names.append(name)
    server.RequestHandlerClass = _handler(state)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(state: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            heard = {name.lower(): value for name, value in self.headers.items()}
            state.received.append(Received(self.path, heard, self.rfile.read(length)))
            if state.silent:
                state.over.wait(30)
                return
            if state.dripping:
                self._drip()
                return
            self.send_response(state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def _drip(self) -> None:
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nx-drip: ")
                while not state.over.wait(0.02):
                    self.wfile.write(b"a")
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Handler


def _at_https_port() -> ThreadingHTTPServer:
    chance = random.SystemRandom()
    for _ in range(50):
        host = f"127.{chance.randrange(1, 255)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        try:
            return ThreadingHTTPServer((host, HTTPS_PORT), BaseHTTPRequestHandler)
        except OSError:
            continue
    raise RuntimeError("port 8443 is free on no loopback address")


def contexts(folder: Path, name: str = NAME) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for a name; give the server's context and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Receiver of the tests")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "receiver.pem").write_bytes(pem + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "receiver.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


def closed_port() -> int:
    """Give a port of 127.0.0.1 at which nobody listens."""
    with socket.socket() as probe:
        probe.bind((str(ipaddress.IPv4Address("127.0.0.1")), 0))
        port: int = probe.getsockname()[1]
    return port
