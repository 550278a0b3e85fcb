"""The engine in this process: a pack's networks over the numbers of ``face``."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import FaceFinding, Measured, Unmeasured, Unreadable
from lineproof.face import quality
from lineproof.face.calibration import band
from lineproof.face.detect import detect
from lineproof.face.image import DEFAULT_LIMITS, Picture, decode, read_file, read_header
from lineproof.face.landmarks import eye_centres, mesh, pose, upright
from lineproof.face.liveness.captured import CapturedFrame
from lineproof.face.match import Recipe, comparison_score, embed, features, joined
from lineproof.face.view import FaceView
from lineproof.packs.refusal import PackRefused
from lineproof.packs.runtime import choose_setting, load, preprocess, runtime_version
from lineproof.ports import Versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.adapters.liveness_check import LivenessCheck
    from lineproof.domain.finding import Finding, FmrBand
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.face.calibration import CalibrationTable
    from lineproof.face.detect import Network
    from lineproof.face.picture import Header
    from lineproof.face.predictor import ShapePredictor
    from lineproof.face.view import Detection
    from lineproof.packs.manifest import Embedder, Setting, Use
    from lineproof.packs.runtime import LoadedModels
    from lineproof.packs.runtime import Network as PackNetwork
    from lineproof.packs.store import Pack
    from lineproof.ports import Look

PIPELINE = "2"
"""Version of everything between a file's bytes and a comparison score. A change that can move a
score makes a new one, and calibration tables of another pipeline are not used."""

LOOKING_SIDE = 1000
"""Pictures are decoded at reduced scale down to about this many pixels on the longer side..."""

FRAME_SIDE = 1_600
"""Frames of a script stay as they are: reduced by what is seen in each, they would be of several
sizes, which is a sign of injection."""

ENOUGH_BETWEEN_EYES = 50.0
"""...unless the eyes are then closer together than this, in pixels: networks want all there is."""

CLOSEST_PIXELS = 16_000_000
"""...and then the second, closer look is still bounded: what a phone's camera gives is looked at
whole, but 50 million pixels beside the networks would pass the memory a verification may take."""

MIN_PRESENCE = 0.5
"""Below this the landmark network itself says that it was not shown a face."""

AGREEING_FMR = 1e-4
"""Live frames that do not match each other at this rate are not of one person: averaged, a wrong
person's frame rides on a right one's. Same-session frames agree far above it
(docs/measurements.md)."""

SURROUNDINGS = 4.0
"""Sides of what is kept of a picture, in sides of the face. The default pack's chips have less than
two; what another pack's chip would show beyond this is black, in calibration as in use."""

MOST_FACES = 6
"""More faces than this are not looked at one by one: two are too many already."""


