# ruff: noqa: ANN401 - what is sent and answered is JSON
"""Signed captures over HTTP: taken once and whole, or refused with a code and nothing kept."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from lineproof.adapters.capture_key import thumbprint
from lineproof.adapters.message_check import SignedMessages
from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.domain.capture_message import Camera, Frame, Manifest, MessageRefused, chain_of
from lineproof.domain.challenge import for_script
from lineproof.domain.finding import Measured
from lineproof.domain.script import Variant, canonical, script
from tests.adapters.test_capture_key import KEY, point_of, signature_of
from tests.adapters.test_message_check import FILM, FRAMES, SIZE, TIMES, film_told, picture
from tests.flow.stage import FACE, MATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from httpx import Response

    from tests.web.house import House, Visitor

OTHER = ec.derive_private_key(7, ec.SECP256R1())


def text_of(point: bytes) -> str:
    """Write a point as a page sends it."""
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Page:
    """A subscriber's page, which registers KEY, asks for a script and signs what it filmed."""

    visitor: Visitor

    @property
    def house(self) -> House:
        """Where it is."""
        return self.visitor.house

    def binds(self, point: bytes) -> Response:
        """Register a key."""
        return self.visitor.call("POST", "/v1/session/keys", json={"key": text_of(point)})

    def asked(self, variant: str = "full") -> dict[str, Any]:
        """Ask for a script, and let the time pass that it takes."""
        found = self.visitor.call("POST", f"/v1/session/challenges?variant={variant}")
        assert found.status_code == 201, found.text
        self.house.later(timedelta(seconds=8))
        answer: dict[str, Any] = found.json()
        return answer

    def told(self, nonce: str, sent: Sequence[bytes] = FRAMES, **changes: Any) -> Manifest:
        """Give what an honest page tells of its frames and FILM, but for what is changed."""
        manifest = Manifest(
            nonce=nonce,
            case=self.visitor.case,
            key=thumbprint(point_of(KEY)) or "",
            camera=Camera("Front camera", *SIZE),
            frames=tuple(
                Frame(index, 250 * index, hashlib.sha256(frame).hexdigest())
                for index, frame in enumerate(sent)
            ),
            film=film_told(FILM),
            chain="",
        )
        changed = replace(manifest, **changes)
        return replace(changed, chain=changes.get("chain") or chain_of(changed))

    def sends(
        self,
        nonce: str,
        raw: bytes | None = None,
        frames: Sequence[bytes] = FRAMES,
        *,
        film: bytes | None = FILM,
        signature: bytes | None = None,
    ) -> Response:
        """Send frames, film and manifest, signed with KEY unless told otherwise."""
        raw = raw if raw is not None else written(self.told(nonce, frames))
        parts = [("frame", ("frame", frame)) for frame in frames]
        parts += [("manifest", ("manifest", raw))]
        parts += [("signature", ("signature", signature or signature_of(KEY, raw)))]
        parts += [("film", ("film.jpg", film))] if film is not None else []
        path = "/v1/session/captures"
        return self.visitor.call("POST", path, files=parts, data={"nonce": nonce})

    def sends_at_once(self, nonces: Sequence[str]) -> list[Response]:
        """Send one capture for each nonce, held until every message was found to hold."""
        together, check = Barrier(len(nonces)), SignedMessages.checked

        def held(*given: Any, **more: Any) -> Manifest | MessageRefused:
            found = check(*given, **more)
            together.wait(timeout=30)
            return found

        with patch.object(SignedMessages, "checked", held), ThreadPoolExecutor() as pool:
            return sorted(pool.map(self.sends, nonces), key=lambda each: each.status_code)

    def kept(self) -> tuple[int, list[str], dict[str, int]]:
        """Give what a refusal must leave as it is: attempts, entries, rows."""
        case = self.house.stage.service.store
        with case.read() as tx:
            found = tx.case(self.visitor.case)
            entries = [each.deed.action for each in tx.entries_of(self.visitor.case)]
            rows = {"decisions": len(tx.decisions(self.visitor.case))}
        assert found is not None
        return found.attempts, entries, rows


