"""The pictures of a review in the order in which they are looked at, each with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from lineproof.flow.reviewing import Opinion
    from lineproof.web.pages.languages import Language


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, or the place of one that is missing, and what it shows in words."""

    name: str
    words: Markup
    held: bool


def seen(language: Language, opinion: Opinion) -> Sequence[Picture]:
    """Give the portrait, and beside it what the camera saw, in the order in which it was asked."""
    asked = {each.name: f"asked_{each.detail or each.do}" for each in opinion.asked}
    # The portrait first; a picture of no script, or of one with words that are no longer ours, is
    # shown all the same.
    plain = {
        name: "picture_portrait" if name == "portrait" else "picture_live"
        for name in sorted(opinion.pictures, reverse=True)
        if name not in asked
    }
    return [
        Picture(name, language.say(f"review.{key}"), name in opinion.pictures)
        for name, key in (plain | asked).items()
    ]
