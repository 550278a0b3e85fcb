"""Feed parsers led by coverage, each in a process of its own.

This needs atheris, which nothing else here does.
A crash, a hang or too much memory ends that process; the input that did it is kept in a temporary
folder and named.
"""

# ruff: noqa: T201 - it reports to whoever ran it
from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS_AN_INPUT = 10
MOST_MEMORY_MB = 600
LONGEST = 20_000


def run(
    module: str,
    targets: Mapping[str, Callable[[bytes], None]],
    seeds: Callable[[str], list[bytes]],
) -> int:
    """Feed each target its share of the time, as the command line asks, and say how each ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all of them together")
    parser.add_argument("--only", choices=targets, default=None)
    parser.add_argument("--folder", type=Path, default=None, help="default: a temporary one")
    parser.add_argument("--feed", choices=targets, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.feed is not None:
        _feed(options.feed, targets, seeds(options.feed), options.seconds, options.folder)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="lineproof-fuzz-"))
    chosen = [options.only] if options.only else list(targets)
    share, ended = options.seconds // len(chosen), 0
    for target in chosen:
        print(f"feeding {target} for {share} s", flush=True)
        command = [sys.executable, "-m", module, "--feed", target]
        command += ["--seconds", str(share), "--folder", str(folder)]
        # Decoders complain of every damaged picture; what the parsers do is in the same file.
        with (folder / f"{target}.log").open("w") as log:
            done = subprocess.run(command, check=False, stderr=log)
        ended |= done.returncode
        if done.returncode:
            print(f"{target} ended with {done.returncode}; what did it is in {folder}")
    return 1 if ended else 0


def _feed(
    target: str,
    targets: Mapping[str, Callable[[bytes], None]],
    seeds: list[bytes],
    seconds: int,
    folder: Path,
) -> None:
    """Feed one parser in this process; never returns."""
    atheris = importlib.import_module("atheris")
    corpus = folder / f"{target}-corpus"
    corpus.mkdir(exist_ok=True)
    for number, data in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(data)
    arguments = [
        *(sys.argv[0], str(corpus), f"-artifact_prefix={folder}/{target}-"),
        *(f"-max_total_time={seconds}", f"-timeout={SECONDS_AN_INPUT}", f"-max_len={LONGEST}"),
        *(f"-rss_limit_mb={MOST_MEMORY_MB}", "-print_final_stats=1", "-verbosity=0"),
    ]
    atheris.instrument_all()
    atheris.Setup(arguments, targets[target])
    atheris.Fuzz()
