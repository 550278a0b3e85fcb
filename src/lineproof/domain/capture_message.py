"""A capture message: the manifest a page signs, and whether the frames beside it are its own.

The manifest's bytes are what was signed, so they are read as they came and never written anew. Each
frame's hash is linked to the one before it, and the first to nonce, case and camera: a frame that
is put in, left out, exchanged or moved breaks every link after it. The film's is the last link.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from lineproof.domain.capture_film import MOST_FILM_BYTES, MOST_TILES, sheet_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST, MOST = 12, 24
"""Frames of one capture."""
MOST_BYTES = 1_000_000
"""All frames together, and the film with them."""
MOST_MANIFEST_BYTES = 16_384
LONGEST_CAPTURE_MS = 20_000
"""A script takes 8 s at most; a slow telephone is given time beside it."""
MOST_SIDE = 8_192

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_LABEL = 200


class MessageRefused(StrEnum):
    """Why a capture message is not taken. Stable for callers."""

    MANIFEST_TOO_LARGE = "manifest_too_large"
    MANIFEST_MALFORMED = "manifest_malformed"
    FRAME_COUNT = "frame_count"
    FRAMES_TOO_LARGE = "frames_too_large"
    FRAMES_OUT_OF_ORDER = "frames_out_of_order"
    FRAME_SIZES_DIFFER = "frame_sizes_differ"
    FRAMES_CHANGED = "frames_changed"
    MANIFEST_OF_ANOTHER = "manifest_of_another"
    ARRIVED_TOO_SOON = "arrived_too_soon"
    SIGNATURE_WRONG = "signature_wrong"
    FRAME_UNREADABLE = "frame_unreadable"
    KEY_MISSING = "key_missing"
    ATTESTATION_TOO_LARGE = "attestation_too_large"
    ATTESTATION_MALFORMED = "attestation_malformed"


@dataclass(frozen=True, slots=True)
class Camera:
    """What the page says of its camera. It is bound, so it cannot change later, and not believed.

    ``width`` and ``height`` are those of every frame sent, in pixels.
    """

    label: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: taken ``client_ms`` after the script began; ``digest`` is its bytes' SHA-256."""

    index: int
    client_ms: int
    digest: str


