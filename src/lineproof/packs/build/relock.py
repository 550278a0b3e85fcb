"""Writes the hashes of a fresh conversion into default.lock.toml, after an intended change.

Run as ``python -m lineproof.packs.build.relock CACHE``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lineproof.packs.build.clients import find_tools
from lineproof.packs.build.lock import HERE, read_lock, sha256
from lineproof.packs.build.obtain import fetch_sources
from lineproof.packs.build.recipe import ROOTED, convert_sources
from lineproof.packs.build.source_answers import check_outputs


def main(cache: Path) -> None:
    """Convert what ``cache`` holds, check it against the references and rewrite the hashes."""

    def show(step: str, done: int, total: int | None) -> None:
        sys.stderr.write(f"{step} {done}/{total or '?'}\n")

    sources = fetch_sources(read_lock(), cache=cache, tools=find_tools(), progress=show)
    files = convert_sources(sources, progress=show)
    check_outputs(files, rooted=ROOTED)
    path = HERE / "default.lock.toml"
    kept, mark, _ = path.read_text("utf-8").partition("[outputs]\n")
    lines = [f'"{name}" = "{sha256(files[name])}"\n' for name in sorted(files)]
    path.write_text(kept + mark + "".join(lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
