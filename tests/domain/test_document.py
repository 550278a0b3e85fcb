from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.document import (
    Barcode,
    CheckDigit,
    ChipFinding,
    DocumentFinding,
    Mrz,
    MrzFormat,
    NationalNumber,
    Proof,
    Source,
    Strength,
    best,
    disagreements,
    facts,
    strength,
    unread,
)
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.partial_date import PartialDate

BORN = PartialDate(year=1974, month=8, day=12)
NOTHING = unread("nothing_given")


def zone(*, number: str = "L898902C3", good: bool = True, born: PartialDate = BORN) -> Mrz:
    """Give a parsed zone of one document."""
    fields = {"document_code": "P", "document_number": number, "surname": "SPECIMEN"}
    check = CheckDigit(name="document_number", given="6", expected="6" if good else "5")
    return Mrz(
        format=MrzFormat.TD3,
        lines=(),
        checks=(check,),
        fields={name: Measured(value) for name, value in fields.items()},
        names_truncated=False,
        date_of_birth=Measured(born),
        date_of_expiry=Measured(PartialDate(year=2032, month=4, day=15)),
    )


def chip(
    *,
    passive: Proof = Proof.PROVEN,
    active: Proof = Proof.UNMEASURED,
    groups: tuple[int, ...] = (1, 2),
    mrz: Finding[Mrz] | None = None,
) -> ChipFinding:
    """Give what a chip proved."""
    return ChipFinding(
        passive_authentication=passive,
        active_authentication=active,
        chip_authentication=Proof.UNMEASURED,
        reasons=(),
        issuer="UT",
        groups=groups,
        mrz=Measured(zone()) if mrz is None else mrz,
    )


def document(*, of: ChipFinding | None = None, page: Mrz | None = None) -> DocumentFinding:
    """Give a document with a chip, a page, both or neither."""
    return replace(
        NOTHING,
        chip=Unmeasured("no_chip_read") if of is None else Measured(of),
        mrz=Unmeasured("no_mrz") if page is None else Measured(page),
    )


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (NOTHING, Strength.NONE),
        (document(page=zone()), Strength.WEAK),
        (document(page=zone(good=False)), Strength.NONE),
        (document(of=chip()), Strength.STRONG),
        (document(of=chip(), page=zone()), Strength.STRONG),
        (document(of=chip(active=Proof.PROVEN), page=zone()), Strength.STRONGEST),
        # A signature over nothing that was given proves nothing of a person.
        (document(of=chip(groups=())), Strength.NONE),
        (document(of=chip(groups=(2,)), page=zone()), Strength.WEAK),
        (document(of=chip(passive=Proof.UNMEASURED), page=zone()), Strength.WEAK),
        # What contradicts itself is proven by nothing.
        (document(of=chip(passive=Proof.FAILED), page=zone()), Strength.NONE),
        (document(of=chip(active=Proof.FAILED), page=zone()), Strength.NONE),
        (document(of=chip(), page=zone(number="X1")), Strength.NONE),
    ],
)
def test_the_rule_of_strength(read: DocumentFinding, expected: Strength) -> None:
    """Each case of the one rule, with the ways a weak document could pass for a strong one."""
    assert strength(read) is expected


def test_strength_is_ordered() -> None:
    """A policy can ask for at least so much."""
    assert all(weaker < stronger for weaker, stronger in pairwise(Strength))


@given(
    proofs=st.tuples(*[st.sampled_from(Proof)] * 3),
    groups=st.sampled_from([(), (1,), (2,), (1, 2)]),
    other=st.booleans(),
)
def test_nothing_is_strong_without_the_signature_over_the_person(
    proofs: tuple[Proof, Proof, Proof], groups: tuple[int, ...], *, other: bool
) -> None:
    """No active or chip authentication, and no page, lifts what passive authentication did not."""
    passive, active, agreement = proofs
    read = chip(passive=passive, active=active, groups=groups)
    read = replace(read, chip_authentication=agreement)
    found = strength(document(of=read, page=zone(number="OTHER" if other else "L898902C3")))
    if found >= Strength.STRONG:
        assert passive is Proof.PROVEN
        assert 1 in groups
        assert not other
        assert Proof.FAILED not in proofs


