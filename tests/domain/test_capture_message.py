from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.capture_film import MOST_FILM_BYTES, MOST_TILES, sheet_size
from lineproof.domain.capture_message import (
    MOST,
    MOST_BYTES,
    MOST_MANIFEST_BYTES,
    Camera,
    Frame,
    Manifest,
    MessageRefused,
    ToldFilm,
    binds,
    chain_of,
    count_and_weigh,
    holds,
    read_manifest,
)

REASONS = Path(__file__).parents[2] / "docs" / "reasons.md"
SIZE = (480, 640)
PICTURES = [f"frame {number}".encode() for number in range(14)]
FILM = b"a sheet of small pictures"
TIMES = (0, 33, 66, 100, 133, 600, 633, 666, 700)
SHEET = sheet_size(len(TIMES))


def manifest_of(pictures: list[bytes], *, step: int = 300) -> Manifest:
    """Give the manifest that an honest page makes of these pictures and FILM."""
    frames = tuple(
        Frame(index, index * step, hashlib.sha256(picture).hexdigest())
        for index, picture in enumerate(pictures)
    )
    return chained(
        Manifest(
            nonce="n0nce",
            case="case_1",
            key="thumb-print",
            camera=Camera("Front camera", *SIZE),
            frames=frames,
            film=ToldFilm(TIMES, hashlib.sha256(FILM).hexdigest()),
            chain="0" * 64,
        )
    )


def chained(manifest: Manifest) -> Manifest:
    """Give it the chain of what it tells now."""
    return replace(manifest, chain=chain_of(manifest))


def written(manifest: Manifest) -> bytes:
    """Give the bytes a page sends."""
    return json.dumps(asdict(manifest)).encode()


def held(  # noqa: PLR0913 - what an honest page sends, but for what is changed
    manifest: Manifest,
    pictures: list[bytes] = PICTURES,
    film: bytes | None = FILM,
    *,
    sizes: tuple[tuple[int, int], ...] = (SIZE,) * 14,
    sheet: tuple[int, int] | None = SHEET,
    elapsed_ms: int = 9_000,
) -> MessageRefused | None:
    """Hold these pictures against a manifest."""
    return holds(manifest, pictures, film, sizes=sizes, sheet=sheet, elapsed_ms=elapsed_ms)


HONEST = manifest_of(PICTURES)
PLAIN = chained(replace(HONEST, film=None))
"""Of a page whose screen changes no colour."""


def test_an_honest_message_is_taken() -> None:
    """What an honest page sends is read as it was meant, and holds."""
    assert read_manifest(written(HONEST)) == HONEST
    assert binds(HONEST, nonce="n0nce", case="case_1", key="thumb-print") is None
    assert held(HONEST) is None


def test_nobody_needs_a_film() -> None:
    """A message without one is read and holds as well."""
    assert read_manifest(written(PLAIN)) == PLAIN
    assert held(PLAIN, film=None, sheet=None) is None


@pytest.mark.parametrize("count", [0, 1, 11, 25, 10_000])
def test_too_few_and_too_many_frames(count: int) -> None:
    """One frame and ten thousand are refused, in the parts and in the manifest."""
    assert count_and_weigh([b"x"] * count, None) is MessageRefused.FRAME_COUNT
    raw = written(manifest_of([b"x"] * min(count, MOST + 1)))
    assert read_manifest(raw) is MessageRefused.FRAME_COUNT


def test_ten_thousand_frames_in_a_manifest_are_not_read() -> None:
    """A manifest of ten thousand frames is over the bound before it is parsed."""
    told = json.loads(written(HONEST)) | {"frames": [asdict(HONEST.frames[0])] * 10_000}
    assert read_manifest(json.dumps(told).encode()) is MessageRefused.MANIFEST_TOO_LARGE


