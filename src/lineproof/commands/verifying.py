"""`lineproof verify` and `lineproof inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import EXIT_OF, Exit, Json, bad_input, not_ready, stop
from lineproof.commands.console import aside, print_json, print_verification, verification_json

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.domain.policy import Policy
    from lineproof.flow.verify import Verification

PackName = Annotated[str, typer.Option("--pack", help="The model pack to use.")]
Fast = Annotated[bool, typer.Option("--fast", help="Use the pack's fast setting: fewer passes.")]

RESEARCH_WARNING = (
    "--research prints a comparison score. Scores let templates be rebuilt: 50 to 192 of them "
    "are enough. Never log, store or send one. No service of Lineproof has this option."
)


def verify(
    *,
    document: Annotated[
        Path, typer.Option(readable=False, help="Photograph of the document page.")
    ],
    live: Annotated[
        list[Path], typer.Option(readable=False, help="Live picture; may be given several times.")
    ],
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
    policy = _policy(max_fmr, attempts, as_json=as_json)
    _few_enough(live, as_json=as_json)
    files = [read_picture(path, as_json=as_json) for path in (document, *live)]
    engine = open_engine(pack, fast=fast, as_json=as_json)
    found = _verify(engine, files, [document, *live], policy, attempt, as_json=as_json)
    if as_json:
        score = _score(engine, files) if research else {}
        print_json(verification_json(found) | score)
    else:
        print_verification(found)
    if research:
        _warn(engine, files, as_json=as_json)
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


def _verify(
    engine: LocalEngine,
    files: list[bytes],
    paths: list[Path],
    policy: Policy,
    attempt: int,
    *,
    as_json: bool,
) -> Verification:
    from lineproof.adapters.unread_documents import UnreadDocuments
    from lineproof.flow.verify import PictureRefused
    from lineproof.flow.verify import verify as verify_pictures
    from lineproof.library import this_day
    from lineproof.ports import Site

    site = Site(engine=engine, reader=UnreadDocuments())
    document, *live = files
    found = verify_pictures(
        site,
        document=[document],
        chip={},
        live=live,
        policy=policy,
        attempt=attempt,
        today=this_day(),
    )
    if isinstance(found, PictureRefused):
        bad_input(found.why, where=paths[found.frame], as_json=as_json)
    return found


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
