"""A reader that reads nothing: for comparing two pictures without asking what the document says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.document import unread
from lineproof.ports import DocumentReading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class UnreadDocuments:
    """Leaves every fact of a document Unmeasured, so a policy that needs one goes to a person."""

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading:
        """Read nothing."""
        del pages, chip, today, challenge
        return DocumentReading(finding=unread("document_not_read"), portrait=None)
