"""`lineproof demo`: the product's main job on sample photographs, in a minute."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, Json, not_ready, stop
from lineproof.commands.console import (
    plain,
    print_json,
    print_verification,
    steps,
    verification_json,
    wide,
)

if TYPE_CHECKING:
    from lineproof.demo import Files
    from lineproof.flow.verify import Verification


def demo(
    *,
    out: Annotated[Path, typer.Option(readable=False, help="Folder for the pictures.")] = Path(
        "lineproof-demo"
    ),
    cache: Annotated[
        Path | None, typer.Option(readable=False, help="Where downloads are kept.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify the right person and a wrong one, on sample photographs."""
    from lineproof.demo import sample_photographs, try_both, write_files
    from lineproof.domain.policy import Outcome
    from lineproof.packs.build.downloads import cache_folder
    from lineproof.packs.build.fault import BuildFault
    from lineproof.packs.refusal import PackRefused
    from lineproof.wiring import site_for

    site = site_for("default", None)
    if isinstance(site, PackRefused):
        not_ready(site, as_json=as_json)
    try:
        with steps() as report:
            photographs = sample_photographs(cache or cache_folder(), report)
        files = write_files(photographs, out)
    except BuildFault as fault:
        stop(Exit.NOT_READY, "samples_not_here", str(fault), as_json=as_json)
    except OSError as error:
        sentence = f"The pictures could not be written to {out} ({error.strerror}): choose --out."
        stop(Exit.BAD_INPUT, "output_not_written", sentence, as_json=as_json)
    right, wrong = try_both(site, files)
    if as_json:
        print_json({"right": verification_json(right), "wrong": verification_json(wrong)})
    else:
        _print(files, right, wrong)
    good = right.decision.outcome in {Outcome.APPROVE, Outcome.REFER}
    if not good or wrong.decision.outcome is Outcome.APPROVE:
        raise typer.Exit(Exit.FAULT)


def _print(files: Files, right: Verification, wrong: Verification) -> None:
    console = wide()
    console.rule("The person on the document comes to the counter")
    _print_command(files.document, files.right)
    print_verification(right)
    console.rule("Somebody else comes with the same document")
    _print_command(files.document, files.wrong)
    print_verification(wrong)
    console.rule("Try next")
    overlay, us = files.document.parent / "overlay.png", _own_name()
    for what, command in (
        ("see what was measured", f"{us} inspect {files.right} --out {overlay}"),
        ("two pictures of your own", f"{us} verify --document ID.jpg --live SELFIE.jpg"),
        (
            "for a program",
            f"{us} verify --document {files.document} --live {files.right} --json",
        ),
        ("what the pack is, and its licences", f"{us} packs show default"),
    ):
        console.print(f"  {what}:\n    [bold]{plain(command)}[/]", soft_wrap=True)


def _print_command(document: Path, live: Path) -> None:
    command = f"$ {_own_name()} verify --document {document} --live {live}"
    wide().print(f"[dim]{plain(command)}[/]", soft_wrap=True)


def _own_name() -> str:
    """Give the command as this person can type it: by its path where it is not on the PATH."""
    return "lineproof" if shutil.which("lineproof") else os.path.relpath(sys.argv[0])
