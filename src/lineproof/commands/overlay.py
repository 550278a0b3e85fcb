"""The picture that `lineproof inspect --out` draws: faces, mesh, pose and quality bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lineproof.domain.finding import Measured
from lineproof.face.view import ALIGNED_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import SeenFace
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.view import FaceView

PICTURE_SIDE = 780
FACE_SIDE = 380
PANEL_WIDTH = 460
ROW = 38
_GOOD, _POOR, _TRACK = (64, 196, 140), (240, 160, 60), (62, 68, 80)
_BACK, _TEXT, _DIM = (24, 27, 33), (236, 238, 242), (150, 158, 170)
_POOR_BELOW = 50


def draw(seen: SeenFace) -> NDArray[np.uint8]:
    """Give the overlay as (h, w, 3) uint8 RGB: the picture at the left, the bars at the right."""
    if seen.view is None or not isinstance(seen.finding, Measured):
        msg = "an overlay needs a face"
        raise ValueError(msg)
    picture, face = _picture(seen.view), _face(seen.view)
    panel = _panel(seen.finding.value.quality, seen.view)
    panel = _beside(panel, face)
    canvas = Image.new(
        "RGB", (picture.width + panel.width, max(picture.height, panel.height)), _BACK
    )
    canvas.paste(picture, (0, 0))
    canvas.paste(panel, (picture.width, 0))
    return np.asarray(canvas)


def _picture(view: FaceView) -> Image.Image:
    factor = PICTURE_SIDE / max(view.pixels.shape[:2])
    size = (round(view.pixels.shape[1] * factor), round(view.pixels.shape[0] * factor))
    picture = Image.fromarray(view.pixels).resize(size, Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(picture)
    for number, face in enumerate(view.faces):
        box = [edge * factor for edge in face.box]
        pen.rectangle(box, outline=_GOOD if number == 0 else _POOR, width=3)
        # Shape and words carry what the colour says.
        label = "counts" if number == 0 else "another face"
        pen.text(
            (box[0], box[1] - 24),
            label,
            font=_font(20),
            fill=_TEXT,
            stroke_width=2,
            stroke_fill=_BACK,
        )
    for x, y in view.mesh[:, :2] * factor:
        pen.ellipse((x - 1.2, y - 1.2, x + 1.2, y + 1.2), fill=_GOOD)
    return picture


def _face(view: FaceView) -> Image.Image:
    """Draw the mesh large, on the upright head."""
    face = Image.fromarray(view.aligned).resize((FACE_SIDE, FACE_SIDE), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(face)
    for x, y in view.aligned_mesh * (FACE_SIDE / ALIGNED_SIZE):
        pen.ellipse((x - 1.4, y - 1.4, x + 1.4, y + 1.4), fill=_GOOD)
    return face


def _beside(panel: Image.Image, face: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", (panel.width + face.width, max(panel.height, face.height)), _BACK)
    canvas.paste(face, (0, 0))
    canvas.paste(panel, (face.width, 0))
    return canvas


def _panel(quality: Mapping[str, Finding[QualityComponent]], view: FaceView) -> Image.Image:
    panel = Image.new("RGB", (PANEL_WIDTH, ROW * (len(quality) + 3)), _BACK)
    pen = ImageDraw.Draw(panel)
    pose = (
        f"yaw {view.pose.yaw:+.0f}°   pitch {view.pose.pitch:+.0f}°   roll {view.pose.roll:+.0f}°"
    )
    pen.text((24, 18), "Quality, ISO/IEC 29794-5", font=_font(22), fill=_TEXT)
    pen.text((24, 50), pose, font=_font(17), fill=_DIM)
    for row, (name, found) in enumerate(quality.items()):
        top = ROW * (row + 2) + 18
        pen.text((24, top), name.replace("_", " "), font=_font(16), fill=_TEXT)
        pen.rectangle((24, top + 22, PANEL_WIDTH - 80, top + 28), fill=_TRACK)
        if isinstance(found, Measured):
            value = found.value.value
            colour = _GOOD if value >= _POOR_BELOW else _POOR
            pen.rectangle(
                (24, top + 22, 24 + (PANEL_WIDTH - 104) * value / 100, top + 28), fill=colour
            )
            pen.text((PANEL_WIDTH - 64, top + 12), str(value), font=_font(18), fill=colour)
        else:
            pen.text((PANEL_WIDTH - 64, top + 12), "-", font=_font(18), fill=_DIM)
    return panel


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
