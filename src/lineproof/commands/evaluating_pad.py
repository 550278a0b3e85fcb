"""`lineproof evaluate pad`: what the texture check of a pack stops and lets pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, not_ready, stop
from lineproof.commands.console import plain, print_json, progress, wide
from lineproof.commands.verifying import open_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.texture_check import TextureCheck
    from lineproof.domain.finding import Unmeasured
    from lineproof.evaluate.figures import Circumstances
    from lineproof.evaluate.pad_evaluation import PadEvaluation, PadScores
    from lineproof.evaluate.pad_figures import PadReport
    from lineproof.evaluate.pad_set import PadSet
    from lineproof.evaluate.protocol import Unusable

Bpcer = Annotated[
    float, typer.Option(min=0.0001, max=0.5, help="pad: the BPCER that the threshold is set at.")
]
Given = Annotated[
    float | None, typer.Option(min=0, max=1, help="pad: use this threshold of the fused score.")
]
ThresholdFrom = Annotated[
    Path | None,
    typer.Option(readable=False, help="pad: set the threshold on this other set instead."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PadOptions:
    """What `evaluate pad` is told."""

    pack: str
    bpcer: float
    threshold: float | None
    threshold_from: Path | None
    workers: int
    name_failures: bool
    as_json: bool


def measure_pad(path: Path, circumstances: Circumstances, options: PadOptions) -> PadReport:
    """Score both sets, choose the threshold, and give the figures."""
    from lineproof.evaluate.pad_evaluation import choose_threshold, evaluate_pad
    from lineproof.evaluate.pad_figures import PadReport
    from lineproof.evaluate.protocol import Unusable
    from lineproof.packs.refusal import PackRefused
    from lineproof.wiring import texture_for

    pad_set = _read(path, as_json=options.as_json)
    other = options.threshold_from and _read(options.threshold_from, as_json=options.as_json)
    check = texture_for(options.pack)
    if isinstance(check, PackRefused):
        not_ready(check, as_json=options.as_json)
    engine = open_engine("default", fast=True, as_json=options.as_json)
    scores = _scores(pad_set, engine, check, options.workers)
    chosen = choose_threshold(
        bpcer=options.bpcer,
        given=options.threshold,
        other=(other, _scores(other, engine, check, options.workers)) if other else None,
        table=check.calibration,
        this=(pad_set, scores),
    )
    if isinstance(chosen, Unusable):
        stop(Exit.BAD_INPUT, chosen.code, chosen.sentence, as_json=options.as_json)
    evaluation = evaluate_pad(
        pad_set,
        scores,
        pack=check.pack,
        grade=check.grade,
        networks=[network.name for network in check.networks],
        bpcer=options.bpcer,
        threshold=chosen,
    )
    return PadReport(circumstances, evaluation, options.name_failures)


def pad_files(report: PadReport) -> Mapping[str, str | bytes | Unusable]:
    """Give the files of a report by name, text or bytes; a value may be Unusable."""
    from lineproof.evaluate.det import DETECTING, det_png, det_svg
    from lineproof.evaluate.pad_figures import pad_json
    from lineproof.evaluate.pad_report import pad_curves, pad_html

    drawn = pad_curves(report.evaluation)
    title = report.circumstances.title
    return {
        "report.html": pad_html(report),
        "det.svg": det_svg(drawn, title=title, description="BPCER against APCER", axes=DETECTING),
        "det.png": det_png(drawn, axes=DETECTING),
        "figures.json": pad_json(report),
    }


def show_pad(report: PadReport, out: Path | None, *, as_json: bool) -> None:
    """Print the figures, worst species first."""
    from lineproof.evaluate.pad_figures import pad_figures

    if as_json:
        print_json(pad_figures(report))
        return
    _print(report.evaluation)
    if out is not None:
        wide().print(f"Report: {plain(str(out / 'report.html'))}", soft_wrap=True)


def _read(path: Path, *, as_json: bool) -> PadSet:
    from lineproof.evaluate.pad_set import read_pad_set
    from lineproof.evaluate.protocol import Unusable

    found = read_pad_set(path)
    if isinstance(found, Unusable):
        stop(Exit.BAD_INPUT, found.code, found.sentence, as_json=as_json)
    return found


def _scores(pad_set: PadSet, engine: LocalEngine, check: TextureCheck, workers: int) -> PadScores:
    from lineproof.evaluate.pad_evaluation import score_all

    with progress() as bars:
        task = bars.add_task("Looking at presentations", total=len(pad_set.presentations))
        return score_all(
            pad_set,
            lambda path: _score(path, engine, check),
            networks=len(check.networks),
            workers=workers,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )


def _score(path: Path, engine: LocalEngine, check: TextureCheck) -> tuple[float, ...] | Unmeasured:
    """Find the face in one file and score it; what cannot be is said by its code."""
    from lineproof.domain.finding import Unmeasured, Unreadable
    from lineproof.face.image import DEFAULT_LIMITS, read_file

    content = read_file(path, DEFAULT_LIMITS)
    seen = content if isinstance(content, Unreadable) else engine.see(content)
    if isinstance(seen, Unreadable):
        return Unmeasured(seen.code)
    if seen.view is None:
        return seen.finding if isinstance(seen.finding, Unmeasured) else Unmeasured("no_face")
    return check.scores(seen.view)


def _print(found: PadEvaluation) -> None:
    from rich.table import Table

    from lineproof.evaluate.metrics import Rate

    console = wide()
    console.print(
        f"{len(found.pad_set.presentations):,} presentations; {len(found.failed):,} not acquired; "
        f"threshold {found.threshold.value:.4f} from {found.threshold.origin} "
        f"({plain(found.threshold.source)}) for a BPCER of {found.bpcer:g}"
    )
    table = Table("", "rate", "95 % interval", "errors")
    rows = [(f"APCER {species}", one) for species, one in found.fused.apcer.items()]
    for what, one in [*rows, ("BPCER", found.fused.bpcer)]:
        cells = ["not measurable", ""]
        if isinstance(one.rate, Rate):
            cells = [f"{one.rate.value:.4f}", f"{one.rate.low:.4f} to {one.rate.high:.4f}"]
        table.add_row(plain(what), *cells, f"{one.errors:,} of {one.trials:,}")
    console.print(table)
    if found.grade == "evaluation":
        console.print("[dim]This pack is of evaluation grade.[/]")
