"""What a person reads in the terminal: sentences for codes, tables, progress, faults."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lineproof.domain.document import Strength, strength
from lineproof.domain.finding import FmrBand, Measured
from lineproof.domain.policy import Outcome, Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from lineproof.domain.document import DocumentFinding
    from lineproof.flow.verify import Verification

SENTENCES: Mapping[ReasonCode, str] = {
    ReasonCode.FACE_MATCH: "The face in the live picture is the face on the document.",
    ReasonCode.MATCH_UNCERTAIN: "The faces are alike, but not enough to decide without a person.",
    ReasonCode.NO_MATCH: "The two faces could not be matched.",
    ReasonCode.DOCUMENT_FACE_UNMEASURED: "The portrait on the document could not be used.",
    ReasonCode.DOCUMENT_QUALITY: "The picture of the document is not good enough.",
    ReasonCode.LIVE_FACE_UNMEASURED: "No usable face was found in the live picture.",
    ReasonCode.LIVE_QUALITY: "The live picture is not good enough.",
    ReasonCode.COMPARISON_UNMEASURED: "The two faces could not be compared.",
    ReasonCode.LIVENESS_UNMEASURED: "Nobody has shown that a living person was there.",
    ReasonCode.LIVENESS_FAILED: "A check found no living person in front of the camera.",
    ReasonCode.LIVENESS_TOO_WEAK: "Too little is known of whether a living person was there.",
    ReasonCode.LIVENESS_SIMULATED_ONLY: (
        "How often the checks of a living person err is known from simulated captures only."
    ),
    ReasonCode.LIVENESS_ASSISTED: "A member of staff confirmed that they see the person.",
    ReasonCode.DOCUMENT_EXPIRED: "The document has expired. Use another one.",
    ReasonCode.DOCUMENT_NOT_YET_VALID: "The document is not valid yet. Use another one.",
    ReasonCode.UNDER_AGE: "The holder has not reached the age that is asked for.",
    ReasonCode.DOCUMENT_TYPE_NOT_ACCEPTED: "This kind of document is not accepted here.",
    ReasonCode.DOCUMENT_TOO_WEAK: "The document is not proven as strongly as is asked for here.",
    ReasonCode.DOCUMENT_FACT_UNMEASURED: "A fact that is needed could not be read.",
    ReasonCode.CHIP_FAILED: "The chip does not prove itself. Read it again, or a person looks.",
    ReasonCode.DOCUMENT_DISAGREES: "Two parts of the document say different things.",
    ReasonCode.CHECK_DIGIT_WRONG: "A check digit of the printed zone is wrong.",
    ReasonCode.PRINTED_FIELD_DISAGREES: "A printed field is not what the zone says.",
    ReasonCode.NATIONAL_NUMBER_WRONG: "The national number does not hold its own check.",
    ReasonCode.DOCUMENT_SIGNAL: "The picture shows a sign of copying or tampering.",
    ReasonCode.ATTEMPTS_USED: "No attempt is left, so a person looks now.",
}

CAUSES: Mapping[str, str] = {
    "comparison_unmeasured.live_frames_disagree": "The live pictures do not show one person.",
    "comparison_unmeasured.same_picture": "The document and a live picture are the same file.",
}
"""Sentences for reasons whose cause a person should read at once."""

HEADLINES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.APPROVE: ("green", "✔ APPROVE  the person is the one on the document"),
    Outcome.RETRY: ("yellow", "↻ RETRY    another picture is needed"),
    Outcome.REFER: ("yellow", "→ REFER    a person has to look"),
    Outcome.REFUSE: ("red", "✘ REFUSE   this cannot go on"),
}

NOT_EXAMINED = {
    False: (
        "Two pictures were compared. Nothing here shows that the document is genuine or that a "
        "living person was in front of the camera."
    ),
    True: (
        "The document's chip is signed by its issuer. Nothing here shows that a living person was "
        "in front of the camera."
    ),
}
"""What an answer does not show, without and with the issuer's signature on the document."""
EVALUATION_GRADE = (
    "This pack is of evaluation grade: good for trying Lineproof, not for opening real lines."
)


SIGNS: Mapping[str, str] = {
    "✔": "+",
    "✘": "x",
    "↻": "~",
    "→": ">",
    "•": "-",
    "·": "-",
    "█": "#",
    "°": " deg",
    "…": "...",
}
"""What stands for a sign where the terminal's encoding lacks it."""


def any_stream() -> None:
    """Let output never fail: not by a terminal's encoding, nor because a stream is closed."""
    codecs.register_error("lineproof", _stand_in)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="lineproof")


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(SIGNS.get(sign, "?") for sign in lost), error.end


def wide() -> Console:
    """Give the console for people: standard output, colours only on a terminal."""
    from rich.console import Console

    return Console(highlight=False)


