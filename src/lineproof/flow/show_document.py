"""Showing the document of a case: read, and laid on the desk for minutes, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.flow.capturable import may_show, person_of
from lineproof.flow.moving import SUBSCRIBER, logged
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused
from lineproof.flow.verify import PictureRefused, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lineproof.domain.document import DocumentFinding
    from lineproof.ports import Service


def show_document(
    service: Service,
    case_id: str,
    pages: Sequence[bytes],
    *,
    chip: Mapping[str, bytes],
    now: datetime,
) -> DocumentFinding | Refused:
    """Read the document of a case and lay it on the desk, in memory, for the capture.

    What stays in the case is the keyed hash of issuer, type and number, where they are certain.
    """
    with service.store.read() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := may_show(tx, case, now):
            return refused
    shown = show(service.site, pages, chip=chip, today=now.date())
    if isinstance(shown, PictureRefused):
        about = f"{shown.why.code}.{shown.frame}"
        return Refused(RefusalCode.DOCUMENT_UNREADABLE, shown.why.sentence, about=about)
    person = person_of(shown.finding, service.hasher)
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := may_show(tx, case, now):
            return refused
        case = tx.change_case(replace(case, person=person))
        logged(tx, case, "document_shown", actor=SUBSCRIBER, now=now)
        # While the case is ours: whoever withdraws it comes before, and is heard, or clears it.
        service.desk.put(case_id, shown, now=now)
    return shown.finding
