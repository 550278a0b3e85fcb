"""Starts OsmoHLR on a loopback address of its own, and reads its database back."""

from __future__ import annotations

import os
import random
import shutil
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.adapters.operators.osmo_hlr import CONTROL_PORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = shutil.which("osmo-hlr") or "/usr/bin/osmo-hlr"
MISSING = None if os.access(PROGRAM, os.X_OK) else "osmo-hlr is not installed: apt-get install it"
PATIENCE = 20.0
"""Seconds within which the program must listen."""
ADDRESSES = 50
"""Loopback addresses that are tried; its ports cannot be chosen, so each run has an address."""

CONFIGURATION = """\
log stderr
 logging level set-all error
line vty
 bind {host}
ctrl
 bind {host}
hlr
 gsup
  bind ip {host}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One subscriber as the register's own database has it."""

    imsi: str
    msisdn: str | None
    circuit: bool
    packet: bool


@dataclass(frozen=True, slots=True)
class RunningHlr:
    """A register that runs: where its control interface is, and what its database holds."""

    host: str
    database: Path
    process: subprocess.Popen[bytes]

    def rows(self) -> dict[str, Row]:
        """Read every subscriber from the database, by IMSI."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT imsi, msisdn, nam_cs, nam_ps FROM subscriber")
            return {
                imsi: Row(imsi, msisdn, bool(circuit), bool(packet))
                for imsi, msisdn, circuit, packet in found
            }

    def stop(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()


@contextmanager
def osmo_hlr(folder: Path, *, host: str | None = None) -> Iterator[RunningHlr]:
    """Run OsmoHLR on the database in a folder until the block ends."""
    host = host or free_address()
    (folder / "osmo-hlr.cfg").write_text(CONFIGURATION.format(host=host), "utf-8")
    with (folder / "osmo-hlr.log").open("ab") as log:
        process = subprocess.Popen(
            [PROGRAM, "-c", "osmo-hlr.cfg", "-l", "hlr.db"], cwd=folder, stdout=log, stderr=log
        )
    running = RunningHlr(host, folder / "hlr.db", process)
    try:
        _wait_until_it_listens(running, folder / "osmo-hlr.log")
        yield running
    finally:
        running.stop()


def free_address() -> str:
    """Give a loopback address at which the register's ports are free."""
    chance = random.SystemRandom()
    for _ in range(ADDRESSES):
        host = f"127.{chance.randrange(1, 255)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        with socket.socket() as probe:
            try:
                probe.bind((host, CONTROL_PORT))
            except OSError:
                continue
        return host
    raise RuntimeError("no loopback address is free")


def _wait_until_it_listens(running: RunningHlr, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while running.process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((running.host, CONTROL_PORT), timeout=1).close()
        except OSError:
            # Bounded, and only until it listens: there is nothing to wait on but the attempt.
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"osmo-hlr does not listen: {log.read_text('utf-8', 'replace')[-2000:]}")
