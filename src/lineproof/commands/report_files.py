"""Where a command writes a report of several files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lineproof.commands.answers import Exit, stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.evaluate.protocol import Unusable


def write_files(
    made: Mapping[str, str | bytes | Unusable], out: Path | None, *, as_json: bool
) -> None:
    """Write each file, or end saying plainly what could not be made or written."""
    from lineproof.evaluate.protocol import Unusable

    folder = out or Path()
    try:
        for name, content in made.items():
            if isinstance(content, Unusable):
                stop(Exit.NOT_READY, content.code, content.sentence, as_json=as_json)
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    except OSError as error:
        _no_report(folder, error, as_json=as_json)


def make_folder(folder: Path, *, as_json: bool) -> None:
    """Make the folder of a report, before the work of minutes and not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _no_report(folder, error, as_json=as_json)


def _no_report(folder: Path, error: OSError, *, as_json: bool) -> NoReturn:
    sentence = (
        f"The report could not be written to {folder} ({error.strerror}): name another folder "
        "with --out."
    )
    stop(Exit.BAD_INPUT, "output_not_written", sentence, as_json=as_json)
