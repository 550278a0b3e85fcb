"""A camera's film in which each frame tells its own number, where the face would be."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from lineproof.adapters.film_sheet import film_of
from lineproof.domain.capture_film import (
    TILE_LEFT,
    TILE_SHARE,
    TILE_TALL,
    TILE_TOP,
    TILE_WIDE,
)
from tests.pages.place import as_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.domain.liveness import LiveCapture

    Tile = NDArray[np.uint8]

FRAMES = 300
"""Ten seconds of a camera: longer than any script, so that no number comes twice."""
SIZE = (640, 480)

ACROSS = 3
"""Squares in a row, and rows: a bit each."""
DARK, LIGHT = 40, 215


def numbered_film(file: Path) -> Path:
    """Write the film."""
    file.write_bytes(b"".join(as_jpeg(_numbered(number)) for number in range(FRAMES)))
    return file


def squares() -> list[tuple[float, float, float, float]]:
    """Give where the bits are, the lowest first: left, top, right and bottom in pixels."""
    wide, tall = SIZE[1] * 3 / 4, SIZE[1]
    left, top = (SIZE[0] - wide) / 2 + wide * TILE_LEFT, tall * TILE_TOP
    each = (wide * TILE_SHARE / ACROSS, tall * TILE_SHARE / ACROSS)
    places = [divmod(place, ACROSS) for place in range(ACROSS**2)]
    return [
        (
            left + column * each[0],
            top + row * each[1],
            left + (column + 1) * each[0],
            top + (row + 1) * each[1],
        )
        for row, column in places
    ]


def listener() -> str:
    """Give a script that notes what the camera gave, and what the page was told of it.

    ``given`` is of each of the camera's own frames its time in the stream, when it came, and its
    number, read from no video, so it runs in Chromium alone; ``told`` when each frame that the page
    heard of was caught, as far as that can be believed; ``begun`` when the script did. All in
    milliseconds.
    """
    middles = [((left + right) / 2, (top + bottom) / 2) for left, top, right, bottom in squares()]
    return LISTENS.replace("MIDDLES", json.dumps(middles))


LISTENS = """(() => {
  if (!navigator.mediaDevices) return;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const drawn = requestAnimationFrame.bind(window), given = [], told = [];
  const hear = HTMLVideoElement.prototype.requestVideoFrameCallback;
  let begun = null;
  const numbered = (light, { offset, stride }) => MIDDLES.reduce((sum, [x, y], bit) =>
    sum + (light[offset + Math.round(y) * stride + Math.round(x)] > 127 ? 1 << bit : 0), 0);
  async function listen(track) {
    const frames = new MediaStreamTrackProcessor({ track, maxBufferSize: 10 }).readable.getReader();
    for (;;) {
      const { done, value } = await frames.read();
      if (done) return;
      const came = performance.now();
      const bytes = new Uint8Array(value.allocationSize()), [light] = await value.copyTo(bytes);
      given.push([value.timestamp / 1000, came, numbered(bytes, light)]);
      value.close();
    }
  }
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    listen(stream.getVideoTracks()[0].clone());
    return stream;
  };
  window.requestAnimationFrame = (act) => drawn((now) => {
    begun ??= now;
    act(now);
  });
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (act) {
    return hear.call(this, (now, frame) => {
      const times = [frame.captureTime, frame.presentationTime];
      told.push(times.find((at) => at <= now && at > now - 500) ?? now);
      act(now, frame);
    });
  };
  addEventListener("pagehide", () => {
    if (given.length) sessionStorage.setItem("listened", JSON.stringify({ given, told, begun }));
  });
})()"""


def number_of(face: Tile) -> int:
    """Read the number off a picture of the face's place (tall, wide, 3)."""
    tall, wide = face.shape[:2]
    number = 0
    for place in range(ACROSS**2):
        row, column = divmod(place, ACROSS)
        middle = face[
            round(tall * (row + 0.3) / ACROSS) : round(tall * (row + 0.7) / ACROSS),
            round(wide * (column + 0.3) / ACROSS) : round(wide * (column + 0.7) / ACROSS),
        ]
        number |= int(middle.mean() > (DARK + LIGHT) / 2) << place
    return number


def as_tile(frame: bytes) -> Tile:
    """Make of a frame's file what a tile shows of it (64, 48, 3)."""
    picture = Image.open(io.BytesIO(frame)).convert("RGB")
    left, top = picture.width * TILE_LEFT, picture.height * TILE_TOP
    face = (left, top, left + picture.width * TILE_SHARE, top + picture.height * TILE_SHARE)
    return np.asarray(picture.resize((TILE_WIDE, TILE_TALL), Image.Resampling.BOX, face))


def pairs_of(told: LiveCapture, frames: Sequence[bytes]) -> list[tuple[Tile, Tile]]:
    """Give each tile, and what it would be of the frame that was taken in the same moment."""
    assert told.film is not None
    film = film_of(told.film)
    assert film is not None
    own = {at: as_tile(frame) for at, frame in zip(told.at_ms, frames, strict=True)}
    tiles = zip(told.film.at_ms, film.tiles, strict=True)
    return [(tile, own[at]) for at, tile in tiles if at in own]


def _numbered(number: int) -> Image.Image:
    picture = Image.new("RGB", SIZE, "#9aa6ad")
    pen = ImageDraw.Draw(picture)
    for place, square in enumerate(squares()):
        shade = LIGHT if number >> place & 1 else DARK
        pen.rectangle(square, fill=(shade, shade, shade))
    return picture
