"""`lineproof bench`: what one verification costs here, and where the time goes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineproof.commands.answers import Exit, Json, bad_input, stop
from lineproof.commands.console import print_json, progress, wide
from lineproof.commands.verifying import Fast, PackName, open_engine, read_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import LocalEngine, SeenFace
    from lineproof.face.detect import Network


@dataclass(slots=True)
class Stopwatch:
    """CPU milliseconds spent inside the networks."""

    spent: float = 0.0

    def round_of(self, network: Network) -> Network:
        """Give the network, timed."""

        def timed(chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
            began = time.process_time()
            try:
                return network(chips)
            finally:
                self.spent += (time.process_time() - began) * 1e3

        return timed


@dataclass(slots=True)
class Timings:
    """CPU milliseconds of each run: the whole pair, decoding alone, inside the networks."""

    pair: list[float] = field(default_factory=list)
    decoding: list[float] = field(default_factory=list)
    networks: list[float] = field(default_factory=list)


def bench(
    *,
    document: Annotated[Path, typer.Option(readable=False, help="Photograph of a document page.")],
    live: Annotated[Path, typer.Option(readable=False, help="Live picture.")],
    pack: PackName = "default",
    fast: Fast = False,
    runs: Annotated[int, typer.Option(min=3, max=1000, help="Counted runs.")] = 15,
    as_json: Json = False,
) -> None:
    """Measure the CPU time of one pair, from files to a comparison, and its parts."""
    files = [read_picture(path, as_json=as_json) for path in (document, live)]
    watch = Stopwatch()
    engine = _timed(open_engine(pack, fast=fast, as_json=as_json), watch)
    timings = Timings()
    _once(engine, files, (document, live), as_json=as_json)
    with progress(by_itself=False) as bars:
        task = bars.add_task("Measuring pairs", total=runs)
        for _ in range(runs):
            watch.spent = 0.0
            began = time.process_time()
            _once(engine, files, (document, live), as_json=as_json)
            timings.pair.append((time.process_time() - began) * 1e3)
            timings.networks.append(watch.spent)
            timings.decoding.append(_decoding(files))
            bars.advance(task)
            bars.refresh()
    figures = _figures(timings, runs)
    if as_json:
        print_json(figures)
        return
    for name, value in figures.items():
        wide().print(f"{name.replace('_', ' '):<34} {value}")


def _timed(engine: LocalEngine, watch: Stopwatch) -> LocalEngine:
    return replace(
        engine,
        detector=watch.round_of(engine.detector),
        landmarks=watch.round_of(engine.landmarks),
        recipes=tuple(replace(r, network=watch.round_of(r.network)) for r in engine.recipes),
    )


def _once(
    engine: LocalEngine, files: list[bytes], paths: tuple[Path, Path], *, as_json: bool
) -> None:
    from lineproof.domain.finding import Unreadable

    looks: list[SeenFace] = []
    for content, path in zip(files, paths, strict=True):
        seen = engine.look(content)
        if isinstance(seen, Unreadable):
            bad_input(seen, where=path, as_json=as_json)
        if seen.view is None:
            sentence = "bench needs a face in both pictures; choose others."
            stop(Exit.BAD_INPUT, "no_face", sentence, as_json=as_json)
        looks.append(seen)
    engine.score(reference=looks[0], probes=looks[1:])


def _decoding(files: list[bytes]) -> float:
    """Decode both pictures alone, as an engine does first, in CPU milliseconds."""
    from lineproof.adapters.local_engine import LOOKING_SIDE
    from lineproof.domain.finding import Unreadable
    from lineproof.face.image import DEFAULT_LIMITS, decode, read_header

    began = time.process_time()
    for content in files:
        header = read_header(content, DEFAULT_LIMITS)
        if not isinstance(header, Unreadable):
            decode(content, header, longest_side=LOOKING_SIDE)
    return (time.process_time() - began) * 1e3


def _figures(timings: Timings, runs: int) -> dict[str, Any]:
    pair, networks = median(timings.pair), median(timings.networks)
    decoding = median(timings.decoding)
    return {
        "runs": runs,
        "pair_cpu_ms_median": round(pair, 1),
        "pair_cpu_ms_min": round(min(timings.pair), 1),
        "pair_cpu_ms_max": round(max(timings.pair), 1),
        "networks_cpu_ms_median": round(networks, 1),
        "decoding_cpu_ms_median": round(decoding, 1),
        "glue_cpu_ms_median": round(pair - networks, 1),
        "glue_over_networks": round((pair - networks) / networks, 2),
    }
