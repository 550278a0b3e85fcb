"""``pack.toml``: what a pack says of itself, read strictly.

docs/pack-format.md documents every key. A key that is not known is an error: a misspelt one that is
silently ignored would change what a network is shown.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from lineproof.face.calibration import CalibrationPoint, CalibrationTable
from lineproof.face.liveness.pad_band import PadPoint, PadTable

MANIFEST_FILE = "pack.toml"
MESH_POINTS = 468

NAME_PATTERN = r"[a-z0-9][a-z0-9-]{0,39}"

_WINDOWS_DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)
}


def is_pack_name(name: str) -> bool:
    """Tell whether ``name`` may name a pack, and so a folder, on every system."""
    return re.fullmatch(NAME_PATTERN, name) is not None and name not in _WINDOWS_DEVICES


def _pack_name(name: str) -> str:
    if not is_pack_name(name):
        raise ValueError("1 to 40 of a-z, 0-9 and '-' are allowed, no '-' first, no device name")
    return name


def _file_name(name: str) -> str:
    # A plain name cannot leave the pack's folder, hide in it, or mean a device on Windows.
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name) is not None
    device = name.split(".", maxsplit=1)[0].lower() in _WINDOWS_DEVICES
    if not plain or device or name.endswith(".") or name.lower() == MANIFEST_FILE:
        raise ValueError("a plain file name is needed, without folders, and not pack.toml itself")
    return name


def _shown(text: str) -> str:
    # These texts are printed before a pack is trusted: no terminal escapes, no reversed lines.
    if not all(line.isprintable() for line in text.split("\n")):
        raise ValueError("control and invisible characters are not allowed")
    return text


def _line(text: str) -> str:
    if "\n" in text:
        raise ValueError("one line is needed")
    return _shown(text)


def _date(text: str) -> str:
    dt.date.fromisoformat(text)
    return text


def _pair(value: object) -> object:
    return value if isinstance(value, tuple) else (value, value)


def _triple(value: object) -> object:
    return value if isinstance(value, tuple) else (value, value, value)


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Label: TypeAlias = Annotated[str, StringConstraints(pattern=rf"^{NAME_PATTERN}$")]
Line: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=500), AfterValidator(_line)
]
Sha256: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Side: TypeAlias = Annotated[int, Field(ge=16, le=1024)]
Index: TypeAlias = Annotated[int, Field(ge=0, lt=MESH_POINTS)]
Indices: TypeAlias = Annotated[tuple[Index, ...], Field(min_length=1, max_length=16)]
Point: TypeAlias = tuple[float, float]
Licence: TypeAlias = Annotated[
    str,
    StringConstraints(
        max_length=200,
        pattern=r"^\(*[A-Za-z0-9.+:-]+\)*( (AND|OR|WITH) \(*[A-Za-z0-9.+:-]+\)*)*$",
    ),
]


class Table(BaseModel):
    """One table of the file: exact types, no unknown key, never changed after reading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class _File(Table):
    """One file of the pack: what it is called, its hash, its terms and where it comes from."""

    name: Label
    file: Annotated[str, AfterValidator(_file_name)]
    sha256: Sha256
    licence: Licence
    source: Line


class _Network(_File):
    """A file that ONNX Runtime runs: its tensors, and how pixels become its input.

    ``size`` is height and width in pixels; input = (pixel - ``mean``) * ``scale`` with the three
    channels in the order of ``channels``. None in ``input`` or ``output`` means: all there are.
    """

    input: Line | None = None
    output: (
        Annotated[tuple[Line, ...], BeforeValidator(_one_or_more), Field(min_length=1)] | None
    ) = None
    size: Annotated[tuple[Side, Side], BeforeValidator(_pair)]
    channels: Literal["rgb", "bgr"]
    mean: Annotated[tuple[float, float, float], BeforeValidator(_triple)]
    scale: Annotated[tuple[float, float, float], BeforeValidator(_triple)]


class Detector(_Network):
    """Finds faces; ``family`` says how its outputs are read."""

    role: Literal["detector"]
    family: Literal["blazeface-back", "yunet"]


class Landmarks(_Network):
    """Finds the points of one face; ``family`` says which points."""

    role: Literal["landmarks"]
    family: Literal["facemesh-468"]


