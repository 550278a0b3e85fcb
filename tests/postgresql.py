"""A PostgreSQL server of the tests' own, from Debian's package: started once, gone with them."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pg8000.native
import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

USER = "lineproof"
PROGRAMS = "initdb", "pg_ctl", "postgres"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
"""For tests only: a power cut would lose everything, and everything is thrown away anyway."""


def programs() -> Path | None:
    """Give the folder of the newest PostgreSQL's programs; None where there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name)
    )
    beside = shutil.which("initdb")
    folders = [*([Path(beside).resolve().parent] if beside else []), *found]
    whole = [each for each in folders if all((each / name).exists() for name in PROGRAMS)]
    return whole[-1] if whole else None


def missing() -> str:
    """Say why no server can be started here; empty where one can."""
    if programs() is None:
        return "PostgreSQL is not installed: apt-get install postgresql"
    if os.geteuid() == 0 and (_user() is None or shutil.which("setpriv") is None):
        return "PostgreSQL does not run as root, and there is no user postgres or no setpriv"
    return ""


CUT_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Server:
    """A running server; each test takes a database of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._connections: dict[str, pg8000.native.Connection] = {}

    def url(self, database: str) -> sa.URL:
        """Give the address of a database."""
        return sa.URL.create(
            "postgresql+pg8000", USER, host="127.0.0.1", port=self.port, database=database
        )

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements, each in a transaction of its own."""
        if database not in self._connections:
            # Kept open: connecting takes far longer than what is run.
            self._connections[database] = pg8000.native.Connection(
                USER, host="127.0.0.1", port=self.port, database=database
            )
        for statement in statements:
            self._connections[database].run(statement)

    def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            connection.close()

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make a database and drop it afterwards. It takes a second: see empty()."""
        name = f"t_{secrets.token_hex(8)}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            if (connection := self._connections.pop(name, None)) is not None:
                connection.close()
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def cut(self, name: str) -> None:
        """Cut every connection to a database but our own, as a server that ends does."""
        self.run(CUT_OTHERS, database=name)

    def empty(self, name: str, tables: Sequence[str]) -> None:
        """Cut every connection to a database and empty its tables, those that point first.

        Deleting a few rows takes milliseconds, truncating or making a database far longer.
        """
        emptied = [f"DELETE FROM {table}" for table in reversed(tables) if table != "log_head"]  # noqa: S608 - our own names
        beginning = f"UPDATE log_head SET number = 0, hash = '{'0' * 64}'"  # noqa: S608 - the same
        self.run(CUT_OTHERS, *emptied, beginning, database=name)


@contextmanager
def started() -> Iterator[Server]:
    """Start a server on a free port of loopback, in a folder that is deleted afterwards."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="lineproof-pg-"))
    data = folder / "data"
    if (user := _user()) is not None and os.geteuid() == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        as_user(bin_folder / "initdb", "-D", data, "-U", USER, "-A", "trust", "-N", "-E", "UTF8")
        log = folder / "server.log"
        # Just before it is used: somebody else takes a free port too.
        port = _free_port()
        options = f"{FAST} -h 127.0.0.1 -p {port} -k {folder}"
        as_user(bin_folder / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        server = Server(folder, port)
        try:
            yield server
        finally:
            server.close()
            as_user(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def as_user(*command: object) -> None:
    """Run a program as the user whose server it is; AssertionError where it fails."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *words]
    # To nowhere: a server that inherits a pipe would keep it open for as long as it runs.
    done = subprocess.run(
        words, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, words


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
