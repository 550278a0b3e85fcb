"""Facts of a document: what it says, where each fact came from, and how strongly it is proven.

The words are those of ICAO Doc 9303: part 3 (machine readable zone), part 10 (the chip's files) and
part 11 (passive, active and chip authentication). What a document says of a person's sex is left
in the zone's own line: nothing here needs it (DESIGN promise 7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.holder_details import HolderDetails, told_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lineproof.domain.partial_date import PartialDate


class Strength(IntEnum):
    """How strongly a document is proven, in order; ``strength()`` is the only rule for it."""

    NONE = 0
    """Nothing on it could be checked, or it contradicts itself."""
    WEAK = 1
    """A photograph whose own sums add up. Anybody with a printer can make one."""
    STRONG = 2
    """The issuer's signature covers what the chip says; the chip itself may still be a copy."""
    STRONGEST = 3
    """...and the chip has shown a key that cannot be copied out of it."""

    @property
    def label(self) -> str:
        """Give the stable word for callers, such as ``weak``."""
        return self.name.lower()


class MrzFormat(StrEnum):
    """The five shapes of a machine readable zone (ICAO 9303-4 to 9303-7)."""

    TD1 = "TD1"
    """Three lines of 30: a card."""
    TD2 = "TD2"
    """Two lines of 36: a larger card."""
    TD3 = "TD3"
    """Two lines of 44: a passport."""
    MRV_A = "MRV-A"
    """Two lines of 44: a visa over a whole page."""
    MRV_B = "MRV-B"
    """Two lines of 36: a smaller visa."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDigit:
    """One check digit of a zone (ICAO 9303-3, 4.9): what stands there and what was computed."""

    name: str
    """``document_number``, ``date_of_birth``, ``date_of_expiry``, ``optional_data``,
    ``composite``."""
    given: str = field(repr=False)
    expected: str = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether the two agree."""
        return self.given == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Mrz:
    """A machine readable zone, parsed. Nothing in it is a guess: what was not settled says so."""

    format: MrzFormat
    lines: tuple[Finding[str], ...] = field(repr=False)
    checks: tuple[CheckDigit, ...]
    """Each check digit whose characters are all known, in the order they are printed."""
    fields: Mapping[str, Finding[str]] = field(repr=False)
    """``document_code``, ``issuing_state``, ``surname``, ``given_names``, ``document_number``,
    ``nationality``, ``optional_data``, and on TD1 ``optional_data_2``; fillers taken away."""
    names_truncated: bool
    """Whether the names fill their field, so that more may follow (ICAO 9303-3, 4.7)."""
    date_of_birth: Finding[PartialDate] = field(repr=False)
    date_of_expiry: Finding[PartialDate] = field(repr=False)

    @property
    def proven(self) -> bool:
        """Whether there are check digits, and every one of them is good."""
        return bool(self.checks) and all(check.good for check in self.checks)


class Proof(StrEnum):
    """What a check of the chip showed."""

    PROVEN = "proven"
    FAILED = "failed"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipFinding:
    """What a chip's files proved (ICAO 9303-11)."""

    passive_authentication: Proof
    """The issuer's signature, its chain to a trusted CSCA, and the hash of each group given."""
    active_authentication: Proof
    chip_authentication: Proof
    reasons: tuple[str, ...]
    """Stable codes: why something failed, was not measured, or deserves a look."""
    issuer: str | None
    """The country of the CSCA that the signature leads to, ISO 3166-1 alpha-2 in capitals."""
    groups: tuple[int, ...]
    """The data groups whose hashes are the signed ones. Empty: nothing of a person is proven."""
    mrz: Finding[Mrz] = field(repr=False)
    """Of DG1."""
    details: Finding[HolderDetails] = field(default=Unmeasured("no_dg11"), repr=False)
    """Of DG11."""