def written(manifest: Manifest) -> bytes:
    """Give the bytes that are signed."""
    return json.dumps(asdict(manifest)).encode()


@pytest.fixture
def page(service: House) -> Page:
    """Give a page that consented, showed the document and registered its key."""
    found = Page(service.session(service.open()))
    sights = {b"portrait": FACE, b"live": FACE, **dict.fromkeys(FRAMES, FACE)}
    there = service.stage.service
    engine = SimulatedEngine(sights=sights, band=Measured(MATCH))
    service._serve(replace(there, site=replace(there.site, engine=engine)))  # noqa: SLF001
    found.visitor.consents()
    found.visitor.shows()
    assert found.binds(point_of(KEY)).status_code == 201
    return found


def test_a_script_is_asked_and_a_signed_capture_decided(page: Page) -> None:
    """What the page is told to show is drawn from the nonce, and the honest answer is taken."""
    asked = page.asked()
    drawn = json.loads(canonical(script(Variant.FULL, for_script(asked["nonce"]))))
    told = asked["script"]
    assert (told["variant"], told["ms"]) == ("full", drawn["ms"])
    steps = [{name: of for name, of in each.items() if of is not None} for each in told["steps"]]
    assert steps == drawn["steps"]
    found = page.sends(asked["nonce"])
    assert (found.status_code, found.json()["outcome"]) == (201, "approved")
    again = page.sends(asked["nonce"])
    assert again.status_code == 409


def test_a_challenge_keeps_its_variant_and_no_script(page: Page) -> None:
    """The script is in no table: it is made anew from the nonce, which is kept nowhere."""
    asked = page.asked("calm")
    hashed = hashlib.sha256(asked["nonce"].encode()).hexdigest()
    with page.house.stage.service.store.read() as tx:
        kept = tx.challenge(hashed)
    assert kept is not None
    assert kept.variant is Variant.CALM
    assert "turn" not in str(kept)
    for wrong in ("helped", "none"):
        found = page.visitor.call("POST", f"/v1/session/challenges?variant={wrong}")
        assert found.json()["code"] == "request_invalid"


def test_a_session_has_one_key_for_good(page: Page) -> None:
    """The same key is answered alike, another refused, and neither changes what is bound."""
    mine = page.binds(point_of(KEY))
    assert (mine.status_code, mine.json()["thumbprint"]) == (201, thumbprint(point_of(KEY)))
    other = page.binds(point_of(OTHER))
    assert (other.status_code, other.json()["about"]) == (409, "key_registered")
    assert page.binds(b"\4" + bytes(64)).json()["about"] == "key_not_p256"
    assert page.sends(page.asked()["nonce"]).json()["outcome"] == "approved"


def test_a_key_is_its_own_sessions(service: House, page: Page) -> None:
    """A second session of nobody's key signs nothing, and one case's key serves no other case."""
    stranger = Page(service.session(service.open(msisdn="15550002")))
    stranger.visitor.consents()
    stranger.visitor.shows("P2")
    refused = stranger.sends(stranger.asked()["nonce"])
    assert (refused.status_code, refused.json()["about"]) == (422, "key_missing")
    stranger.binds(point_of(OTHER))
    assert stranger.sends(stranger.asked()["nonce"]).json()["about"] == "signature_wrong"
    assert page.sends(stranger.asked()["nonce"]).json()["about"] == "challenge_of_another_request"


def test_two_keys_at_once_bind_one(service: House) -> None:
    """Whoever comes second finds the session taken, on either database."""
    found = Page(service.session(service.open()))
    together = Barrier(2)

    def bind(key: ec.EllipticCurvePrivateKey) -> int:
        together.wait()
        return found.binds(point_of(key)).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(bind, (KEY, OTHER))) == [201, 409]