class ShapePredictor(_File):
    """Finds the five points that dlib's networks are aligned by; not an ONNX file."""

    role: Literal["shape_predictor"]
    family: Literal["dlib-five-point"]


class Alignment(Table):
    """Where points of the face are put in the chip that an embedder sees.

    ``landmarks = "mesh"``: each of ``points`` is the place for the mean of the mesh points of the
    same place in ``indices``. ``"five_point"``: the places for the shape predictor's five points.
    """

    landmarks: Literal["mesh", "five_point"]
    indices: Annotated[tuple[Indices, ...], Field(max_length=MESH_POINTS)] = ()
    points: Annotated[tuple[Point, ...], Field(min_length=2, max_length=MESH_POINTS)]
    unit: Literal["pixels", "fraction"]

    @model_validator(mode="after")
    def _agrees(self) -> Alignment:
        if len(set(self.points)) < 2:  # noqa: PLR2004 - one place fixes neither scale nor turn
            raise ValueError("points need two different places at least")
        if self.landmarks == "five_point" and (self.indices or len(self.points) != 5):  # noqa: PLR2004
            raise ValueError("landmarks five_point needs five points and no indices")
        if self.landmarks == "mesh" and len(self.indices) != len(self.points):
            raise ValueError(
                f"there are {len(self.indices)} indices for {len(self.points)} points; "
                "each point needs its own"
            )
        return self


class Embedder(_Network):
    """Turns an aligned chip into the features that are compared by cosine."""

    role: Literal["embedder"]
    alignment: Alignment

    def chip_points(self, padding: float) -> tuple[tuple[float, float], ...]:
        """Give the places of the alignment points, x and y in pixels of the chip.

        ``padding`` shows more around the face: it is a share of the unpadded chip on each side
        (dlib, ``get_face_chip_details``); 0 leaves the places as the manifest has them.
        """
        height, width = self.size
        across, down = (1, 1) if self.alignment.unit == "fraction" else (width, height)
        room = 1 + 2 * padding
        return tuple(
            (width * (x / across + padding) / room, height * (y / down + padding) / room)
            for x, y in self.alignment.points
        )


class Pad(_Network):
    """Tells a bona fide presentation from an attack (ISO/IEC 30107-3).

    It sees the detector's box enlarged ``box_scale`` times and kept inside the picture; class
    ``bona_fide`` of its softmaxed output is the live person.
    """

    role: Literal["pad"]
    box_scale: Annotated[float, Field(ge=1, le=10)]
    bona_fide: Annotated[int, Field(ge=0, le=100)]


Model: TypeAlias = Annotated[
    Detector | Landmarks | Embedder | Pad | ShapePredictor, Field(discriminator="role")
]
NetworkModel: TypeAlias = Detector | Landmarks | Embedder | Pad


class Use(Table):
    """How one embedder is used: its chips (one for each padding, each mirrored too) and weight."""

    embedder: Label
    mirror: bool
    paddings: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=1, max_length=16)
    ]
    weight: Annotated[float, Field(gt=0, le=100)]


class Point_(Table):  # noqa: N801 - ``Point`` is a place; this is a point of the table
    """One point of a calibration table: the score at which this false match rate was measured."""

    fmr: Annotated[float, Field(gt=0, lt=1)]
    score: float
    low: float
    high: float
    false_matches: Annotated[int, Field(ge=0)]


class Calibration(Table):
    """The calibration of one setting, with where it comes from (ISO/IEC 19795-1)."""

    dataset: Line
    images: Annotated[int, Field(ge=1)]
    people: Annotated[int, Field(ge=2)]
    impostor_pairs: Annotated[int, Field(ge=1)]
    pipeline: Line
    date: Annotated[str, AfterValidator(_date)]
    points: Annotated[tuple[Point_, ...], Field(alias="point", min_length=1)]

    @model_validator(mode="after")
    def _is_a_table(self) -> Calibration:
        self.table()
        return self

    def table(self) -> CalibrationTable:
        """Give the calibration as ``face.calibration`` uses it."""
        return CalibrationTable(
            points=tuple(
                CalibrationPoint(
                    fmr=point.fmr,
                    score=point.score,
                    low=point.low,
                    high=point.high,
                    false_matches=point.false_matches,
                )
                for point in self.points
            ),
            dataset=self.dataset,
            images=self.images,
            people=self.people,
            impostor_pairs=self.impostor_pairs,
            pipeline=self.pipeline,
            date=self.date,
        )


