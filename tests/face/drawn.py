"""Drawn pictures as files of every format and mode, for the tests of the image intake."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pillow_heif
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
ORIENTATION = 0x0112


def drawing(width: int, height: int) -> Pixels:
    """Draw soft colours with one bright corner, so that no two turns of it look alike."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    red = 70 + 100 * columns / width
    green = 60 + 120 * rows / height
    blue = 120 + 60 * np.sin(columns / 17) * np.cos(rows / 13)
    pixels = np.stack([red, green, blue], axis=2).astype(np.uint8)
    pixels[: height // 4, : width // 3] = (240, 220, 30)
    return pixels


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode a picture with Pillow."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(width: int = 160, height: int = 120, **options: object) -> bytes:
    """Encode the drawing as JPEG."""
    return saved(Image.fromarray(drawing(width, height)), "JPEG", **{"quality": 90} | options)


def png(width: int = 160, height: int = 120, **options: object) -> bytes:
    """Encode the drawing as PNG."""
    return saved(Image.fromarray(drawing(width, height)), "PNG", **options)


def webp(width: int = 160, height: int = 120, **options: object) -> bytes:
    """Encode the drawing as WebP."""
    return saved(Image.fromarray(drawing(width, height)), "WEBP", **{"quality": 90} | options)


def heic(width: int = 160, height: int = 120, mode: str = "RGB") -> bytes:
    """Encode the drawing as HEIC."""
    return heic_of(Image.fromarray(drawing(width, height)).convert(mode))


def heic_of(image: Image.Image, **options: object) -> bytes:
    """Encode a picture as HEIC."""
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, **{"quality": 90, "chroma": 444} | options)
    return file.getvalue()


def oriented(orientation: int) -> bytes:
    """Make an EXIF block that names an orientation."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


def chunk(kind: bytes, contents: bytes) -> bytes:
    """Make one PNG chunk."""
    checksum = zlib.crc32(kind + contents)
    return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", checksum)


def png_of(  # noqa: PLR0913 - a PNG header has as many fields
    size: tuple[int, int],
    coded: bytes,
    *,
    bits: int = 8,
    colour: int = 2,
    interlaced: bool = False,
    before: Sequence[bytes] = (),
) -> bytes:
    """Put a PNG together around coded data; ``before`` are whole chunks that precede it."""
    head = struct.pack(">IIBBBBB", *size, bits, colour, 0, 0, interlaced)
    parts = [chunk(b"IHDR", head), *before, chunk(b"IDAT", coded), chunk(b"IEND", b"")]
    return PNG_MAGIC + b"".join(parts)


def interlaced_png(pixels: Pixels) -> bytes:
    """Encode RGB pixels as an interlaced PNG, whose seven passes are written unfiltered."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    rows = b"".join(
        b"\x00" + row.tobytes()
        for left, top, across, down in (*passes, (0, 1, 1, 2))
        for row in pixels[top::down, left::across]
    )
    size = pixels.shape[1], pixels.shape[0]
    return png_of(size, zlib.compress(rows), interlaced=True)


def deep_png(pixels: NDArray[np.uint16]) -> bytes:
    """Encode 16-bit pixels, (H, W, channels) in the order RGBA, as PNG."""
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in pixels)
    size = pixels.shape[1], pixels.shape[0]
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[pixels.shape[2]]
    return png_of(size, zlib.compress(rows), bits=16, colour=colour)


def every_kind() -> dict[str, bytes]:
    """Encode the drawing in every format and mode that is read, by name."""
    image = Image.fromarray(drawing(160, 120))
    clear = image.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(image.size))
    deep = drawing(160, 120).astype(np.uint16) * 257
    alpha = np.full((120, 160, 1), 30_000, np.uint16)
    return {
        "jpeg": jpeg(),
        "jpeg progressive": jpeg(progressive=True),
        "jpeg grey": saved(image.convert("L"), "JPEG"),
        "jpeg cmyk": saved(image.convert("CMYK"), "JPEG"),
        "jpeg cmyk progressive": saved(image.convert("CMYK"), "JPEG", progressive=True),
        "jpeg restarts": jpeg(restart_marker_blocks=3),
        "jpeg turned": jpeg(exif=oriented(6)),
        "png": png(),
        "png grey": saved(image.convert("L"), "PNG"),
        "png grey alpha": saved(clear.convert("LA"), "PNG"),
        "png alpha": saved(clear, "PNG"),
        "png palette": saved(image.convert("P"), "PNG"),
        "png palette clear": saved(image.convert("P"), "PNG", transparency=3),
        "png one bit": saved(image.convert("1"), "PNG"),
        "png two colours": saved(
            image.convert("P", palette=Image.Palette.ADAPTIVE, colors=2), "PNG"
        ),
        "png clear colour": png(transparency=(240, 220, 30)),
        "png 16 bit": deep_png(deep),
        "png 16 bit grey": deep_png(deep[..., :1]),
        "png 16 bit alpha": deep_png(np.dstack([deep, alpha])),
        "png interlaced": interlaced_png(drawing(160, 120)),
        "png turned": png(exif=oriented(8)),
        "webp": webp(),
        "webp lossless": webp(lossless=True),
        "webp alpha": saved(clear, "WEBP"),
        "webp alpha lossless": saved(clear, "WEBP", lossless=True),
        "webp turned": webp(exif=oriented(3)),
        "heic": heic(),
        "heic grey": heic(mode="L"),
        "heic alpha": heic(mode="RGBA"),
    }