def test_one_nonce_in_two_requests_at_once_is_taken_once(page: Page) -> None:
    """Both messages hold; the question is spent by one of them, and the other costs nothing."""
    answers = page.sends_at_once([page.asked()["nonce"]] * 2)
    assert [each.status_code for each in answers] == [201, 409]
    assert answers[1].json()["code"] in {"challenge_refused", "not_now", "document_needed"}
    assert page.kept()[0] == 1
    assert page.kept()[2] == {"decisions": 1}


def test_a_script_is_not_answered_by_plain_pictures(page: Page) -> None:
    """Nor the other way round: what was asked for is what has to come."""
    plain = page.visitor.captures(page.asked()["nonce"])
    assert (plain.status_code, plain.json()["about"]) == (409, "message_missing")
    signed = page.sends(page.visitor.nonce())
    assert (signed.status_code, signed.json()["about"]) == (409, "message_not_asked")
    assert page.kept()[0] == 0
    half = page.visitor.call(
        "POST",
        "/v1/session/captures",
        files=[("frame", ("f", b"live")), ("manifest", ("m", b"{}"))],
        data={"nonce": page.asked()["nonce"]},
    )
    assert half.json()["errors"] == [{"where": "body.signature", "what": "missing"}]


def bomb() -> bytes:
    """Give a PNG of a few bytes that would decode to three gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 32_000, 32_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def with_nan(page: Page, nonce: str) -> Response:
    """Write NaN where a time belongs."""
    raw = written(page.told(nonce)).replace(b'"client_ms": 250,', b'"client_ms": NaN,')
    return page.sends(nonce, raw)


def going_back(page: Page, nonce: str) -> Response:
    """Let time go back between two frames."""
    frames = list(page.told(nonce).frames)
    frames[3] = replace(frames[3], client_ms=100)
    return page.sends(nonce, written(page.told(nonce, frames=tuple(frames))))


def swapped(page: Page, nonce: str) -> Response:
    """Sign one set of frames and send another in one place."""
    other = (*FRAMES[:5], picture(40), *FRAMES[6:])
    return page.sends(nonce, written(page.told(nonce)), other)


def of_sizes(page: Page, nonce: str) -> Response:
    """Send one frame of another size, rightly signed."""
    other = (*FRAMES[:5], picture(41, size=(200, 320)), *FRAMES[6:])
    return page.sends(nonce, frames=other)


def large_manifest(page: Page, nonce: str) -> Response:
    """Pad a manifest to more than may be read."""
    return page.sends(nonce, written(page.told(nonce)) + b" " * 20_000)


def edited(page: Page, nonce: str) -> Response:
    """Change the manifest after it was signed."""
    raw = written(page.told(nonce))
    changed = raw.replace(b"Front camera", b"Other camera")
    return page.sends(nonce, changed, signature=signature_of(KEY, raw))


def of_an_older_question(page: Page, nonce: str) -> Response:
    """Send what was signed for the question before."""
    return page.sends(nonce, written(page.told("x" * 43)))


def of_the_past(page: Page, nonce: str) -> Response:
    """Tell of frames over more time than has passed."""
    frames = tuple(replace(each, client_ms=1_000 * each.index) for each in page.told(nonce).frames)
    return page.sends(nonce, written(page.told(nonce, frames=frames)))


def later_film(page: Page, nonce: str) -> Response:
    """Tell of a tile that was taken after the message came."""
    told = film_told(FILM, (*TIMES[:-1], 15_000))
    return page.sends(nonce, written(page.told(nonce, film=told)))


def with_film(page: Page, nonce: str, film: bytes) -> Response:
    """Send another film, rightly signed."""
    return page.sends(nonce, written(page.told(nonce, film=film_told(film))), film=film)


def of_the_old_form(page: Page, nonce: str) -> Response:
    """Send a manifest as it was before films."""
    told = json.loads(written(page.told(nonce, film=None)))
    del told["film"]
    return page.sends(nonce, json.dumps(told).encode(), film=None)


BAD_FILMS: dict[str, tuple[str, Callable[[Page, str], Response]]] = {
    "swapped": ("frames_changed", lambda page, nonce: page.sends(nonce, film=picture(91))),
    "left out": ("frames_changed", lambda page, nonce: page.sends(nonce, film=None)),
    "added": (
        "frames_changed",
        lambda page, nonce: page.sends(nonce, written(page.told(nonce, film=None))),
    ),
    "heavy": ("frames_too_large", lambda page, nonce: page.sends(nonce, film=bytes(10_000_000))),
    "large": (
        "frame_sizes_differ",
        lambda page, nonce: with_film(page, nonce, picture(90, size=(384, 192))),
    ),
    "bomb": ("frame_unreadable", lambda page, nonce: with_film(page, nonce, bomb())),
    "late": ("arrived_too_soon", later_film),
    "old form": ("manifest_malformed", of_the_old_form),
}


BAD: dict[str, Callable[[Page, str], Response]] = {
    "frame_count": lambda page, nonce: page.sends(nonce, frames=FRAMES[:1]),
    "frames_too_large": lambda page, nonce: page.sends(
        nonce, frames=(*FRAMES[:11], FRAMES[11] + bytes(1_000_000))
    ),
    "manifest_malformed": with_nan,
    "frames_out_of_order": going_back,
    "frames_changed": swapped,
    "frame_sizes_differ": of_sizes,
    "manifest_too_large": large_manifest,
    "signature_wrong": edited,
    "manifest_of_another": of_an_older_question,
    "arrived_too_soon": of_the_past,
    "frame_unreadable": lambda page, nonce: page.sends(nonce, frames=(*FRAMES[:11], bomb())),
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_message_is_refused_and_nothing_kept(page: Page, code: str) -> None:
    """No frame of it is decoded or looked at, no attempt counted, and the question stays open."""
    refused_and_nothing_kept(page, BAD[code], code)


@pytest.mark.parametrize("name", BAD_FILMS)
def test_a_bad_film_is_refused_and_nothing_kept(page: Page, name: str) -> None:
    """As a bad frame is: the message is taken whole or not at all."""
    code, send = BAD_FILMS[name]
    refused_and_nothing_kept(page, send, code)


def test_a_message_without_a_film_is_taken(page: Page) -> None:
    """Where it says so itself: `calm` has no colours, and a film is missed by the checks alone."""
    nonce = page.asked("calm")["nonce"]
    found = page.sends(nonce, written(page.told(nonce, film=None)), film=None)
    assert (found.status_code, found.json()["outcome"]) == (201, "approved")


def refused_and_nothing_kept(page: Page, send: Callable[[Page, str], Response], code: str) -> None:
    """Send it, hold the answer against the code, and answer the same question well."""
    nonce = page.asked()["nonce"]
    before = page.kept()
    with (
        patch("PIL.ImageFile.ImageFile.load", side_effect=AssertionError("decoded")),
        patch("cv2.imdecode", side_effect=AssertionError("decoded")),
        patch.object(SimulatedEngine, "look", side_effect=AssertionError("looked at")),
    ):
        found = send(page, nonce)
    told = found.json()
    assert (found.status_code, told["code"], told["about"]) == (422, "message_refused", code)
    assert page.kept() == before
    assert page.sends(nonce).json()["outcome"] == "approved"


def test_far_too_much_is_given_up_while_it_is_read(page: Page) -> None:
    """Ten thousand frames, and a manifest of 50 MB, are never held in memory."""
    nonce = page.asked()["nonce"]
    many = page.sends(nonce, b"{}", [b"x"] * 10_000, signature=bytes(64))
    assert (many.status_code, many.json()["code"]) == (400, "malformed")
    few = page.visitor.call(
        "POST",
        "/v1/session/captures",
        files=[("frame", ("frame", b"x"))] * 25,
        data={"nonce": nonce},
    )
    assert few.json()["errors"] == [{"where": "body.frame", "what": "too_many"}]
    large = page.sends(nonce, b" " * 50_000_000, signature=bytes(64))
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
    film = page.sends(nonce, film=bytes(50_000_000))
    assert (film.status_code, film.json()["code"]) == (413, "body_too_large")
    assert page.sends(nonce).json()["outcome"] == "approved"