def aside() -> Console:
    """Give the console for progress, warnings and errors: standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """Print one JSON object and nothing else on standard output."""
    # ASCII, so that no locale and no undecodable file name can make it fail or make it no JSON.
    sys.stdout.write(json.dumps(_decoded(value)) + "\n")


def _decoded(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Give a value with every byte of a file name that is no UTF-8 replaced, as JSON asks for."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_decoded(key): _decoded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_decoded(item) for item in value]
    return value


def print_error(code: str, sentence: str, *, as_json: bool) -> None:
    """Say on standard error, or as JSON on standard output, what is wrong and what to do."""
    if as_json:
        print_json({"error": {"code": code, "sentence": sentence}})
    else:
        aside().print(f"[bold red]✘[/] {plain(sentence)}  [dim]({code})[/]")


@contextmanager
def progress(*, by_itself: bool = True) -> Iterator[Progress]:
    """Show progress bars on standard error while something takes longer than a moment.

    Without ``by_itself`` they are redrawn only when told to, so that no other thread spends time.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<44}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=aside(), auto_refresh=by_itself) as bars:
        yield bars


@contextmanager
def steps() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show one bar for each named step that is reported with how much of it is done."""
    tasks: dict[str, TaskID] = {}
    with progress() as bars:

        def report(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


def advice(change: Reason | None) -> str:
    """Give the one thing to do before the next picture."""
    from lineproof.face import quality

    if change is None:
        return "Take another picture: look straight into the camera, in even light."
    if change.code in {ReasonCode.DOCUMENT_QUALITY, ReasonCode.LIVE_QUALITY}:
        return quality.advice(change.about)
    where = "of the document" if "document" in change.code else "of the person"
    return f"Take another picture {where}, with one whole face clearly in view."


def verification_json(found: Verification) -> dict[str, Any]:
    """Give the object that ``lineproof verify --json`` promises; see docs/cli.md."""
    decision, versions = found.decision, found.versions
    band = found.evidence.comparison
    return {
        "outcome": str(decision.outcome),
        "reasons": [str(reason) for reason in decision.reasons],
        "fmr_band": str(band.value) if isinstance(band, Measured) else None,
        "pack": versions.pack,
        "pack_version": versions.pack_version,
        "setting": versions.setting,
        "grade": versions.grade,
        "pipeline": versions.pipeline,
        "runtime": versions.runtime,
        "attempt": found.evidence.attempt,
        "advice": advice(decision.change) if decision.outcome is Outcome.RETRY else None,
        "document": {
            "strength": strength(found.evidence.document).label,
            "portrait": _portrait_source(found.evidence.document),
        },
        "unmeasured": _unmeasured(found),
    }


def _portrait_source(document: DocumentFinding) -> str | None:
    return str(document.portrait.value) if isinstance(document.portrait, Measured) else None


def _unmeasured(found: Verification) -> list[str]:
    """Name what nobody looked at, so that no approval is taken for more than it is."""
    signed = strength(found.evidence.document) >= Strength.STRONG
    return ["liveness"] if signed else ["liveness", "document_authenticity"]


def print_verification(found: Verification) -> None:
    """Show a verdict to a person: what, why, what next, and what was not looked at."""
    console, decision = wide(), found.decision
    colour, headline = HEADLINES[decision.outcome]
    console.print(f"\n[bold {colour}]{headline}[/]\n")
    for reason in decision.reasons:
        sentence = CAUSES.get(str(reason), SENTENCES[reason.code])
        console.print(f"  • {sentence}  [dim]({reason})[/]")
    if isinstance(found.evidence.comparison, Measured):
        console.print(f"  • {band_sentence(found.evidence.comparison.value)}")
    if decision.outcome is Outcome.RETRY:
        console.print(f"\n  [bold]Next:[/] {advice(decision.change)}")
    versions = found.versions
    console.print(
        f"\n[dim]  pack {versions.pack} {versions.pack_version} ({versions.setting}, "
        f"{versions.grade}) · pipeline {versions.pipeline} · {versions.runtime} · "
        f"attempt {found.evidence.attempt}[/]"
    )
    document = strength(found.evidence.document)
    console.print(f"[dim]  {NOT_EXAMINED[document >= Strength.STRONG]}[/]")
    if versions.grade == "evaluation":
        console.print(f"[dim]  {EVALUATION_GRADE}[/]")


def band_sentence(band: FmrBand) -> str:
    """Say in words what a band of false match rates means."""
    if band.at_most >= 1:
        return (
            f"More than 1 in {round(1 / band.above):,} pairs of strangers are at least this alike."
        )
    return f"At most 1 in {round(1 / band.at_most):,} pairs of strangers are at least this alike."


def plain(text: str) -> str:
    """Give a text as it is: nothing in it is read as markup, no terminal obeys it."""
    from rich.markup import escape

    return escape("".join(c if c.isprintable() or c == "\n" else "?" for c in text))