class PortraitSource(StrEnum):
    """Where the portrait was taken from."""

    CHIP = "chip"
    """DG2, under the issuer's signature."""
    PAGE = "page"
    """Cut from the photograph of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedField:
    """One field of the zone, looked for in the page's printed text."""

    name: str
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcode:
    """One barcode: its symbology (``PDF417``, ``QRCode``), and what it says where that is known."""

    symbology: str
    standard: str
    """``aamva`` for a driving licence of North America, otherwise ``text``."""
    fields: Mapping[str, str] = field(repr=False)
    """For ``aamva``: ``surname``, ``given_names``, ``document_number``, ``date_of_birth``,
    ``date_of_expiry``, ``date_of_issue`` (ISO 8601), ``issuer``, ``country``, those that are there;
    for ``text``: ``text``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalNumber:
    """A person's national number and what its own structure says."""

    country: str
    """ISO 3166-1 alpha-2."""
    number: str = field(repr=False)
    good: bool
    """Whether its check digits and structure hold."""
    date_of_birth: Finding[date] = field(repr=False)
    region: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One sign of recapture or tampering: ``value`` in its own unit, against ``limit``."""

    value: float
    limit: float

    @property
    def suspicious(self) -> bool:
        """Whether a person should look. A signal never refuses by itself."""
        return self.value > self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFinding:
    """Everything that was read of one document. It holds no picture and nothing of a face."""

    mrz: Finding[Mrz]
    chip: Finding[ChipFinding]
    printed: Finding[tuple[PrintedField, ...]]
    barcodes: tuple[Barcode, ...]
    national_numbers: tuple[NationalNumber, ...]
    signals: Mapping[str, Finding[Signal]]
    portrait: Finding[PortraitSource]


class Source(StrEnum):
    """Where a fact came from."""

    CHIP = "chip"
    MRZ = "mrz"
    BARCODE = "barcode"
    NATIONAL_NUMBER = "national_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a document says, where it says so, and how strongly that is proven."""

    name: str
    value: str = field(repr=False)
    source: Source
    strength: Strength


def unread(why: str) -> DocumentFinding:
    """Give the finding of a document of which nothing could be read."""
    nothing = Unmeasured(why)
    return DocumentFinding(
        mrz=nothing,
        chip=nothing,
        printed=nothing,
        barcodes=(),
        national_numbers=(),
        signals={},
        portrait=nothing,
    )


IDENTITY = 1
"""The data group that names the person (DG1)."""

DETAILS = 11
"""The data group with further details of the person (DG11)."""

PORTRAIT = 2
"""The data group that holds the portrait (DG2)."""


def strength(document: DocumentFinding) -> Strength:
    """Say how strongly a document is proven: the one rule, strongest first.

    1. What contradicts itself is proven by nothing: a failed chip, or sources that disagree.
    2. The issuer's signature over DG1 is strong, and strongest where the chip has shown its key.
    3. Without a chip, sums that add up are weak: a zone, a barcode or a national number.
    """
    chip = document.chip.value if isinstance(document.chip, Measured) else None
    if (chip is not None and failed(chip)) or disagreements(document):
        return Strength.NONE
    if chip is not None and proven(chip, IDENTITY):
        keys = (chip.active_authentication, chip.chip_authentication)
        return Strength.STRONGEST if Proof.PROVEN in keys else Strength.STRONG
    zone = isinstance(document.mrz, Measured) and document.mrz.value.proven
    licence = any(barcode.standard == "aamva" for barcode in document.barcodes)
    number = any(number.good for number in document.national_numbers)
    return Strength.WEAK if zone or licence or number else Strength.NONE


def proven(chip: ChipFinding, group: int) -> bool:
    """Whether the issuer's signature covers this data group as it was given."""
    return chip.passive_authentication is Proof.PROVEN and group in chip.groups


def failed(chip: ChipFinding) -> bool:
    """Whether any check of the chip came out wrong."""
    checks = (chip.passive_authentication, chip.active_authentication, chip.chip_authentication)
    return Proof.FAILED in checks