def test_two_documents_are_told_apart() -> None:
    """A chip of another document, and the other side of another card, are named by the fact."""
    assert disagreements(document(of=chip(), page=zone())) == ()
    assert disagreements(document(of=chip(), page=zone(number="X1"))) == ("document_number",)
    licence = Barcode(symbology="PDF417", standard="aamva", fields={"document_number": "D1"})
    card = replace(document(page=zone()), barcodes=(licence,))
    assert disagreements(card) == ("document_number",)
    born = NationalNumber(
        country="CN",
        number="1",
        good=True,
        date_of_birth=Measured(date(1980, 1, 1)),
        region=None,
    )
    assert disagreements(replace(document(page=zone()), national_numbers=(born,))) == (
        "date_of_birth",
    )


def test_an_unknown_day_contradicts_nothing() -> None:
    """Where one source does not know the day, the other is not thereby another document's."""
    vague = zone(born=PartialDate(year=1974, month=8, day=None))
    assert disagreements(document(of=chip(), page=vague)) == ()


def test_the_most_strongly_proven_source_speaks_first() -> None:
    """Facts carry their source and strength, and the chip's come before the page's."""
    read = document(of=chip(), page=zone())
    told = [fact for fact in facts(read) if fact.name == "surname"]
    assert [(fact.source, fact.strength) for fact in told] == [
        (Source.CHIP, Strength.STRONG),
        (Source.MRZ, Strength.WEAK),
    ]
    assert best(read, "date_of_expiry") == "2032-04-15"
    assert best(NOTHING, "surname") is None


def test_what_a_document_says_is_in_no_repr() -> None:
    """What ends in a log must not hold a number, a name or a date of a person."""
    number = NationalNumber(
        country="CN",
        number="1101051949",
        good=True,
        date_of_birth=Measured(date(1949, 12, 31)),
        region="110105",
    )
    code = Barcode(symbology="QRCode", standard="text", fields={"text": "SPECIMEN"})
    read = replace(document(of=chip(), page=zone()), barcodes=(code,), national_numbers=(number,))
    shown = repr(read) + repr(facts(read))
    assert not [
        word for word in ("L898902C3", "SPECIMEN", "1974", "1949", "110105") if word in shown
    ]


@given(
    st.one_of(st.none(), st.integers(1, 9999)),
    st.one_of(st.none(), st.integers(1, 12)),
    st.one_of(st.none(), st.integers(1, 28)),
)
def test_partial_dates_are_read_as_they_are_written(
    year: int | None, month: int | None, day: int | None
) -> None:
    """An unknown part is written as X and spans every day it can be."""
    written = PartialDate(year=year, month=month, day=day)
    assert PartialDate.read(str(written)) == written
    if written.earliest is not None and written.latest is not None:
        assert written.earliest <= written.latest


def test_the_span_of_a_partial_date() -> None:
    """The last day of a month and of a year, leap years included."""
    assert PartialDate(year=2024, month=2, day=None).latest == date(2024, 2, 29)
    assert PartialDate(year=2023, month=12, day=None).latest == date(2023, 12, 31)
    assert PartialDate(year=2023, month=None, day=None).earliest == date(2023, 1, 1)
    assert [
        PartialDate(year=None, month=1, day=1).earliest,
        PartialDate(year=None, month=1, day=1).latest,
    ] == [None, None]


def test_every_proof_has_a_word() -> None:
    """The words of the JSON answer are stable."""
    assert [str(proof) for proof in Proof] == ["proven", "failed", "unmeasured"]
    assert [each.label for each in Strength] == ["none", "weak", "strong", "strongest"]
    assert len(set(product(Proof, Strength))) == 12
