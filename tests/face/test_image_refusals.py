from __future__ import annotations

import builtins
import os
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from lineproof.domain.finding import Unreadable
from lineproof.face.image import (
    DEFAULT_LIMITS,
    Header,
    Limits,
    UnreadableCode,
    decode,
    read_file,
    read_header,
)
from tests.face.drawn import (
    chunk,
    drawing,
    every_kind,
    heic,
    jpeg,
    oriented,
    png,
    png_of,
    saved,
    webp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_KIND = every_kind()


def refused(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Unreadable:
    """Give the refusal of a bad file, by its header or by its pixels."""
    header = read_header(data, limits)
    answer = decode(data, header, longest_side=None) if isinstance(header, Header) else header
    assert isinstance(answer, Unreadable)
    assert answer.sentence.endswith(".")
    return answer


def refused_by_header(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    """Give the code of a refusal that needs no decoding."""
    answer = read_header(data, limits)
    assert isinstance(answer, Unreadable)
    return answer.code


def resized_png(width: int, height: int) -> bytes:
    """Make a small PNG that claims any size."""
    return png_of((width, height), zlib.compress(b"\x00" * 1000))


def resized_jpeg(width: int, height: int, name: str = "jpeg") -> bytes:
    """Make a small JPEG that claims any size."""
    data = EVERY_KIND[name]
    at = data.index(b"\xff\xc2" if "progressive" in name else b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def empty_scans(count: int, side: int, name: str = "jpeg progressive") -> bytes:
    """Make a small progressive JPEG of scans without data."""
    data = resized_jpeg(side, side, name)
    at = data.index(b"\xff\xda")
    scan = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4])]
    return data[:at] + scan * count + data[-2:]


def resized_webp(width: int, height: int) -> bytes:
    """Make a small WebP that claims any size up to 16,383."""
    data = webp()
    at = data.index(b"\x9d\x01\x2a") + 3
    return data[:at] + struct.pack("<HH", width, height) + data[at + 4 :]


def animation(kind: str, **options: object) -> bytes:
    """Encode two frames."""
    frames = [Image.fromarray(drawing(64, 64)), Image.new("RGB", (64, 64), "red")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)


def other_canvas() -> bytes:
    """Make a WebP whose canvas is not its frame's size."""
    data = EVERY_KIND["webp alpha"]
    at = data.index(b"VP8X") + 12
    return data[:at] + (99).to_bytes(3, "little") + data[at + 3 :]


HEAD = chunk(b"IHDR", struct.pack(">IIBBBBB", 9000, 9000, 8, 2, 0, 0, 0))

# Files


def test_a_file_is_read_whole_also_through_a_link(tmp_path: Path) -> None:
    """The bytes come out as they are."""
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "link").symlink_to(tmp_path / "a.jpg")
    assert read_file(tmp_path / "a.jpg", DEFAULT_LIMITS) == jpeg()
    assert read_file(tmp_path / "link", DEFAULT_LIMITS) == jpeg()


def pipe(folder: Path) -> Path:
    """Make a pipe that nobody writes to."""
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def loop(folder: Path) -> Path:
    """Make a link to itself."""
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop"


