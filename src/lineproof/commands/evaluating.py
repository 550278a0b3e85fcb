"""`lineproof evaluate`: error rates of a pack on labelled images."""

from __future__ import annotations

import datetime as dt
import platform
import shlex
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, Json, stop
from lineproof.commands.console import aside, plain, print_json, progress, wide
from lineproof.commands.evaluating_pad import (
    Bpcer,
    Given,
    PadOptions,
    ThresholdFrom,
    measure_pad,
    pad_files,
    show_pad,
)
from lineproof.commands.report_files import make_folder, write_files
from lineproof.commands.verifying import Fast, PackName, open_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.evaluate.acquire import Embedded
    from lineproof.evaluate.evaluation import EngineFacts, EngineResult, Resampling
    from lineproof.evaluate.figures import Circumstances, Evaluation
    from lineproof.evaluate.protocol import EvaluationProtocol, Unusable

CACHE_WARNING = (
    "--cache-embeddings writes embeddings to disk. They are biometric data: keep the folder to "
    "yourself, and delete it when you are done."
)

Workers = Annotated[int, typer.Option(min=1, max=64, help="Images looked at side by side.")]
Replicates = Annotated[int, typer.Option(min=100, max=100_000, help="Bootstrap draws.")]
CacheFolder = Annotated[
    Path | None,
    typer.Option(
        "--cache-embeddings",
        readable=False,
        help="Keep embeddings here (biometric data: a warning).",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every protocol's command is told."""

    pack: str
    fast: bool
    groups: Path | None
    out: Path | None
    workers: int
    replicates: int
    cache: Path | None
    dataset: str | None
    note: str
    name_failures: bool
    as_json: bool


class ProtocolName(StrEnum):
    """Which pairs are compared."""

    FACES = "faces"
    PAIRS = "pairs"
    FOLDERS = "folders"
    PAD = "pad"


def evaluate(
    protocol: Annotated[
        ProtocolName,
        typer.Argument(
            help="faces: a folder per person, every pair. pairs: a CSV file image_a,image_b,same. "
            "folders: portraits, then live pictures. pad: presentations, as a CSV file "
            "file,label[,species] or a folder per species."
        ),
    ],
    paths: Annotated[
        list[Path], typer.Argument(readable=False, help="The folder, the file or the two folders.")
    ],
    *,
    pack: PackName = "default",
    fast: Fast = False,
    people: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="CSV image,person, for folders whose names do not say who."
        ),
    ] = None,
    groups: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="CSV of labels that came with the data: image,group or person,group.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="Folder for report.html, figures.json, det.svg, det.png."
        ),
    ] = None,
    workers: Workers = 2,
    replicates: Replicates = 1000,
    cache: CacheFolder = None,
    dataset: Annotated[str | None, typer.Option(help="Name of the data set.")] = None,
    dataset_note: Annotated[
        str, typer.Option(help="What the data stand for, and their terms.")
    ] = "No note on the data set was given.",
    name_failures: Annotated[
        bool, typer.Option("--name-failures", help="List the images that were not acquired.")
    ] = False,
    bpcer: Bpcer = 0.02,
    threshold: Given = None,
    threshold_from: ThresholdFrom = None,
    as_json: Json = False,
) -> None:
    """Measure a pack's error rates on labelled images."""
    options = Options(
        pack=pack,
        fast=fast,
        groups=groups,
        out=out,
        workers=workers,
        replicates=replicates,
        cache=cache,
        dataset=dataset,
        note=dataset_note,
        name_failures=name_failures,
        as_json=as_json,
    )
    if protocol is ProtocolName.PAD:
        _one_path(protocol, paths, as_json=as_json)
        pad = PadOptions(
            pack=pack,
            bpcer=bpcer,
            threshold=threshold,
            threshold_from=threshold_from,
            workers=workers,
            name_failures=name_failures,
            as_json=as_json,
        )
        _run_pad(paths[0], pad, options)
        return
    _run(_protocol(protocol, paths, people, as_json=as_json), paths[0], options)


def _run_pad(path: Path, pad: PadOptions, options: Options) -> None:
    if options.out is not None:
        make_folder(options.out, as_json=options.as_json)
    report = measure_pad(path, _circumstances(path, options), pad)
    if options.out is not None:
        write_files(pad_files(report), options.out, as_json=options.as_json)
    show_pad(report, options.out, as_json=options.as_json)


