"""The demonstration: sample photographs, a specimen document, a right person and a wrong one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from lineproof.domain.document import MrzFormat
from lineproof.domain.policy import two_pictures
from lineproof.flow.verify import PictureRefused, Verification, verify
from lineproof.library import this_day
from lineproof.packs.build.clients import find_tools
from lineproof.packs.build.lock import Archive, Lock, Member
from lineproof.packs.build.obtain import fetch_sources
from lineproof.specimen import specimen_document
from lineproof.specimen_zone import Holder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lineproof.ports import Site

_FOLDER = "face_recognition-1.3.0/tests/test_images"

SAMPLES = Archive(
    client="pip",
    package="face_recognition",
    version="1.3.0",
    algorithm="sha256",
    digest=bytes.fromhex("5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"),
    members=(
        Member(
            "obama.jpg",
            f"{_FOLDER}/obama.jpg",
            279922,
            "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
        ),
        Member(
            "obama2.jpg",
            f"{_FOLDER}/obama2.jpg",
            184455,
            "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
        ),
        Member(
            "biden.jpg",
            f"{_FOLDER}/biden.jpg",
            353723,
            "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
        ),
    ),
)
"""Official portraits in the public domain, from the source distribution of a PyPI package."""

HEAD = (0.22, 0.0, 0.78, 0.62)
"""Left, top, right, bottom of the head and shoulders in obama.jpg, as shares of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The demonstration's pictures on the disk."""

    document: Path
    right: Path
    wrong: Path


def sample_photographs(
    cache: Path, progress: Callable[[str, int, int | None], None]
) -> Mapping[str, bytes]:
    """Give the sample photographs by name, from ``cache`` or by package name, checked by hash.

    Raises BuildFault with a sentence that says what is missing and what to do.
    """
    lock = Lock(archives=(SAMPLES,), outputs={})
    return fetch_sources(lock, cache=cache, tools=find_tools(), progress=progress)


def write_files(photographs: Mapping[str, bytes], folder: Path) -> Files:
    """Write the document page, the right person's picture and the wrong one's into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    files = Files(
        document=folder / "document.jpg",
        right=folder / "right-person.jpg",
        wrong=folder / "wrong-person.jpg",
    )
    files.document.write_bytes(document_of(photographs["obama.jpg"]))
    files.right.write_bytes(photographs["obama2.jpg"])
    files.wrong.write_bytes(photographs["biden.jpg"])
    return files


def document_of(photograph: bytes) -> bytes:
    """Draw a specimen passport page round the head in a photograph; give it as JPEG."""
    picture = np.asarray(Image.open(io.BytesIO(photograph)).convert("RGB"))
    height, width = picture.shape[:2]
    left, top, right, bottom = HEAD
    head = picture[
        round(top * height) : round(bottom * height), round(left * width) : round(right * width)
    ]
    stored = io.BytesIO()
    (page,) = specimen_document(MrzFormat.TD3, Holder(), np.ascontiguousarray(head))
    page.save(stored, format="JPEG", quality=90)
    return stored.getvalue()


def try_both(site: Site, files: Files) -> tuple[Verification, Verification]:
    """Verify the right person and the wrong one against the document."""
    return _verify(site, files.document, files.right), _verify(site, files.document, files.wrong)


def _verify(site: Site, document: Path, live: Path) -> Verification:
    found = verify(
        site,
        document=[document.read_bytes()],
        chip={},
        live=[live.read_bytes()],
        policy=two_pictures(),
        attempt=1,
        today=this_day(),
    )
    if isinstance(found, PictureRefused):
        msg = f"the demonstration's own picture was refused: {found.why.sentence}"
        raise RuntimeError(msg)  # noqa: TRY004 - a fault of ours, not of a type
    return found