def below_a_file(folder: Path) -> Path:
    """Name something inside a file."""
    (folder / "file").write_bytes(b"x")
    return folder / "file" / "a.jpg"


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (lambda folder: folder / "none.jpg", UnreadableCode.MISSING),
        (below_a_file, UnreadableCode.MISSING),
        (lambda folder: folder / "nul\x00.jpg", UnreadableCode.MISSING),
        (lambda folder: folder, UnreadableCode.IS_FOLDER),
        (pipe, UnreadableCode.NOT_A_FILE),
        (lambda _: Path("/dev/zero"), UnreadableCode.NOT_A_FILE),
        (loop, UnreadableCode.NOT_READABLE),
        (lambda folder: folder / ("n" * 5000), UnreadableCode.MISSING),
    ],
)
def test_what_is_no_ordinary_file_is_refused(
    tmp_path: Path, place: Callable[[Path], Path], code: str
) -> None:
    """Folders, pipes, devices and names of nothing have their own codes."""
    answer = read_file(place(tmp_path), DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == code


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal of the operating system is told apart from a missing file."""
    (tmp_path / "a.jpg").write_bytes(jpeg())

    def denied(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", denied)
    answer = read_file(tmp_path / "a.jpg", DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == UnreadableCode.NOT_READABLE


def test_a_file_of_too_many_bytes_is_refused_unopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size is asked for first, and a terabyte is not read."""
    with (tmp_path / "large").open("wb") as file:
        file.truncate(DEFAULT_LIMITS.file_bytes + 1)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was opened"))
    answer = read_file(tmp_path / "large", DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == UnreadableCode.TOO_MANY_BYTES
    assert "21.0 MB" in answer.sentence


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a file says of its size is not believed."""
    (tmp_path / "a").write_bytes(b"x" * 100)
    small = Limits(file_bytes=50, pixels=10**6, side=1000, min_side=1)
    stat = (tmp_path / "a").stat()
    shrunk = os.stat_result((*stat[:6], 10, *stat[7:]))
    monkeypatch.setattr(Path, "stat", lambda *_, **__: shrunk)
    answer = read_file(tmp_path / "a", small)
    assert isinstance(answer, Unreadable)
    assert answer.code == UnreadableCode.TOO_MANY_BYTES


# What is not a picture, or not one that is read


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", UnreadableCode.EMPTY),
        (b"\x00", UnreadableCode.NOT_AN_IMAGE),
        (b"\xff\xd8", UnreadableCode.NOT_AN_IMAGE),
        (b"BM, said the text, is a beginning" * 9, UnreadableCode.NOT_AN_IMAGE),
        (b"<html><svg></svg></html>", UnreadableCode.NOT_AN_IMAGE),
        (bytes(1000), UnreadableCode.NOT_AN_IMAGE),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", UnreadableCode.NOT_AN_IMAGE),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, code: str) -> None:
    """Nothing but a picture passes."""
    assert refused_by_header(data) == code


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (saved(Image.new("RGB", (64, 64)), "GIF"), "a GIF picture"),
        (animation("GIF"), "a GIF picture"),
        (saved(Image.new("RGB", (64, 64)), "BMP"), "a BMP picture"),
        (saved(Image.new("RGB", (64, 64)), "TIFF"), "a TIFF picture"),
        (saved(Image.new("RGB", (64, 64)), "PDF"), "a PDF document"),
        (saved(Image.new("RGB", (64, 64)), "ICO"), "an ICO picture"),
        (saved(Image.new("RGB", (64, 64)), "AVIF"), "an AVIF picture"),
        (saved(Image.new("RGB", (64, 64)), "JPEG2000"), "a JPEG 2000 picture"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"<svg/>", "an SVG drawing"),
        (jpeg().replace(b"\xff\xc0", b"\xff\xc9", 1), "a JPEG of a rare kind"),
    ],
)
def test_other_formats_are_refused_by_name(data: bytes, name: str) -> None:
    """The refusal says what the file is."""
    answer = read_header(data, DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == UnreadableCode.FORMAT_UNSUPPORTED
    assert answer.sentence.startswith(f"This is {name},")


def test_heic_without_its_extra_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal names the extra that reads it."""
    taken, imported = heic(), builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "pillow_heif":
            raise ImportError(name)
        return imported(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    answer = refused(taken)
    assert answer.code == UnreadableCode.NEEDS_HEIC
    assert "heic" in answer.sentence


@pytest.mark.parametrize(
    "data", [animation("PNG"), animation("WEBP"), b"\x00\x00\x00\x1cftypmsf1" + heic()[12:]]
)
def test_animated_pictures_are_refused(data: bytes) -> None:
    """A still picture is asked for."""
    assert refused_by_header(data) == UnreadableCode.ANIMATED


# Sizes


@pytest.mark.parametrize("resized", [resized_png, resized_jpeg, resized_webp])
@pytest.mark.parametrize(
    ("size", "code"),
    [
        ((0, 0), UnreadableCode.TOO_SMALL),
        ((0, 500), UnreadableCode.TOO_SMALL),
        ((31, 500), UnreadableCode.TOO_SMALL),
        ((500, 31), UnreadableCode.TOO_SMALL),
        ((12_001, 100), UnreadableCode.TOO_LARGE),
        ((100, 12_001), UnreadableCode.TOO_LARGE),
        ((7100, 7100), UnreadableCode.TOO_LARGE),
    ],
)
def test_sizes_beyond_the_limits_are_refused_from_the_header(
    resized: Callable[[int, int], bytes], size: tuple[int, int], code: str
) -> None:
    """The claimed size alone decides."""
    assert refused_by_header(resized(*size)) == code


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png_of((7000, 7100), b"", bits=16, colour=6), id="16-bit PNG"),
        pytest.param(empty_scans(2, 7000, "jpeg cmyk progressive"), id="progressive CMYK"),
        pytest.param(empty_scans(50, 6000), id="50 scans of 36 million pixels"),
    ],
)
def test_what_takes_too_much_to_unpack_is_refused_from_the_header(data: bytes) -> None:
    """A size within the limits may still need too much memory or time."""
    assert refused_by_header(data) == UnreadableCode.TOO_LARGE


