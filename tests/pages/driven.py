"""Firefox and WebKit told what to do in WebDriver's words, by this machine's own programs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""What WebDriver calls an element in its JSON (section 12.2)."""

SOON = 20.0
"""Seconds in which what is waited for must come."""

MINI = Path("/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser")

CAMERA = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "marionette.port": 0,
}
"""A camera that is not there, which may be used; a port that is free."""


MOCK = ["--automation", "--enable-media-stream=true", "--enable-mock-capture-devices=true"]
"""The same for WebKit, which draws a camera's picture."""


class DriverError(Exception):
    """The browser could not do what it was told."""


class Wire(Protocol):
    """How commands reach a browser."""

    def ask(self, command: str, told: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON
        """Give a command's answer; raise DriverError."""


class Marionette:
    """Firefox's own wire: JSON with its length before it, over a socket."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=SOON)
        self._count = 0
        self._read()

    def ask(self, command: str, told: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON
        """Send [0, id, command, parameters]; read [1, id, error, answer]."""
        self._count += 1
        sent = json.dumps([0, self._count, f"WebDriver:{command}", told]).encode()
        self._line.sendall(b"%d:%b" % (len(sent), sent))
        _, _, error, answer = self._read()
        if error:
            raise DriverError(error)
        return answer["value"] if "value" in (answer or {}) else answer

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _read(self) -> Any:  # noqa: ANN401 - any JSON
        length = b""
        while not length.endswith(b":"):
            length += self._some(1)
        left, body = int(length[:-1]), b""
        while len(body) < left:
            body += self._some(left - len(body))
        return json.loads(body)

    def _some(self, most: int) -> bytes:
        found = self._line.recv(most)
        if not found:
            raise DriverError("the browser is gone")
        return found


PATHS = {
    "Navigate": "url",
    "Refresh": "refresh",
    "SetWindowRect": "window/rect",
    "ExecuteScript": "execute/sync",
    "FindElement": "element",
    "ElementClick": "element/{id}/click",
    "ElementSendKeys": "element/{id}/value",
}


class OverHttp:
    """WebDriver's wire (W3C, section 6): POST, one path for each command."""

    def __init__(self, port: int, capabilities: Mapping[str, object]) -> None:
        self._port = port
        told = {"capabilities": {"alwaysMatch": capabilities}}
        self._session = self._post("/session", told)["sessionId"]

    def ask(self, command: str, told: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON
        """Post a command to its path."""
        path = PATHS[command].format_map(told)
        return self._post(f"/session/{self._session}/{path}", told)

    def _post(self, path: str, told: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON
        line = HTTPConnection("127.0.0.1", self._port, timeout=SOON)
        line.request("POST", path, json.dumps(told), {"Content-Type": "application/json"})
        answer = line.getresponse()
        found = json.loads(answer.read())["value"]
        line.close()
        if answer.status >= 400:
            raise DriverError(found)
        return found


@dataclass(frozen=True, slots=True)
class Driven:
    """One window of a browser."""

    wire: Wire

    def opens(self, address: str) -> None:
        """Open an address."""
        self.wire.ask("Navigate", {"url": address})

    def is_sized(self, width: int, height: int) -> None:
        """Give the window a size, in pixels, its frame included."""
        self.wire.ask("SetWindowRect", {"width": width, "height": height})

    def reloads(self) -> None:
        """Load the page anew."""
        self.wire.ask("Refresh", {})

    def tells(self, expression: str) -> Any:  # noqa: ANN401 - any JSON
        """Give what an expression is worth in the page."""
        return self.wire.ask("ExecuteScript", {"script": f"return {expression}", "args": []})

    def until(self, expression: str) -> Any:  # noqa: ANN401 - any JSON
        """Wait until an expression is true in a page, also in one that is still to come."""

        def told() -> Any:  # noqa: ANN401 - any JSON
            with suppress(DriverError):
                return self.tells(expression)
            return None

        return eventually(told, expression)

    def at(self, path: str) -> None:
        """Wait until a page has been loaded."""
        self.until(f"location.pathname === {path!r} && document.readyState === 'complete'")

    def clicks(self, css: str) -> None:
        """Press what can be seen, as a pointer does."""
        self.until(f"document.querySelector({css!r})?.checkVisibility()")
        self.wire.ask("ElementClick", {"id": self._found(css)})

    def types(self, css: str, text: str) -> None:
        """Write into a field; or choose a file by its name."""
        self.wire.ask("ElementSendKeys", {"id": self._found(css), "text": text})

    def _found(self, css: str) -> str:
        found = self.wire.ask("FindElement", {"using": "css selector", "value": css})
        return str(found[ELEMENT])


def eventually(look: Callable[[], Any], what: str) -> Any:  # noqa: ANN401 - what is looked for
    """Give what is looked for, once it is there; raise TimeoutError."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise TimeoutError(what)


@contextmanager
def started(*words: str, keeps: tuple[int, ...] = (), **environment: str) -> Iterator[None]:
    """Run a program, with all that it starts, until the end; what it says is of no interest."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        words,
        env={**os.environ, **environment},
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        pass_fds=keeps,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def firefox(folder: Path, **prefs: object) -> Iterator[Driven]:
    """Start Firefox without a past, in a folder of its own."""
    lines = (
        f"user_pref({json.dumps(key)}, {json.dumps(it)});" for key, it in (CAMERA | prefs).items()
    )
    (folder / "user.js").write_text("\n".join(lines))
    port = folder / "MarionetteActivePort"
    words = ("--marionette", "--headless", "--no-remote", "--profile", str(folder))
    with started("firefox-esr", *words, HOME=str(folder)):
        eventually(lambda: port.exists() and port.read_text(), "Firefox listens")
        with closing(Marionette(int(port.read_text()))) as wire:
            wire.ask("NewSession", {"acceptInsecureCerts": True})
            yield Driven(wire)


@contextmanager
def webkit(folder: Path) -> Iterator[Driven]:
    """Start WebKitGTK's small browser without a past, on a screen that nobody sees."""
    port = _free()
    with (
        screen() as display,
        started(
            "WebKitWebDriver",
            f"--port={port}",
            HOME=str(folder),
            DISPLAY=display,
            GDK_BACKEND="x11",
        ),
    ):
        eventually(lambda: _listens(port), "WebKit listens")
        yield Driven(
            OverHttp(
                port,
                {
                    "acceptInsecureCerts": True,
                    "webkitgtk:browserOptions": {"binary": str(MINI), "args": MOCK},
                },
            )
        )


@contextmanager
def screen() -> Iterator[str]:
    """Start a screen in memory; give its name, which it chooses."""
    reading, writing = os.pipe()
    with started(
        "Xvfb", "-displayfd", str(writing), "-screen", "0", "800x900x24", keeps=(writing,)
    ):
        os.close(writing)
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