def test_a_manifest_of_fifty_megabytes_is_refused_unread() -> None:
    """Fifty megabytes cost no parsing: that they are no JSON at all is never found out."""
    assert read_manifest(b"[" * 50_000_000) is MessageRefused.MANIFEST_TOO_LARGE


def test_the_largest_honest_manifest_fits() -> None:
    """The bound on bytes keeps no honest page out."""
    told = replace(manifest_of([bytes([n]) for n in range(MOST)]), nonce="n" * 43, case="c" * 64)
    film = ToldFilm(tuple(range(10_000, 10_000 + MOST_TILES)), "f" * 64)
    told = chained(replace(told, camera=Camera("\N{WAVE DASH}" * 200, *SIZE), film=film))
    assert len(written(told)) <= MOST_MANIFEST_BYTES
    assert read_manifest(written(told)) == told


def test_frames_over_a_megabyte() -> None:
    """A megabyte in all, and not one byte more."""
    frames = [bytes(50_000)] * 20
    assert count_and_weigh(frames, None) is None
    assert sum(map(len, frames)) == MOST_BYTES
    assert count_and_weigh([*frames[1:], bytes(50_001)], None) is MessageRefused.FRAMES_TOO_LARGE


def test_a_film_over_its_bound() -> None:
    """It counts among the megabyte, and has a bound of its own besides."""
    frames = [bytes(50_000)] * 16
    assert count_and_weigh(frames, bytes(MOST_FILM_BYTES)) is None
    assert sum(map(len, frames)) + MOST_FILM_BYTES == MOST_BYTES
    heavier = [*frames[1:], bytes(50_001)]
    assert count_and_weigh(heavier, bytes(MOST_FILM_BYTES)) is MessageRefused.FRAMES_TOO_LARGE
    found = count_and_weigh([b"x"] * 12, bytes(MOST_FILM_BYTES + 1))
    assert found is MessageRefused.FRAMES_TOO_LARGE
    assert held(HONEST, film=bytes(MOST_FILM_BYTES + 1)) is MessageRefused.FRAMES_TOO_LARGE


def test_frames_of_different_sizes() -> None:
    """One frame of another size than the camera's is enough."""
    sizes = (*(SIZE,) * 13, (640, 480))
    assert held(HONEST, sizes=sizes) is MessageRefused.FRAME_SIZES_DIFFER


@pytest.mark.parametrize("sheet", [(384, 64), (384, 192), (383, 128), (128, 384), SIZE, None])
def test_a_film_of_another_size(sheet: tuple[int, int] | None) -> None:
    """Nine tiles stand in two rows of eight; nothing else is cut into tiles."""
    assert SHEET == (384, 128)
    assert held(HONEST, sheet=sheet) is MessageRefused.FRAME_SIZES_DIFFER


@pytest.mark.parametrize("at", [600, 899, 900])
def test_times_that_go_back_or_stand(at: int) -> None:
    """A frame's time lies after that of the one before it, even in a chain that is right."""
    frames = list(HONEST.frames)
    frames[4] = replace(frames[4], client_ms=at)
    raw = written(chained(replace(HONEST, frames=tuple(frames))))
    assert read_manifest(raw) is MessageRefused.FRAMES_OUT_OF_ORDER


def test_frames_out_of_their_order() -> None:
    """Frames are numbered from nought, each by its place."""
    frames = (HONEST.frames[1], HONEST.frames[0], *HONEST.frames[2:])
    raw = written(chained(replace(HONEST, frames=frames)))
    assert read_manifest(raw) is MessageRefused.FRAMES_OUT_OF_ORDER


@pytest.mark.parametrize("place", [0, 6, 13])
def test_a_valid_manifest_with_one_frame_exchanged(place: int) -> None:
    """The frames must be those whose hashes were signed."""
    pictures = [*PICTURES[:place], b"another", *PICTURES[place + 1 :]]
    assert held(HONEST, pictures) is MessageRefused.FRAMES_CHANGED


