"""`lineproof verify` and `lineproof inspect`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import EXIT_OF, Exit, Json, bad_input, not_ready, stop
from lineproof.commands.console import aside, print_json, print_verification, verification_json
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

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.domain.policy import Policy

PackName = Annotated[str, typer.Option("--pack", help="The model pack to use.")]
Fast = Annotated[bool, typer.Option("--fast", help="Use the pack's fast setting: fewer passes.")]

RESEARCH_WARNING = (
    "--research prints a comparison score. Scores let templates be rebuilt: 50 to 192 of them "
    "are enough. Never log, store or send one. No service of Lineproof has this option."
)


def verify(
    *,
    document: Annotated[
        list[Path],
        typer.Option(readable=False, help="Photograph of the document; again for its other side."),
    ],
    live: Annotated[
        list[Path], typer.Option(readable=False, help="Live picture; may be given several times.")
    ],
    chip: Chip = None,
    least_strength: LeastStrength = "none",
    accept: Accept = None,
    least_age: LeastAge = 0,
    on: On = None,
    pack: PackName = "default",
    fast: Fast = False,
    max_fmr: Annotated[float, typer.Option(help="Highest false match rate to approve at.")] = 1e-4,
    attempt: Annotated[int, typer.Option(min=1, help="Which attempt this is.")] = 1,
    attempts: Annotated[int, typer.Option(min=1, help="Attempts before a person looks.")] = 3,
    research: Annotated[
        bool, typer.Option("--research", help="Also print the bare score, with a warning.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Decide whether the person in the live picture is the person on the document."""
    from lineproof.flow.verify import PictureRefused
    from lineproof.flow.verify import verify as verify_pictures
    from lineproof.ports import Site

    rules = document_rules(least_strength, accept, least_age, as_json=as_json)
    policy = replace(_policy(max_fmr, attempts, as_json=as_json), document=rules)
    today = day(on, as_json=as_json)
    _few_enough(live, as_json=as_json)
    files = [read_picture(path, as_json=as_json) for path in (*document, *live)]
    held = chip_files(chip, as_json=as_json)
    count = len(document)
    begun = begin(files[:count], today=today, as_json=as_json)
    engine = open_engine(pack, fast=fast, as_json=as_json)
    site = Site(engine=engine, reader=open_reader(engine, begun, as_json=as_json))
    found = verify_pictures(
        site,
        document=files[:count],
        chip=held,
        live=files[count:],
        policy=policy,
        attempt=attempt,
        today=today,
    )
    if isinstance(found, PictureRefused):
        bad_input(found.why, where=[*document, *live][found.frame], as_json=as_json)
    if as_json:
        score = _score(engine, [files[0], *files[count:]]) if research else {}
        print_json(verification_json(found) | score)
    else:
        print_verification(found)
    if research:
        _warn(engine, [files[0], *files[count:]], as_json=as_json)
    raise typer.Exit(EXIT_OF[found.decision.outcome])


def _policy(max_fmr: float, attempts: int, *, as_json: bool) -> Policy:
    from lineproof.domain.policy import two_pictures

    try:
        return two_pictures(max_fmr=max_fmr, attempts=attempts)
    except ValueError as error:
        stop(Exit.USAGE, "usage_policy", f"{error}.", as_json=as_json)


def _few_enough(live: list[Path], *, as_json: bool) -> None:
    from lineproof.flow.verify import MOST_FRAMES

    if len(live) > MOST_FRAMES:
        sentence = f"At most {MOST_FRAMES} --live pictures are compared, not {len(live)}."
        stop(Exit.USAGE, "usage_live", sentence, as_json=as_json)


def read_picture(path: Path, *, as_json: bool) -> bytes:
    """Read a picture file, or end saying why it cannot be used."""
    from lineproof.domain.finding import Unreadable
    from lineproof.face.image import DEFAULT_LIMITS, read_file

    content = read_file(path, DEFAULT_LIMITS)
    if isinstance(content, Unreadable):
        bad_input(content, where=path, as_json=as_json)
    return content


def open_engine(pack: str, *, fast: bool, as_json: bool) -> LocalEngine:
    """Make the engine of a pack, or end saying why there is none."""
    from lineproof.packs.refusal import PackRefused
    from lineproof.wiring import engine_for

    engine = engine_for(pack, "fast" if fast else None)
    if isinstance(engine, PackRefused):
        not_ready(engine, as_json=as_json)
    return engine


def _score(engine: LocalEngine, files: list[bytes]) -> dict[str, float | None]:
    """Compare again for the bare score; None where a face is missing."""
    from lineproof.adapters.local_engine import SeenFace

    looks = [engine.look(content) for content in files]
    seen = [look for look in looks if isinstance(look, SeenFace) and look.view is not None]
    if len(seen) < len(looks):
        return {"score": None}
    return {"score": engine.score(reference=seen[0], probes=seen[1:])}


def _warn(engine: LocalEngine, files: list[bytes], *, as_json: bool) -> None:
    aside().print(f"[bold yellow]Warning:[/] {RESEARCH_WARNING}")
    if not as_json:
        aside().print(f"score: {_score(engine, files)['score']}")


def inspect(
    image: Annotated[Path, typer.Argument(readable=False, help="A picture with a face.")],
    *,
    out: Annotated[
        Path | None, typer.Option(readable=False, help="Write an overlay picture here (PNG).")
    ] = None,
    pack: PackName = "default",
    as_json: Json = False,
) -> None:
    """Show what is seen in a picture: faces, mesh, pose and every quality component."""
    from lineproof.commands.inspecting import inspection_json, print_inspection, write_overlay
    from lineproof.domain.finding import Unreadable

    content = read_picture(image, as_json=as_json)
    engine = open_engine(pack, fast=False, as_json=as_json)
    seen = engine.see(content)
    if isinstance(seen, Unreadable):
        bad_input(seen, where=image, as_json=as_json)
    if out is not None and (fault := write_overlay(seen, out)):
        stop(Exit.BAD_INPUT, "output_not_written", fault, as_json=as_json)
    if as_json:
        print_json(inspection_json(seen, engine.versions))
    else:
        print_inspection(seen, out)
