"""Asking a chip for its key: `lineproof read-document --ca-ask` and `--ca-key`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lineproof.commands.answers import Exit, bad_input, stop
from lineproof.commands.console import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lineproof.reading.chip_authentication import ChipQuestion

MOST_SECRET_BYTES = 1024


def ask_chip(files: Mapping[str, bytes], secret: Path, *, as_json: bool) -> None:
    """Write our half of a chip authentication to ``secret``, and print what to send to the chip."""
    question = _question(files, as_json=as_json)
    try:
        # Nobody else may read it, and no other question's secret is written over.
        opened = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(question.secret)
    except OSError as error:
        sentence = (
            f"The secret cannot be written ({error.strerror}); name a file that is not there."
        )
        stop(Exit.BAD_INPUT, "output_not_written", sentence, as_json=as_json)
    print_json(
        {
            "opening": [command.hex() for command in question.opening],
            "protected": question.protected.hex(),
        }
    )


def _question(files: Mapping[str, bytes], *, as_json: bool) -> ChipQuestion:
    from lineproof.domain.finding import Unreadable
    from lineproof.reading.chip_authentication import ask
    from lineproof.reading.chip_code import ChipError

    try:
        question = ask(files["DG14"]) if "DG14" in files else None
    except ChipError:
        question = None
    if question is None:
        sentence = "The chip has no DG14 with a key for chip authentication that is read here."
        bad_input(Unreadable("chip_not_asked", sentence), where="DG14", as_json=as_json)
    return question


def taken_secret(path: Path | None, *, as_json: bool) -> bytes | None:
    """Read the secret of a question and remove it: it holds for one answer."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            found = file.read(MOST_SECRET_BYTES)
        path.unlink()
    except OSError as error:
        sentence = (
            f"--ca-key names the file that --ca-ask wrote, to be used once ({error.strerror})."
        )
        stop(Exit.USAGE, "usage_ca_key", sentence, as_json=as_json)
    return found
