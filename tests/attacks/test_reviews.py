"""Getting past the people who look: by hiding something, by waiting, by being two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Case, HandledBy, Kind, Route, Status
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.review import VerdictKind, VerdictReason
from lineproof.domain.staff import Role
from lineproof.flow import agree, capture, claiming, hold_lines, reviewing
from lineproof.flow.refused import Refused
from lineproof.ports import DocumentReading, Site
from tests.flow.stage import SYSTEM, UNSURE, Stage, passport, staff
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


def approves(scene: Stage, case: Case, who: str) -> capture.Captured | Refused:
    """Look and approve as an honest reviewer, who sees one face twice."""
    reviewing.look_at(scene.service, case.id, staff(who, Role.REVIEWER), now=scene.now)
    return reviewing.conclude(
        scene.service,
        case.id,
        staff(who, Role.REVIEWER),
        kind=VerdictKind.APPROVE,
        reason=VerdictReason.SAME_PERSON,
        now=scene.now,
    )


class UnderAThumb:
    """Reads a page of which everything is seen but the number."""

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading:
        """Read what is left."""
        del pages, chip, today, challenge
        found = passport("P2")
        assert isinstance(found.mrz, Measured)
        mrz = found.mrz.value
        mrz = replace(mrz, fields={**mrz.fields, "document_number": Unmeasured("not_settled")})
        return DocumentReading(finding=replace(found, mrz=Measured(mrz)), portrait=b"portrait")


@pytest.mark.parametrize("kind", [Kind.SIM_REPLACEMENT, Kind.LOCK_RELEASE, Kind.RECHECK])
def test_a_thumb_over_the_number_makes_nobody_the_holder(scene: Stage, kind: Kind) -> None:
    """A document without its number says nothing of whose line it is, and no reviewer can know."""
    scene.line_of("P1")
    if kind is Kind.LOCK_RELEASE:
        hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
    site = Site(engine=scene.service.site.engine, reader=UnderAThumb())
    thief = replace(scene, service=replace(scene.service, site=site))
    case = thief.passed(thief.open(kind, sim=NEW if kind is Kind.SIM_REPLACEMENT else None))
    assert case.status is Status.REFERRED
    for who in ("r-1", "r-2"):
        found = approves(thief, case, who)
        assert isinstance(found, capture.Captured)
        assert "document_fact_unmeasured.document_number" in map(str, found.decision.reasons)
        assert thief.case(case).status is Status.REFERRED


def test_no_line_is_activated_for_nobody(scene: Stage) -> None:
    """A reviewer cannot give a line to a person without a number, which no limit would count."""
    site = Site(engine=scene.service.site.engine, reader=UnderAThumb())
    somebody = replace(scene, service=replace(scene.service, site=site))
    case = somebody.passed(somebody.open(Kind.NEW_LINE, sim=OLD))
    approves(somebody, case, "r-1")
    somebody.run()
    assert somebody.network.orders == []


def test_one_reviewer_does_not_give_a_sold_line_back(scene: Stage) -> None:
    """Who was the holder when the case was referred is another holder when it is reviewed."""
    scene.line_of("P1")
    kept = scene.seeing(UNSURE).passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P1")
    assert kept.status is Status.REFERRED
    sold = scene.open(Kind.TRANSFER)
    scene.run()
    agree.answer_holder(scene.service, scene.letters.secret(), agrees=True, now=scene.now)
    scene.passed(sold, "P2")
    scene.run()
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.case(sold).status is Status.ISSUED
    scene.later(timedelta(hours=9))
    approves(scene, kept, "r-1")
    assert scene.case(kept).status is not Status.APPROVED


def test_who_handled_a_case_does_not_review_it_under_another_spelling(scene: Stage) -> None:
    """The operator's system writes who handles a case, in letters of its own."""
    by = HandledBy(staff="Anna", shop="shop", device="desk-1")
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD, handled_by=by))
    found = approves(scene, case, "anna")
    assert isinstance(found, Refused)
    assert found.code == "own_case"


