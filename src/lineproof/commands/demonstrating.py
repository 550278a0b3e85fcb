"""`lineproof demo`: the product's main job on sample photographs, in a minute."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
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
    from collections.abc import Callable

    from lineproof.demo import Files
    from lineproof.demo_lines import Standing
    from lineproof.demo_pages import BrowserMissing, Photographer
    from lineproof.flow.verify import Verification
    from lineproof.ports import Site


def demo(
    *,
    out: Annotated[Path, typer.Option(readable=False, help="Folder for the pictures.")] = Path(
        "lineproof-demo"
    ),
    cache: Annotated[
        Path | None, typer.Option(readable=False, help="Where downloads are kept.")
    ] = None,
    stay: Annotated[
        bool | None,
        typer.Option(
            "--stay/--end", help="Keep the service running to look at; by default on a terminal."
        ),
    ] = None,
    phone: Annotated[
        bool,
        typer.Option("--phone", help="Let a telephone on the same network in, and stay."),
    ] = False,
    headless: Annotated[
        bool,
        typer.Option("--headless", help="Walk through the pages in a browser; keep pictures."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Verify a right and a wrong person, then open a line over HTTP, on sample photographs.

    On a terminal the service then stays, with a case for you, a counter and a reviewer's desk.
    """
    from lineproof.adapters.liveness_check import simulated_tables
    from lineproof.demo import sample_photographs, try_both, write_files
    from lineproof.domain.policy import Outcome
    from lineproof.packs.build.downloads import cache_folder
    from lineproof.packs.build.fault import BuildFault
    from lineproof.packs.refusal import PackRefused
    from lineproof.wiring import site_for

    site = site_for("default", None, tables=simulated_tables())
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
    if not as_json:
        _print(files, right, wrong)
    stays = phone or (sys.stdout.isatty() if stay is None else stay)
    after = After(stay=stays and not as_json, phone=phone, headless=headless, as_json=as_json)
    shown, told = _lines(site, files, after)
    if as_json:
        verified = {"right": verification_json(right), "wrong": verification_json(wrong)}
        print_json({**verified, "service": told})
    else:
        _print_next(files)
    good = right.decision.outcome in {Outcome.APPROVE, Outcome.REFER} and shown
    if not good or wrong.decision.outcome is Outcome.APPROVE:
        raise typer.Exit(Exit.FAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What comes after the demonstration."""

    stay: bool
    phone: bool
    headless: bool
    as_json: bool


def _lines(site: Site, files: Files, after: After) -> tuple[bool, list[dict[str, str]]]:
    """Open a line and replace its SIM through the service; say whether it went as it should."""
    try:
        from lineproof.demo_lines import Pictures, Step, show_lines
        from lineproof.service_wiring import ServiceRefused
    except ModuleNotFoundError:
        if not after.as_json:
            wide().print("[dim]A line through the service: pip install 'lineproof[service]'.[/]")
        return True, []
    photographer = _photographer(files, after) if after.headless else None
    told: list[dict[str, str]] = []

    def report(step: Step) -> None:
        told.append({"who": step.who, "what": step.what, "came": step.came})
        if not after.as_json:
            line = f"{step.who:<10} {step.what:<60} {step.came}"
            wide().print(plain(line), soft_wrap=True)

    if not after.as_json:
        wide().rule("A new line, and a SIM replacement, through the service over HTTP")
        wide().print("[dim]Photographs are shown here, so this part asks for no living person.[/]")
    pictures = Pictures(
        document=files.document.read_bytes(),
        right=files.right.read_bytes(),
        wrong=files.wrong.read_bytes(),
    )
    visit = _visit(files, after, photographer)
    found = show_lines(
        site,
        pictures,
        files.document.parent / "service",
        report,
        meanwhile=_walk(photographer, after) if photographer is not None else None,
        then=visit if after.stay or after.headless else None,
        phone=after.phone,
    )
    if isinstance(found, ServiceRefused):
        stop(Exit.NOT_READY, found.code, found.sentence, as_json=after.as_json)
    return found.good, told


def _walk(photographer: Photographer, after: After) -> Callable[[Standing], None]:
    """Give what walks through the pages of the service that asks for no living person."""
    return lambda standing: _or_stop(photographer.everybody(standing), after)


def _visit(
    files: Files, after: After, photographer: Photographer | None
) -> Callable[[Standing], None]:
    """Give what is done with the service that asks for one: a photograph is tried, and you are."""

    def visit(standing: Standing) -> None:
        if photographer is not None:
            _or_stop(photographer.thief(standing), after)
            if not after.as_json:
                kept = photographer.album
                told = f"{len(kept.files)} pictures of pages: {kept.folder}"
                wide().print(plain(told), soft_wrap=True)
        if after.stay:
            _stay(files, standing)

    return visit


def _or_stop(missing: BrowserMissing | None, after: After) -> None:
    if missing is not None:
        stop(Exit.FAULT, "browser_stopped", missing.sentence, as_json=after.as_json)


def _photographer(files: Files, after: After) -> Photographer:
    """Give who walks through the pages, or end at once because no browser is here."""
    try:
        from lineproof.demo_pages import BrowserMissing, Photographer, browser_program
    except ModuleNotFoundError:
        sentence = "Pictures of the pages need an extra: pip install 'lineproof[browser]'."
        stop(Exit.NOT_READY, "browser_extra_missing", sentence, as_json=after.as_json)
    program = browser_program()
    if isinstance(program, BrowserMissing):
        stop(Exit.NOT_READY, "browser_missing", program.sentence, as_json=after.as_json)
    folder = files.document.parent / "pages"
    return Photographer.into(folder, program, document=files.document, face=files.right)


def _stay(files: Files, standing: Standing) -> None:
    """Say where to look, and wait for Ctrl-C."""
    import segno

    console = wide()
    console.rule("Look for yourself; Ctrl-C ends it")
    for what, where in (
        ("get a line, as a subscriber", standing.link),
        ("  the document for it", str(files.document)),
        ("sign in as an agent, a reviewer, an admin", f"{standing.address}/staff/sign-in"),
        ("the interface", f"{standing.address}/docs"),
    ):
        console.print(f"  {what}:\n    [bold]{plain(where)}[/]", soft_wrap=True)
    if standing.address.startswith("https"):
        console.print("  On a telephone in the same network; accept its warning, the certificate")
        console.print("  was made for this demonstration and nobody vouches for it:")
        segno.make(standing.link).terminal(compact=True)
    else:
        console.print("  On a telephone: end this, then [bold]make demo PHONE=1[/]")
    console.print("[bold red]UNSAFE: anybody signs in as anybody. For trying only.[/]")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _print(files: Files, right: Verification, wrong: Verification) -> None:
    console = wide()
    console.rule("The person on the document comes to the counter")
    _print_command(files.document, files.right)
    print_verification(right)
    console.rule("Somebody else comes with the same document")
    _print_command(files.document, files.wrong)
    print_verification(wrong)


def _print_next(files: Files) -> None:
    console = wide()
    console.rule("Try next")
    overlay, us = files.document.parent / "overlay.png", _own_name()
    for what, command in (
        ("see what was measured", f"{us} inspect {files.right} --out {overlay}"),
        ("two pictures of your own", f"{us} verify --document ID.jpg --live SELFIE.jpg"),
        (
            "for a program",
            f"{us} verify --document {files.document} --live {files.right} --json",
        ),
        ("the service, to try in a browser", f"{us} serve --unsafe-dev-login"),
        ("what the pack is, and its licences", f"{us} packs show default"),
    ):
        console.print(f"  {what}:\n    [bold]{plain(command)}[/]", soft_wrap=True)


def _print_command(document: Path, live: Path) -> None:
    command = f"$ {_own_name()} verify --document {document} --live {live}"
    wide().print(f"[dim]{plain(command)}[/]", soft_wrap=True)


def _own_name() -> str:
    """Give the command as this person can type it: by its path where it is not on the PATH."""
    return "lineproof" if shutil.which("lineproof") else os.path.relpath(sys.argv[0])
