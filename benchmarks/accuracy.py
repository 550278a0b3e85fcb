"""Error rates: the default pack against the yardstick in one report, a stronger pack, FRLL."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.common import open_engine
from benchmarks.places import DATA, EXAMPLES, OUT, PACKS
from lineproof.commands.evaluating import calibrated, engine_facts
from lineproof.evaluate.acquire import acquire
from lineproof.evaluate.evaluation import EngineFacts, EngineResult, Resampling, evaluate
from lineproof.evaluate.figures import Circumstances, Evaluation, as_json
from lineproof.evaluate.folders import folder_per_person, two_folders
from lineproof.evaluate.groups import GroupLabels, read_groups
from lineproof.evaluate.protocol import EvaluationProtocol, Unusable
from lineproof.evaluate.report import html_report
from lineproof.packs.install import accept, inspect
from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import Store, default_store, find_pack

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine

RESAMPLING = Resampling(replicates=1000, seed=1)
WORKERS = 2


def lfw() -> None:
    """Default and fast settings, y1 where it is there, and face_recognition: all cross pairs."""
    folder = DATA / "lfw_dev"
    protocol = _usable(folder_per_person(folder))
    labels = read_groups(folder / "groups.csv", protocol)
    groups = None if isinstance(labels, Unusable) else labels
    results = [
        _ours(engine, protocol, groups)
        for engine in (open_engine(None), open_engine("fast"), _stronger())
        if engine is not None
    ]
    every = (*results, *_yardstick(protocol, groups))
    note = "Web press photographs, for research, not redistributed; uncontrolled capture."
    _report("lfw", ("LFW deepfunneled, the lfw_dev selection", note), protocol, every)


def frll() -> None:
    """Neutral portraits against smiling pictures, at the thresholds calibrated elsewhere."""
    folder = DATA / "frll"
    protocol = _usable(two_folders(folder / "neutral_front", folder / "smiling_front", people=None))
    engines = (open_engine(None), open_engine("fast"), _stronger())
    results = tuple(_ours(engine, protocol, None) for engine in engines if engine is not None)
    note = "Studio pictures, CC BY 4.0 (DeBruine and Jones); the portrait's side."
    _report("frll", ("Face Research Lab London, neutral against smiling", note), protocol, results)


def _stronger() -> LocalEngine | None:
    """Install y1 into a folder of its own and open it; None where its file is not there."""
    from lineproof.adapters.local_engine import local_engine  # noqa: PLC0415 - beside its use

    file = PACKS / "mobilefacenet-y1.onnx"
    if not file.is_file():
        print(f"{file} is not there: the stronger pack is left out")
        return None
    with tempfile.TemporaryDirectory() as folder:
        store = Store(carried=default_store().carried, user=Path(folder))
        manifest = EXAMPLES / "mobilefacenet-y1.toml"
        sha256 = "c0ffbdd9f5b9b295216cac3dd764778c1b76a3aa199e7db4a8f9a1c212d29fd5"
        offer = inspect(file, manifest=manifest, sha256=sha256, store=store)
        if isinstance(offer, PackRefused):
            sys.exit(offer.sentence)
        accept(offer, store=store)
        pack, default = (find_pack(name, store=store) for name in ("mobilefacenet-y1", "default"))
        if isinstance(pack, PackRefused) or isinstance(default, PackRefused):
            sys.exit("the stronger pack could not be opened")
        engine = local_engine(pack, default=default, setting=None)
    return None if isinstance(engine, PackRefused) else engine


def _ours(
    engine: LocalEngine, protocol: EvaluationProtocol, labels: GroupLabels | None
) -> EngineResult:
    facts = engine_facts(engine)
    print(f"looking at {len(protocol.images)} images with {facts.name}", flush=True)
    embedded = acquire(
        protocol.images, engine.embedding_of_file, workers=WORKERS, progress=None, cache=None
    )
    return evaluate(
        protocol,
        embedded,
        facts,
        thresholds=calibrated(engine),
        labels=labels,
        resampling=RESAMPLING,
        progress=None,
    )


def _yardstick(
    protocol: EvaluationProtocol, labels: GroupLabels | None
) -> tuple[EngineResult, ...]:
    from benchmarks import yardstick  # noqa: PLC0415 - it loads 100 MB of models

    print(f"looking at {len(protocol.images)} images with {yardstick.NAME}", flush=True)
    results = []
    for name, embed in (
        (yardstick.NAME, yardstick.embedding),
        (yardstick.NAME_CHOSEN, yardstick.embedding_chosen),
    ):
        embedded = acquire(protocol.images, embed, workers=1, progress=None, cache=None)
        facts = EngineFacts(
            name=name,
            pack="its own models, dlib-bin 20.0.1",
            grade="evaluation",
            pipeline="its own",
            runtime="dlib",
            scorer="euclidean",
        )
        results.append(
            evaluate(
                protocol,
                embedded,
                facts,
                thresholds={},
                labels=labels,
                resampling=RESAMPLING,
                progress=None,
            )
        )
    return tuple(results)


def _report(
    name: str,
    data: tuple[str, str],
    protocol: EvaluationProtocol,
    engines: tuple[EngineResult, ...],
) -> None:
    dataset, note = data
    evaluation = Evaluation(
        circumstances=Circumstances(
            title=f"Error rates on {dataset}",
            dataset=dataset,
            dataset_note=note,
            machine=f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores",
            date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
            version="lineproof from this checkout",
            command=f"python -m benchmarks {name}",
        ),
        protocol=protocol,
        engines=engines,
        resampling=RESAMPLING,
        notes=(),
        name_failures=False,
    )
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(as_json(evaluation), "utf-8")
    page = html_report(evaluation)
    if isinstance(page, Unusable):
        sys.exit(page.sentence)
    (OUT / f"{name}.html").write_text(page, "utf-8")
    print(f"written: {OUT / name}.json and .html")


def _usable(protocol: EvaluationProtocol | Unusable) -> EvaluationProtocol:
    if isinstance(protocol, Unusable):
        sys.exit(protocol.sentence)
    return protocol
