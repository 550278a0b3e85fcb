from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lineproof.domain.document import (
    CheckDigit,
    DocumentFinding,
    Mrz,
    MrzFormat,
    PrintedField,
    Signal,
    Strength,
    unread,
)
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.partial_date import PartialDate
from lineproof.domain.policy import decide_on_document
from lineproof.domain.reason import Outcome
from lineproof.domain.validity import ANY_TYPE, DocumentRules

TODAY = date(2026, 11, 24)


def rules(
    *,
    strength: Strength = Strength.NONE,
    types: tuple[str, ...] = ANY_TYPE,
    age: int = 0,
    validity: bool = False,
) -> DocumentRules:
    """Give rules that ask for nothing but what is named."""
    return DocumentRules(
        least_strength=strength, accepted_types=types, least_age=age, validity_required=validity
    )


def passport(*, born: str = "1974-08-12", expires: str = "2032-04-15") -> DocumentFinding:
    """Give a passport's page, well read."""
    check = CheckDigit(name="composite", given="4", expected="4")
    mrz = Mrz(
        format=MrzFormat.TD3,
        lines=(),
        checks=(check,),
        fields={"document_code": Measured("P")},
        names_truncated=False,
        date_of_birth=Measured(PartialDate.read(born)),
        date_of_expiry=Measured(PartialDate.read(expires)),
    )
    return replace(unread("nothing_given"), mrz=Measured(mrz))


def conclusion(document: DocumentFinding, asked: DocumentRules) -> tuple[Outcome, list[str]]:
    """Give the outcome and the reasons as callers read them."""
    found = decide_on_document(document, asked, today=TODAY)
    return found.outcome, [str(reason) for reason in found.reasons]


@pytest.mark.parametrize(
    ("document", "asked", "outcome", "reasons"),
    [
        (passport(), rules(), Outcome.APPROVE, []),
        (passport(expires="2026-11-23"), rules(), Outcome.REFUSE, ["document_expired"]),
        # The last day counts.
        (passport(expires="2026-11-24"), rules(), Outcome.APPROVE, []),
        (
            passport(expires="2026-11-XX"),
            rules(),
            Outcome.REFER,
            ["document_fact_unmeasured.date_of_expiry"],
        ),
        (passport(expires="2026-10-XX"), rules(), Outcome.REFUSE, ["document_expired"]),
        (passport(born="2008-11-25"), rules(age=18), Outcome.REFUSE, ["under_age"]),
        (passport(born="2008-11-24"), rules(age=18), Outcome.APPROVE, []),
        (
            passport(born="2008-XX-XX"),
            rules(age=18),
            Outcome.REFER,
            ["document_fact_unmeasured.date_of_birth"],
        ),
        (passport(), rules(types=("I", "A")), Outcome.REFUSE, ["document_type_not_accepted"]),
        (passport(), rules(types=("I", "P")), Outcome.APPROVE, []),
        (
            passport(),
            rules(strength=Strength.STRONG),
            Outcome.REFER,
            ["document_too_weak.strong"],
        ),
        (
            unread("no_mrz"),
            rules(age=18, types=("P",), validity=True),
            Outcome.REFER,
            [
                "document_fact_unmeasured.date_of_expiry",
                "document_fact_unmeasured.date_of_birth",
                "document_fact_unmeasured.document_code",
            ],
        ),
        (unread("no_mrz"), rules(), Outcome.APPROVE, []),
    ],
)
def test_what_a_document_is_good_for(
    document: DocumentFinding, asked: DocumentRules, outcome: Outcome, reasons: list[str]
) -> None:
    """Facts refuse, doubts go to a person, and what nobody read is never taken for granted."""
    assert conclusion(document, asked) == (outcome, reasons)


@pytest.mark.parametrize("validity", [False, True])
def test_a_card_without_an_end_goes_to_a_person(*, validity: bool) -> None:
    """Whether it ended in 1999 or never does the zone cannot tell: neither refused nor approved."""
    found = passport()
    assert isinstance(found.mrz, Measured)
    endless = replace(found.mrz.value, date_of_expiry=Unmeasured("mrz_without_end"))
    assert conclusion(replace(found, mrz=Measured(endless)), rules(validity=validity)) == (
        Outcome.REFER,
        ["document_fact_unmeasured.date_of_expiry"],
    )


def test_signals_and_disagreements_send_to_a_person_and_never_refuse() -> None:
    """A sign of tampering is worth a look; alone it ends nothing."""
    doubtful = replace(
        passport(),
        signals={
            "screen_recapture": Measured(Signal(value=3.0, limit=2.0)),
            "print_copy": Measured(Signal(value=1.0, limit=2.0)),
        },
        printed=Measured(
            (
                PrintedField(name="surname", agrees=False),
                PrintedField(name="date_of_birth", agrees=True),
            )
        ),
    )
    assert conclusion(doubtful, rules()) == (
        Outcome.REFER,
        ["printed_field_disagrees.surname", "document_signal.screen_recapture"],
    )


@pytest.mark.parametrize(("age", "types"), [(-1, ANY_TYPE), (121, ANY_TYPE), (0, ())])
def test_rules_that_nobody_can_mean_are_refused(age: int, types: tuple[str, ...]) -> None:
    """An age nobody reaches and a list that accepts nothing are mistakes of the settings."""
    with pytest.raises(ValueError, match=r"least_age|accepted_types"):
        rules(age=age, types=types)


def test_a_leap_day_is_reached_on_the_first_of_march() -> None:
    """Who was born on 29 February is of age on 1 March of a common year."""
    born = passport(born="2008-02-29")
    for today, outcome in (
        (date(2026, 2, 28), Outcome.REFUSE),
        (date(2026, 3, 1), Outcome.APPROVE),
    ):
        assert decide_on_document(born, rules(age=18), today=today).outcome is outcome