@pytest.mark.parametrize(
    ("manifest", "film"), [(HONEST, None), (HONEST, b"another"), (HONEST, b""), (PLAIN, FILM)]
)
def test_a_film_exchanged_left_out_or_added(manifest: Manifest, film: bytes | None) -> None:
    """The film must be the one whose hash was signed, and none where none was."""
    sheet = None if film is None else SHEET
    assert held(manifest, film=film, sheet=sheet) is MessageRefused.FRAMES_CHANGED


def test_two_frames_exchanged_with_each_other() -> None:
    """The same frames in another order are other frames."""
    pictures = [PICTURES[1], PICTURES[0], *PICTURES[2:]]
    assert held(HONEST, pictures) is MessageRefused.FRAMES_CHANGED


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another"},
        {"case": "case_2"},
        {"key": "another"},
        {"camera": Camera("Another", *SIZE)},
        {"camera": Camera("Front camera", 481, 640)},
        {"frames": HONEST.frames[:-1]},
        {"frames": (*HONEST.frames[:-1], replace(HONEST.frames[-1], client_ms=5_000))},
        {"frames": (*HONEST.frames[:-1], replace(HONEST.frames[-1], digest="0" * 64))},
        {"film": None},
        {"film": ToldFilm(TIMES, "0" * 64)},
        {"film": ToldFilm((*TIMES[:-1], 701), hashlib.sha256(FILM).hexdigest())},
        {"film": ToldFilm(TIMES[:-1], hashlib.sha256(FILM).hexdigest())},
    ],
)
def test_the_chain_covers_all_that_is_told(change: dict[str, object]) -> None:
    """An edited manifest breaks its own chain, whatever was edited."""
    edited = replace(HONEST, **change)  # type: ignore[arg-type]
    assert read_manifest(written(edited)) is MessageRefused.FRAMES_CHANGED


def test_a_film_put_into_a_manifest_without_one() -> None:
    """The chain of a message without a film is not that of one with it."""
    assert read_manifest(written(replace(PLAIN, film=HONEST.film))) is MessageRefused.FRAMES_CHANGED


def test_the_chain_is_written_as_the_document_says() -> None:
    """A page that follows docs/liveness.md comes to the same last link."""

    def link(*parts: str) -> str:
        lengthy = (len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        return hashlib.sha256(b"".join(lengthy)).hexdigest()

    last = link(
        "lineproof/capture/2", "n0nce", "case_1", "thumb-print", "Front camera", "480", "640"
    )
    for number, picture in enumerate(PICTURES):
        last = link(last, str(number), str(300 * number), hashlib.sha256(picture).hexdigest())
    assert PLAIN.chain == last
    times = "0,33,66,100,133,600,633,666,700"
    assert HONEST.chain == link(last, "film", times, hashlib.sha256(FILM).hexdigest())


@pytest.mark.parametrize("name", ["nonce", "case", "key"])
def test_a_message_for_something_else(name: str) -> None:
    """A message that is right in itself serves no other question, case or key."""
    expected = {"nonce": "n0nce", "case": "case_1", "key": "thumb-print", name: "another"}
    assert binds(HONEST, **expected) is MessageRefused.MANIFEST_OF_ANOTHER


def test_frames_older_than_the_question() -> None:
    """Frames that took longer than the server waited were recorded before it asked."""
    last = HONEST.frames[-1].client_ms
    assert held(HONEST, elapsed_ms=last) is None
    assert held(HONEST, elapsed_ms=last - 1) is MessageRefused.ARRIVED_TOO_SOON


def test_a_film_older_than_the_question() -> None:
    """The last of its tiles is waited for as the last frame is."""
    film = replace(HONEST.film or ToldFilm((), ""), client_ms=(*TIMES[:-1], 5_000))
    late = chained(replace(HONEST, film=film))
    assert held(late, elapsed_ms=5_000) is None
    assert held(late, elapsed_ms=4_999) is MessageRefused.ARRIVED_TOO_SOON


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e999", "1.5", "true", "null", '"3"', "-1", "9" * 5000],
)
@pytest.mark.parametrize(
    "member", ['"client_ms": 0', '"index": 0', '"width": 480', '"client_ms": [0, 33, 66']
)
def test_what_is_no_whole_number(number: str, member: str) -> None:
    """NaN, and all else that is no number of its range, is refused wherever a number stands."""
    told = f"{member.rsplit(' ', maxsplit=1)[0]} {number}"
    raw = written(HONEST).replace(member.encode(), told.encode(), 1)
    assert raw != written(HONEST)
    assert read_manifest(raw) is MessageRefused.MANIFEST_MALFORMED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b"[" * 16_000,
        b'{"nonce": 1}',
        written(HONEST)[:-1] + b', "nonce": "n0nce"}',
        written(HONEST)[:-1] + b', "score": 1}',
        written(HONEST).replace(b"Front camera", b"\\ud800"),
        written(HONEST).replace(b"Front camera", b"\\n"),
        written(HONEST).replace(b"n0nce", "nönce".encode()),
    ],
)
def test_what_is_no_manifest(raw: bytes) -> None:
    """Nesting, half a character, members told twice or unknown: each is a value, not a fault."""
    assert read_manifest(raw) is MessageRefused.MANIFEST_MALFORMED


