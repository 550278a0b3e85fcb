"""Verify one person against one document.

The whole of it, in order:

1. read the document: its facts, how strongly they are proven, its portrait
2. look at the portrait: the chip's, else the one cut from the page, else the whole picture
3. look at each live frame
4. keep the frames that the policy finds good enough
5. compare one to one, if there is something to compare
6. gather the Evidence
7. decide, once
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.evidence import Evidence
from lineproof.domain.finding import Unmeasured, Unreadable
from lineproof.domain.platform_word import NO_WORD
from lineproof.domain.policy import decide, shortfalls
from lineproof.ports import PageRefused, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from lineproof.domain.finding import Finding, FmrBand
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.domain.policy import Decision, Outcome, Policy, Reason
    from lineproof.ports import Look, Site, Versions

MOST_FRAMES = 24
"""Live frames of one verification. Each is held in memory until the decision, and more of them
hardly sharpen a mean."""


ENOUGH_COMPARED = 6
"""Of a script's frames that may be compared with the document. Each costs as much as the first, and
that all the others are of the same person is a check of its own (liveness)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found, what was decided, and what it was made with."""

    evidence: Evidence
    decision: Decision
    versions: Versions

    @property
    def outcome(self) -> Outcome:
        """Approve, retry, refer or refuse."""
        return self.decision.outcome

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason for the outcome."""
        return self.decision.reasons


@dataclass(frozen=True, slots=True)
class PictureRefused:
    """Picture number ``frame`` is unusable: counted over the document's pictures, then the live.

    With one picture of the document, 0 is the document and 1 the first live frame.
    """

    frame: int
    why: Unreadable


def verify(  # noqa: PLR0913 - one keyword for each fact of the request, none with a default
    site: Site,
    *,
    document: Sequence[bytes],
    chip: Mapping[str, bytes],
    live: Sequence[bytes],
    policy: Policy,
    attempt: int,
    today: date,
) -> Verification | PictureRefused:
    """Decide whether the person in the ``live`` frames is the person on the ``document``.

    Pictures are stored files (JPEG, PNG, WebP): the document's pages, one or more, and the live
    frames; ``chip`` holds the chip's files by name, empty where none was read; ``attempt`` counts
    from 1; ``today`` is the day on which the document has to be valid. A picture that cannot be
    read is a PictureRefused; everything else, a missing face included, is evidence.
    Raises ValueError for no page, more than MOST_FRAMES live frames, or an ``attempt`` below 1.
    """
    _check(document, live, attempt)
    # 1. The document.
    shown = show(site, document, chip=chip, today=today)
    if isinstance(shown, PictureRefused):
        return shown
    # 2. to 6. Everything a decision may look at.
    evidence = gather(
        site,
        shown,
        live,
        told=None,
        assisted_by=None,
        policy=policy,
        attempt=attempt,
        today=today,
    )
    if isinstance(evidence, PictureRefused):
        return evidence
    # 7. Once.
    decision = decide(evidence, policy)
    return Verification(evidence=evidence, decision=decision, versions=site.engine.versions)


def show(
    site: Site, pages: Sequence[bytes], *, chip: Mapping[str, bytes], today: date
) -> Shown | PictureRefused:
    """Read a document; a picture without a zone or a chip is a weak document, not a refusal."""
    reading = site.reader.read(pages, chip=chip, today=today)
    if isinstance(reading, PageRefused):
        return PictureRefused(reading.page, reading.why)
    portrait = pages[0] if reading.portrait is None else reading.portrait
    return Shown(
        finding=reading.finding,
        portrait=portrait,
        pages=len(pages),
        digests=frozenset(_digest(picture) for picture in (portrait, *pages)),
    )


def gather(  # noqa: PLR0913 - one keyword for each fact of the request, none with a default
    site: Site,
    shown: Shown,
    live: Sequence[bytes],
    *,
    told: LiveCapture | None,
    assisted_by: str | None,
    policy: Policy,
    attempt: int,
    today: date,
) -> Evidence | PictureRefused:
    """Look at the portrait and the live frames, compare one to one, and give the Evidence.

    ``told`` is what a signed message told of the frames, None where no script was asked for.
    """
    # 2. The portrait, and 3. each live frame.
    looks: list[Look] = []
    for number, picture in enumerate((shown.portrait, *live)):
        look = site.engine.look(picture, whole=told is not None and number > 0)
        if isinstance(look, Unreadable):
            return PictureRefused(number + shown.pages - 1 if number else 0, look)
        looks.append(look)
    reference, *probes = looks

    # 4. Only what the policy finds good enough may be compared.
    usable = [look for look in probes if not shortfalls(look.finding, policy.required_of_live)]
    fit = usable and not shortfalls(reference.finding, policy.required_of_document)

    # 5. One to one. A file that is its own live picture shows nothing of who is there.
    comparison: Finding[FmrBand] = Unmeasured("no_usable_picture")
    if shown.digests & {_digest(picture) for picture in live}:
        comparison = Unmeasured("same_picture")
    elif fit:
        probes_compared = usable if told is None else _spread(usable)
        comparison = site.engine.compare(reference=reference, probes=probes_compared)
    liveness: Finding[LivenessBand] = Unmeasured("no_liveness_check")
    if told is not None:
        liveness = site.engine.live(probes, capture=told)

    # 6. Everything a decision may look at.
    return Evidence(
        document=shown.finding,
        today=today,
        reference=reference.finding,
        probes=tuple(look.finding for look in probes),
        comparison=comparison,
        liveness=liveness,
        platform=NO_WORD if told is None else told.platform,
        assisted_by=assisted_by,
        attempt=attempt,
    )


def _spread(looks: Sequence[Look]) -> list[Look]:
    """Give ``ENOUGH_COMPARED`` of the frames of a script at most, from its start to its end."""
    if len(looks) <= ENOUGH_COMPARED:
        return list(looks)
    last = len(looks) - 1
    return [looks[round(at * last / (ENOUGH_COMPARED - 1))] for at in range(ENOUGH_COMPARED)]


def _digest(picture: bytes) -> bytes:
    return hashlib.sha256(picture).digest()


def _check(document: Sequence[bytes], live: Sequence[bytes], attempt: int) -> None:
    """Raise for what only a mistake in the calling code can ask for."""
    if not document:
        raise ValueError("a verification needs a picture of the document")
    if len(live) > MOST_FRAMES:
        msg = f"at most {MOST_FRAMES} live pictures are compared, not {len(live)}"
        raise ValueError(msg)
    if attempt < 1:
        msg = f"attempt counts from 1, not {attempt}"
        raise ValueError(msg)
