"""`lineproof calibrate`: a pack's calibration table from labelled images."""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, Json, stop
from lineproof.commands.console import print_json, progress
from lineproof.commands.evaluating import CacheFolder, Replicates, Workers, embed_images
from lineproof.commands.verifying import Fast, PackName, open_engine
from lineproof.domain.finding import fmr_label

if TYPE_CHECKING:
    from lineproof.face.calibration import CalibrationTable


def calibrate(
    folder: Annotated[
        Path, typer.Argument(readable=False, help="A folder with one folder of images per person.")
    ],
    *,
    dataset: Annotated[str, typer.Option(help="Name of the data set, for the provenance.")],
    pack: PackName = "default",
    fast: Fast = False,
    out: Annotated[
        Path | None, typer.Option(readable=False, help="Write the table here instead.")
    ] = None,
    workers: Workers = 2,
    replicates: Replicates = 1000,
    cache: CacheFolder = None,
    as_json: Json = False,
) -> None:
    """Make a pack's calibration table (FMR to score) from all cross pairs, as TOML."""
    from lineproof.evaluate.calibrate import Provenance
    from lineproof.evaluate.calibrate import calibrate as make_table
    from lineproof.evaluate.evaluation import Resampling
    from lineproof.evaluate.folders import folder_per_person
    from lineproof.evaluate.protocol import Unusable

    protocol = folder_per_person(folder)
    if isinstance(protocol, Unusable):
        stop(Exit.BAD_INPUT, protocol.code, protocol.sentence, as_json=as_json)
    if out is not None and not out.parent.is_dir():
        # Before the work of minutes, not after it.
        sentence = f"There is no folder {out.parent} to write the table into: make it first."
        stop(Exit.BAD_INPUT, "output_not_written", sentence, as_json=as_json)
    engine = open_engine(pack, fast=fast, as_json=as_json)
    embedded = embed_images(engine, protocol, workers=workers, cache_folder=cache)
    date = dt.datetime.now(tz=dt.UTC).date().isoformat()
    with progress() as bars:
        task = bars.add_task("Resampling people", total=replicates)
        table = make_table(
            protocol,
            embedded,
            Provenance(dataset=dataset, pipeline=engine.versions.pipeline, date=date),
            resampling=Resampling(replicates=replicates, seed=1),
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
    if isinstance(table, Unusable):
        stop(Exit.BAD_INPUT, table.code, table.sentence, as_json=as_json)
    _give_table(table, out, as_json=as_json)


def _give_table(table: CalibrationTable, out: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(table))
        return
    if out is None:
        sys.stdout.write(table_toml(table))
        return
    try:
        out.write_text(table_toml(table), "utf-8")
    except OSError as error:
        sentence = f"The table could not be written to {out} ({error.strerror}): name another."
        stop(Exit.BAD_INPUT, "output_not_written", sentence, as_json=as_json)


def table_toml(table: CalibrationTable) -> str:
    """Write a calibration as pack.toml holds it, below its [[setting]]."""
    lines = [
        "[setting.calibration]",
        f"dataset = {json.dumps(table.dataset)}",
        f"images = {table.images}",
        f"people = {table.people}",
        f"impostor_pairs = {table.impostor_pairs}",
        f'pipeline = "{table.pipeline}"',
        f'date = "{table.date}"',
    ]
    for point in table.points:
        # Upwards: a threshold rounded down would let in what the rate was measured without.
        score = math.ceil(point.score * 1e6) / 1e6
        lines += [
            "[[setting.calibration.point]]",
            f"fmr = {fmr_label(point.fmr)}",
            f"score = {score:.6f}",
            f"low = {point.low:.6f}",
            f"high = {max(point.high, score):.6f}",
            f"false_matches = {point.false_matches}",
        ]
    return "\n".join(lines) + "\n"