def _one_path(name: ProtocolName, paths: list[Path], *, as_json: bool) -> None:
    if len(paths) != 1:
        sentence = f"evaluate {name} takes 1 path, not {len(paths)}."
        stop(Exit.USAGE, "usage_paths", sentence, as_json=as_json)


def _protocol(
    name: ProtocolName, paths: list[Path], people: Path | None, *, as_json: bool
) -> EvaluationProtocol | Unusable:
    from lineproof.evaluate.folders import folder_per_person, two_folders
    from lineproof.evaluate.pairs_file import pairs_file

    wanted = 2 if name is ProtocolName.FOLDERS else 1
    if len(paths) != wanted:
        sentence = f"evaluate {name} takes {wanted} path{'s' * (wanted - 1)}, not {len(paths)}."
        stop(Exit.USAGE, "usage_paths", sentence, as_json=as_json)
    if name is ProtocolName.FACES:
        return folder_per_person(paths[0])
    if name is ProtocolName.PAIRS:
        return pairs_file(paths[0])
    return two_folders(paths[0], paths[1], people=people)


def _run(protocol: EvaluationProtocol | Unusable, data: Path, options: Options) -> None:
    """Look, compare, measure, then print or write the figures."""
    from lineproof.evaluate.evaluation import Resampling
    from lineproof.evaluate.figures import Evaluation, figures
    from lineproof.evaluate.protocol import Unusable

    if isinstance(protocol, Unusable):
        stop(Exit.BAD_INPUT, protocol.code, protocol.sentence, as_json=options.as_json)
    engine = open_engine(options.pack, fast=options.fast, as_json=options.as_json)
    if options.out is not None:
        # Before the work of minutes, not after it.
        make_folder(options.out, as_json=options.as_json)
    embedded = embed_images(engine, protocol, workers=options.workers, cache_folder=options.cache)
    resampling = Resampling(replicates=options.replicates, seed=1)
    found = _measured(engine, protocol, embedded, resampling, options)
    evaluation = Evaluation(
        circumstances=_circumstances(data, options),
        protocol=protocol,
        engines=(found.result,),
        resampling=resampling,
        notes=found.notes,
        name_failures=options.name_failures,
    )
    if options.out is not None:
        _write(evaluation, options)
    if options.as_json:
        print_json(figures(evaluation))
    else:
        _print(evaluation, options.out)


def embed_images(
    engine: LocalEngine, protocol: EvaluationProtocol, *, workers: int, cache_folder: Path | None
) -> Embedded:
    """Look at every image of a protocol and embed the face that counts."""
    from lineproof.evaluate.acquire import acquire
    from lineproof.evaluate.cache import open_cache

    cache = None
    if cache_folder is not None:
        aside().print(f"[bold yellow]Warning:[/] {CACHE_WARNING}")
        cache, unused = open_cache(cache_folder, engine=repr(engine.fingerprint))
        if unused is not None:
            aside().print(plain(unused.sentence))
    with progress() as bars:
        task = bars.add_task("Looking at images", total=len(protocol.images))
        embedded = acquire(
            protocol.images,
            engine.embedding_of_file,
            workers=workers,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
            cache=cache,
        )
    if cache is not None and (unsaved := cache.save()) is not None:
        aside().print(plain(unsaved.sentence))
    return embedded


@dataclass(frozen=True, slots=True)
class _Found:
    result: EngineResult
    notes: tuple[str, ...]


