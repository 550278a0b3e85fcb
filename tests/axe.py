"""axe-core, which finds what shuts people out of a page: by name from npm, checked by hash.

For tests only, in the browser's own process: nothing of it (MPL-2.0) is part of Lineproof. `make
axe` fetches it into the cache; where it is not there, the tests that need it skip and say so.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lineproof.packs.build.clients import find_tools
from lineproof.packs.build.lock import Archive, Lock, Member, sha256
from lineproof.packs.build.obtain import fetch_sources

if TYPE_CHECKING:
    from playwright.sync_api import Page

CACHE = Path(os.environ.get("LINEPROOF_CACHE") or Path(__file__).parent.parent / ".cache")

MEMBER = Member(
    "axe.min.js",
    "package/axe.min.js",
    553446,
    "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb",
)

AXE = Archive(
    client="npm",
    package="axe-core",
    version="4.10.3",
    algorithm="sha512",
    digest=bytes.fromhex(
        "5e6edba515e70d25f6604d9815f064d859c5d1ea7ab661bbc4f87c88779ef0c2"
        "1cae0abbeb636471ef39e9d62d2582e4b88a1866f19f4ecfcf6d986275e4dc12"
    ),
    members=(MEMBER,),
)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 at A and AA, and what axe holds to be good practice besides."""


@cache
def script() -> str:
    """Give axe-core's script; skip where it was not fetched."""
    path = CACHE / f"{MEMBER.sha256[:16]}-{MEMBER.name}"
    if not path.is_file() or sha256(path.read_bytes()) != MEMBER.sha256:
        pytest.skip(f"axe-core is not in {CACHE}: make axe fetches it")
    return path.read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Give what axe finds wrong with a page as it stands: the rule, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(script())
    found = page.evaluate(
        """async (runOnly) =>
          (await axe.run(document, { runOnly, resultTypes: ["violations"] })).violations""",
        RULES,
    )
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


if __name__ == "__main__":
    fetch_sources(
        Lock(archives=(AXE,), outputs={}),
        cache=CACHE,
        tools=find_tools(),
        progress=lambda *_: None,
    )