def test_endless_scans_are_refused() -> None:
    """No encoder writes a hundred scans."""
    assert refused_by_header(empty_scans(101, 64)) == UnreadableCode.CORRUPT


@pytest.mark.parametrize("resized", [resized_png, resized_jpeg])
def test_60000_by_60000_is_refused_from_the_header(resized: Callable[[int, int], bytes]) -> None:
    """A header of 3.6 billion pixels is not believed in memory."""
    answer = refused(resized(60_000, 60_000))
    assert answer.code == UnreadableCode.TOO_LARGE
    assert "60000 x 60000" in answer.sentence


def test_sizes_at_the_limits_are_read() -> None:
    """A limit is the last size that passes."""
    limits = Limits(file_bytes=len(png()), pixels=160 * 120, side=160, min_side=120)
    assert isinstance(read_header(png(), limits), Header)


def test_too_many_bytes_are_refused_unread() -> None:
    """The limit holds for bytes that came by another way than a file, too."""
    limits = Limits(file_bytes=len(png()) - 1, pixels=10**6, side=1000, min_side=1)
    assert refused_by_header(png(), limits) == UnreadableCode.TOO_MANY_BYTES


# Damage


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("name", sorted(EVERY_KIND))
def test_a_cut_file_is_refused_at_every_tenth(name: str, tenth: int) -> None:
    """A picture that ends early is never half decoded."""
    data = EVERY_KIND[name]
    assert refused(data[: len(data) * tenth // 10]).code == UnreadableCode.TRUNCATED


@pytest.mark.parametrize("name", ["jpeg", "jpeg progressive", "jpeg restarts", "webp", "png"])
def test_a_file_without_its_last_bytes_is_refused(name: str) -> None:
    """The very last byte counts."""
    for missing in (1, 2, 3):
        assert refused(EVERY_KIND[name][:-missing]).code == UnreadableCode.TRUNCATED


def test_a_cut_jpeg_is_refused_despite_the_whole_one_in_its_thumbnail() -> None:
    """The end of the embedded small picture is not taken for the end of the large one."""
    small = jpeg(48, 32)
    exif = oriented(1) + small
    data = jpeg(exif=exif, progressive=True)
    assert small in data
    for data in (jpeg(exif=exif), jpeg(exif=exif, progressive=True)):
        for tenth in range(1, 10):
            assert refused(data[: len(data) * tenth // 10]).code == UnreadableCode.TRUNCATED


ROWS = np.random.default_rng(1).bytes(193 * 64).translate(bytes(range(5)) * 51 + b"\x00")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png()[:60] + b"\x00\x01\x02" + png()[63:], id="damaged rows"),
        pytest.param(png()[:-16] + bytes(4) + png()[-12:], id="checksum of the rows"),
        pytest.param(png()[:29] + bytes(4) + png()[33:], id="checksum of the header"),
        pytest.param(png_of((64, 64), zlib.compress(ROWS)[:-900]), id="rows cut"),
        pytest.param(png_of((64, 64), zlib.compress(ROWS[: 193 * 32])), id="rows missing"),
        pytest.param(png_of((64, 64), zlib.compress(b"\x09" * len(ROWS))), id="no such filter"),
        pytest.param(png_of((64, 64), b"no compressed rows"), id="not compressed"),
        pytest.param(png_of((64, 64), zlib.compress(ROWS), colour=3), id="no palette"),
        pytest.param(png_of((64, 64), zlib.compress(ROWS), bits=7), id="7 bits"),
        pytest.param(png_of((64, 64), zlib.compress(ROWS), colour=5), id="no such colour"),
        pytest.param(png_of((64, 64), zlib.compress(ROWS), before=[HEAD]), id="two sizes"),
        pytest.param(png()[:8] + png()[33:], id="PNG without header"),
        pytest.param(jpeg().replace(b"\xff\xdb", b"\xff\xfe"), id="no quantisation"),
        pytest.param(jpeg().replace(b"\xff\xc0", b"\xff\xfe"), id="no frame"),
        pytest.param(jpeg()[:2] + jpeg()[-2:], id="JPEG of nothing"),
        pytest.param(jpeg()[:20] + jpeg(), id="two JPEG starts"),
        pytest.param(webp()[:20] + bytes(6) + webp()[26:], id="no key frame"),
        pytest.param(other_canvas(), id="two WebP sizes"),
        pytest.param(heic()[:40] + bytes(100) + heic()[140:], id="HEIC boxes"),
    ],
)
def test_contradicting_contents_are_refused(data: bytes) -> None:
    """A whole file whose contents make no sense is called damaged."""
    assert refused(data).code == UnreadableCode.CORRUPT
