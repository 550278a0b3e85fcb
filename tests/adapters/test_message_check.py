from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, replace
from functools import cache
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from lineproof.adapters import message_check
from lineproof.adapters.capture_key import thumbprint
from lineproof.adapters.message_check import checked
from lineproof.domain.capture_film import MOST_FILM_BYTES, sheet_size
from lineproof.domain.capture_message import (
    Camera,
    Frame,
    Manifest,
    MessageRefused,
    ToldFilm,
    chain_of,
)
from tests.adapters.test_capture_key import KEY, point_of, signature_of

SIZE = (240, 320)


@cache
def picture(shade: int, *, size: tuple[int, int] = SIZE, form: str = "JPEG") -> bytes:
    """Draw a frame of one grey."""
    stored = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(stored, form)
    return stored.getvalue()


FRAMES = tuple(picture(shade, form="JPEG" if shade % 2 else "WEBP") for shade in range(100, 112))
TIMES = (0, 33, 66, 100, 133, 600, 633, 666, 700)
FILM = picture(90, size=sheet_size(len(TIMES)))


def film_told(film: bytes, times: tuple[int, ...] = TIMES) -> ToldFilm:
    """Give what an honest page tells of a film."""
    return ToldFilm(times, hashlib.sha256(film).hexdigest())


def manifest_of(
    frames: tuple[bytes, ...],
    film: bytes | None = FILM,
    *,
    size: tuple[int, int] = SIZE,
    times: tuple[int, ...] = TIMES,
) -> Manifest:
    """Give what an honest page tells of these frames and this film."""
    manifest = Manifest(
        nonce="n0nce",
        case="case_1",
        key=thumbprint(point_of(KEY)) or "",
        camera=Camera("Front camera", *size),
        frames=tuple(
            Frame(index, 250 * index, hashlib.sha256(frame).hexdigest())
            for index, frame in enumerate(frames)
        ),
        film=None if film is None else film_told(film, times),
        chain="",
    )
    return replace(manifest, chain=chain_of(manifest))


def sent(  # noqa: PLR0913 - one keyword for each thing that is changed in a test
    raw: bytes,
    frames: tuple[bytes, ...],
    *,
    film: bytes | None = FILM,
    signer: ec.EllipticCurvePrivateKey = KEY,
    nonce: str = "n0nce",
    elapsed_ms: int = 5_000,
) -> Manifest | MessageRefused:
    """Send it, signed, to the server whose session has KEY."""
    return checked(
        raw,
        frames,
        film=film,
        signature=signature_of(signer, raw),
        point=point_of(KEY),
        nonce=nonce,
        case="case_1",
        elapsed_ms=elapsed_ms,
    )


def written(manifest: Manifest) -> bytes:
    """Give the bytes that are signed."""
    return json.dumps(asdict(manifest)).encode()


HONEST = manifest_of(FRAMES)


def test_an_honest_message_is_taken() -> None:
    """JPEG and WebP frames of one size and a film, signed by the session's key, in time."""
    assert sent(written(HONEST), FRAMES) == HONEST
    stored = picture(91, size=(384, 128), form="WEBP")
    other = manifest_of(FRAMES, stored)
    assert sent(written(other), FRAMES, film=stored) == other


def test_nobody_needs_a_film() -> None:
    """A message that says that there is none is taken without one."""
    plain = manifest_of(FRAMES, None)
    assert sent(written(plain), FRAMES, film=None) == plain


def test_another_key_signed() -> None:
    """Who has everything but the key has nothing."""
    other = ec.derive_private_key(7, ec.SECP256R1())
    assert sent(written(HONEST), FRAMES, signer=other) is MessageRefused.SIGNATURE_WRONG


def test_a_key_of_ones_own_in_the_manifest() -> None:
    """A manifest that names another key is not this session's, though its chain is right."""
    other = replace(HONEST, key="another")
    other = replace(other, chain=chain_of(other))
    assert sent(written(other), FRAMES) is MessageRefused.MANIFEST_OF_ANOTHER


def test_an_old_capture_sent_again() -> None:
    """A capture that answered one question, frames, key and signature and all, answers no other."""
    assert sent(written(HONEST), FRAMES, nonce="new") is MessageRefused.MANIFEST_OF_ANOTHER


def test_one_frame_exchanged() -> None:
    """A valid manifest does not carry a frame that it does not name."""
    frames = (*FRAMES[:5], picture(200), *FRAMES[6:])
    assert sent(written(HONEST), frames) is MessageRefused.FRAMES_CHANGED


@pytest.mark.parametrize("film", [None, picture(91, size=(384, 128))], ids=["none", "another"])
def test_a_film_exchanged_or_left_out(film: bytes | None) -> None:
    """A valid manifest carries the film that it names, and no message is without what it names."""
    assert sent(written(HONEST), FRAMES, film=film) is MessageRefused.FRAMES_CHANGED


def test_a_film_that_is_not_told_of() -> None:
    """A film beside a manifest that says that there is none."""
    plain = manifest_of(FRAMES, None)
    assert sent(written(plain), FRAMES) is MessageRefused.FRAMES_CHANGED


