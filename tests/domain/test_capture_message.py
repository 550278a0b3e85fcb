from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.capture_message import (
    MOST,
    MOST_BYTES,
    MOST_MANIFEST_BYTES,
    Camera,
    Frame,
    Manifest,
    MessageRefused,
    binds,
    chain_of,
    count_and_weigh,
    holds,
    read_manifest,
)

REASONS = Path(__file__).parents[2] / "docs" / "reasons.md"
SIZE = (480, 640)
PICTURES = [f"frame {number}".encode() for number in range(14)]


def manifest_of(pictures: list[bytes], *, step: int = 300) -> Manifest:
    """Give the manifest that an honest page makes of these pictures."""
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
            chain="0" * 64,
        )
    )


def chained(manifest: Manifest) -> Manifest:
    """Give it the chain of what it tells now."""
    return replace(manifest, chain=chain_of(manifest))


def written(manifest: Manifest) -> bytes:
    """Give the bytes a page sends."""
    return json.dumps(asdict(manifest)).encode()


HONEST = manifest_of(PICTURES)


def test_an_honest_message_is_taken() -> None:
    """What an honest page sends is read as it was meant, and holds."""
    assert read_manifest(written(HONEST)) == HONEST
    assert binds(HONEST, nonce="n0nce", case="case_1", key="thumb-print") is None
    assert holds(HONEST, PICTURES, sizes=[SIZE] * 14, elapsed_ms=9_000) is None


@pytest.mark.parametrize("count", [0, 1, 11, 25, 10_000])
def test_too_few_and_too_many_frames(count: int) -> None:
    """One frame and ten thousand are refused, in the parts and in the manifest."""
    assert count_and_weigh([b"x"] * count) is MessageRefused.FRAME_COUNT
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
    told = chained(replace(told, camera=Camera("\N{WAVE DASH}" * 200, *SIZE)))
    assert len(written(told)) <= MOST_MANIFEST_BYTES
    assert read_manifest(written(told)) == told


def test_frames_over_a_megabyte() -> None:
    """A megabyte in all, and not one byte more."""
    frames = [bytes(50_000)] * 20
    assert count_and_weigh(frames) is None
    assert sum(map(len, frames)) == MOST_BYTES
    assert count_and_weigh([*frames[1:], bytes(50_001)]) is MessageRefused.FRAMES_TOO_LARGE


def test_frames_of_different_sizes() -> None:
    """One frame of another size than the camera's is enough."""
    sizes = [SIZE] * 13 + [(640, 480)]
    assert holds(HONEST, PICTURES, sizes=sizes, elapsed_ms=9_000) is (
        MessageRefused.FRAME_SIZES_DIFFER
    )


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
    found = holds(HONEST, pictures, sizes=[SIZE] * 14, elapsed_ms=9_000)
    assert found is MessageRefused.FRAMES_CHANGED


def test_two_frames_exchanged_with_each_other() -> None:
    """The same frames in another order are other frames."""
    pictures = [PICTURES[1], PICTURES[0], *PICTURES[2:]]
    found = holds(HONEST, pictures, sizes=[SIZE] * 14, elapsed_ms=9_000)
    assert found is MessageRefused.FRAMES_CHANGED


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
    ],
)
def test_the_chain_covers_all_that_is_told(change: dict[str, object]) -> None:
    """An edited manifest breaks its own chain, whatever was edited."""
    edited = replace(HONEST, **change)  # type: ignore[arg-type]
    assert read_manifest(written(edited)) is MessageRefused.FRAMES_CHANGED


@pytest.mark.parametrize("name", ["nonce", "case", "key"])
def test_a_message_for_something_else(name: str) -> None:
    """A message that is right in itself serves no other question, case or key."""
    expected = {"nonce": "n0nce", "case": "case_1", "key": "thumb-print", name: "another"}
    assert binds(HONEST, **expected) is MessageRefused.MANIFEST_OF_ANOTHER


def test_frames_older_than_the_question() -> None:
    """Frames that took longer than the server waited were recorded before it asked."""
    last = HONEST.frames[-1].client_ms
    sizes = [SIZE] * 14
    assert holds(HONEST, PICTURES, sizes=sizes, elapsed_ms=last) is None
    found = holds(HONEST, PICTURES, sizes=sizes, elapsed_ms=last - 1)
    assert found is MessageRefused.ARRIVED_TOO_SOON


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e999", "1.5", "true", "null", '"3"', "-1", "9" * 5000],
)
@pytest.mark.parametrize("member", ['"client_ms": 0', '"index": 0', '"width": 480'])
def test_what_is_no_whole_number(number: str, member: str) -> None:
    """NaN, and all else that is no number of its range, is refused wherever a number stands."""
    name = member.split(":", maxsplit=1)[0]
    raw = written(HONEST).replace(member.encode(), f"{name}: {number}".encode(), 1)
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
