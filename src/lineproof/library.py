"""The library's verbs. ``import lineproof`` gives them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from lineproof.domain.finding import Unreadable
from lineproof.flow.verify import PictureRefused, Verification
from lineproof.flow.verify import verify as verify_pictures
from lineproof.packs.refusal import PackRefused
from lineproof.ports import PageRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.finding import FaceFinding, Finding
    from lineproof.domain.policy import Policy
    from lineproof.ports import Site

Picture: TypeAlias = str | Path | bytes
"""A picture file by its path, or its bytes as stored (JPEG, PNG, WebP; HEIC with the extra)."""


def open_site(*, pack: str = "default", setting: str | None = None) -> Site | PackRefused:
    """Open a pack by name for verifying; ``setting`` None is the pack's own default.

    Loading takes a few tenths of a second: keep the site and give it to ``verify``. It may be used
    from several threads at once.
    """
    # Imported late: `import lineproof` alone loads neither OpenCV nor ONNX Runtime.
    from lineproof.wiring import site_for

    return site_for(pack, setting)


def verify(  # noqa: PLR0913 - one keyword for each fact of the request
    *,
    document: Picture | Sequence[Picture],
    live: Sequence[Picture],
    policy: Policy,
    attempt: int = 1,
    chip: Mapping[str, bytes] | None = None,
    today: date | None = None,
    site: Site | None = None,
) -> Verification | PictureRefused | PackRefused:
    """Decide whether the person in the ``live`` pictures is the person on the ``document``.

    ``document`` is a picture of its page, or of both sides; ``chip`` holds the chip's files by
    their usual names, such as ``EF.SOD``; ``today`` is the day on which the document has to be
    valid, this machine's own if None. ``attempt`` counts from 1; on the policy's last one a retry
    becomes a referral. ``site`` None opens the default pack, once for the process.
    A picture that cannot be read is a PictureRefused whose ``frame`` says which, counted over the
    document's pictures and then the live ones. Raises TypeError where ``live`` is one picture and
    not a list of them, ValueError for more than 24 or an ``attempt`` below 1.
    """
    if isinstance(live, str | bytes | Path):
        # A text is a sequence of texts: each letter would be read as a file's name.
        msg = "live is a list of pictures, such as [picture]"
        raise TypeError(msg)
    opened = site or _default_site()
    if isinstance(opened, PackRefused):
        return opened
    stored: list[bytes] = []
    pages = _pages(document)
    for frame, picture in enumerate((*pages, *live)):
        content = _stored(picture)
        if isinstance(content, Unreadable):
            return PictureRefused(frame, content)
        stored.append(content)
    return verify_pictures(
        opened,
        document=stored[: len(pages)],
        chip=_named(chip),
        live=stored[len(pages) :],
        policy=policy,
        attempt=attempt,
        today=today or this_day(),
    )


def read_document(
    document: Picture | Sequence[Picture] = (),
    *,
    chip: Mapping[str, bytes] | None = None,
    today: date | None = None,
    site: Site | None = None,
) -> DocumentFinding | PictureRefused | PackRefused:
    """Read a document: its zone, barcodes and chip, and whether a portrait is there.

    ``document`` is a picture of its page, or several; ``chip`` holds the chip's files by their
    usual names (``EF.SOD``, ``EF.DG1``...); one of the two is enough. ``strength()`` says how
    strongly the finding is proven, ``facts()`` what it says, ``decide_on_document()`` whether rules
    accept it. The portrait itself is not given out. ``today`` and ``site`` are as in ``verify``.
    """
    opened = site or _default_site()
    if isinstance(opened, PackRefused):
        return opened
    stored: list[bytes] = []
    for number, picture in enumerate(_pages(document)):
        content = _stored(picture)
        if isinstance(content, Unreadable):
            return PictureRefused(number, content)
        stored.append(content)
    reading = opened.reader.read(stored, chip=_named(chip), today=today or this_day())
    if isinstance(reading, PageRefused):
        return PictureRefused(reading.page, reading.why)
    return reading.finding


def inspect(
    picture: Picture, *, site: Site | None = None
) -> Finding[FaceFinding] | Unreadable | PackRefused:
    """Look at one picture: how many faces, and each quality component of the one that counts."""
    opened = site or _default_site()
    if isinstance(opened, PackRefused):
        return opened
    content = _stored(picture)
    if isinstance(content, Unreadable):
        return content
    seen = opened.engine.look(content)
    return seen if isinstance(seen, Unreadable) else seen.finding


def this_day() -> date:
    """Give this machine's own date, where a document's validity is meant."""
    return datetime.now().astimezone().date()


@lru_cache(maxsize=1)
def _opened() -> Site | PackRefused:
    return open_site()


def _default_site() -> Site | PackRefused:
    site = _opened()
    if isinstance(site, PackRefused):
        # A refusal is not kept: the pack may be built or installed meanwhile.
        _opened.cache_clear()
    return site


def _pages(document: Picture | Sequence[Picture]) -> list[Picture]:
    return [document] if isinstance(document, str | bytes | Path) else list(document)


def _named(chip: Mapping[str, bytes] | None) -> dict[str, bytes]:
    """Give the chip's files by the names that its reader takes; other files are left out."""
    from lineproof.reading.chip_files import file_name

    named = {file_name(name): content for name, content in (chip or {}).items()}
    return {name: content for name, content in named.items() if name is not None}


def _stored(picture: Picture) -> bytes | Unreadable:
    from lineproof.face.image import DEFAULT_LIMITS, read_file

    return picture if isinstance(picture, bytes) else read_file(Path(picture), DEFAULT_LIMITS)
