"""A database on another machine: nothing is sent to a server that does not prove who it is."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass, field
from socket import create_server
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from lineproof.adapters.sql.engines import engine_of
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.certificate import self_signed
from lineproof.storage import StoreDown, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from socket import socket

SSL_REQUEST = bytes.fromhex("0000000804d2162f")


class Stop(Exception):  # noqa: N818 - it only ends the test's own connecting
    """Nothing is connected to."""


@dataclass(slots=True)
class Listener:
    """Answers as PostgreSQL does until TLS stands, and keeps what it is told then."""

    folder: Path
    server: socket
    offers: bytes = b"S"
    heard: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        found: int = self.server.getsockname()[1]
        return found

    def answer(self) -> None:
        """Take one connection after another, until the socket is closed."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            self.folder / "certificate.pem", self.folder / "certificate-key.pem"
        )
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                assert connection.recv(8) == SSL_REQUEST
                connection.sendall(self.offers)
                try:
                    if self.offers == b"S":
                        with context.wrap_socket(connection, server_side=True) as safe:
                            self.heard.append(safe.recv(1024))
                    else:
                        self.heard.append(connection.recv(1024))
                except OSError:
                    continue


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    """Give a server with a certificate for 127.0.0.1 that no root vouches for."""
    self_signed(tmp_path, "127.0.0.1")
    with create_server(("127.0.0.1", 0)) as server:
        found = Listener(tmp_path, server)
        thread = threading.Thread(target=found.answer, daemon=True)
        thread.start()
        yield found
        server.shutdown(2)
    thread.join(10)


def told(listener: Listener, query: str, host: str = "127.0.0.1") -> list[bytes]:
    """Connect as the service does; give what the server heard besides the asking for TLS."""
    url = f"postgresql://lineproof:secret@{host}:{listener.port}/lines?{query}"
    store = SqlStore(url, connections=1, wait=1.0)
    with pytest.raises(StoreDown) as down, store.read():
        pass
    store.close()
    assert down.value.trouble is Trouble.UNREACHABLE
    return [each for each in listener.heard if each]


def test_a_server_of_no_trusted_root_hears_nothing(listener: Listener) -> None:
    """Neither who we are nor the password goes to whoever answers in the database's place."""
    assert told(listener, "sslmode=verify-full") == []


def test_a_server_of_a_trusted_root_is_talked_to(listener: Listener) -> None:
    """With its own root named, the same server hears who wants which database."""
    root = listener.folder / "certificate.pem"
    (heard,) = told(listener, f"sslmode=verify-full&sslrootcert={root}")
    assert b"lineproof" in heard
    assert b"lines" in heard


def test_a_certificate_of_another_host_is_none(listener: Listener) -> None:
    """A good certificate for one host says nothing of another."""
    root = listener.folder / "certificate.pem"
    assert told(listener, f"sslrootcert={root}", host="localhost") == []


def test_a_server_without_tls_hears_nothing(listener: Listener) -> None:
    """Whoever says that there is no TLS here does not get the password in plain text."""
    listener.offers = b"N"
    assert told(listener, "sslmode=verify-full") == []


def connect_args(url: str) -> dict[str, Any]:
    """Give what pg8000 would be called with."""
    engine = engine_of(url)
    found: dict[str, Any] = {}

    def note(*call: Any) -> None:  # noqa: ANN401 - what SQLAlchemy tells of a connection
        found.update(call[3])
        raise Stop

    event.listen(engine, "do_connect", note)
    with pytest.raises(Stop):
        engine.connect()
    return found


@pytest.mark.parametrize("host", ["db.example", "192.0.2.7", "127.0.0.1.example", "[2001:db8::1]"])
def test_another_machine_is_verified_without_being_asked(host: str) -> None:
    """The default for every host but this one: a trusted root, and the host's own name."""
    context = connect_args(f"postgresql://u@{host}/lines")["ssl_context"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_the_host_that_counts_is_the_one_that_is_connected_to() -> None:
    """A host in the query is where pg8000 goes, whatever stands before the path."""
    found = connect_args("postgresql://u@localhost/lines?host=db.example")
    assert found["host"] == "db.example"
    assert found["ssl_context"].verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", ""])
def test_this_machine_needs_no_certificate(host: str) -> None:
    """Whoever listens here reads the database's own files."""
    assert connect_args(f"postgresql://u@{host}/lines")["ssl_context"] is None


def test_plain_text_is_asked_for_by_name() -> None:
    """It is what the operator's own tunnel may need, and nothing that happens by itself."""
    found = connect_args("postgresql://u@db.example/lines?sslmode=disable")
    assert found["ssl_context"] is False
    assert not {"sslmode", "sslrootcert"} & set(found)


@pytest.mark.parametrize("query", ["sslmode=require", "sslmode=prefer", "sslrootcert=nowhere.pem"])
def test_what_only_looks_safe_is_refused(query: str) -> None:
    """Half a protection is not offered, and a root that is not there keeps the service down."""
    with pytest.raises(ValueError, match="ssl"):
        engine_of(f"postgresql://u@db.example/lines?{query}")
