"""How the service carries load: the real engine behind HTTP, the sample photographs as faces.

The server is this process; who asks is another one, so that the two share cores and no lock. What
is timed is POST /v1/session/captures, from the first byte sent to the last one received. Documents
are read once and shown to every case alike: reading them is not what is measured.
"""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import httpx

from benchmarks.common import open_engine, spread, write_figures
from lineproof.demo import document_of, sample_photographs
from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import Kind
from lineproof.domain.consent import Purpose
from lineproof.domain.sim import Sim
from lineproof.flow.agree import consent
from lineproof.flow.apply import Application, exchange, open_case
from lineproof.flow.refused import Refused
from lineproof.flow.show_document import show_document
from lineproof.library import this_day
from lineproof.packs.build.downloads import cache_folder
from lineproof.packs.refusal import PackRefused
from lineproof.ports import DocumentReading, Site
from lineproof.service_wiring import ServiceRefused, service_for
from lineproof.settings import Settings, usable_cores
from lineproof.web.context import utc_now
from lineproof.web.serving_http import PortTaken, listen, log_to, server_of
from lineproof.wiring import reader_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from multiprocessing.pool import Pool

    from lineproof.ports import PageRefused, Reader, Service

BLOCKS = 5
"""Rounds of each measurement, in turn, so that what else the machine does hits all of them."""

EACH = 40
"""Captures of one round."""

CREATED = 201

PLENTY = 10**9

SHED = 120
"""Captures sent at once to see what is shed."""


