"""Attacks on the capture message, by name, and how many of each are taken.

An attacker has the session's key or has not. Who has it (a patched page has) makes a message that
is right in every part: binding cannot stop that, and the table names what would have to.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineproof.adapters.capture_key import thumbprint
from lineproof.domain.capture_message import Manifest, MessageRefused, ToldFilm
from lineproof.domain.challenge import LIFE
from tests.adapters.test_capture_key import point_of
from tests.attack_kit.messages import (
    Pictures,
    Scene,
    Sent,
    by_challenge,
    by_message,
    chained,
    digest,
    scene,
    signed,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineproof.domain.challenge import Unanswered
    from tests.attack_kit.messages import Frames

    Edit = Callable[[Scene], tuple[Manifest, Pictures]]
    Hand = Callable[[Scene, Manifest, Pictures], Sent]

EACH = 30
TAKEN = "taken"
LIFE_MS = int(LIFE.total_seconds() * 1_000)
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Method:
    """How a message is made, and what has to stop it."""

    make: Callable[[Scene], Sent]
    code: MessageRefused | None
    """How the message alone is refused; None where it is right in every part."""
    looks: str = ""
    """Which checks of the frames would have to stop it, where no binding can."""
    spent: bool = False
    """The open question was answered a moment before."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a method were taken, and how the others were refused."""

    tries: int
    by_message: int
    """Where nothing but the message is checked."""
    by_challenge: int
    """Where the challenge is asked first, as a server does."""
    message_codes: tuple[str, ...]
    challenge_codes: tuple[str, ...]


def counted(method: Method, each: int = EACH) -> Count:
    """Make a method once for each seed, and count what is taken."""
    alone: Counter[str] = Counter()
    both: Counter[str] = Counter()
    for seed in range(each):
        at = scene(seed)
        sent = method.make(at)
        alone[_said(by_message(at, sent))] += 1
        both[_said(by_challenge(at, sent, spent=method.spent))] += 1
    taken = alone.pop(TAKEN, 0), both.pop(TAKEN, 0)
    return Count(each, *taken, tuple(sorted(alone)), tuple(sorted(both)))


def _said(found: Manifest | MessageRefused | Unanswered) -> str:
    return TAKEN if isinstance(found, Manifest) else str(found)


# What is edited: the manifest (its chain left as it was) and the pictures beside it.


def _times(at: Scene) -> tuple[Manifest, Pictures]:
    """Tell of one frame that it was taken a little later, still before the next."""
    which = int(at.rng.integers(1, len(at.mine.frames)))
    told = list(at.honest.frames)
    told[which] = replace(
        told[which], client_ms=told[which].client_ms + int(at.rng.integers(1, 240))
    )
    return replace(at.honest, frames=tuple(told)), at.mine


def _camera(at: Scene) -> tuple[Manifest, Pictures]:
    camera = replace(at.honest.camera, label="Another camera")
    return replace(at.honest, camera=camera), at.mine


def _order(at: Scene) -> tuple[Manifest, Pictures]:
    """Let two frames change places; numbers and times stay in order."""
    one, other = at.rng.choice(len(at.mine.frames), 2, replace=False)
    frames = list(at.mine.frames)
    frames[one], frames[other] = frames[other], frames[one]
    return _told(at, tuple(frames))


def _one_swapped(at: Scene) -> tuple[Manifest, Pictures]:
    """Put one frame of another person in."""
    return _put_in(at, at.others.frames)


def _one_of_another_capture(at: Scene) -> tuple[Manifest, Pictures]:
    """Put one frame of an earlier capture of this very session in."""
    return _put_in(at, at.old.frames)


def _two_people(at: Scene) -> tuple[Manifest, Pictures]:
    half = len(at.mine.frames) // 2
    return _told(at, at.mine.frames[:half] + at.others.frames[half:])


def _old_frames(at: Scene) -> tuple[Manifest, Pictures]:
    return _told(at, at.old.frames)


def _put_in(at: Scene, others: Frames) -> tuple[Manifest, Pictures]:
    which = int(at.rng.integers(len(at.mine.frames)))
    return _told(at, (*at.mine.frames[:which], others[which], *at.mine.frames[which + 1 :]))


def _told(at: Scene, frames: Frames) -> tuple[Manifest, Pictures]:
    pairs = zip(at.honest.frames, frames, strict=True)
    told = tuple(replace(each, digest=digest(frame)) for each, frame in pairs)
    return replace(at.honest, frames=told), replace(at.mine, frames=frames)


