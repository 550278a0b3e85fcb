"""The options about the document that `verify` and `read-document` share, and what they open."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, bad_input, not_ready, stop
from lineproof.domain.document import Strength

if TYPE_CHECKING:
    from datetime import date

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.local_reader import LocalReader
    from lineproof.adapters.page_sight import BegunReading
    from lineproof.domain.validity import DocumentRules

Chip = Annotated[
    Path | None,
    typer.Option("--chip", readable=False, help="Folder, or JSON, with the chip's files."),
]
LeastStrength = Annotated[
    str,
    typer.Option(
        "--least-strength", help="How strongly it must be proven: none, weak, strong, strongest."
    ),
]
Accept = Annotated[
    list[str] | None,
    typer.Option("--accept", help="Document code to accept, such as P or I; may be repeated."),
]
LeastAge = Annotated[
    int, typer.Option("--least-age", min=0, max=120, help="Age the holder must have reached.")
]
On = Annotated[
    str | None, typer.Option("--on", help="Day on which it has to be valid, as 2026-11-24.")
]


def document_rules(
    least_strength: str, accept: list[str] | None, least_age: int, *, as_json: bool
) -> DocumentRules:
    """Give the rules that the options ask for, or end saying which option is off."""
    from lineproof.domain.validity import ANY_TYPE, DocumentRules

    words = {each.label: each for each in Strength}
    if least_strength not in words:
        sentence = f"--least-strength is one of {', '.join(words)}, not {least_strength}."
        stop(Exit.USAGE, "usage_strength", sentence, as_json=as_json)
    return DocumentRules(
        least_strength=words[least_strength],
        accepted_types=tuple(kind.upper() for kind in accept) if accept else ANY_TYPE,
        least_age=least_age,
        validity_required=False,
    )


def day(on: str | None, *, as_json: bool) -> date:
    """Give the day that was asked for, this machine's own if none was."""
    from lineproof.library import this_day

    if on is None:
        return this_day()
    try:
        return datetime.strptime(on, "%Y-%m-%d").astimezone().date()
    except ValueError:
        sentence = f"--on is a day such as 2026-11-24, not {on}."
        stop(Exit.USAGE, "usage_day", sentence, as_json=as_json)


def chip_files(chip: Path | None, *, as_json: bool) -> dict[str, bytes]:
    """Read the chip's files, or end saying why they cannot be used; none where none is named."""
    from lineproof.domain.finding import Unreadable
    from lineproof.reading.chip_files import read_chip_files

    if chip is None:
        return {}
    files = read_chip_files(chip)
    if isinstance(files, Unreadable):
        bad_input(files, where=chip, as_json=as_json)
    return files


def begin(pages: list[bytes], *, today: date, as_json: bool) -> BegunReading:
    """Begin to read the pages beside the loading of the face networks, or end saying why not."""
    from lineproof.adapters.page_sight import begin_reading, open_recognisers
    from lineproof.packs.refusal import PackRefused

    recognisers = open_recognisers()
    if isinstance(recognisers, PackRefused):
        not_ready(recognisers, as_json=as_json)
    return begin_reading(pages, recognisers, today=today)


def open_reader(engine: LocalEngine, begun: BegunReading, *, as_json: bool) -> LocalReader:
    """Make the reader that goes on with what was begun, or end saying why there is none."""
    from lineproof.packs.refusal import PackRefused
    from lineproof.wiring import reader_for

    reader = reader_for(engine, begun)
    if isinstance(reader, PackRefused):
        not_ready(reader, as_json=as_json)
    return reader