@pytest.mark.parametrize(
    "size", [(384, 64), (384, 192), (376, 128), (384, 129), (128, 384), (1_000, 1_000)]
)
def test_a_film_of_another_size(size: tuple[int, int]) -> None:
    """Nine tiles make a sheet of 384 by 128 pixels, and no other is ever decoded."""
    film = picture(0, size=size)
    raw = written(manifest_of(FRAMES, film))
    with patch("cv2.imdecode", side_effect=AssertionError("decoded")):
        assert sent(raw, FRAMES, film=film) is MessageRefused.FRAME_SIZES_DIFFER


def test_a_film_of_a_later_time() -> None:
    """A tile that was taken after the message arrived was not taken for this question."""
    raw = written(manifest_of(FRAMES, times=(*TIMES[:-1], 4_000)))
    assert sent(raw, FRAMES, elapsed_ms=3_999) is MessageRefused.ARRIVED_TOO_SOON


@pytest.mark.parametrize(
    "bad",
    [
        picture(0, size=(4_000, 4_000), form="WEBP"),
        picture(0, size=(384, 63)),
        picture(90, size=(384, 128), form="PNG"),
        picture(90, size=(384, 128), form="GIF"),
        FILM[:-40],
        b"no picture",
        b"",
    ],
    ids=["bomb", "low", "png", "gif", "cut", "text", "empty"],
)
def test_what_is_no_film(bad: bytes) -> None:
    """A decompression bomb, and all that is no film, is refused by its header though signed."""
    assert len(bad) < MOST_FILM_BYTES
    raw = written(manifest_of(FRAMES, bad))
    with patch("cv2.imdecode", side_effect=AssertionError("decoded")):
        assert sent(raw, FRAMES, film=bad) is MessageRefused.FRAME_UNREADABLE


def test_frames_of_two_sizes() -> None:
    """A frame of another size is refused even where its hash was signed."""
    frames = (*FRAMES[:-1], picture(120, size=(320, 240)))
    assert sent(written(manifest_of(frames)), frames) is MessageRefused.FRAME_SIZES_DIFFER


def test_frames_from_before_the_question() -> None:
    """Frames that span 2750 ms cannot arrive 2749 ms after the asking."""
    assert sent(written(HONEST), FRAMES, elapsed_ms=2_749) is MessageRefused.ARRIVED_TOO_SOON


@pytest.mark.parametrize(
    "bad",
    [
        picture(0, size=(4_000, 4_000)),
        picture(0, size=(100, 100)),
        picture(0, form="PNG"),
        picture(1)[:-40],
        b"no picture",
        b"",
    ],
    ids=["bomb", "tiny", "png", "cut", "text", "empty"],
)
def test_what_is_no_frame(bad: bytes) -> None:
    """A decompression bomb, and all that is no frame, is refused by its header though signed."""
    frames = (*FRAMES[:-1], bad)
    assert sent(written(manifest_of(frames)), frames) is MessageRefused.FRAME_UNREADABLE


@pytest.mark.parametrize(
    ("raw", "frames", "film", "why"),
    [
        (written(HONEST), FRAMES[:1], FILM, MessageRefused.FRAME_COUNT),
        (written(HONEST), FRAMES * 1_000, FILM, MessageRefused.FRAME_COUNT),
        (written(HONEST), (bytes(90_000),) * 12, FILM, MessageRefused.FRAMES_TOO_LARGE),
        (written(HONEST), FRAMES, bytes(10_000_000), MessageRefused.FRAMES_TOO_LARGE),
        (written(HONEST), (bytes(75_000),) * 12, bytes(150_000), MessageRefused.FRAMES_TOO_LARGE),
        (bytes(50_000_000), FRAMES, FILM, MessageRefused.MANIFEST_TOO_LARGE),
    ],
    ids=["one", "thousands", "heavy", "film", "together", "manifest"],
)
def test_what_is_too_much_costs_nothing(
    raw: bytes, frames: tuple[bytes, ...], film: bytes, why: MessageRefused
) -> None:
    """What is too much is refused before a signature is checked or a header is read."""
    with (
        patch.object(message_check, "signed_by", side_effect=AssertionError),
        patch.object(message_check, "read_header", side_effect=AssertionError),
    ):
        found = checked(
            raw,
            frames,
            film=film,
            signature=bytes(64),
            point=point_of(KEY),
            nonce="n0nce",
            case="case_1",
            elapsed_ms=5_000,
        )
    assert found is why


@pytest.mark.parametrize("point", [b"", bytes(65)])
def test_a_session_without_a_key(point: bytes) -> None:
    """Where no key was registered nothing is taken."""
    raw = written(HONEST)
    found = checked(
        raw,
        FRAMES,
        film=FILM,
        signature=signature_of(KEY, raw),
        point=point,
        nonce="n0nce",
        case="case_1",
        elapsed_ms=5_000,
    )
    assert found is MessageRefused.SIGNATURE_WRONG
