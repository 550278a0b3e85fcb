"""A script that a drawing plays: nobody is in it, and a reviewer's page can show it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

from lineproof.domain.capture_message import Camera, Frame
from lineproof.domain.finding import Measured
from tests.flow.stage import UNSURE
from tests.pages.place import as_jpeg, silhouette
from tests.web.filmed import before_the_camera
from tests.web.test_signed_captures import written

if TYPE_CHECKING:
    from tests.pages.place import Place

SIZE = (480, 640)
EVERY = 400
"""Milliseconds between two frames."""


def refers_film(there: Place, variant: str, msisdn: str, *, until: float = 1.0) -> str:
    """Let a drawing play a script up to this share of it, and be referred; give the case's id."""
    before = there.eye.band
    there.eye.band = Measured(UNSURE)
    page = before_the_camera(there.house, msisdn)
    asked = page.asked(variant)
    length = asked["script"]["ms"]
    apart = min(EVERY, length // 12) * until
    times = [round(apart * (number + 0.5)) for number in range(int(length * until // apart))]
    frames = [_seen(asked["script"]["steps"], at) for at in times]
    told = tuple(
        Frame(index, at, hashlib.sha256(frame).hexdigest())
        for index, (at, frame) in enumerate(zip(times, frames, strict=True))
    )
    camera = Camera("Front camera", *SIZE)
    manifest = page.told(asked["nonce"], frames, frames=told, camera=camera)
    found = page.sends(asked["nonce"], written(manifest), frames)
    assert found.json()["outcome"] == "a_person_looks", found.text
    there.eye.band = before
    return page.visitor.case


def _seen(steps: list[dict[str, Any]], at: int) -> bytes:
    """Draw what a camera sees at a time: their own left is on the right of the picture."""
    step = next(each for each in reversed(steps) if each["start_ms"] <= at)
    picture = silhouette(*SIZE).convert("RGB")
    if step["do"] == "turn":
        aside = 60 if step["side"] == "left" else -60
        picture = ImageChops.offset(picture, aside, 0)
    if step["do"] == "approach":
        picture = picture.crop((70, 40, 410, 493)).resize(SIZE)
    if step["do"] == "screen":
        light = Image.new("RGB", SIZE, tuple(step["rgb"]))
        picture = Image.blend(picture, light, 0.2)
    # No two frames are one.
    picture.putpixel((0, 0), (at % 256, at // 256 % 256, 0))
    return as_jpeg(picture)