class Setting(Table):
    """One way in which a pack's embedders are used together.

    The comparison score is the weighted mean of the embedders' cosines. Without a calibration every
    comparison stays Unmeasured.
    """

    name: Label
    uses: Annotated[tuple[Use, ...], Field(alias="use", min_length=1, max_length=16)]
    calibration: Calibration | None = None


class PadPoint_(Table):  # noqa: N801 - as ``Point_``
    """One point of a PAD calibration: the score set for a BPCER, and the worst species there."""

    bpcer: Annotated[float, Field(gt=0, lt=1)]
    score: Annotated[float, Field(ge=0, le=1)]
    stopped: Annotated[int, Field(ge=0)]
    species: Line
    apcer: Annotated[float, Field(ge=0, le=1)]
    apcer_high: Annotated[float, Field(ge=0, le=1)]


class PadCalibration(Table):
    """The thresholds of all the pack's PAD networks together (ISO/IEC 30107-3)."""

    dataset: Line
    bona_fide: Annotated[int, Field(ge=1)]
    people: Annotated[int, Field(ge=1)]
    date: Annotated[str, AfterValidator(_date)]
    points: Annotated[tuple[PadPoint_, ...], Field(alias="point", min_length=1, max_length=32)]

    @model_validator(mode="after")
    def _is_a_table(self) -> PadCalibration:
        self.table()
        return self

    def table(self) -> PadTable:
        """Give the calibration as ``face.liveness`` uses it."""
        return PadTable(
            points=tuple(PadPoint(**point.model_dump()) for point in self.points),
            dataset=self.dataset,
            bona_fide=self.bona_fide,
            people=self.people,
            date=self.date,
        )


class Manifest(Table):
    """A whole ``pack.toml``."""

    format: Literal[1]
    name: Annotated[str, AfterValidator(_pack_name)]
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$")]
    grade: Literal["evaluation", "production"]
    summary: Line
    model_card: Annotated[
        str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(_shown)
    ]
    models: Annotated[tuple[Model, ...], Field(alias="model", min_length=1, max_length=32)]
    settings: Annotated[tuple[Setting, ...], Field(alias="setting", max_length=32)] = ()
    pad_calibration: PadCalibration | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Manifest:
        _different("[[model]] name", [model.name for model in self.models])
        _different("[[model]] file", [model.file.lower() for model in self.models])
        _different("[[setting]] name", [setting.name for setting in self.settings])
        for role in ("detector", "landmarks", "shape_predictor"):
            if len(self.of_role(role)) > 1:
                raise ValueError(f"there is more than one model of role {role}")
        if self.embedders and not self.settings:
            raise ValueError("a pack with an embedder needs a [[setting]] that says how it is used")
        if self.pad_calibration is not None and not self.of_role("pad"):
            raise ValueError("pad_calibration calibrates models of role pad, and there is none")
        for setting in self.settings:
            self._check_uses(setting)
        return self

    def _check_uses(self, setting: Setting) -> None:
        known = [embedder.name for embedder in self.embedders]
        names = [use.embedder for use in setting.uses]
        _different(f"use.embedder in setting {setting.name}", names)
        for name in names:
            if name not in known:
                raise ValueError(
                    f"setting {setting.name} uses embedder {name}, which the pack does not have"
                )

    def of_role(self, role: str) -> tuple[Model, ...]:
        """Give the models of one role, in the file's order."""
        return tuple(model for model in self.models if model.role == role)

    @property
    def embedders(self) -> tuple[Embedder, ...]:
        """The pack's embedders, in the file's order."""
        return tuple(model for model in self.models if isinstance(model, Embedder))

    def embedder(self, name: str) -> Embedder:
        """Give the embedder of this name; it is there when a setting of this manifest names it."""
        return next(model for model in self.embedders if model.name == name)

    def setting(self, name: str) -> Setting | None:
        """Give the setting of this name, or None."""
        return next((setting for setting in self.settings if setting.name == name), None)


def _different(what: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{what} {twice} is there twice")