def _anything(at: Scene) -> tuple[Manifest, Pictures]:
    """Send frames that no camera took."""
    return _told(at, at.others.frames)


def _film_left_out(at: Scene) -> tuple[Manifest, Pictures]:
    return replace(at.honest, film=None), replace(at.mine, film=None)


def _old_film(at: Scene) -> tuple[Manifest, Pictures]:
    """Put an earlier capture's film in, of this very session, at the times of this one's."""
    film = replace(_film(at.honest), digest=_film(at.old_honest).digest)
    return replace(at.honest, film=film), replace(at.mine, film=at.old.film)


def _all_old(at: Scene) -> tuple[Manifest, Pictures]:
    """Send an earlier capture whole, each picture at its own time."""
    return replace(at.old_honest, nonce=at.question.nonce), at.old


def _film_times(at: Scene) -> tuple[Manifest, Pictures]:
    """Tell of every tile that it was taken a little later."""
    told, later = _film(at.honest), int(at.rng.integers(1, 240))
    moved = replace(told, client_ms=tuple(each + later for each in told.client_ms))
    return replace(at.honest, film=moved), at.mine


def _film(manifest: Manifest) -> ToldFilm:
    if manifest.film is None:
        raise ValueError("every scene of the kit has a film")
    return manifest.film


EDITS: dict[str, tuple[Edit, str]] = {
    "times": (_times, "`injection`, impossible times only"),
    "camera": (_camera, "none: a name is claimed"),
    "order": (_order, "`same_person` and `follows_script`, where the face moved"),
    "a frame swapped": (_one_swapped, "`same_person`"),
    "a frame of an older capture": (_one_of_another_capture, "none was tried"),
    "two people": (_two_people, "`same_person`"),
    "an old capture's frames": (_old_frames, "`follows_script`, `light`"),
    "frames drawn at will": (_anything, "`light`, `injection`; what is drawn well passes both"),
    "an old capture and its film": (_all_old, "`follows_script`, `light`, `exposure`"),
    "film left out": (_film_left_out, "`exposure` is then missing, and nobody is approved so"),
    "an older capture's film": (_old_film, "`exposure`"),
    "the film's times": (_film_times, "`exposure`, where they no longer fit"),
}


# Whose hands edit it.


def _beside(at: Scene, manifest: Manifest, pictures: Pictures) -> Sent:
    """Change the pictures only: manifest and signature are the honest ones."""
    del manifest
    return signed(at.honest, pictures, at.key)


def _on_the_way(at: Scene, manifest: Manifest, pictures: Pictures) -> Sent:
    """Make the chain anew; the signature stays the honest message's."""
    sent = signed(at.honest, pictures, at.key)
    return replace(sent, raw=written(chained(manifest)))


def _another_key(at: Scene, manifest: Manifest, pictures: Pictures) -> Sent:
    """Make the chain anew, name the attacker's own key and sign with it."""
    own = replace(manifest, key=thumbprint(point_of(at.others_key)) or "")
    return signed(chained(own), pictures, at.others_key)


def _chain_left(at: Scene, manifest: Manifest, pictures: Pictures) -> Sent:
    """Sign with the session's key, and leave the chain as it was."""
    return signed(manifest, pictures, at.key)


def _patched(at: Scene, manifest: Manifest, pictures: Pictures) -> Sent:
    """Make the chain anew and sign with the session's own key, as a patched client can."""
    return signed(chained(manifest), pictures, at.key)


HANDS: dict[str, tuple[Hand, MessageRefused | None]] = {
    "beside the manifest": (_beside, MessageRefused.FRAMES_CHANGED),
    "on the way": (_on_the_way, MessageRefused.SIGNATURE_WRONG),
    "another key": (_another_key, MessageRefused.SIGNATURE_WRONG),
    "chain left": (_chain_left, MessageRefused.FRAMES_CHANGED),
    "patched client": (_patched, None),
}
PICTURES_STAY = ("times", "camera", "the film's times")


def _edited() -> dict[str, Method]:
    """Give every edit by every hand; where the pictures stay there is nothing to change beside."""
    return {
        f"{edit}: {hand}": Method(_by(edited, sends), code, "" if code else looks)
        for edit, (edited, looks) in EDITS.items()
        for hand, (sends, code) in HANDS.items()
        if not (edit in PICTURES_STAY and sends is _beside)
    }


def _by(edited: Edit, sends: Hand) -> Callable[[Scene], Sent]:
    def make(at: Scene) -> Sent:
        return sends(at, *edited(at))

    return make


