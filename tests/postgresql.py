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
    from collections.abc import Iterator

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
    folders = [*found, *([Path(beside).parent] if beside else [])]
    whole = [each for each in folders if all((each / name).exists() for name in PROGRAMS)]
    return whole[-1] if whole else None


def missing() -> str:
    """Say why no server can be started here; empty where one can."""
    if programs() is None:
        return "PostgreSQL is not installed: apt-get install postgresql"
    if os.geteuid() == 0 and (_user() is None or shutil.which("setpriv") is None):
        return "PostgreSQL does not run as root, and there is no user postgres or no setpriv"
    return ""


class Server:
    """A running server; each test takes a database of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def url(self, database: str) -> sa.URL:
        """Give the address of a database."""
        return sa.URL.create(
            "postgresql+pg8000", USER, host="127.0.0.1", port=self.port, database=database
        )

    def run(self, *statements: str) -> None:
        """Run statements outside any transaction."""
        connection = pg8000.native.Connection(
            USER, host="127.0.0.1", port=self.port, database="postgres"
        )
        try:
            for statement in statements:
                connection.run(statement)
        finally:
            connection.close()

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Make a database, a copy of ``template`` where one is named, and drop it afterwards."""
        name = f"t_{secrets.token_hex(8)}"
        self.run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def started() -> Iterator[Server]:
    """Start a server on a free port of loopback, in a folder that is deleted afterwards."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="lineproof-pg-"))
    data = folder / "data"
    if (user := _user()) is not None and os.geteuid() == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
    port = _free_port()
    options = f"{FAST} -h 127.0.0.1 -p {port} -k {folder}"
    try:
        as_user(bin_folder / "initdb", "-D", data, "-U", USER, "-A", "trust", "-N", "-E", "UTF8")
        log = folder / "server.log"
        as_user(bin_folder / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield Server(folder, port)
        finally:
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
