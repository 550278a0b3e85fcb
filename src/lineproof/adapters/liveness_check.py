"""Whether a living person was there: the checks, the texture networks and the tables of rates.

The tables that ship with the product are of simulated captures, and every band says so. They hold
for one pack in one setting with one texture pack; with anything else nothing is known.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from lineproof.adapters.film_sheet import film_of
from lineproof.domain.finding import Unmeasured
from lineproof.face.liveness.captured import asked
from lineproof.face.liveness.checks import VERSION, measure
from lineproof.face.liveness.fusion import fuse
from lineproof.face.liveness.table_file import Bound, TableFile, read_tables, table_for, written
from lineproof.face.liveness.texture import frame_score

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lineproof.adapters.texture_check import TextureCheck
    from lineproof.domain.finding import Finding
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.face.liveness.captured import CapturedFrame
    from lineproof.face.view import Detection
    from lineproof.ports import Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessCheck:
    """All checks of a capture and the tables that say how often they err.

    ``texture`` None leaves that check out, and the rates are then of a table without it, if any.
    """

    texture: TextureCheck | None
    tables: TableFile

    @property
    def name(self) -> str:
        """Name the tables: whose captures were counted, and which tables these are.

        Of an operator's own file nobody knows but the operator what was counted: so each decision
        says by which it was made.
        """
        (basis,) = {table.basis for table in self.tables.tables.values()}
        return f"{basis} {hashlib.sha256(written(self.tables)).hexdigest()[:12]}"

    def band(  # noqa: PLR0913 - one keyword for each thing that is known of a capture
        self,
        frames: Sequence[CapturedFrame],
        found: Sequence[Detection],
        *,
        faceless: int,
        scores: Sequence[float],
        capture: LiveCapture,
        versions: Versions,
    ) -> Finding[LivenessBand]:
        """Put together what the frames with a face show of life.

        ``found`` is the face of each, ``faceless`` counts the frames without one, and ``scores``
        compare each frame after the first with it. Unmeasured where no table is of ``versions``.
        """
        variant = capture.script.variant
        table = table_for(self.tables, variant, bound=bound_to(versions, self.texture))
        if isinstance(table, Unmeasured):
            return table
        findings = measure(
            frames,
            asked(capture.script),
            faceless=faceless,
            scores=scores,
            texture=self._texture_of(frames, found),
            film=None if capture.film is None else film_of(capture.film),
            device=capture.camera,
        )
        return fuse(findings, table.value)

    def _texture_of(
        self, frames: Sequence[CapturedFrame], found: Sequence[Detection]
    ) -> list[Finding[float]]:
        if self.texture is None:
            return [Unmeasured("texture_no_network")] * len(frames)
        networks = self.texture.networks
        return [
            frame_score(frame.pixels, face, networks)
            for frame, face in zip(frames, found, strict=True)
        ]


def bound_to(versions: Versions, texture: TextureCheck | None) -> Bound:
    """Give what a table must have been counted with to hold here."""
    return Bound(
        checks=VERSION,
        pipeline=versions.pipeline,
        pack=versions.pack,
        pack_version=versions.pack_version,
        setting=versions.setting,
        texture=None if texture is None else texture.pack,
    )


MOST_TABLE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class TableRefused:
    """A file of tables that cannot be used: ``code`` for programs, ``sentence`` for people."""

    code: str
    sentence: str


def simulated_tables() -> TableFile:
    """Give the tables that ship with the product; raises ValueError where the file is spoilt."""
    return read_tables((files("lineproof.face.liveness") / "simulated.json").read_bytes())


def tables_of(file: Path) -> TableFile | TableRefused:
    """Read tables that an operator counted."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_TABLE_BYTES + 1)
    except OSError as error:
        sentence = f"{file} cannot be read: {error.strerror}. Name another liveness_table."
        return TableRefused("liveness_table_not_readable", sentence)
    if len(content) > MOST_TABLE_BYTES:
        sentence = f"{file} is no file of liveness tables: it is larger than a megabyte."
        return TableRefused("liveness_table_invalid", sentence)
    try:
        return read_tables(content)
    except ValueError as error:
        shown = "".join(c if c.isprintable() else " " for c in str(error))[:300]
        sentence = f"{file} is no file of liveness tables: {shown}. docs/liveness.md has its form."
        return TableRefused("liveness_table_invalid", sentence)
