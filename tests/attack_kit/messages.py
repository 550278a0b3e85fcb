"""Capture messages for the kit: what an honest page sends, and what a server makes of a message.

No picture is looked at here: texture, depth and every other look at the frames count as passed. So
the frames and the film are DRAWN, and "another person" is another series of drawings.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from cryptography.hazmat.primitives.asymmetric import ec

from lineproof.adapters.capture_key import thumbprint
from lineproof.adapters.message_check import checked
from lineproof.domain.capture_film import MOST_TILES, sheet_size
from lineproof.domain.capture_message import (
    FEWEST,
    MOST,
    Camera,
    Frame,
    Manifest,
    MessageRefused,
    ToldFilm,
    chain_of,
)
from lineproof.domain.challenge import LIFE, Challenge, Unanswered, answered, binding, nonce_hash
from tests.adapters.sql.makers import NOW, a_case
from tests.adapters.test_capture_key import point_of, signature_of

if TYPE_CHECKING:
    from lineproof.domain.case import Case

Key: TypeAlias = ec.EllipticCurvePrivateKey
Frames: TypeAlias = tuple[bytes, ...]

SIZES = ((180, 240), (240, 180), (200, 200))
LABELS = ("Front camera", "FaceTime HD Camera", "camera2 1, facing front")


@dataclass(frozen=True, slots=True)
class Question:
    """One asking: the case, the nonce, and what the server keeps of it."""

    case: Case
    nonce: str
    challenge: Challenge


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was filmed: the frames, and the sheet of the film, None for none."""

    frames: Frames
    film: bytes | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What arrives: the manifest's bytes, pictures and signature, and when since the asking."""

    raw: bytes
    pictures: Pictures
    signature: bytes
    after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One session and who attacks it, all drawn from one seed."""

    question: Question
    """The one that stands open."""
    before: Question
    """An earlier one of the same session and case. It was answered, and is spent."""
    elsewhere: Question
    """One that stands open for another case."""
    key: Key
    """The session's own."""
    others_key: Key
    """The attacker's, or another session's."""
    honest: Manifest
    mine: Pictures
    old_honest: Manifest
    old: Pictures
    others: Pictures
    """Of another person: as many frames and tiles as ``mine`` has, and of their size."""
    rng: np.random.Generator


@lru_cache(maxsize=64)
def scene_parts(seed: int) -> tuple[Pictures, Pictures, Pictures, tuple[int, int], int]:
    """Draw this capture's pictures, an old one's and another person's, and their size and tiles."""
    rng = np.random.default_rng((seed, 1))
    size = SIZES[seed % len(SIZES)]
    many, tiles = int(rng.integers(FEWEST, MOST + 1)), int(rng.integers(1, MOST_TILES + 1))
    form = ".webp" if seed % 5 == 0 else ".jpg"
    mine, old, others = (
        Pictures(_drawn(rng, many, size, form), _drawn(rng, 1, sheet_size(tiles), form)[0])
        for _ in range(3)
    )
    return mine, old, others, size, tiles


def scene(seed: int) -> Scene:
    """Set up one session: its key, its questions, and the captures that were made."""
    rng = np.random.default_rng(seed)
    mine, old, others, size, tiles = scene_parts(seed)
    case = a_case(f"case_{seed}")
    key, others_key = _key(rng), _key(rng)
    camera = Camera(LABELS[seed % len(LABELS)], *size)
    question, before = _asked(case, rng), _asked(case, rng)
    spent = replace(before.challenge, spent_at=NOW)
    return Scene(
        question=question,
        before=replace(before, challenge=spent),
        elsewhere=_asked(a_case(f"case_{seed}_other"), rng),
        key=key,
        others_key=others_key,
        honest=manifest_of(mine, tiles, question, key, camera, rng),
        mine=mine,
        old_honest=manifest_of(old, tiles, before, key, camera, rng),
        old=old,
        others=others,
        rng=rng,
    )


