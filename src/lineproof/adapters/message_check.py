"""A capture message held against all that the server knows of it, the cheapest question first.

Nothing is decoded here, and nothing is kept: a message is weighed, its signature checked over the
bytes as they came, then read, then its pictures' headers are read and held against it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineproof.adapters.capture_key import point_of, signed_by, thumbprint
from lineproof.domain.capture_film import MOST_FILM_BYTES, TILE_TALL
from lineproof.domain.capture_message import (
    MOST_BYTES,
    MOST_MANIFEST_BYTES,
    Manifest,
    MessageRefused,
    binds,
    count_and_weigh,
    holds,
    read_manifest,
)
from lineproof.domain.finding import Unreadable
from lineproof.face.image import ImageFormat, Limits, read_header

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAME = Limits(file_bytes=MOST_BYTES, pixels=1_500_000, side=1_600, min_side=160)
"""A face's region with margin. All frames of a capture decode to 108 MB at most."""

SHEET = replace(FRAME, file_bytes=MOST_FILM_BYTES, min_side=TILE_TALL)
"""A film's. Its one right size follows from the message; this bounds what a wrong one may tell."""

FORMATS = frozenset({ImageFormat.JPEG, ImageFormat.WEBP})


def checked(  # noqa: PLR0913 - one keyword for each thing the server knows, none with a default
    raw: bytes,
    frames: Sequence[bytes],
    *,
    film: bytes | None,
    signature: bytes,
    point: bytes,
    nonce: str,
    case: str,
    elapsed_ms: int,
) -> Manifest | MessageRefused:
    """Give the manifest, where it and its pictures answer this question by this session's key.

    ``film`` is the sheet of small pictures, None where none came. ``point`` is the public key that
    the session registered, ``signature`` r and s over ``raw``.
    """
    if refused := count_and_weigh(frames, film):
        return refused
    manifest = _signed(raw, signature=signature, point=point)
    if isinstance(manifest, MessageRefused):
        return manifest
    if refused := binds(manifest, nonce=nonce, case=case, key=thumbprint(point) or ""):
        return refused
    sizes = [size for frame in frames if (size := _size(frame, FRAME)) is not None]
    sheet = None if film is None else _size(film, SHEET)
    if len(sizes) != len(frames) or (sheet is None) != (film is None):
        return MessageRefused.FRAME_UNREADABLE
    refused = holds(manifest, frames, film, sizes=sizes, sheet=sheet, elapsed_ms=elapsed_ms)
    return refused or manifest


def _signed(raw: bytes, *, signature: bytes, point: bytes) -> Manifest | MessageRefused:
    """Read a manifest that is small enough, once it is certain who signed it."""
    if len(raw) > MOST_MANIFEST_BYTES:
        return MessageRefused.MANIFEST_TOO_LARGE
    if not signed_by(point, message=raw, signature=signature):
        return MessageRefused.SIGNATURE_WRONG
    return read_manifest(raw)


def _size(picture: bytes, limits: Limits) -> tuple[int, int] | None:
    """Give (width, height) as the header tells; None where it is no picture of ours to read."""
    header = read_header(picture, limits)
    if isinstance(header, Unreadable) or header.format not in FORMATS:
        return None
    return header.width, header.height


@dataclass(frozen=True, slots=True)
class SignedMessages:
    """The two questions that a service asks of a capture message: whose key, and does it hold."""

    def thumbprint(self, key: str) -> str | None:
        """Give a public key's thumbprint; None where it is no point of P-256."""
        return thumbprint(point_of(key))

    def checked(  # noqa: PLR0913 - one keyword for each thing the server knows, none with a default
        self,
        raw: bytes,
        frames: Sequence[bytes],
        *,
        film: bytes | None,
        signature: bytes,
        key: str,
        nonce: str,
        case: str,
        elapsed_ms: int,
    ) -> Manifest | MessageRefused:
        """Hold it against all that the server knows."""
        return checked(
            raw,
            frames,
            film=film,
            signature=signature,
            point=point_of(key),
            nonce=nonce,
            case=case,
            elapsed_ms=elapsed_ms,
        )
