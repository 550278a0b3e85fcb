from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.flow.verify import MOST_FRAMES
from tests.web.house import house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.web.house import House, Visitor

FRAME = ("frame", ("frame.jpg", b"live"))
PARTS_BESIDE = 4
"""A manifest, its signature, a film and a platform's statement may come with the frames."""


@pytest.fixture
def visitor(service: House) -> Visitor:
    """Give a subscriber who consented and showed the document."""
    found = service.session(service.open())
    found.consents()
    found.shows()
    return found


def attempts(visitor: Visitor) -> int:
    """Count the attempts of a case."""
    found = visitor.house.system("GET", f"/v1/cases/{visitor.case}").json()
    return int(found["attempts"])


def test_no_picture_touches_a_disk(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 2: however large a picture is, its bytes stay in memory until the decision."""

    def to_disk(*_: Any, **__: Any) -> None:  # noqa: ANN401 - whatever it is called with
        raise AssertionError("a part of an upload was written to the disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", to_disk)
    large = b"live" + b"\0" * (3 * 1024 * 1024)
    found = visitor.call(
        "POST",
        "/v1/session/captures",
        files=[("frame", ("frame.jpg", large))],
        data={"nonce": visitor.nonce()},
    )
    assert found.json()["code"] == "picture_unreadable"


@pytest.mark.parametrize(
    ("files", "data", "error"),
    [
        ([FRAME], {}, {"where": "body.nonce", "what": "missing"}),
        (
            [FRAME, ("other", ("x", b"x"))],
            {"nonce": "n"},
            {"where": "body", "what": "unexpected_part"},
        ),
        ([("nonce", ("x", b"x"))], {}, {"where": "body.nonce", "what": "unexpected_part"}),
    ],
)
def test_an_upload_is_what_the_interface_asks_for(
    visitor: Visitor, files: list[Any], data: dict[str, str], error: dict[str, str]
) -> None:
    """A part that is missing or not known is named, and costs no attempt."""
    found = visitor.call("POST", "/v1/session/captures", files=files, data=data)
    assert (found.status_code, found.json()["code"]) == (422, "request_invalid")
    assert found.json()["errors"] == [error]
    assert attempts(visitor) == 0


def test_pictures_come_as_a_form(visitor: Visitor) -> None:
    """Pictures in JSON or in a plain form are refused by their media type."""
    for more in ({"json": {"nonce": "n"}}, {"data": {"nonce": "n"}}):
        found = visitor.call("POST", "/v1/session/captures", **more)
        assert (found.status_code, found.json()["code"]) == (415, "media_type_not_supported")


def test_more_frames_than_are_compared_are_refused(visitor: Visitor) -> None:
    """A body with too many parts is given up while it is read."""
    found = visitor.call(
        "POST",
        "/v1/session/captures",
        files=[FRAME] * (MOST_FRAMES + PARTS_BESIDE + 1),
        data={"nonce": visitor.nonce()},
    )
    assert (found.status_code, found.json()["code"]) == (400, "malformed")
    assert attempts(visitor) == 0


def test_a_body_that_stops_half_way_is_refused_whole(visitor: Visitor) -> None:
    """What never arrived completely spends no challenge and counts as no attempt."""
    nonce = visitor.nonce()
    half = (
        b'--edge\r\nContent-Disposition: form-data; name="nonce"\r\n\r\n'
        + nonce.encode()
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="frame"; filename="f"\r\n\r\nli'
    )
    found = visitor.call(
        "POST",
        "/v1/session/captures",
        content=half,
        headers={"Content-Type": "multipart/form-data; boundary=edge"},
    )
    assert (found.status_code, found.json()["code"]) == (400, "malformed")
    assert attempts(visitor) == 0
    assert visitor.captures(nonce).json()["outcome"] == "approved"


def test_a_file_that_is_no_chips_is_named_as_such(service: House) -> None:
    """A chip's files are known by their names; another one is a mistake of the reader's app."""
    visitor = service.session(service.open())
    visitor.call("POST", "/v1/session/other-way", json={"route": "chip"})
    for names, what in (
        (["notes.txt"], "chip_file_unknown"),
        (["DG1", "EF.DG1"], "chip_file_twice"),
    ):
        found = visitor.call(
            "POST",
            "/v1/session/chip-proofs",
            files=[("chip", (name, b"P1")) for name in names],
            data={"nonce": visitor.nonce()},
        )
        assert found.json()["errors"] == [{"where": "body.chip", "what": what}]


def test_a_stranger_uploads_nothing(service: House) -> None:
    """Nobody's body is parsed before it is known whose it is."""
    found = service.call("POST", "/v1/session/captures", content=b"no form at all")
    assert (found.status_code, found.json()["code"]) == (401, "credentials_missing")


def test_a_body_larger_than_allowed_is_refused_by_its_head(tmp_path: Path) -> None:
    """A length that is too large is refused before a byte of it is read."""
    service = house(tmp_path, upload_bytes=64 * 1024)
    visitor = service.session(service.open())
    visitor.consents()
    found = visitor.call(
        "POST", "/v1/session/documents", files=[("page", ("page", b"\0" * 65 * 1024))]
    )
    assert (found.status_code, found.json()["code"]) == (413, "body_too_large")


def test_a_body_that_does_not_say_its_length_is_counted(service: House) -> None:
    """Chunks are counted as they arrive."""

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    found = service.system(
        "POST",
        "/v1/cases",
        content=chunks(),
        headers={"Content-Type": "application/json", **service.key()},
    )
    assert (found.status_code, found.json()["code"]) == (413, "body_too_large")