def manifest_of(  # noqa: PLR0913, PLR0917 - what is filmed, for which question and by whom
    pictures: Pictures,
    tiles: int,
    question: Question,
    key: Key,
    camera: Camera,
    rng: np.random.Generator,
) -> Manifest:
    """Give what an honest page tells: 250 to 330 ms between frames, 25 to 40 between tiles."""
    frames = pictures.frames
    times = accumulate((int(rng.integers(250, 331)) for _ in frames[1:]), initial=0)
    tiles_at = accumulate((int(rng.integers(25, 41)) for _ in range(tiles - 1)), initial=0)
    told = [
        Frame(i, at, digest(each)) for i, (at, each) in enumerate(zip(times, frames, strict=True))
    ]
    film = None if pictures.film is None else ToldFilm(tuple(tiles_at), digest(pictures.film))
    return chained(
        Manifest(
            nonce=question.nonce,
            case=question.case.id,
            key=thumbprint(point_of(key)) or "",
            camera=camera,
            frames=tuple(told),
            film=film,
            chain="",
        )
    )


def digest(picture: bytes) -> str:
    """Give a picture's SHA-256, hexadecimal."""
    return hashlib.sha256(picture).hexdigest()


def chained(manifest: Manifest) -> Manifest:
    """Give the manifest with the chain that its members make."""
    return replace(manifest, chain=chain_of(manifest))


def written(manifest: Manifest) -> bytes:
    """Give the bytes that are signed."""
    return json.dumps(asdict(manifest)).encode()


def signed(manifest: Manifest, pictures: Pictures, key: Key, after_ms: int | None = None) -> Sent:
    """Sign and send it: a second after the last frame, where nothing else is said."""
    raw = written(manifest)
    after = manifest.frames[-1].client_ms + 1_000 if after_ms is None else after_ms
    return Sent(raw, pictures, signature_of(key, raw), after)


def by_message(at: Scene, sent: Sent) -> Manifest | MessageRefused:
    """Hold a message against the open question and the session's key, and against nothing else."""
    return _checked(at, sent, at.question.nonce)


def by_challenge(at: Scene, sent: Sent, *, spent: bool) -> Manifest | MessageRefused | Unanswered:
    """Ask first, as a server does, whether the nonce that is told answers an open question.

    The server keeps only a nonce's hash, so a client tells it: here the manifest's own, which
    suits an attacker best. ``spent`` says that the open question was answered a moment before.
    """
    told = json.loads(sent.raw)["nonce"]
    asked = (at.question, at.before, at.elsewhere)
    found = {each.challenge.nonce_hash: each.challenge for each in asked}.get(nonce_hash(told))
    if found is not None and spent:
        found = replace(found, spent_at=NOW)
    now = NOW + timedelta(milliseconds=sent.after_ms)
    return answered(found, at.question.case, now=now) or _checked(at, sent, told)


def _checked(at: Scene, sent: Sent, nonce: str) -> Manifest | MessageRefused:
    return checked(
        sent.raw,
        sent.pictures.frames,
        film=sent.pictures.film,
        signature=sent.signature,
        point=point_of(at.key),
        nonce=nonce,
        case=at.question.case.id,
        elapsed_ms=sent.after_ms,
    )


def _asked(case: Case, rng: np.random.Generator) -> Question:
    nonce = base64.urlsafe_b64encode(rng.bytes(32)).rstrip(b"=").decode()
    challenge = Challenge(
        id=f"chal_{nonce[:8]}",
        case=case.id,
        nonce_hash=nonce_hash(nonce),
        binding=binding(case),
        variant=None,
        asked_at=NOW,
        expires_at=NOW + LIFE,
        spent_at=None,
    )
    return Question(case, nonce, challenge)


def _key(rng: np.random.Generator) -> Key:
    return ec.derive_private_key(int.from_bytes(rng.bytes(31), "big") + 1, ec.SECP256R1())


def _drawn(rng: np.random.Generator, many: int, size: tuple[int, int], form: str) -> Frames:
    """Draw soft colours with grain, encoded: no two frames have the same bytes."""
    quality = cv2.IMWRITE_WEBP_QUALITY if form == ".webp" else cv2.IMWRITE_JPEG_QUALITY
    frames = []
    for _ in range(many):
        soft = cv2.resize(rng.uniform(60, 200, (6, 6, 3)), size, interpolation=cv2.INTER_CUBIC)
        grainy = np.clip(soft + rng.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)
        frames.append(cv2.imencode(form, grainy, [quality, 85])[1].tobytes())
    return tuple(frames)
