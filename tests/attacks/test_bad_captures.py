"""Captures made to break the reader: refused with a code, nothing looked at, nothing kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from PIL import Image

from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.domain.token import token_hash
from tests.adapters.test_capture_key import KEY, point_of
from tests.adapters.test_message_check import FRAMES, SIZE
from tests.web.house import house
from tests.web.test_signed_captures import Page, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """Give the page of a person who showed their document."""
    there = house(tmp_path)
    found = Page(there.session(there.open()))
    found.visitor.consents()
    found.visitor.shows()
    assert found.binds(point_of(KEY)).status_code == 201
    return found


def twice(raw: bytes) -> bytes:
    """Tell the nonce twice, the right one last."""
    return raw.replace(b'{"nonce":', b'{"nonce": "x", "nonce":', 1)


MANIFESTS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "no object": lambda _: b"[]",
    "deep": lambda _: b"[" * 16_000,
    "deep objects": lambda _: b'{"a":' * 3_000,
    "a long number": lambda _: b'{"nonce": ' + b"9" * 16_000 + b"}",
    "infinity": lambda raw: raw.replace(b'"client_ms": 250', b'"client_ms": 1e999'),
    "minus infinity": lambda raw: raw.replace(b'"client_ms": 250', b'"client_ms": -Infinity'),
    "a fraction": lambda raw: raw.replace(b'"client_ms": 250', b'"client_ms": 250.0'),
    "true": lambda raw: raw.replace(b'"index": 1,', b'"index": true,'),
    "below nothing": lambda raw: raw.replace(b'"client_ms": 0', b'"client_ms": -1'),
    "too late": lambda raw: raw.replace(b'"client_ms": 250', b'"client_ms": 20001'),
    "a member twice": twice,
    "one member more": lambda raw: raw.replace(b'{"nonce":', b'{"more": 1, "nonce":', 1),
    "half a character": lambda raw: raw.replace(b"Front camera", b"\\ud800"),
    "a line in the name": lambda raw: raw.replace(b"Front camera", b"\\u202e"),
    "other letters": lambda raw: raw.decode().encode("utf-16"),
    "no letters": lambda raw: raw + b"\xff",
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_one_thing_or_none(page: Page, name: str) -> None:
    """Rightly signed by the session's key, and read by nobody in two ways."""
    nonce = page.asked()["nonce"]
    before = page.kept()
    with patch.object(SimulatedEngine, "look", side_effect=AssertionError("looked at")):
        raw = MANIFESTS[name](written(page.told(nonce)))
        found = page.sends(nonce, raw)
    assert (found.status_code, found.json()["code"]) == (422, "message_refused"), found.text
    assert found.json()["about"] == "manifest_malformed"
    assert page.kept() == before


def _webp(count: int) -> bytes:
    pictures = [Image.new("RGB", SIZE, (40 * at, 0, 0)) for at in range(count)]
    file = io.BytesIO()
    pictures[0].save(file, "WEBP", save_all=count > 1, append_images=pictures[1:])
    return file.getvalue()


def _many_scans() -> bytes:
    """Give a small file that makes a decoder pass over its picture thousands of times."""
    file = io.BytesIO()
    Image.new("RGB", SIZE, (90, 90, 90)).save(file, "JPEG", quality=5, progressive=True)
    whole = file.getvalue()
    last = whole[whole.rfind(b"\xff\xda") : -2]
    return whole[:-2] + last * 2_000 + whole[-2:]


PICTURES: dict[str, Callable[[], bytes]] = {
    "a film": lambda: _webp(5),
    "a cut film": lambda: _webp(5)[:-20],
    "cut": lambda: _webp(1)[:-10],
    "cut before its end": lambda: FRAMES[0][:-2],
    "many scans": _many_scans,
    "no picture": lambda: b"\xff\xd8\xff" + bytes(400),
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("name", PICTURES)
def test_one_bad_frame_among_good_ones_is_refused_by_its_header(page: Page, name: str) -> None:
    """Before anything decodes it; the question stays open."""
    nonce = page.asked()["nonce"]
    before = page.kept()
    with patch.object(SimulatedEngine, "look", side_effect=AssertionError("looked at")):
        found = page.sends(nonce, frames=(*FRAMES[:-1], PICTURES[name]()))
    assert (found.status_code, found.json()["about"]) == (422, "frame_unreadable"), found.text
    assert page.kept() == before


@pytest.mark.parametrize("variant", ["", "Full", "full ", "fullcalm", "None", "assisted\x00", "9"])
def test_no_other_variant_is_asked_for(page: Page, variant: str) -> None:
    """And none is begun by a word that nearly is one."""
    call = page.visitor.call
    found = call("POST", "/v1/session/challenges", params={"variant": variant})
    assert (found.status_code, found.json()["code"]) == (422, "request_invalid")


KEYS = {
    "nothing": b'""',
    "zero": b'"' + b"A" * 87 + b'"',
    "one sign less": b'"' + b"A" * 86 + b'"',
    "beside the curve": b'"B' + b"_" * 86 + b'"',
    "long": b'"' + b"A" * 100_000 + b'"',
    "half a character": b'"\\ud800"',
    "null": b"null",
    "a number": b"7",
    "a list": b'["A"]',
    "not a number": b"NaN",
}


@pytest.mark.parametrize("name", KEYS)
def test_no_other_key_is_bound(tmp_path: Path, name: str) -> None:
    """Neither zero, nor a point beside the curve, nor anything that is no text."""
    there = house(tmp_path)
    visitor = there.session(there.open())
    sent = b'{"key": ' + KEYS[name] + b"}"
    found = visitor.call(
        "POST", "/v1/session/keys", content=sent, headers={"Content-Type": "application/json"}
    )
    assert found.status_code in {400, 409, 413, 422}, found.text
    with there.stage.service.store.read() as tx:
        assert tx.registered_key(token_hash(visitor.token)) is None
