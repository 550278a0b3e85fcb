"""The guide of the default pack, and photographs as a camera sees them."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from lineproof.adapters.local_guide import LocalGuide, local_guide
from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import DEFAULT_PACK, default_store, find_pack
from lineproof.ports import Site
from tests.pages.place import Eye
from tests.samples import engine, photograph

if TYPE_CHECKING:
    from lineproof.ports import Guide

CAMERA = (640, 480)


@lru_cache(maxsize=1)
def default_guide() -> LocalGuide:
    """Give the default pack's guide; skip where the pack is not built."""
    pack = find_pack(DEFAULT_PACK, store=default_store())
    if isinstance(pack, PackRefused):
        pytest.skip(f"the default pack is not here ({pack.code}): make pack builds it")
    return local_guide(pack, default=None, detector=engine().detector)


def guided(guide: Guide) -> Site:
    """Give a site whose engine is told what it sees, with a guide."""
    eye = Eye()
    return Site(engine=eye, reader=eye, guide=guide)


def portrait() -> Image.Image:
    """Give a square around a face, which is about a third of its width."""
    whole = Image.open(io.BytesIO(photograph("obama.jpg"))).convert("RGB")
    eyes = _eyes(whole)
    side = eyes[2] * 6
    left, top = eyes[0] - side / 2, eyes[1] - side * 0.45
    return whole.crop((round(left), round(top), round(left + side), round(top + side)))


def _eyes(whole: Image.Image) -> tuple[float, float, float]:
    from lineproof.face.detect import detect  # noqa: PLC0415 - one use
    from tests.samples import pixels, stored  # noqa: PLC0415 - the same

    face = detect(pixels(stored(whole)), engine().detector)[0]
    left, right = face.points[0], face.points[1]
    middle = (left + right) / 2
    return float(middle[0]), float(middle[1]), float(abs(right[0] - left[0]))


def scene(*faces: tuple[float, float]) -> Image.Image:
    """Show each face as a camera does: where its middle is across, and how wide, of the height."""
    picture, face = Image.new("RGB", CAMERA, "#9fb0ba"), portrait()
    for across, wide in faces:
        side = round(wide * CAMERA[1])
        place = (round(across * CAMERA[0] - side / 2), round((CAMERA[1] - side) / 2))
        picture.paste(face.resize((side, side)), place)
    return picture