def test_one_witness_is_not_two_by_a_capital_letter(scene: Stage) -> None:
    """Two spellings of an id are one pair of eyes."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    agree.take_other_way(scene.service, case.id, Route.IN_PERSON, actor=SYSTEM, now=scene.now)
    scene.attested(case, "w-1")
    assert scene.attested(case, "W-1").case.status is Status.OTHER_WAY


def test_the_word_of_a_reviewer_goes_with_their_role(scene: Stage) -> None:
    """Who was shut out between two verdicts is not half of an override."""
    scene.line_of("P1")
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P2")
    bought = staff("r-1", Role.REVIEWER)
    with scene.service.store.begin() as tx:
        tx.put_staff(bought)
    approves(scene, case, "r-1")
    with scene.service.store.begin() as tx:
        tx.put_staff(replace(bought, active=False))
    approves(scene, case, "r-2")
    assert scene.case(case).status is Status.REFERRED


def test_the_word_of_a_witness_goes_with_their_role(scene: Stage) -> None:
    """Who was shut out between two attestations is not one of the two who saw the person."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    agree.take_other_way(scene.service, case.id, Route.IN_PERSON, actor=SYSTEM, now=scene.now)
    bought = staff("w-1", Role.AGENT)
    with scene.service.store.begin() as tx:
        tx.put_staff(bought)
    scene.attested(case, "w-1")
    with scene.service.store.begin() as tx:
        tx.put_staff(replace(bought, active=False))
    assert scene.attested(case, "w-2").case.status is Status.OTHER_WAY


def unseen(scene: Stage, case: Case, who: str) -> str:
    """Conclude without a look; give the refusal's code."""
    found = reviewing.conclude(
        scene.service,
        case.id,
        staff(who, Role.REVIEWER),
        kind=VerdictKind.APPROVE,
        reason=VerdictReason.SAME_PERSON,
        now=scene.now,
    )
    assert isinstance(found, Refused), found
    return str(found.code)


def test_nobody_approves_what_they_have_not_looked_at(scene: Stage) -> None:
    """Not the first reviewer, and not the second after the first one looked."""
    scene.line_of("P1")
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P2")
    assert unseen(scene, case, "r-1") == "look_missing"
    approves(scene, case, "r-1")
    assert unseen(scene, case, "r-2") == "look_missing"
    assert scene.case(case).status is Status.REFERRED
    with scene.service.store.read() as tx:
        assert [verdict.staff for verdict in tx.verdicts(case.id)] == ["r-1"]


def test_who_has_concluded_does_not_keep_the_case_from_the_second(scene: Stage) -> None:
    """Whose word needs another's cannot take the case away from whoever would give it."""
    scene.line_of("P1")
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P2")

    def takes(who: str) -> claiming.Claim | Refused:
        reviewer = staff(who, Role.REVIEWER)
        return claiming.claim(scene.service, case.id, reviewer, now=scene.now)

    assert isinstance(takes("r-1"), claiming.Claim)
    approves(scene, case, "r-1")
    assert scene.case(case).status is Status.REFERRED
    again = takes("R-1")
    assert isinstance(again, Refused)
    assert again.code == "own_case"
    second = takes("r-2")
    assert isinstance(second, claiming.Claim)
    assert second.staff == "r-2"


def test_a_look_at_an_older_referral_is_no_look(scene: Stage) -> None:
    """Whoever saw the first pair of pictures has not seen the second."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    reviewing.look_at(scene.service, case.id, staff("r-1", Role.REVIEWER), now=scene.now)
    with scene.service.store.begin() as tx:
        (before,) = tx.decisions(case.id)
        tx.add_decision(replace(before, id="dec_again", authority="dec_again"))
    assert unseen(scene, case, "r-1") == "look_missing"
