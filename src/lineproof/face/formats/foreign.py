"""The formats that are known by sight and not read, so that a refusal can name them."""

from __future__ import annotations

import re

_BEGINNINGS = (
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"II+\x00", "a TIFF picture"),
    (b"MM\x00+", "a TIFF picture"),
    (b"%PDF-", "a PDF document"),
    (b"8BPS", "a Photoshop picture"),
    (b"\x00\x00\x01\x00", "an ICO picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
)
_BITMAP = re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", re.DOTALL)
_AVIF = re.compile(rb".{4}ftyp(avi[fs]|mif1.{4}.{0,200}avif)", re.DOTALL)
_SVG = re.compile(rb"(\xef\xbb\xbf)?\s*<(svg|!DOCTYPE svg|(\?xml|!--)[^\x00]{0,2000}?<svg)")


def name(data: bytes) -> str | None:
    """Name the format with its article, such as ``a GIF picture``; None where none is known."""
    for beginning, called in _BEGINNINGS:
        if data.startswith(beginning):
            return called
    for pattern, called in (
        (_BITMAP, "a BMP picture"),
        (_AVIF, "an AVIF picture"),
        (_SVG, "an SVG drawing"),
    ):
        if pattern.match(data):
            return called
    return None
