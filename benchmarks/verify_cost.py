"""What one whole verification costs at a thousand and at a million stored lines, on both databases.

The real engine compares the sample photographs; the stored lines are simulated. One capture here
and one there, in turn, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import random
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, cast

from tests import postgresql

from benchmarks.common import spread, write_figures
from benchmarks.serving import ready_case, site_of, tireless
from benchmarks.storage import FEW, MANY, fill
from lineproof.demo import sample_photographs
from lineproof.flow.capture import Captured, ask, capture
from lineproof.flow.refused import Refused
from lineproof.packs.build.downloads import cache_folder
from lineproof.settings import Settings
from lineproof.web.context import utc_now

if TYPE_CHECKING:
    from lineproof.adapters.sql.sql_store import SqlStore
    from lineproof.ports import Service, Site

PAIRS, WARMING = 200, 10
DRAWS = 2000
"""Bootstrap draws of pairs."""


def verify_cost() -> None:
    """Give how many times more a verification takes with many lines than with few."""
    photographs = sample_photographs(cache_folder(), lambda *_: None)
    site, face = site_of(photographs["obama.jpg"]), photographs["obama2.jpg"]
    figures: dict[str, object] = {"few": FEW, "many": MANY, "pairs": PAIRS}
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_service(Path(folder) / str(lines), "", lines, site) for lines in (FEW, MANY))
        figures["sqlite"] = _compared(few, many, face)
    if why := postgresql.missing():
        figures["postgresql"] = why
    else:
        with ExitStack() as held:
            server = held.enter_context(postgresql.started())
            folder = held.enter_context(tempfile.TemporaryDirectory())
            names = [held.enter_context(server.database()) for _ in range(2)]
            few, many = (
                _service(Path(folder) / name, str(server.url(name)), lines, site)
                for name, lines in zip(names, (FEW, MANY), strict=True)
            )
            figures["postgresql"] = _compared(few, many, face)
    write_figures("verify_cost", figures)


def _service(folder: Path, database: str, lines: int, site: Site) -> Service:
    settings = Settings.model_construct(data=folder, database=database)
    service = tireless(settings, site)
    fill(cast("SqlStore", service.store), lines)
    return service


def _compared(few: Service, many: Service, face: bytes) -> dict[str, object]:
    taken: dict[str, list[tuple[float, float]]] = {"wall": [], "cpu": []}
    for turn in range(PAIRS + WARMING):
        # Whoever goes first meets colder caches: they take turns at that.
        order = (few, many) if turn % 2 else (many, few)
        times = {service is many: _once(service, face) for service in order}
        if turn >= WARMING:
            for place, what in enumerate(("wall", "cpu")):
                taken[what].append((times[False][place], times[True][place]))
    for service in (few, many):
        cast("SqlStore", service.store).close()
    return {what: _figures(pairs) for what, pairs in taken.items()}


def _once(service: Service, face: bytes) -> tuple[float, float]:
    """Verify once: wall and CPU milliseconds of this process, the question not counted."""
    case, _ = ready_case(service)
    asked = ask(service, case, now=utc_now())
    if isinstance(asked, Refused):
        raise SystemExit(asked.sentence)
    began, spent = time.perf_counter(), time.process_time()
    found = capture(service, case, [face], nonce=asked.nonce, now=utc_now())
    figures = 1e3 * (time.perf_counter() - began), 1e3 * (time.process_time() - spent)
    if not isinstance(found, Captured):
        raise SystemExit(found.sentence)
    return figures


def _figures(pairs: list[tuple[float, float]]) -> dict[str, object]:
    draw = random.Random(0)  # noqa: S311 - no secret
    drawn = sorted(_ratio(draw.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    return {
        "few_ms": spread([few for few, _ in pairs]),
        "many_ms": spread([many for _, many in pairs]),
        "times_more": round(_ratio(pairs), 4),
        "interval": [round(drawn[round(DRAWS * share)], 4) for share in (0.025, 0.975)],
    }


def _ratio(pairs: list[tuple[float, float]]) -> float:
    return median(many for _, many in pairs) / median(few for few, _ in pairs)