def _measured(
    engine: LocalEngine,
    protocol: EvaluationProtocol,
    embedded: Embedded,
    resampling: Resampling,
    options: Options,
) -> _Found:
    from lineproof.evaluate.evaluation import evaluate as measure
    from lineproof.evaluate.groups import read_groups
    from lineproof.evaluate.protocol import Unusable

    labels = None if options.groups is None else read_groups(options.groups, protocol)
    if isinstance(labels, Unusable):
        stop(Exit.BAD_INPUT, labels.code, labels.sentence, as_json=options.as_json)
    with progress() as bars:
        task = bars.add_task("Resampling people", total=resampling.replicates)
        result = measure(
            protocol,
            embedded,
            engine_facts(engine),
            thresholds=calibrated(engine),
            labels=labels,
            resampling=resampling,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
    return _Found(result, labels.notes if labels else ())


def engine_facts(engine: LocalEngine) -> EngineFacts:
    """Name an engine as reports do."""
    from lineproof.evaluate.evaluation import EngineFacts

    versions = engine.versions
    return EngineFacts(
        name=f"{versions.pack} ({versions.setting})",
        pack=f"{versions.pack} {versions.pack_version}, setting {versions.setting}",
        grade=versions.grade,
        pipeline=versions.pipeline,
        runtime=versions.runtime,
        scorer="cosine",
    )


def calibrated(engine: LocalEngine) -> Mapping[float, float]:
    """Give the score that was calibrated for each false match rate, where there is a table."""
    if engine.calibration is None:
        return {}
    return {point.fmr: point.score for point in engine.calibration.points}


def _circumstances(data: Path, options: Options) -> Circumstances:
    from importlib.metadata import version

    from lineproof.evaluate.figures import Circumstances

    dataset = options.dataset or data.resolve().name
    return Circumstances(
        title=f"Error rates of {options.pack} on {dataset}",
        dataset=dataset,
        dataset_note=options.note,
        machine=f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        version=f"lineproof {version('lineproof')}",
        command=shlex.join(["lineproof", *sys.argv[1:]]),
    )


def _write(evaluation: Evaluation, options: Options) -> None:
    """Write the report, the figures and the curves; say plainly what could not be written."""
    from lineproof.evaluate.det import det_png, det_svg
    from lineproof.evaluate.figures import as_json
    from lineproof.evaluate.report import curves, html_report

    drawn = curves(evaluation.engines)
    title = evaluation.circumstances.title
    made: Mapping[str, str | bytes | Unusable] = {
        "report.html": html_report(evaluation),
        "det.svg": det_svg(drawn, title=title, description="FNMR against FMR"),
        "det.png": det_png(drawn),
        "figures.json": as_json(evaluation),
    }
    write_files(made, options.out, as_json=options.as_json)


def _print(evaluation: Evaluation, out: Path | None) -> None:
    from rich.table import Table

    from lineproof.domain.finding import fmr_label
    from lineproof.evaluate.evaluation import Point
    from lineproof.evaluate.metrics import Rate

    console, result = wide(), evaluation.engines[0]
    totals = result.totals
    console.print(
        f"{totals.images:,} images of {totals.people:,} people; {totals.failed_to_acquire:,} not "
        f"acquired; {totals.genuine_pairs:,} genuine and {totals.impostor_pairs:,} impostor pairs"
    )
    table = Table("FMR", "FNMR", "95 % interval")
    for fmr, point in result.points.items():
        rate = point.fnmr if isinstance(point, Point) else point
        if isinstance(rate, Rate):
            table.add_row(fmr_label(fmr), f"{rate.value:.4f}", f"{rate.low:.4f} to {rate.high:.4f}")
        else:
            table.add_row(fmr_label(fmr), "not measurable", f"[dim]{plain(rate.reason)}[/]")
    console.print(table)
    if result.at_thresholds:
        console.print(_at_the_packs_thresholds(result))
    if result.engine.grade == "evaluation":
        console.print("[dim]This pack is of evaluation grade.[/]")
    if out is not None:
        console.print(f"Report: {plain(str(out / 'report.html'))}", soft_wrap=True)


def _at_the_packs_thresholds(result: EngineResult) -> Table:
    """Tabulate what the thresholds that the pack carries give on this data."""
    from rich.table import Table

    from lineproof.domain.finding import fmr_label
    from lineproof.evaluate.metrics import Rate

    table = Table("at the pack's", "FMR here", "95 % interval", "FNMR here", "95 % interval")
    for fmr, point in result.at_thresholds.items():
        cells = [fmr_label(fmr)]
        for rate in (point.fmr, point.fnmr):
            if isinstance(rate, Rate):
                digits = 6 if rate is point.fmr else 4
                interval = f"{rate.low:.{digits}f} to {rate.high:.{digits}f}"
                cells += [f"{rate.value:.{digits}f}", interval]
            else:
                cells += ["not measurable", plain(rate.reason)]
        table.add_row(*cells)
    return table