@pytest.mark.parametrize(
    "film",
    [
        [],
        {},
        "film",
        False,
        0,
        {"client_ms": [], "digest": "0" * 64},
        {"client_ms": list(range(MOST_TILES + 1)), "digest": "0" * 64},
        {"client_ms": [0, 66, 33], "digest": "0" * 64},
        {"client_ms": [0, 33, 33], "digest": "0" * 64},
        {"client_ms": [0, 20_001], "digest": "0" * 64},
        {"client_ms": [0, [33]], "digest": "0" * 64},
        {"client_ms": {"0": 33}, "digest": "0" * 64},
        {"client_ms": "0,33", "digest": "0" * 64},
        {"client_ms": 0, "digest": "0" * 64},
        {"client_ms": None, "digest": "0" * 64},
        {"client_ms": [0], "digest": "0" * 63},
        {"client_ms": [0], "digest": "A" * 64},
        {"client_ms": [0], "digest": None},
        {"client_ms": [0]},
        {"digest": "0" * 64},
        {"client_ms": [0], "digest": "0" * 64, "tiles": 1},
    ],
    ids=str,
)
def test_what_is_no_film(film: object) -> None:
    """A film of another form is refused before its chain is looked at."""
    raw = json.dumps(json.loads(written(HONEST)) | {"film": film}).encode()
    assert read_manifest(raw) is MessageRefused.MANIFEST_MALFORMED


def test_a_manifest_that_says_nothing_of_a_film() -> None:
    """A message of the form before this one is refused: that there is no film has to be said."""
    told = json.loads(written(PLAIN))
    del told["film"]
    assert read_manifest(json.dumps(told).encode()) is MessageRefused.MANIFEST_MALFORMED


@given(st.binary(max_size=400))
def test_no_bytes_are_a_fault(raw: bytes) -> None:
    """Whatever comes is refused by a code."""
    assert isinstance(read_manifest(raw), MessageRefused)


@given(st.integers(0, len(written(HONEST)) - 1), st.integers(1, 255))
def test_one_changed_byte(place: int, flip: int) -> None:
    """A manifest with any one byte changed is refused, or tells the same as before."""
    raw = bytearray(written(HONEST))
    raw[place] ^= flip
    found = read_manifest(bytes(raw))
    assert isinstance(found, MessageRefused) or found == HONEST


def test_every_refusal_is_documented() -> None:
    """A code that a caller can meet stands in docs/reasons.md."""
    text = REASONS.read_text("utf-8")
    assert [str(code) for code in MessageRefused if f"`{code}`" not in text] == []
