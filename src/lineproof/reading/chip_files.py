"""Reads what a reader's app exported: a folder of the chip's files, or one JSON of base64.

Names are taken as apps write them: ``EF.SOD.bin``, ``EF_DG1.bin``, ``DG14``, ``Datagroup2.bin``,
``AT_EF.SOD.bin``. ``AA.bin`` is the chip's answer to active authentication, ``CA.bin``
that to chip authentication.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING

from lineproof.domain.finding import Unreadable
from lineproof.reading.der import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST_FILES = 200
MOST_JSON_BYTES = 16 * MOST_BYTES
_NAME = re.compile(
    r"(?:[A-Z]{1,3}_)?(?:EF[._-]?)?(?:(SOD|COM|AA|CA)|(?:DG|DATAGROUP)[ _-]?0?([1-9]|1[0-6]))"
    r"(?:\.(?:BIN|DAT|DER))?",
    re.IGNORECASE,
)


def read_chip_files(path: Path) -> dict[str, bytes] | Unreadable:
    """Give the chip's files as ``SOD``, ``COM``, ``AA``, ``CA`` and ``DG1`` to ``DG16``.

    Files of other names are left alone. Unreadable: ``chip_missing``, ``chip_not_readable``,
    ``chip_no_files``, ``chip_twice`` (two files for one name), ``chip_too_large``,
    ``chip_json`` (no object of names and base64).
    """
    try:
        if path.is_dir():
            return _named(_folder(path))
        if path.is_file():
            return _from_json(path)
    except OSError as error:
        return Unreadable(
            "chip_not_readable",
            f"The chip's files may not be read ({error.strerror}); check their permissions.",
        )
    return Unreadable(
        "chip_missing", "There is no such folder or file; name what the reader's app exported."
    )


def _folder(path: Path) -> list[tuple[str, Path]]:
    return [(each.name, each) for each in sorted(path.iterdir())[:MOST_FILES] if each.is_file()]


def _named(entries: list[tuple[str, Path]]) -> dict[str, bytes] | Unreadable:
    found: dict[str, bytes] = {}
    for written, path in entries:
        name = file_name(written)
        if name is None:
            continue
        if name in found:
            return _twice(name)
        if path.stat().st_size > MOST_BYTES:
            return _too_large(name)
        found[name] = path.read_bytes()
    return found or _nothing()


def _from_json(path: Path) -> dict[str, bytes] | Unreadable:
    if path.stat().st_size > MOST_JSON_BYTES:
        return _too_large("JSON")
    try:
        told = json.loads(path.read_bytes(), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Unreadable(
            "chip_json", "The file is no JSON object of names and base64, as apps export chips."
        )
    return decoded(told)


def decoded(told: Mapping[str, object]) -> dict[str, bytes] | Unreadable:
    """Decode a chip's files from base64 by their usual names."""
    found: dict[str, bytes] = {}
    for written, text in told.items():
        name = file_name(written)
        if name is None:
            continue
        if name in found:
            return _twice(name)
        try:
            found[name] = base64.b64decode(text if isinstance(text, str) else "?", validate=True)
        except (binascii.Error, ValueError):
            return Unreadable("chip_json", f"{name} is not base64; export the chip again.")
        if len(found[name]) > MOST_BYTES:
            return _too_large(name)
    return found or _nothing()


def file_name(written: str) -> str | None:
    """Give the one name of a chip's file; None where it is another file."""
    found = _NAME.fullmatch(written)
    if found is None:
        return None
    return found[1].upper() if found[1] else f"DG{int(found[2])}"


def _nothing() -> Unreadable:
    return Unreadable(
        "chip_no_files",
        "No file of a chip is there; EF.SOD.bin, EF.DG1.bin and EF.DG2.bin are their usual names.",
    )


def _twice(name: str) -> Unreadable:
    return Unreadable("chip_twice", f"There are two files for {name}; keep those of one chip only.")


def _too_large(name: str) -> Unreadable:
    return Unreadable("chip_too_large", f"{name} is larger than any chip's; export the chip again.")