# What is sent whole: replays, keys of others, and times.


def _replayed(at: Scene) -> Sent:
    return signed(at.old_honest, at.old, at.key)


def _replayed_new_manifest(at: Scene) -> Sent:
    """Put old frames under a manifest of this question; it names a key that did not sign it."""
    manifest, pictures = _old_frames(at)
    return signed(chained(manifest), pictures, at.others_key)


def _another_case(at: Scene) -> Sent:
    """Tell of another case, with this session's key and this question's nonce."""
    return signed(chained(replace(at.honest, case=at.elsewhere.case.id)), at.mine, at.key)


def _answer_of_another_case(at: Scene) -> Sent:
    """Send a good answer to another case's open question, by the same key."""
    asked = at.elsewhere
    manifest = replace(at.honest, nonce=asked.nonce, case=asked.case.id)
    return signed(chained(manifest), at.mine, at.key)


def _twice(at: Scene) -> Sent:
    return signed(at.honest, at.mine, at.key)


def _twice_other_signature(at: Scene) -> Sent:
    """Send the accepted message again, its signature in the other form that holds: r, n - s."""
    sent = signed(at.honest, at.mine, at.key)
    s = _ORDER_OF_P256 - int.from_bytes(sent.signature[32:], "big")
    return replace(sent, signature=sent.signature[:32] + s.to_bytes(32, "big"))


def _session_of_another(at: Scene) -> Sent:
    """Sign this question's honest frames with another session's key, and name that."""
    return _another_key(at, at.honest, at.mine)


def _names_another(at: Scene) -> Sent:
    """Sign with the session's key a manifest that names another session's."""
    named = replace(at.honest, key=thumbprint(point_of(at.others_key)) or "")
    return signed(chained(named), at.mine, at.key)


def _too_late(at: Scene) -> Sent:
    """Hold the honest message back until the question's life is over."""
    late = LIFE_MS + int(at.rng.integers(0, 600_000))
    return signed(at.honest, at.mine, at.key, late)


def _longer_than_elapsed(at: Scene) -> Sent:
    """Send frames that span more time than has passed since the asking."""
    last = at.honest.frames[-1].client_ms
    return signed(at.honest, at.mine, at.key, last - int(at.rng.integers(1, last)))


def _relayed_in_time(at: Scene) -> Sent:
    """Carry the question elsewhere, and its honest answer back, before 120 s are over."""
    after = at.honest.frames[-1].client_ms + int(at.rng.integers(1_000, 90_000))
    return signed(at.honest, at.mine, at.key, after)


BONA_FIDE = Method(_twice, None)
"""What an honest page sends, once."""

SIGNATURE, ANOTHER = MessageRefused.SIGNATURE_WRONG, MessageRefused.MANIFEST_OF_ANOTHER
METHODS = {
    **_edited(),
    "replayed whole": Method(_replayed, ANOTHER),
    "replayed under a new manifest, another key": Method(_replayed_new_manifest, SIGNATURE),
    "same key, told of another case": Method(_another_case, ANOTHER),
    "same key, answer to another case": Method(_answer_of_another_case, ANOTHER),
    "another session's key": Method(_session_of_another, SIGNATURE),
    "another session's key named": Method(_names_another, ANOTHER),
    "frames longer than elapsed": Method(_longer_than_elapsed, MessageRefused.ARRIVED_TOO_SOON),
    "relayed after 120 s": Method(_too_late, None),
    "sent twice": Method(_twice, None, spent=True),
    "sent twice, signature's other form": Method(_twice_other_signature, None, spent=True),
    "relayed in time": Method(_relayed_in_time, None, "none: the person is elsewhere"),
}


def table(each: int = EACH) -> str:
    """Write what was taken of each method, as Markdown: bona fide first, and nothing left out."""
    columns = ("Method", "Tries", "Message alone takes", "Challenge and message take")
    head = f"| {' | '.join(columns)} | Refused as; or who would have to stop it |"
    rows = [_row("bona fide", BONA_FIDE, each)]
    rows += [_row(name, method, each) for name, method in METHODS.items()]
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _row(name: str, method: Method, each: int) -> str:
    found = counted(method, each)
    codes = sorted({*found.message_codes, *found.challenge_codes})
    why = ", ".join(f"`{code}`" for code in codes) or method.looks or "-"
    return f"| {name} | {found.tries} | {found.by_message} | {found.by_challenge} | {why} |"
