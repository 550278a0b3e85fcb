"""What a document's facts forbid, and what in them a person has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.document import Strength, best, disagreements, failed, strength
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.partial_date import PartialDate
from lineproof.domain.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from datetime import date

    from lineproof.domain.document import ChipFinding, DocumentFinding, Mrz

ANY_TYPE = ("",)
"""Accepts every document: each code begins with nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRules:
    """What a regime demands of the document. No field has a default: forgetting one is an error.

    ``least_strength`` is how strongly it must be proven; ``accepted_types`` the beginnings of the
    document codes that count (ICAO 9303-3, 5: ``P``, ``I``, ``A``, ``C``, ``V``...), or ANY_TYPE;
    ``least_age`` in whole years, 0 for none; ``validity_required`` says whether a document whose
    expiry nobody could read goes to a person. One that is known to have expired is always refused.
    """

    least_strength: Strength
    accepted_types: tuple[str, ...]
    least_age: int
    validity_required: bool

    def __post_init__(self) -> None:
        """Refuse rules that accept nothing, and an age that nobody reaches."""
        if not self.accepted_types:
            raise ValueError("accepted_types names at least one type; ANY_TYPE accepts every one")
        if not 0 <= self.least_age <= 120:  # noqa: PLR2004 - nobody is older
            msg = f"least_age is 0 to 120 years, not {self.least_age}"
            raise ValueError(msg)


def forbidden(
    document: DocumentFinding, rules: DocumentRules, *, today: date
) -> tuple[Reason, ...]:
    """Give the facts that forbid using this document today, whoever shows it.

    Where the month or the day is not known, only what is certain forbids; doubts() has the rest.
    """
    expiry, issue = _date(document, "date_of_expiry"), _date(document, "date_of_issue")
    born, kind = _date(document, "date_of_birth"), best(document, "document_code")
    found = {
        ReasonCode.DOCUMENT_EXPIRED: expiry is not None and expiry.latest < today,
        ReasonCode.DOCUMENT_NOT_YET_VALID: issue is not None and issue.earliest > today,
        ReasonCode.UNDER_AGE: (
            born is not None and not _reached(born.earliest, rules.least_age, today)
        ),
        ReasonCode.DOCUMENT_TYPE_NOT_ACCEPTED: (
            kind is not None and not kind.startswith(rules.accepted_types)
        ),
    }
    return tuple(Reason(code) for code, holds in found.items() if holds)


def doubts(document: DocumentFinding, rules: DocumentRules, *, today: date) -> tuple[Reason, ...]:
    """Give everything about the document that a person has to look at, the gravest first."""
    reasons = [
        *_of_chip(document),
        *(Reason(ReasonCode.DOCUMENT_DISAGREES, name) for name in disagreements(document)),
        *_of_page(document),
        *(
            Reason(ReasonCode.DOCUMENT_SIGNAL, name)
            for name, signal in document.signals.items()
            if isinstance(signal, Measured) and signal.value.suspicious
        ),
        *(
            Reason(ReasonCode.DOCUMENT_FACT_UNMEASURED, n)
            for n in _not_certain(document, rules, today)
        ),
    ]
    if strength(document) < rules.least_strength:
        reasons.append(Reason(ReasonCode.DOCUMENT_TOO_WEAK, rules.least_strength.label))
    return tuple(reasons)


def _of_chip(document: DocumentFinding) -> list[Reason]:
    if not isinstance(document.chip, Measured) or not failed(document.chip.value):
        return []
    chip: ChipFinding = document.chip.value
    return [Reason(ReasonCode.CHIP_FAILED, why) for why in chip.reasons or ("no_reason_given",)]


def _of_page(document: DocumentFinding) -> list[Reason]:
    reasons = []
    if isinstance(document.mrz, Measured):
        mrz: Mrz = document.mrz.value
        reasons += [
            Reason(ReasonCode.CHECK_DIGIT_WRONG, check.name)
            for check in mrz.checks
            if not check.good
        ]
    if isinstance(document.printed, Measured):
        reasons += [
            Reason(ReasonCode.PRINTED_FIELD_DISAGREES, printed.name)
            for printed in document.printed.value
            if not printed.agrees
        ]
    wrong = [number for number in document.national_numbers if not number.good]
    return reasons + [Reason(ReasonCode.NATIONAL_NUMBER_WRONG, each.country) for each in wrong]


def _not_certain(document: DocumentFinding, rules: DocumentRules, today: date) -> list[str]:
    """Name the facts that the rules need and the document does not tell, or not well enough."""
    expiry, born = _date(document, "date_of_expiry"), _date(document, "date_of_birth")
    expiry_open = rules.validity_required if expiry is None else expiry.earliest < today
    expiry_open |= expiry is None and _without_end(document)
    age_open = born is None or not _reached(born.latest, rules.least_age, today)
    kind_open = best(document, "document_code") is None and "" not in rules.accepted_types
    unsure = {
        "date_of_expiry": expiry_open,
        "date_of_birth": age_open and rules.least_age > 0,
        "document_code": kind_open,
    }
    return [name for name, holds in unsure.items() if holds]


def guardianship(document: DocumentFinding, years: int, *, today: date) -> tuple[Reason, ...]:
    """Say whether a guardian has to take part because the person is younger than ``years``."""
    born = _date(document, "date_of_birth")
    if years == 0 or (born is not None and _reached(born.latest, years, today)):
        return ()
    if born is None:
        return (Reason(ReasonCode.DOCUMENT_FACT_UNMEASURED, "date_of_birth"),)
    return (Reason(ReasonCode.GUARDIAN_NEEDED),)


def _without_end(document: DocumentFinding) -> bool:
    """Whether a zone's expiry may be 9999, for ever, or 1999: a person has to look which."""
    zones = [document.mrz]
    if isinstance(document.chip, Measured):
        zones.append(document.chip.value.mrz)
    unclear = Unmeasured("mrz_without_end")
    return any(isinstance(z, Measured) and z.value.date_of_expiry == unclear for z in zones)


@dataclass(frozen=True, slots=True)
class _Days:
    """The first and the last day a date can be."""

    earliest: date
    latest: date


def _date(document: DocumentFinding, name: str) -> _Days | None:
    """Give the most strongly proven date of that name; None where nothing tells its year."""
    told = best(document, name)
    days = PartialDate.read(told) if told is not None else None
    if days is None or days.earliest is None or days.latest is None:
        return None
    return _Days(days.earliest, days.latest)


def _reached(born: date, years: int, today: date) -> bool:
    """Whether somebody has reached an age; who was born on 29 February does so on 1 March."""
    return (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) >= years