@dataclass(frozen=True, slots=True)
class ToldFilm:
    """When each tile was taken after the script began, and the SHA-256 of the sheet's bytes."""

    client_ms: tuple[int, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was signed. ``key`` is the signing key's thumbprint, ``chain`` the last link.

    ``film`` is None where none was made: nobody needs one to be heard.
    """

    nonce: str = field(repr=False)
    case: str
    key: str
    camera: Camera
    frames: tuple[Frame, ...]
    film: ToldFilm | None
    chain: str


def read_manifest(raw: bytes) -> Manifest | MessageRefused:
    """Read a manifest, or say why it is none. Whatever the bytes are, nothing is raised."""
    if len(raw) > MOST_MANIFEST_BYTES:
        return MessageRefused.MANIFEST_TOO_LARGE
    try:
        # UTF-8 alone (RFC 8259, 8.1): left to itself json guesses at other encodings too.
        told = json.loads(raw.decode(), parse_constant=_no_number, object_pairs_hook=_once)
        manifest = _manifest(told)
    except (ValueError, RecursionError):
        return MessageRefused.MANIFEST_MALFORMED
    if not FEWEST <= len(manifest.frames) <= MOST:
        return MessageRefused.FRAME_COUNT
    if not _in_order(manifest.frames):
        return MessageRefused.FRAMES_OUT_OF_ORDER
    if not hmac.compare_digest(manifest.chain, chain_of(manifest)):
        return MessageRefused.FRAMES_CHANGED
    return manifest


def chain_of(manifest: Manifest) -> str:
    """Give the last link of the chain that nonce, case, key, camera, frames and film make."""
    camera = manifest.camera
    settings = (camera.label, str(camera.width), str(camera.height))
    link = _hash("lineproof/capture/2", manifest.nonce, manifest.case, manifest.key, *settings)
    for frame in manifest.frames:
        link = _hash(link, str(frame.index), str(frame.client_ms), frame.digest)
    if manifest.film is not None:
        times = ",".join(map(str, manifest.film.client_ms))
        link = _hash(link, "film", times, manifest.film.digest)
    return link


def binds(manifest: Manifest, *, nonce: str, case: str, key: str) -> MessageRefused | None:
    """Say whether it was made for this question, case and session's key; None where it was."""
    pairs = ((manifest.nonce, nonce), (manifest.case, case), (manifest.key, key))
    alike = [hmac.compare_digest(told.encode(), expected.encode()) for told, expected in pairs]
    return None if all(alike) else MessageRefused.MANIFEST_OF_ANOTHER


def count_and_weigh(frames: Sequence[bytes], film: bytes | None) -> MessageRefused | None:
    """Refuse pictures that are too few, too many or too large, before anything reads them."""
    if not FEWEST <= len(frames) <= MOST:
        return MessageRefused.FRAME_COUNT
    sheet = 0 if film is None else len(film)
    if sheet > MOST_FILM_BYTES or sheet + sum(map(len, frames)) > MOST_BYTES:
        return MessageRefused.FRAMES_TOO_LARGE
    return None


def holds(  # noqa: PLR0913 - what came, and what the server itself found of it
    manifest: Manifest,
    frames: Sequence[bytes],
    film: bytes | None,
    *,
    sizes: Sequence[tuple[int, int]],
    sheet: tuple[int, int] | None,
    elapsed_ms: int,
) -> MessageRefused | None:
    """Say whether these pictures are the manifest's own, and could be taken since the asking.

    ``sizes`` are (width, height) as the frames' own headers tell them, ``sheet`` is the film's,
    None for none, and ``elapsed_ms`` is the server's own time from the asking to the arrival.
    None where all holds.
    """
    if len(frames) != len(manifest.frames) or len(sizes) != len(frames):
        return MessageRefused.FRAME_COUNT
    if refused := count_and_weigh(frames, film):
        return refused
    if not _those_told(manifest, frames, film):
        return MessageRefused.FRAMES_CHANGED
    if not _sizes_told(manifest, sizes, sheet):
        return MessageRefused.FRAME_SIZES_DIFFER
    tiles = manifest.film.client_ms if manifest.film else ()
    if max((manifest.frames[-1].client_ms, *tiles)) > elapsed_ms:
        # Recorded over more time than there was: the frames are older than the question.
        return MessageRefused.ARRIVED_TOO_SOON
    return None


def _those_told(manifest: Manifest, frames: Sequence[bytes], film: bytes | None) -> bool:
    """Tell whether the hashes of all that came are those that were signed, and no film is extra."""
    found = [hashlib.sha256(frame).hexdigest() for frame in frames]
    sheet = None if film is None else hashlib.sha256(film).hexdigest()
    told = None if manifest.film is None else manifest.film.digest
    return sheet == told and found == [frame.digest for frame in manifest.frames]


def _sizes_told(
    manifest: Manifest, sizes: Sequence[tuple[int, int]], sheet: tuple[int, int] | None
) -> bool:
    film = None if manifest.film is None else sheet_size(len(manifest.film.client_ms))
    return sheet == film and set(sizes) == {(manifest.camera.width, manifest.camera.height)}


def _manifest(told: object) -> Manifest:
    """Read the members; raises ValueError for one that is missing, unknown or of another form."""
    nonce, case, key, camera, frames, film, chain = _members(
        told, "nonce", "case", "key", "camera", "frames", "film", "chain"
    )
    if not isinstance(frames, list):
        raise ValueError("frames is a list")  # noqa: TRY004 - all that is malformed is one error
    return Manifest(
        nonce=_text(nonce, _NAME),
        case=_text(case, _NAME),
        key=_text(key, _NAME),
        camera=_camera(camera),
        # One more than is allowed is enough to see that there are too many.
        frames=tuple(_frame(frame) for frame in frames[: MOST + 1]),
        film=None if film is None else _film(film),
        chain=_text(chain, _DIGEST),
    )


def _camera(told: object) -> Camera:
    label, width, height = _members(told, "label", "width", "height")
    if not isinstance(label, str) or len(label) > _LABEL or not label.isprintable():
        raise ValueError("a camera's label is a short line of text")
    return Camera(label, _whole(width, 1, MOST_SIDE), _whole(height, 1, MOST_SIDE))


def _frame(told: object) -> Frame:
    index, client_ms, digest = _members(told, "index", "client_ms", "digest")
    at = _whole(client_ms, 0, LONGEST_CAPTURE_MS)
    return Frame(_whole(index, 0, MOST), at, _text(digest, _DIGEST))


def _film(told: object) -> ToldFilm:
    client_ms, digest = _members(told, "client_ms", "digest")
    if not isinstance(client_ms, list) or not 1 <= len(client_ms) <= MOST_TILES:
        raise ValueError("no film, or more of it than is allowed")
    times = tuple(_whole(at, 0, LONGEST_CAPTURE_MS) for at in client_ms)
    if any(one >= later for one, later in pairwise(times)):
        raise ValueError("each tile is later than the one before it")
    return ToldFilm(times, _text(digest, _DIGEST))


def _members(told: object, *names: str) -> tuple[object, ...]:
    if not isinstance(told, dict) or set(told) != set(names):
        raise ValueError("a member is missing or unknown")
    return tuple(told[name] for name in names)


def _text(told: object, form: re.Pattern[str]) -> str:
    if not isinstance(told, str) or form.fullmatch(told) is None:
        raise ValueError("a text of another form")
    return told


def _whole(told: object, least: int, most: int) -> int:
    # True is an int to Python, and to nobody else.
    if not isinstance(told, int) or isinstance(told, bool) or not least <= told <= most:
        raise ValueError("not a whole number of this range")
    return told


def _in_order(frames: Sequence[Frame]) -> bool:
    numbered = [frame.index for frame in frames] == list(range(len(frames)))
    return numbered and all(one.client_ms < later.client_ms for one, later in pairwise(frames))


def _hash(*parts: str) -> str:
    # Lengths first: no two lists of parts are written alike.
    written = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hashlib.sha256(written).hexdigest()


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number")


def _once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is told twice")
    return members