@dataclass(frozen=True, slots=True)
class OnceRead:
    """Gives one document's reading again and again."""

    reading: DocumentReading | PageRefused

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading | PageRefused:
        """Give it."""
        del pages, chip, today, challenge
        return self.reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One capture: seconds, and the status that was answered."""

    took: float
    status: int


def serving() -> None:
    """Measure one at a time, 2 x cores at a time, at 80 % of that, and far too many at once."""
    cores = usable_cores()
    photographs = sample_photographs(cache_folder(), lambda *_: None)
    with tempfile.TemporaryDirectory() as folder:
        service, settings, stop = _serve(Path(folder), photographs)
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as asking:
            figures = _measure(service, settings, asking, photographs["obama2.jpg"], cores)
        stop()
    write_figures("serving", figures)


def _measure(
    service: Service, settings: Settings, asking: Pool, face: bytes, cores: int
) -> dict[str, object]:
    base = f"http://127.0.0.1:{settings.port}"

    def ask(count: int, at_once: int, per_second: float | None) -> tuple[list[Timed], float]:
        sessions = [ready_case(service)[1] for _ in range(count)]
        found: tuple[list[Timed], float] = asking.apply(
            ask_all, (base, sessions, face, at_once, per_second)
        )
        return found

    ask(EACH, 1, None)
    alone, together, ratios, loaded = [], [], [], []
    for _ in range(BLOCKS):
        one, one_took = ask(EACH, 1, None)
        many, many_took = ask(EACH, 2 * cores, None)
        alone += [each.took for each in one]
        together.append(EACH / many_took)
        ratios.append((EACH / many_took) / (cores * EACH / one_took))
        rate = 0.8 * EACH / many_took
        eighty, _ = ask(EACH, 8 * cores, rate)
        loaded += [each.took for each in eighty]
        failed = Counter(each.status for each in (*one, *many, *eighty))
        if set(failed) != {CREATED}:
            print("other answers:", failed)
    flood, _ = ask(SHED, SHED, None)
    return {
        "cores": cores,
        "captures": EACH * BLOCKS,
        "alone_ms": spread([1000 * each for each in alone]),
        "together_per_second": spread(together),
        "together_over_cores_x_alone": spread(ratios),
        "p99_at_80_percent_over_median_alone": round(
            quantiles(loaded, n=100)[98] / median(alone), 2
        ),
        "at_once": SHED,
        "answers_at_once": dict(Counter(str(each.status) for each in flood)),
        "shed_ms": spread([1000 * each.took for each in flood if each.status != CREATED] or [0.0]),
    }


def ask_all(
    base: str, sessions: list[str], face: bytes, at_once: int, per_second: float | None
) -> tuple[list[Timed], float]:
    """Send one capture for each session: in the other process."""
    draw = random.Random(len(sessions))  # noqa: S311 - when to send, and no secret
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    with (
        httpx.Client(base_url=base, timeout=120, limits=limits, trust_env=False) as http,
        ThreadPoolExecutor(at_once) as pool,
    ):
        ready = [(session, _nonce(http, session)) for session in sessions]
        due, began = 0.0, time.perf_counter()
        waiting = []
        for session, nonce in ready:
            if per_second is not None:
                # As strangers come: not evenly (a Poisson process).
                due += draw.expovariate(per_second)
                time.sleep(max(0.0, began + due - time.perf_counter()))
            waiting.append(pool.submit(_capture, http, session, nonce, face))
        found = [each.result() for each in waiting]
        return found, time.perf_counter() - began


def _nonce(http: httpx.Client, session: str) -> str:
    headers = {"Authorization": f"Bearer {session}"}
    return str(http.post("/v1/session/challenges", headers=headers).json()["nonce"])


def _capture(http: httpx.Client, session: str, nonce: str, face: bytes) -> Timed:
    began = time.perf_counter()
    answer = http.post(
        "/v1/session/captures",
        headers={"Authorization": f"Bearer {session}"},
        files=[("frame", ("frame", face))],
        data={"nonce": nonce},
    )
    return Timed(took=time.perf_counter() - began, status=answer.status_code)


def _serve(
    folder: Path, photographs: Mapping[str, bytes]
) -> tuple[Service, Settings, Callable[[], None]]:
    settings = Settings.model_construct(
        data=folder, port=0, person_rate=PLENTY, stranger_rate=PLENTY, system_rate=PLENTY
    )
    opened = listen(settings)
    if isinstance(opened, PortTaken):
        raise SystemExit(opened.sentence)
    settings = settings.model_copy(update={"port": opened.getsockname()[1]})
    service = tireless(settings, site_of(photographs["obama.jpg"]))
    log_to(lambda _: None)
    server = server_of(service, settings, clock=utc_now)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join()

    return service, settings, stop


def site_of(portrait: bytes) -> Site:
    """Give the real engine, and a reader to whom every document is the one with this portrait."""
    engine = open_engine(None)
    reader = reader_for(engine)
    if isinstance(reader, PackRefused):
        raise SystemExit(reader.sentence)
    once: Reader = OnceRead(reader.read([document_of(portrait)], chip={}, today=this_day()))
    return Site(engine=engine, reader=once)


def tireless(settings: Settings, site: Site) -> Service:
    """Make a service in which one person, whose every case is, never uses their attempts up."""
    service = service_for(settings, clock=utc_now, site=site)
    if isinstance(service, ServiceRefused):
        raise SystemExit(service.sentence)
    return replace(service, profile=replace(service.profile, attempts_per_person=PLENTY))


_NUMBERS = iter(range(10**9))


def ready_case(service: Service) -> tuple[str, str]:
    """Bring one case to where the face is looked at; give its id and its session."""
    now, number = utc_now(), next(_NUMBERS)
    asked = Application(
        operator="benchmark",
        kind=Kind.NEW_LINE,
        msisdn=f"1777{number:08}",
        sim=Sim(f"89490{number:014}", f"00101{number:010}"),
        handled_by=None,
        second_channel=None,
    )
    opened = open_case(service, asked, actor=Actor(ActorKind.SYSTEM, "benchmark"), now=now)
    if isinstance(opened, Refused):
        raise SystemExit(opened.sentence)
    found = exchange(service, opened.client_secret, now=now)
    if isinstance(found, Refused):
        raise SystemExit(found.sentence)
    case, session = found
    consent(
        service,
        case.id,
        purpose=Purpose.FACE_CHECK,
        text_version="2026-11",
        language="en",
        now=now,
    )
    shown = show_document(service, case.id, [b"page"], chip={}, now=now)
    if isinstance(shown, Refused):
        raise SystemExit(shown.sentence)
    return case.id, session