def facts(document: DocumentFinding) -> tuple[Fact, ...]:
    """Give every fact with its source and strength, the strongest source of each first."""
    whole = strength(document)
    told = [
        Fact(name=name, value=value, source=source, strength=min(whole, proof))
        for source, proof, said in _sources(document)
        for name, value in said.items()
    ]
    # Stable: among equals the order of the sources holds.
    return tuple(sorted(told, key=lambda fact: -fact.strength))


def _sources(document: DocumentFinding) -> list[tuple[Source, Strength, dict[str, str]]]:
    """Give each source that says something, the most it can prove, and what it says."""
    found: list[tuple[Source, Strength, dict[str, str]]] = []
    if isinstance(document.chip, Measured):
        found.extend(_said_by_chip(document.chip.value))
    if isinstance(document.mrz, Measured):
        most = Strength.WEAK if document.mrz.value.proven else Strength.NONE
        found.append((Source.MRZ, most, said(document.mrz.value)))
    licences = [barcode for barcode in document.barcodes if barcode.standard == "aamva"]
    found.extend((Source.BARCODE, Strength.WEAK, dict(each.fields)) for each in licences)
    for number in document.national_numbers:
        most = Strength.WEAK if number.good else Strength.NONE
        found.append((Source.NATIONAL_NUMBER, most, _said_by_number(number)))
    return found


def _said_by_chip(chip: ChipFinding) -> list[tuple[Source, Strength, dict[str, str]]]:
    """Give what DG11 and DG1 say; DG11 first, which writes the year of birth out."""
    told: dict[int, dict[str, str]] = {}
    if isinstance(chip.details, Measured):
        told[DETAILS] = told_by(chip.details.value)
    if isinstance(chip.mrz, Measured):
        told[IDENTITY] = said(chip.mrz.value)
    return [
        (Source.CHIP, Strength.STRONGEST if proven(chip, group) else Strength.NONE, words)
        for group, words in told.items()
    ]


def said(mrz: Mrz) -> dict[str, str]:
    """Give what a zone says in words and ISO 8601 dates, leaving out what was not settled."""
    told = {
        name: value.value
        for name, value in mrz.fields.items()
        if isinstance(value, Measured) and value.value
    }
    dates = {"date_of_birth": mrz.date_of_birth, "date_of_expiry": mrz.date_of_expiry}
    return told | {
        name: str(value.value) for name, value in dates.items() if isinstance(value, Measured)
    }


def _said_by_number(number: NationalNumber) -> dict[str, str]:
    born, told = number.date_of_birth, {"national_number": number.number}
    told |= {"date_of_birth": born.value.isoformat()} if isinstance(born, Measured) else {}
    return told | ({"region": number.region} if number.region else {})


EVERYWHERE = ("document_number", "date_of_birth", "date_of_expiry")
"""What is the same wherever one document says it."""

IN_BOTH_ZONES = (*EVERYWHERE, "issuing_state", "nationality", "surname", "given_names")
"""What is the same in the chip's zone and in the printed one, which are the same characters."""


def disagreements(document: DocumentFinding) -> tuple[str, ...]:
    """Name the facts that two sources tell differently; empty where all agree.

    A page that was photographed and a chip that was read must be of one document, and so must the
    two sides of a card.
    """
    told = [(source, said) for source, _, said in _sources(document)]
    zones = [said for source, said in told if source in {Source.CHIP, Source.MRZ}]
    differing = {name for name in IN_BOTH_ZONES if _differs(name, zones)}
    differing |= {name for name in EVERYWHERE if _differs(name, [said for _, said in told])}
    return tuple(name for name in IN_BOTH_ZONES if name in differing)


def _differs(name: str, sources: list[dict[str, str]]) -> bool:
    """Whether two sources tell a fact differently; an unknown day or month contradicts nothing.

    Of a year only the two digits are compared that a zone has: its century is a rule's.
    """
    values = {said[name] for said in sources if name in said}
    if name.startswith("date_of_"):
        values = {value[2:] for value in values if "X" not in value}
    return len(values) > 1


def best(document: DocumentFinding, name: str) -> str | None:
    """Give the most strongly proven value of a fact, or None where nothing tells it."""
    return next((fact.value for fact in facts(document) if fact.name == name), None)
