"""Feed damaged pictures to the image intake for a while: ``python -m tests.face.fuzz_images``.

The feeding is done in a process of its own, so that a crash inside a decoder is seen, and the file
that did it is kept in a temporary folder and named.
"""

# ruff: noqa: T201 - it reports to whoever ran it
from __future__ import annotations

import argparse
import collections
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

from lineproof.face.image import DEFAULT_LIMITS
from tests.face.drawn import every_kind
from tests.face.mutated import SMALL, assert_answered, damaged, random_edits

SECONDS_A_FILE = 10
MOST_MEMORY_KB = 600 * 1024


def feed(seconds: float, seed: int, current: Path, only: str) -> None:
    """Feed damaged files; a fault ends the process with the file left in ``current``."""
    random = Random(seed)  # noqa: S311 - reproducible damage, not secrets
    seeds = [data for name, data in every_kind().items() if name.startswith(only)]
    answers: collections.Counter[str] = collections.Counter()
    slowest, peak = 0.0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = damaged(
            random.choice(seeds),
            random_edits(random),
            random.choice(seeds),
            inside=random.random() if random.random() < 0.6 else None,
        )
        current.write_bytes(data)
        # A decoder that hangs cannot be interrupted by Python; this signal ends the process.
        signal.alarm(SECONDS_A_FILE)
        start = time.monotonic()
        answers[assert_answered(data, DEFAULT_LIMITS if random.random() < 0.05 else SMALL)] += 1
        slowest = max(slowest, time.monotonic() - start)
        signal.alarm(0)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert peak < MOST_MEMORY_KB, f"{peak} kB of memory"
    print(f"{answers.total()} files, slowest {slowest:.2f} s for four decodings, {peak // 1024} MB")
    for answer, count in answers.most_common():
        print(f"{count:8} {answer}")


def main() -> int:
    """Run the feeding in its own process and report how it ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--only", default="", help="begin of the names of the kinds to damage")
    parser.add_argument("--feed-into", type=Path, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    seed = time.time_ns() % 2**32 if options.seed is None else options.seed
    if options.feed_into is not None:
        try:
            feed(options.seconds, seed, options.feed_into, options.only)
        except Exception:  # noqa: BLE001 - every fault is this programme's finding
            traceback.print_exc()
            return 1
        return 0
    kept = Path(tempfile.mkdtemp(prefix="lineproof-fuzz-")) / f"seed-{seed}"
    command = [sys.executable, "-m", "tests.face.fuzz_images", "--feed-into", str(kept)]
    command += ["--seconds", str(options.seconds), "--seed", str(seed), "--only", options.only]
    print(f"feeding damaged pictures for {options.seconds:.0f} s, seed {seed}", flush=True)
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        print(f"ended with {done.returncode}; the file that did it: {kept}")
        return 1
    kept.unlink()
    kept.parent.rmdir()
    return 0


if __name__ == "__main__":
    sys.exit(main())
