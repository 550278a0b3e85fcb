"""What the default pack is built from and what must come out of it: pinned, committed, checked."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from lineproof.packs.build.fault import BuildFault

if TYPE_CHECKING:
    from collections.abc import Mapping

Client: TypeAlias = Literal["npm", "pip"]

HERE = Path(__file__).parent
_REQUIREMENT = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.]+) --hash=sha256:(?P<hex>\w{64})$")


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a package's archive, known by size in bytes and SHA-256 (hexadecimal)."""

    name: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Archive:
    """One package of one version as ``client`` knows it, and the members needed of it.

    ``digest`` is the whole archive's, by ``algorithm`` (a name that hashlib knows).
    """

    client: Client
    package: str
    version: str
    algorithm: str
    digest: bytes
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Lock:
    """The archives to fetch and the SHA-256 (hexadecimal) of each file to be written."""

    archives: tuple[Archive, ...]
    outputs: Mapping[str, str]


def read_lock(folder: Path = HERE) -> Lock:
    """Read the committed lock files; ``BuildFault`` naming the file that is not as expected."""
    try:
        table = tomllib.loads((folder / "default.lock.toml").read_text("utf-8"))
        members = {client: _members(table["members"], client) for client in ("npm", "pip")}
        outputs = {str(name): str(digest) for name, digest in table["outputs"].items()}
        package, version, integrity = _npm(json.loads(_source(folder, "package-lock.json")))
        required = _REQUIREMENT.match(_source(folder, "requirements.txt").strip())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildFault(f"The pack's lock files in {folder} are damaged: {error}.") from error
    if required is None:
        raise BuildFault(f"{folder}/sources/requirements.txt is not one pinned, hashed package.")
    return Lock(
        archives=(
            Archive("npm", package, version, "sha512", integrity, members["npm"]),
            Archive(
                "pip",
                required["name"],
                required["version"],
                "sha256",
                bytes.fromhex(required["hex"]),
                members["pip"],
            ),
        ),
        outputs=outputs,
    )


def _source(folder: Path, name: str) -> str:
    return (folder / "sources" / name).read_text("utf-8")


def _members(table: Mapping[str, Mapping[str, object]], client: str) -> tuple[Member, ...]:
    return tuple(
        Member(name, str(entry["path"]), int(str(entry["bytes"])), str(entry["sha256"]))
        for name, entry in table.items()
        if entry["from"] == client
    )


def _npm(lock: Mapping[str, Mapping[str, Mapping[str, str]]]) -> tuple[str, str, bytes]:
    """Return name, version and SHA-512 of the only package in an npm lock file."""
    ((place, entry),) = ((key, value) for key, value in lock["packages"].items() if key)
    kind, _, encoded = entry["integrity"].partition("-")
    if kind != "sha512":
        raise ValueError(f"integrity of {place} is {kind}, not sha512")
    return place.removeprefix("node_modules/"), entry["version"], base64.b64decode(encoded)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
