"""Simulated bona fide documents and attacks on them, the same for the same person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageFont
from tests.photographed import photographed
from tests.tampered import SCREEN_GAIN, on_screen, only_portrait, pasted, printed_again, with_zone

from benchmarks.generated import holder
from benchmarks.places import DATA
from benchmarks.zones import decoded
from lineproof.domain.document import MrzFormat
from lineproof.specimen import specimen_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.specimen_zone import Holder

    Pixels = NDArray[np.uint8]

BONA_FIDE, SCANS = "bona fide", "mrz_pages, as they are"
AGAIN = "saved again"
OTHER_TYPE = ("DejaVuSansMono.ttf", "DejaVuSans.ttf", "DejaVuSerif.ttf")


@dataclass(frozen=True, slots=True)
class Suspect:
    """One photograph: ``what`` was done, and the JPEG."""

    what: str
    kind: str
    stored: bytes = field(repr=False)


def people() -> list[Path]:
    """Give the portraits that specimens are drawn round."""
    return sorted((DATA / "frll" / "neutral_front").glob("*.jpg"))


def bona_fide(number: int) -> Iterator[Suspect]:
    """Photograph one person's passport, the front of a card and its back, and a passport's page.

    The last is one of ``mrz_pages``, whose art is that of real passports.
    """
    for kind in (MrzFormat.TD3, MrzFormat.TD1):
        for side, page in enumerate(specimen_pages(kind, number)):
            stored, _ = _taken(page, number + 1000 * side)
            yield Suspect(BONA_FIDE, f"{kind} {'back' if side else 'front'}", stored)
    scan = _scan(number)
    if scan is not None:
        yield Suspect(BONA_FIDE, SCANS, scan.read_bytes())
        yield Suspect(
            BONA_FIDE, "mrz_pages, photographed", _taken(decoded(scan.read_bytes()), number)[0]
        )


def saved_again(suspect: Suspect, seed: int) -> Suspect:
    """Save a photograph once more as a JPEG, as a messenger or an editor does, uncut."""
    quality = int(np.random.default_rng(seed).integers(75, 97))
    return Suspect(
        f"{AGAIN}, {suspect.what}", suspect.kind, _jpeg(decoded(suspect.stored), quality)
    )


def attacks(number: int) -> Iterator[Suspect]:
    """Do to one person's passport everything that is simulated here."""
    kind, person = MrzFormat.TD3, holder(number, letters=False)
    page = specimen_pages(kind, number)[0]
    other = specimen_pages(kind, (number + 7) % len(people()))[0]
    font = ImageFont.truetype(OTHER_TYPE[number // 2 % len(OTHER_TYPE)], 66)
    stored, _ = _taken(on_screen(page, seed=number), number, gain=SCREEN_GAIN)
    yield Suspect("shown on a screen", kind, stored)
    stored, _ = _taken(printed_again(page, seed=number), number)
    yield Suspect("printed again, 85 to 150 lpi", kind, stored)
    yield from _pastes(page, only_portrait(kind, person, other), number)
    zones = {
        "zone in another type": with_zone(page, kind, person, font=font),
        "zone unevenly set": with_zone(page, kind, person, loose=2.5, seed=number),
        "zone raised by 6 mm": with_zone(page, kind, person, raised=6),
    }
    for what, changed in zones.items():
        yield Suspect(what, kind, _taken(changed, number)[0])


def _pastes(page: Pixels, portrait: Pixels, number: int) -> Iterator[Suspect]:
    """Paste another portrait into one photograph: blended in, cut hard, and without JPEG's loss."""
    stored, corners = _taken(page, number)
    photograph = decoded(stored)
    soft = pasted(photograph, corners, portrait, seed=number)
    hard = pasted(photograph, corners, portrait, seed=number, soft=(0, 0))
    what, quality = "another portrait pasted into the photograph", 80 + number % 16
    yield Suspect(what, MrzFormat.TD3, _jpeg(soft, quality))
    yield Suspect(f"{what}, cut hard", MrzFormat.TD3, _jpeg(hard, quality))
    _, lossless = cv2.imencode(".png", soft[..., ::-1])
    yield Suspect(f"{what}, kept as PNG", MrzFormat.TD3, lossless.tobytes())


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    _, encoded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes()


def _scan(number: int) -> Path | None:
    """Give a page of ``mrz_pages``: even numbers have other States than odd ones."""
    scans = sorted((DATA / "mrz_pages").glob("*.jpg"))
    states = sorted({path.name.split("_")[0] for path in scans})
    mine = [path for path in scans if states.index(path.name.split("_")[0]) % 2 == number % 2]
    # Multiples of four come first among the even numbers: the limits are made from those.
    place = number // 2 if number % 2 else number // 4
    return mine[place] if place < len(mine) and number % 4 != 2 else None  # noqa: PLR2004


def specimen_pages(kind: MrzFormat, number: int) -> list[Pixels]:
    """Draw one person's specimen: one page, or the two sides of a card."""
    portrait = np.asarray(Image.open(people()[number]).convert("RGB"))
    person: Holder = holder(number, letters=False)
    return [np.asarray(side) for side in specimen_document(kind, person, portrait)]


def _taken(page: Pixels, seed: int, *, gain: float = 1.0) -> tuple[bytes, NDArray[np.float32]]:
    return photographed(page, seed=seed, sensor=True, blur=(0.35, 0.9), gain=gain)
