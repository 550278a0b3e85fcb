"""Real chips against public master lists, and portraits on simulated photographs of documents."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tests.photographed import photographed

from benchmarks.common import open_engine
from benchmarks.places import DATA
from lineproof.domain.document import MrzFormat
from lineproof.domain.finding import Measured, Unreadable
from lineproof.domain.policy import Outcome, two_pictures
from lineproof.flow.verify import PictureRefused, verify
from lineproof.packs.refusal import PackRefused
from lineproof.ports import Site
from lineproof.reading.chip import read_chip
from lineproof.reading.csca_store import import_file, read_trust
from lineproof.specimen import specimen_document
from lineproof.specimen_zone import Holder
from lineproof.wiring import reader_for

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine

TODAY = date(2026, 11, 24)
"""A day on which the specimens are valid, so that the figures can be made again."""


def chips() -> None:
    """Real security objects: which are proven under the public master lists, and how fast."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        for path in sorted((DATA / "emrtd" / "master_lists").rglob("*.*")):
            print(f"{path.name:<34} {import_file(path.read_bytes(), store, root=None)}")
        trust = read_trust(store)
    for path in sorted((DATA / "emrtd" / "sod_real").glob("*.bin")):
        start = time.process_time()
        found = read_chip({"SOD": path.read_bytes()}, trust, today=TODAY).finding
        spent = (time.process_time() - start) * 1000
        print(
            f"{path.name:<16} {found.passive_authentication} issuer {found.issuer} "
            f"{', '.join(found.reasons)} ({spent:.0f} ms)"
        )


def portraits() -> None:
    """FRLL portraits on specimens, photographed by simulation, against the smiling picture."""
    engine = open_engine(None)
    reader = reader_for(engine)
    if isinstance(reader, PackRefused):
        print(reader.sentence)
        return
    site = Site(engine=engine, reader=reader)
    people = sorted((DATA / "frll" / "neutral_front").glob("*.jpg"))
    for kind in (MrzFormat.TD3, MrzFormat.TD1):
        counts: Counter[str] = Counter()
        for seed, path in enumerate(people):
            smiling = DATA / "frll" / "smiling_front" / path.name.replace("_03", "_08")
            counts += _one(site, engine, kind, path, smiling.read_bytes(), seed)
        print(f"{kind}: {len(people)} simulated documents: {dict(counts)}")


def _one(  # noqa: PLR0913, PLR0917 - one document
    site: Site, engine: LocalEngine, kind: MrzFormat, path: Path, smiling: bytes, seed: int
) -> Counter[str]:
    """Count what one person's document showed."""
    portrait = np.asarray(Image.open(path).convert("RGB"))
    sides = specimen_document(kind, Holder(), portrait)
    stored = [
        photographed(np.asarray(side), seed=seed + 1000 * number)[0]
        for number, side in enumerate(sides)
    ]
    found = verify(
        site,
        document=stored,
        chip={},
        live=[smiling],
        policy=two_pictures(),
        attempt=1,
        today=TODAY,
    )
    if isinstance(found, PictureRefused):
        return Counter(refused=1)
    read, reference = found.evidence.document, found.evidence.reference
    zone = isinstance(read.mrz, Measured) and read.mrz.value.proven
    return Counter(
        {
            "portrait found": int(isinstance(reference, Measured)),
            "cut from the page": int(isinstance(read.portrait, Measured)),
            "all check digits good": int(zone),
            "approved at 1e-4": int(found.decision.outcome is Outcome.APPROVE),
            "matched from the portrait's own file": int(_matches(engine, path, smiling)),
        }
    )


def _matches(engine: LocalEngine, path: Path, live: bytes) -> bool:
    """Whether the portrait's own file matches at 1e-4, whatever its quality."""
    one, other = engine.look(path.read_bytes()), engine.look(live)
    if isinstance(one, Unreadable) or isinstance(other, Unreadable):
        return False
    band = engine.compare(reference=one, probes=[other])
    return isinstance(band, Measured) and band.value.at_most <= two_pictures().max_fmr
