"""`lineproof read-document`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import EXIT_OF, Exit, Json, bad_input, stop
from lineproof.commands.console import print_json
from lineproof.commands.document_options import (
    Accept,
    Chip,
    LeastAge,
    LeastStrength,
    On,
    begin,
    chip_files,
    day,
    document_rules,
    open_reader,
)
from lineproof.commands.verifying import open_engine, read_picture

if TYPE_CHECKING:
    from lineproof.adapters.local_reader import Page


def read_document(
    pages: Annotated[
        list[Path] | None, typer.Argument(readable=False, help="Pictures of the document's pages.")
    ] = None,
    *,
    chip: Chip = None,
    challenge: Annotated[
        str | None, typer.Option(help="Challenge of active authentication, 16 hex digits.")
    ] = None,
    ca_ask: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="Only ask for chip authentication: write its secret here."
        ),
    ] = None,
    ca_key: Annotated[
        Path | None,
        typer.Option(readable=False, help="Secret that --ca-ask wrote; removed once it is read."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(readable=False, help="Write an overlay picture here (PNG).")
    ] = None,
    least_strength: LeastStrength = "none",
    accept: Accept = None,
    least_age: LeastAge = 0,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Read a document: its printed zone, chip, barcodes and portrait, and how strongly it holds."""
    from lineproof.commands.chip_questions import ask_chip, taken_secret
    from lineproof.commands.document_answers import document_json, print_document
    from lineproof.domain.policy import decide_on_document
    from lineproof.ports import PageRefused

    if not pages and chip is None:
        sentence = "Name a picture of the document, or its chip's files with --chip."
        stop(Exit.USAGE, "usage_document", sentence, as_json=as_json)
    rules = document_rules(least_strength, accept, least_age, as_json=as_json)
    today = day(on, as_json=as_json)
    asked = _challenge(challenge, as_json=as_json)
    stored = [read_picture(path, as_json=as_json) for path in pages or []]
    files = chip_files(chip, as_json=as_json)
    if ca_ask is not None:
        ask_chip(files, ca_ask, as_json=as_json)
        return
    secret = taken_secret(ca_key, as_json=as_json)
    begun = begin(stored, today=today, as_json=as_json)
    engine = open_engine("default", fast=False, as_json=as_json)
    reader = open_reader(engine, begun, as_json=as_json)
    seen = reader.see(stored, today=today)
    if isinstance(seen, PageRefused):
        bad_input(seen.why, where=(pages or [])[seen.page], as_json=as_json)
    reading = reader.joined(seen, files, today=today, challenge=asked, secret=secret)
    decision = decide_on_document(reading.finding, rules, today=today)
    if out is not None:
        _overlay(seen, out, as_json=as_json)
    if as_json:
        print_json(document_json(reading.finding, decision))
    else:
        print_document(reading.finding, decision)
    raise typer.Exit(EXIT_OF[decision.outcome])


def _challenge(text: str | None, *, as_json: bool) -> bytes | None:
    from lineproof.reading.active_authentication import CHALLENGE_BYTES

    if text is None:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != CHALLENGE_BYTES:
        sentence = "--challenge is 16 hexadecimal digits: the 8 bytes that the chip was asked with."
        stop(Exit.USAGE, "usage_challenge", sentence, as_json=as_json)
    return found


def _overlay(pages: tuple[Page, ...], out: Path, *, as_json: bool) -> None:
    """Draw the first page with its zone and portrait marked."""
    from lineproof.commands.document_overlay import draw_page, write_png

    if not pages:
        sentence = "There is no picture to draw on: only the chip was read."
        stop(Exit.USAGE, "usage_overlay", sentence, as_json=as_json)
    if fault := write_png(draw_page(pages[0]), out):
        stop(Exit.BAD_INPUT, "output_not_written", fault, as_json=as_json)
