"""What a type checker promises to callers of the library; mypy reads this file in `make check`."""

from __future__ import annotations

import dataclasses
from typing import assert_type

import pytest

import lineproof
from lineproof import (
    FaceFinding,
    FmrBand,
    Measured,
    Outcome,
    PackRefused,
    PictureRefused,
    Reason,
    Site,
    Unmeasured,
    Unreadable,
    Verification,
)
from tests.samples import document, engine, photograph


def verify() -> Verification | PictureRefused | PackRefused:
    """Call the library as its first lines of documentation do."""
    return lineproof.verify(
        document=document(), live=[photograph("obama2.jpg")], policy=lineproof.two_pictures()
    )


def test_a_verification_is_typed_and_frozen() -> None:
    """Every answer has a type, and none can be changed afterwards."""
    engine()
    result = verify()
    assert_type(result, Verification | PictureRefused | PackRefused)
    assert isinstance(result, Verification)
    assert_type(result.outcome, Outcome)
    assert_type(result.reasons, tuple[Reason, ...])
    assert_type(result.evidence.comparison, Measured[FmrBand] | Unmeasured)
    assert result.outcome in {Outcome.APPROVE, Outcome.REFER}
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.decision = None  # type: ignore[misc,assignment]


def test_refusals_are_values() -> None:
    """A picture that cannot be read and a pack that is not there are answers, not exceptions."""
    engine()
    unreadable = lineproof.verify(document=b"junk", live=[b"junk"], policy=lineproof.two_pictures())
    assert isinstance(unreadable, PictureRefused)
    assert_type(unreadable.why, Unreadable)
    assert (unreadable.frame, unreadable.why.code) == (0, "image_not_an_image")
    site = lineproof.open_site(pack="no-such-pack")
    assert_type(site, Site | PackRefused)
    assert isinstance(site, PackRefused)


def test_an_inspection_is_typed() -> None:
    """Looking at one picture gives the finding of its face, or why there is none."""
    engine()
    found = lineproof.inspect(photograph("obama2.jpg"))
    assert_type(found, Measured[FaceFinding] | Unmeasured | Unreadable | PackRefused)
    assert isinstance(found, Measured)
    assert found.value.faces == 1


def test_everything_named_is_there() -> None:
    """The list of names is true."""
    assert all(hasattr(lineproof, name) for name in lineproof.__all__)