@dataclass(frozen=True, slots=True)
class SeenFace:
    """What was seen in one picture. It holds the face and what is round it, in memory only."""

    finding: Finding[FaceFinding]
    # Not in its repr: what ends in a log or a traceback must not hold a face.
    view: FaceView | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEngine:
    """Looks and compares with one pack in one setting; safe to use from several threads."""

    versions: Versions
    fingerprint: str
    """Changes whenever an embedding may: the hash of the pack's manifest, setting and pipeline."""
    detector: Network
    landmarks: Network
    recipes: tuple[Recipe, ...]
    calibration: CalibrationTable | None
    liveness: LivenessCheck | None

    def look(self, picture: bytes, *, whole: bool = False) -> SeenFace | Unreadable:
        """Read one stored picture and measure the face that counts; keep only its surroundings.

        For ``live`` the ``whole`` picture is kept: what is behind a face tells of it too.
        """
        seen = self.see(picture, longest_side=FRAME_SIDE if whole else LOOKING_SIDE)
        if whole or isinstance(seen, Unreadable) or seen.view is None:
            return seen
        return SeenFace(seen.finding, _surroundings(seen.view))

    def see(self, picture: bytes, *, longest_side: int = LOOKING_SIDE) -> SeenFace | Unreadable:
        """Do as ``look`` does and keep the whole picture: for showing it, not for comparing."""
        header = read_header(picture, DEFAULT_LIMITS)
        if isinstance(header, Unreadable):
            return header
        decoded = decode(picture, header, longest_side=longest_side)
        if isinstance(decoded, Unreadable):
            return decoded
        view = self._view(decoded)
        if view is not None and decoded.scale < 1 and _between_eyes(view) < ENOUGH_BETWEEN_EYES:
            full = decode(picture, header, longest_side=_closest_side(header))
            if isinstance(full, Unreadable):
                return full
            view = self._closer(view, full, full.scale / decoded.scale)
        return _seen(view)

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Give the band of false match rates of one reference against one person's frames.

        Frames that do not match each other are not one person's, and nothing is compared.
        """
        if self.calibration is None:
            return Unmeasured("pack_not_calibrated")
        if self.calibration.pipeline != self.versions.pipeline:
            return Unmeasured("pack_calibrated_for_another_pipeline")
        frames = [features(view, self.recipes) for view in _views(probes)]
        person = joined(frames, self.recipes)
        document = self.embedding([reference])
        singles = np.stack([joined([frame], self.recipes) for frame in frames])
        if not all(_has_direction(each) for each in (person, document, *singles)):
            return Unmeasured("embedding_not_usable")
        if float((singles @ singles.T).min()) < _agreeing_score(self.calibration):
            return Unmeasured("live_frames_disagree")
        return Measured(band(comparison_score(document, person), self.calibration))

    def live(self, frames: Sequence[Look], *, capture: LiveCapture) -> Finding[LivenessBand]:
        """Say what the frames of a script show of whether a living person was there."""
        if self.liveness is None:
            return Unmeasured("no_liveness_check")
        seen = [
            (at_ms, digest, look.view)
            for at_ms, digest, look in zip(capture.at_ms, capture.digests, frames, strict=True)
            if isinstance(look, SeenFace) and look.view is not None
        ]
        views = [view for _, _, view in seen]
        return self.liveness.band(
            [
                CapturedFrame(at_ms, view.pixels, view.mesh, len(view.faces), digest)
                for at_ms, digest, view in seen
            ],
            [view.faces[0] for view in views],
            faceless=len(frames) - len(seen),
            scores=self._against_first(views),
            capture=capture,
            versions=self.versions,
        )

    def _against_first(self, views: Sequence[FaceView]) -> list[float]:
        """Compare each frame after the first with it."""
        embeddings = [embed([view], self.recipes) for view in views]
        return [comparison_score(embeddings[0], later) for later in embeddings[1:]]

    def score(self, *, reference: Look, probes: Sequence[Look]) -> float:
        """Give the bare comparison score: for research on the command line, never for a service."""
        return comparison_score(self.embedding([reference]), self.embedding(probes))

    def embedding(self, looks: Sequence[Look]) -> NDArray[np.float32]:
        """Give one person's embedding, (d,) float32: for the evaluation toolkit only."""
        return embed(_views(looks), self.recipes)

    def embedding_of_file(self, path: Path) -> NDArray[np.float32] | Unmeasured:
        """Embed the face that counts in an image file, or say why it was not acquired."""
        content = read_file(path, DEFAULT_LIMITS)
        seen = content if isinstance(content, Unreadable) else self.look(content)
        if isinstance(seen, Unreadable):
            return Unmeasured(seen.code)
        if isinstance(seen.finding, Unmeasured):
            return seen.finding
        return self.embedding([seen])

    def _view(self, picture: Picture) -> FaceView | None:
        """Find the faces; what the landmark network takes for none is not counted as one."""
        found = [
            (face, *mesh(picture.pixels, face, self.landmarks))
            for face in detect(picture.pixels, self.detector)[:MOST_FACES]
        ]
        real = [(face, points) for face, points, presence in found if presence >= MIN_PRESENCE]
        if not real:
            return None
        return _view_of(picture, tuple(face for face, _ in real), real[0][1])

    def _closer(self, view: FaceView, picture: Picture, factor: float) -> FaceView:
        """Look again at the face that counts, in the picture ``factor`` times as large."""
        faces = tuple(face.scaled(factor) for face in view.faces)
        points, _ = mesh(picture.pixels, faces[0], self.landmarks)
        return _view_of(picture, faces, points)


def _closest_side(header: Header) -> int:
    """Give the longer side, pixels, at the least whole reduction with at most CLOSEST_PIXELS."""
    factor = math.ceil(math.sqrt(header.stored_width * header.stored_height / CLOSEST_PIXELS))
    return max(header.stored_width, header.stored_height) // factor


