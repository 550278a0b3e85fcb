"""Reads ``pack.toml`` and says in one sentence what is wrong with it."""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from lineproof.packs.manifest import (
    Alignment,
    Calibration,
    Detector,
    Embedder,
    Landmarks,
    Manifest,
    Pad,
    PadCalibration,
    PadPoint_,
    Point_,
    Setting,
    ShapePredictor,
    Use,
)
from lineproof.packs.refusal import PackRefused

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_MANIFEST_BYTES = 256 * 1024
FORMAT = 1

TABLES: Final[dict[tuple[str, ...], type[BaseModel]]] = {
    (): Manifest,
    ("model", "detector"): Detector,
    ("model", "landmarks"): Landmarks,
    ("model", "embedder"): Embedder,
    ("model", "embedder", "alignment"): Alignment,
    ("model", "pad"): Pad,
    ("model", "shape_predictor"): ShapePredictor,
    ("setting",): Setting,
    ("setting", "use"): Use,
    ("setting", "calibration"): Calibration,
    ("setting", "calibration", "point"): Point_,
    ("pad_calibration",): PadCalibration,
    ("pad_calibration", "point"): PadPoint_,
}
"""Every table of the format by its path in the file; a model's path holds its role."""


def keys_of(table: type[BaseModel]) -> tuple[str, ...]:
    """Give the keys that a table may have, as they are written in the file."""
    return tuple(field.alias or name for name, field in table.model_fields.items())


def read_manifest(raw: bytes, *, where: str) -> Manifest | PackRefused:
    """Read a manifest's bytes; ``where`` names the file in the sentence of a refusal."""
    if len(raw) > MAX_MANIFEST_BYTES:
        return _invalid(where, f"it is larger than {MAX_MANIFEST_BYTES // 1024} KiB")
    try:
        data = with_tuples(tomllib.loads(raw.decode("utf-8")))
        if data.get("format") != FORMAT:
            return _invalid(where, f"it must say format = {FORMAT}; no other format is known here")
        return Manifest.model_validate(data)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return _invalid(where, _unreadable(error))
    except ValidationError as error:
        return _invalid(where, _first_of(error))


def _unreadable(error: UnicodeDecodeError | tomllib.TOMLDecodeError | RecursionError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return f"it is not TOML: {_one_line(str(error))}"


def with_tuples(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Give a TOML value with its arrays as tuples, which strict validation asks for."""
    if isinstance(value, dict):
        return {key: with_tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(with_tuples(item) for item in value)
    return value


def _first_of(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False)
    more = len(details) - 1
    return _say(details[0]) + (f" (and {more} more)" if more else "")


def _say(detail: ErrorDetails) -> str:
    path = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path)
    what = _one_line(detail["msg"].removeprefix("Value error, "))
    what = what[:1].lower() + what[1:]
    return f"{_place(path)}: {what}" if path else what


def _unknown_key(path: tuple[int | str, ...]) -> str:
    key, table = str(path[-1]), tuple(part for part in path[:-1] if isinstance(part, str))
    known = keys_of(TABLES[table])
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0)[0]
    return (
        f"{_place((*path[:-1], _one_line(key)))}: this key is not known; "
        f"the nearest known one is {nearest}"
    )


def _place(path: tuple[int | str, ...]) -> str:
    """Write where something stands: ``model 1, alignment, points 3`` (counted from 1)."""
    words: list[str] = []
    for at, part in enumerate(path):
        if isinstance(part, int):
            words[-1] += f" {part + 1}"
        elif not (at == 2 and path[0] == "model" and ("model", part) in TABLES):  # noqa: PLR2004
            # The role stands in pydantic's path of a model but not in the file.
            words.append(part)
    return ", ".join(words)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:300]


def _invalid(where: str, what: str) -> PackRefused:
    return PackRefused(
        "pack_manifest_invalid",
        f"{where} is not a valid pack manifest: {what}. docs/pack-format.md lists every key.",
    )
