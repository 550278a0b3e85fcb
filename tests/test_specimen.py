"""Specimen documents: valid zones, everything on the page, and the simulated camera over them."""

from __future__ import annotations

import hashlib
import io
from datetime import date

import cv2
import numpy as np
import pytest
from PIL import Image

from lineproof.domain.document import MrzFormat
from lineproof.domain.finding import Measured
from lineproof.reading.mrz import parse
from lineproof.specimen import specimen_document
from lineproof.specimen_page import printed_date
from lineproof.specimen_zone import Holder, build
from tests.photographed import photographed

GREY = np.full((90, 70, 3), 90, dtype=np.uint8)

SIZES = {
    MrzFormat.TD1: [(1370, 864), (1370, 864)],
    MrzFormat.TD2: [(1680, 1184)],
    MrzFormat.TD3: [(2000, 1408)],
    MrzFormat.MRV_A: [(1920, 1280)],
    MrzFormat.MRV_B: [(1680, 1184)],
}
"""ISO/IEC 7810 and ICAO 9303-7 at 16 pixels a millimetre."""


def test_the_portrait_is_on_the_page_as_it_is() -> None:
    """On a passport's page the portrait has 35 x 45 mm, and no pixel of it is painted over."""
    page = np.array(specimen_document(MrzFormat.TD3, Holder(), GREY)[0])
    rows, columns = np.nonzero((page == 90).all(axis=2))
    assert [int(np.ptp(each)) + 1 for each in (rows, columns)] == [45 * 16, 35 * 16]


@pytest.mark.parametrize("kind", MrzFormat)
def test_each_format_has_its_sides(kind: MrzFormat) -> None:
    """A card has a front and a back, all others one side, in the sizes of the standards."""
    assert [side.size for side in specimen_document(kind, Holder(), GREY)] == SIZES[kind]


@pytest.mark.parametrize("kind", MrzFormat)
def test_the_zone_is_printed_in_its_place(kind: MrzFormat) -> None:
    """The last side's lower edge has as many rows of dark print as the zone has lines."""
    side = np.asarray(specimen_document(kind, Holder(), GREY)[-1].convert("L"))
    rows = (side[-16 * 25 :] < 90).any(axis=1).astype(int)
    assert int((np.diff(rows) == 1).sum()) == len(build(kind, Holder()))


def test_a_specimen_is_drawn_the_same_every_time() -> None:
    """The same holder and portrait give the same pixels, another holder others."""
    drawn = [
        hashlib.sha256(specimen_document(MrzFormat.TD3, holder, GREY)[0].tobytes()).digest()
        for holder in (Holder(), Holder(), Holder(surname="OTHER"))
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_does_not_fit_is_refused() -> None:
    """A long number on a passport, or too much optional data, is a fault of the caller."""
    with pytest.raises(ValueError, match="nine characters"):
        build(MrzFormat.TD3, Holder(number="L898902C34"))
    with pytest.raises(ValueError, match="7 characters"):
        build(MrzFormat.TD2, Holder(optional_data="12345678"))


def test_marks_and_unknown_births_are_written() -> None:
    """Names are transliterated, an unknown birth becomes fillers, and all checks are good."""
    holder = Holder(surname="Ångström", given_names="Zoë Mary-Ann", date_of_birth=None)
    lines = build(MrzFormat.TD3, holder, code="PP")
    found = parse(lines, today=date(2026, 6, 1))
    assert lines[0].startswith("PPUTOAANGSTROEM<<ZOE<MARY<ANN<")
    assert lines[1][13:20] == "<<<<<<0"
    assert isinstance(found, Measured)
    assert found.value.proven
    assert (printed_date(None), printed_date(date(1974, 8, 2))) == ("XX XXX XXXX", "02 AUG 1974")


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_the_camera_says_where_the_page_is(quarters: int) -> None:
    """Straightened by the given corners, the photograph is the page again, and seeds repeat."""
    page = np.full((300, 400, 3), 235, dtype=np.uint8)
    page[:100, :100], page[200:, 300:] = (200, 30, 30), (30, 30, 200)
    stored, corners = photographed(page, seed=3, size=(800, 600), glare=0, quarters=quarters)
    assert stored == photographed(page, seed=3, size=(800, 600), glare=0, quarters=quarters)[0]
    assert stored != photographed(page, seed=4, size=(800, 600), glare=0, quarters=quarters)[0]
    photo = np.asarray(Image.open(io.BytesIO(stored)))
    edges = np.array([[0, 0], [400, 0], [400, 300], [0, 300]], dtype=np.float32)
    back = cv2.getPerspectiveTransform(corners.astype(np.float32), edges)
    straight = cv2.warpPerspective(photo, back, (400, 300)).astype(int)
    red, blue = straight[10:90, 10:90], straight[210:290, 310:390]
    assert (red[..., 0] > red[..., 2] + 60).all()
    assert (blue[..., 2] > blue[..., 0] + 60).all()
    assert (straight[10:90, 210:390].min(axis=2) > 80).all()
