"""A drawn head, so that each measure can be shown one physical cause at a time.

The points stand where FaceMesh puts them on a face of average shape, in units of the distance
between the eyes, with the middle of the eyes at the origin; x to the right, y down, z away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from lineproof.domain.finding import Measured
from lineproof.face.landmarks import upright
from lineproof.face.quality.region import OVAL, prepare
from lineproof.face.view import Detection, FaceView, Pose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality import Measure

    Pixels: TypeAlias = NDArray[np.uint8]
    """(height, width, 3) RGB."""

RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
RIGHT_CHEEK = {
    117: (-0.84, 0.28, 0.03),
    118: (-0.71, 0.31, -0.06),
    119: (-0.53, 0.29, -0.11),
    36: (-0.47, 0.52, -0.21),
    205: (-0.63, 0.65, -0.18),
    187: (-0.84, 0.76, 0.0),
    123: (-0.99, 0.5, 0.19),
}
LEFT_CHEEK = dict(zip(RIGHT_CHEEK, (346, 347, 348, 266, 425, 411, 352), strict=True))
NOSE = {1: (0, 0.58, -0.68), 2: (0, 0.68, -0.5), 168: (0, -0.02, -0.3)}
UPPER_LIP, LOWER_LIP = (82, 13, 312), (87, 14, 317)
CORNERS = {61: (-0.385, 1.06, -0.17), 291: (0.385, 1.06, -0.17)}


@dataclass(frozen=True)
class Head:
    """A head before a camera; every field is one physical cause."""

    eye_distance: float = 72
    """In pixels."""
    middle: tuple[float, float] = (200, 190)
    """Where the point between the eyes lies in the picture."""
    size: tuple[int, int] = (400, 480)
    """Width and height of the picture."""
    yaw: float = 0
    pitch: float = 0
    roll: float = 0
    lids: float = 0.16
    """How far the lids stand apart, in eye distances."""
    lips: float = 0.02
    """How far the lips stand apart, in eye distances."""
    skin: tuple[int, int, int] = (198, 150, 122)


def mesh_of(head: Head) -> NDArray[np.float32]:
    """Give the (468, 3) points of a head in pixels of its picture."""
    points = np.tile(np.array([0.0, 0.5, -0.3]), (468, 1))
    for indices, values in _layout(head):
        points[list(indices)] = values
    turned = points @ _rotation(head).T * head.eye_distance
    turned[:, :2] += head.middle
    return turned.astype(np.float32)


def _layout(head: Head) -> Iterable[tuple[Iterable[int], NDArray[np.float64]]]:
    around = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    sides = np.sin(around)
    yield (
        OVAL,
        np.stack([1.1 * sides, 0.45 - 1.31 * np.cos(around), 1.08 * sides**2 - 0.18], axis=1),
    )
    along = np.cos(np.linspace(0, 2 * np.pi, 16, endpoint=False))
    height = -np.sin(np.linspace(0, 2 * np.pi, 16, endpoint=False)) * head.lids / 2
    depth = np.full(16, -0.05)
    yield RIGHT_EYE, np.stack([-0.5 - 0.22 * along, height, depth], axis=1)
    yield LEFT_EYE, np.stack([0.5 + 0.22 * along, height, depth], axis=1)
    yield RIGHT_CHEEK, np.array(list(RIGHT_CHEEK.values()))
    yield LEFT_CHEEK.values(), np.array(list(RIGHT_CHEEK.values())) * [-1, 1, 1]
    yield NOSE, np.array(list(NOSE.values()))
    yield CORNERS, np.array(list(CORNERS.values()))
    across = np.array([-0.12, 0.0, 0.12])
    for lip, side in ((UPPER_LIP, -0.5), (LOWER_LIP, 0.5)):
        level = np.full(3, 1.05 + side * head.lips)
        yield lip, np.stack([across, level, np.full(3, -0.37)], axis=1)


def _rotation(head: Head) -> NDArray[np.float64]:
    yaw, pitch, roll = np.radians([head.yaw, head.pitch, head.roll])
    about_y = [[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]]
    about_x = [[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]]
    about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    return np.array(about_z) @ np.array(about_x) @ np.array(about_y)


@cache
def picture_of(head: Head) -> Pixels:
    """Draw a head in soft light before a plain wall, (h, w, 3) uint8 RGB."""
    width, height = head.size
    points = mesh_of(head)
    light = np.full((height, width, 3), 0.35)
    skin = linear(np.array(head.skin, dtype=np.uint8))
    unit = head.eye_distance
    _fill(light, points[list(OVAL)], skin)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    off = np.hypot(
        (x - head.middle[0]) / (1.4 * unit), (y - head.middle[1] - unit / 2) / (1.7 * unit)
    )
    light *= np.clip(1.15 - 0.55 * off**2, 0.4, None)[..., None]
    light *= _texture(height, width)[..., None]
    for brow in ((-0.95, -0.2), (0.2, 0.95)):
        ends = np.array([[end, -0.3, -0.1] for end in brow]) @ _rotation(head).T * unit
        _stroke(light, ends[:, :2] + head.middle, skin * 0.15, unit * 0.08)
    for eye in (RIGHT_EYE, LEFT_EYE):
        _fill(light, points[list(eye)], np.array([0.6, 0.6, 0.58]))
        iris = _narrowed(points[list(eye)], 0.5)
        _fill(light, iris, np.array([0.03, 0.02, 0.015]))
        _stroke(light, points[[*eye, eye[0]], :2], skin * 0.2, unit * 0.03)
    _stroke(
        light, points[[2, 2], :2] + [[-unit * 0.2, 0], [unit * 0.2, 0]], skin * 0.4, unit * 0.05
    )
    mouth = points[[61, *UPPER_LIP, 291, *LOWER_LIP[::-1]], :2]
    _stroke(light, [*mouth, mouth[0]], skin * [0.6, 0.35, 0.35], unit * 0.12)
    _fill(light, mouth, skin * 0.08)
    return coded(light)


def _fill(
    light: NDArray[np.float64], corners: NDArray[np.float32], colour: NDArray[np.float64]
) -> None:
    hull = cv2.convexHull(np.rint(corners[:, :2]).astype(np.int32))
    mask = np.zeros(light.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(mask, hull, 1)
    light[mask != 0] = colour


def _stroke(
    light: NDArray[np.float64],
    line: Iterable[NDArray[np.float64]],
    colour: NDArray[np.float64],
    thickness: float,
) -> None:
    mask = np.zeros(light.shape[:2], dtype=np.uint8)
    for start, end in pairwise(line):
        a, b = (tuple(int(v) for v in np.rint(np.asarray(p)[:2])) for p in (start, end))
        cv2.line(mask, a, b, 1, max(1, round(thickness)))
    light[mask != 0] = colour


def _narrowed(points: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    centre = points.mean(axis=0)
    return np.asarray(centre + (points - centre) * np.array([factor, 1, 1]), dtype=np.float32)


def _texture(height: int, width: int) -> NDArray[np.float64]:
    """Give pores and patches, a factor around 1: the same ones in every picture."""
    grain = np.random.default_rng(7).normal(size=(height, width))
    total = np.ones((height, width))
    for sigma, strength in ((0.8, 0.05), (3.0, 0.04), (9.0, 0.04)):
        blurred = cv2.GaussianBlur(grain, (0, 0), sigma)
        total += strength * blurred / blurred.std()
    return total


def linear(codes: Pixels) -> NDArray[np.float64]:
    """Give the linear light of sRGB codes, 0..1."""
    share = codes.astype(np.float64) / 255
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(light, dtype=np.float64)


def coded(light: NDArray[np.float64]) -> Pixels:
    """Give the sRGB codes of linear light; what is brighter than 1 burns out."""
    kept = np.clip(light, 0, 1)
    share = np.where(kept <= 0.0031308, 12.92 * kept, 1.055 * kept ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(share * 255), dtype=np.uint8)


def exposed(pixels: Pixels, stops: float) -> Pixels:
    """Change the exposure by so many stops."""
    return coded(linear(pixels) * 2.0**stops)


def smaller(head: Head, factor: float) -> FaceView:
    """See a head through fewer pixels: its picture reduced by ``factor``."""
    small = cv2.resize(picture_of(head), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    x, y = ((part + 0.5) * factor - 0.5 for part in head.middle)
    seen = replace(head, eye_distance=head.eye_distance * factor, middle=(x, y))
    return view_of(seen, np.asarray(small, dtype=np.uint8))


def tinted(pixels: Pixels, red: float, green: float, blue: float) -> Pixels:
    """Light the scene through a filter."""
    return coded(linear(pixels) * [red, green, blue])


def recoded(pixels: Pixels, quality: int) -> Pixels:
    """Save as JPEG and open again."""
    _, encoded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.ascontiguousarray(decoded[..., ::-1], dtype=np.uint8)


def view_of(head: Head, pixels: Pixels | None = None) -> FaceView:
    """See a head; ``pixels`` is its picture after something happened to it."""
    seen = picture_of(head) if pixels is None else pixels
    points = mesh_of(head)
    aligned, aligned_mesh = upright(seen, points)
    outline = points[list(OVAL), :2]
    box = (*outline.min(axis=0).tolist(), *outline.max(axis=0).tolist())
    return FaceView(
        pixels=seen,
        scale=1.0,
        mesh=points,
        pose=Pose(yaw=head.yaw, pitch=head.pitch, roll=head.roll),
        aligned=aligned,
        aligned_mesh=aligned_mesh,
        faces=(Detection(box=box, points=np.zeros((6, 2), dtype=np.float32), score=0.99),),
        jpeg_quality=None,
    )


def beside(view: FaceView, *, share: float) -> FaceView:
    """Put a second face with so much of the first one's area into the picture."""
    left, top, right, bottom = view.faces[0].box
    width, height = (right - left) * share**0.5, (bottom - top) * share**0.5
    other = replace(view.faces[0], box=(0.0, 0.0, width, height))
    return replace(view, faces=(*view.faces, other))


def found(measure: Measure, view: FaceView) -> QualityComponent:
    """Give what ``measure`` finds; fails the test where it cannot measure."""
    finding = finding_of(measure, view)
    assert isinstance(finding, Measured), finding
    return finding.value


def finding_of(measure: Measure, view: FaceView) -> Finding[QualityComponent]:
    """Give what ``measure`` answers."""
    return measure.measure(prepare(view))


def assert_falls(measure: Measure, views: Iterable[FaceView], *, by: int) -> None:
    """Assert that the value falls at each step, and by at least ``by`` from first to last."""
    values = [found(measure, view).value for view in views]
    assert len(values) >= 4, "a cause is moved in at least four steps"
    assert all(later < earlier for earlier, later in pairwise(values)), values
    assert values[0] - values[-1] >= by, values