def _surroundings(view: FaceView) -> FaceView:
    """Let go of everything but the face and ``SURROUNDINGS`` round it."""
    low, high = view.mesh[:, :2].min(axis=0), view.mesh[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, float((high - low).max()) / 2 * SURROUNDINGS
    height, width = view.pixels.shape[:2]
    left, top = (max(0, math.floor(edge - reach)) for edge in middle)
    right, bottom = math.ceil(middle[0] + reach), math.ceil(middle[1] + reach)
    if (right - left) * (bottom - top) >= width * height or right <= left or bottom <= top:
        return view
    return replace(
        view,
        pixels=view.pixels[top:bottom, left:right].copy(),
        mesh=view.mesh - np.array([left, top, 0], dtype=np.float32),
        faces=tuple(face.moved(-left, -top) for face in view.faces),
    )


def _views(looks: Sequence[Look]) -> list[FaceView]:
    views = [look.view for look in looks if isinstance(look, SeenFace) and look.view]
    if len(views) != len(looks):
        msg = "only faces that this engine has seen can be compared"
        raise ValueError(msg)
    return views


def _has_direction(embedding: NDArray[np.float32]) -> bool:
    """Tell whether an embedding is a unit vector, as it is unless a network gave no numbers."""
    length = float(np.linalg.norm(embedding))
    return abs(length - 1) < 1e-3  # noqa: PLR2004 - NaN is not, nor is a sum with zeros in it


def _agreeing_score(table: CalibrationTable) -> float:
    """Give the score that two frames of one person reach: the calibrated one for AGREEING_FMR.

    Where that was not measured it is the next looser one, or the loosest there is.
    """
    reached = [point.score for point in table.points if point.fmr >= AGREEING_FMR]
    return reached[-1] if reached else table.points[0].score


def _view_of(
    picture: Picture, faces: tuple[Detection, ...], points: NDArray[np.float32]
) -> FaceView:
    aligned, aligned_mesh = upright(picture.pixels, points)
    return FaceView(
        pixels=picture.pixels,
        scale=picture.scale,
        mesh=points,
        pose=pose(points),
        aligned=aligned,
        aligned_mesh=aligned_mesh,
        faces=faces,
        jpeg_quality=picture.header.jpeg_quality,
    )


def _between_eyes(view: FaceView) -> float:
    left, right = eye_centres(view.mesh)
    return float(np.hypot(*(right - left)))


def _seen(view: FaceView | None) -> SeenFace:
    if view is None:
        return SeenFace(Unmeasured("no_face"), None)
    finding = FaceFinding(faces=len(view.faces), quality=quality.assess(view))
    return SeenFace(Measured(finding), view)


def local_engine(
    pack: Pack,
    *,
    default: Pack | None,
    setting: str | None,
    liveness: LivenessCheck | None = None,
) -> LocalEngine | PackRefused:
    """Make an engine from a pack; what it lacks comes from the ``default`` pack.

    ``setting`` None takes the pack's first setting. Without ``liveness`` it says nothing of life.
    """
    chosen = choose_setting(pack, setting)
    if isinstance(chosen, PackRefused):
        return chosen
    models = load(pack, default=default)
    if isinstance(models, PackRefused):
        return models
    detector, landmarks = models.detector(), models.landmarks()
    if isinstance(detector, PackRefused):
        return detector
    if isinstance(landmarks, PackRefused):
        return landmarks
    recipes = _recipes(models, chosen)
    if isinstance(recipes, PackRefused):
        return recipes
    return LocalEngine(
        versions=_versions(pack, chosen, liveness),
        fingerprint=f"{pack.manifest_sha256} {chosen.name} {PIPELINE} {runtime_version()}",
        detector=_on_pixels(detector),
        landmarks=_on_pixels(landmarks),
        recipes=recipes,
        calibration=chosen.calibration.table() if chosen.calibration else None,
        liveness=liveness,
    )


def _versions(pack: Pack, setting: Setting, liveness: LivenessCheck | None) -> Versions:
    return Versions(
        pack=pack.manifest.name,
        pack_version=pack.manifest.version,
        setting=setting.name,
        grade=pack.manifest.grade,
        pipeline=PIPELINE,
        runtime=runtime_version(),
        liveness="none" if liveness is None else liveness.name,
    )


def _on_pixels(network: PackNetwork) -> Network:
    """Let a network take pictures as they are: channel order and scale are the manifest's."""
    return lambda chips: network(preprocess(chips, network.model))


def _recipes(models: LoadedModels, setting: Setting) -> tuple[Recipe, ...] | PackRefused:
    recipes = []
    for use in setting.uses:
        network = models.embedder(use.embedder)
        if isinstance(network, PackRefused):
            return network
        model = models.pack.manifest.embedder(use.embedder)
        five_point = model.alignment.landmarks == "five_point"
        predictor = models.shape_predictor() if five_point else None
        if isinstance(predictor, PackRefused):
            return predictor
        recipes.append(_recipe(network, predictor, model, use))
    return tuple(recipes)


def _recipe(
    network: PackNetwork, predictor: ShapePredictor | None, model: Embedder, use: Use
) -> Recipe:
    height, width = model.size
    return Recipe(
        network=_on_pixels(network),
        size=(width, height),
        indices=model.alignment.indices,
        predictor=predictor,
        targets=tuple(
            np.array(model.chip_points(padding), dtype=np.float32) for padding in use.paddings
        ),
        mirror=use.mirror,
        weight=use.weight,
    )
