"""Ways in that an attack found open once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lineproof.adapters.operators.simulated_operator import SimulatedOperator
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.case import Kind, Status
from lineproof.domain.document import Strength
from lineproof.domain.line import LineStatus
from lineproof.domain.review import VerdictKind, VerdictReason
from lineproof.domain.staff import Role
from lineproof.flow import agree, hold_lines, reviewing
from lineproof.flow.moving import SUBSCRIBER
from lineproof.flow.refused import Refused
from tests.flow.stage import SYSTEM, Stage, staff, stage
from tests.regime import NEW, OLD, POLICY, REGIME, regime

if TYPE_CHECKING:
    from lineproof.domain.case import Case
    from tests.web.house import House


def overridden(scene: Stage, case: Case) -> None:
    """Let two reviewers approve."""
    for who in ("r-1", "r-2"):
        reviewing.look_at(scene.service, case.id, staff(who, Role.REVIEWER), now=scene.now)
        reviewing.conclude(
            scene.service,
            case.id,
            staff(who, Role.REVIEWER),
            kind=VerdictKind.APPROVE,
            reason=VerdictReason.HOLDER_CONFIRMED,
            now=scene.now,
        )


def test_whoever_stole_the_old_sim_does_not_object_for_ever(scene: Stage) -> None:
    """After two reviewers weighed an objection, the old SIM has no second one."""
    scene.line_of("P1")
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    agree.object_to(scene.service, scene.letters.secret(), now=scene.now)
    overridden(scene, case)
    scene.run()
    assert scene.case(case).status is Status.APPROVED
    again = agree.object_to(scene.service, scene.letters.secret(), now=scene.now)
    assert isinstance(again, Refused)


def test_a_number_is_told_before_it_is_ported_in(scene: Stage) -> None:
    """Papers of one's own port nobody's number without a word to that number."""
    scene.passed(scene.open(Kind.PORT_IN, "15559999", sim=OLD), "P2")
    scene.run()
    assert "tel:+15559999" in {notice.address for notice, _ in scene.letters.delivered}


def test_a_re_check_is_not_escaped_by_leaving_it(scene: Stage) -> None:
    """Whose line is suspected cannot end the question with one request."""
    scene.line_of("P1")
    case = scene.open(Kind.RECHECK)
    agree.withdraw(scene.service, case.id, actor=SUBSCRIBER, now=scene.now)
    scene.later(timedelta(days=8))
    scene.run()
    assert scene.line().status is LineStatus.BARRED


def test_a_consequence_is_not_lost_to_a_change_of_sim(scene: Stage) -> None:
    """A SIM replacement that ends just before the deadline leaves the line barred."""
    network = SimulatedOperator()
    scene.service = replace(scene.service, operator=network)
    scene.line_of("P1")
    scene.open(Kind.RECHECK)
    scene.later(timedelta(days=7) - timedelta(hours=2, seconds=1))
    scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    scene.later(timedelta(hours=2, seconds=1))
    scene.run()
    register = network.subscribers()
    network.close()
    assert scene.line().sim == NEW
    assert register[NEW.imsi].barred


def test_the_holder_hears_that_their_lock_is_released(scene: Stage) -> None:
    """Who takes the lock away first is heard of before the line goes."""
    scene.line_of("P1")
    hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
    scene.passed(scene.open(Kind.LOCK_RELEASE), "P1")
    scene.run()
    assert scene.letters.delivered


def test_a_printed_page_shows_nobody_another_s_numbers(service: House) -> None:
    """A page with somebody's document number and one's own face lists no numbers of theirs."""
    service.line("15550001", "P1")
    thief = service.session(service.open(msisdn="15550002"))
    assert thief.passes("P1")["outcome"] == "approved"
    assert "15550001" not in thief.call("GET", "/v1/session/lines").text


def test_every_look_at_a_case_is_on_record(service: House) -> None:
    """A list says where cases stand and no more; what shows a number is recorded (promise 6)."""
    opened = service.open()
    store = service.stage.service.store
    assert isinstance(store, SqlStore)
    found = service.system("GET", "/v1/cases")
    assert opened["case"]["msisdn"] not in found.text
    service.system("GET", f"/v1/cases/{opened['case']['id']}")
    with store.read() as tx:
        assert "viewed" in {each.deed.action for each in tx.entries_of(opened["case"]["id"])}


def test_a_case_that_is_over_gives_no_new_session(service: House) -> None:
    """An operator's system cannot read a person's lines by a case of last year's."""
    opened = service.open()
    service.session(opened).passes()
    service.stage.run()
    service.later(timedelta(days=200))
    found = service.system("POST", f"/v1/cases/{opened['case']['id']}/secrets")
    assert found.status_code == 409


def test_no_reviewers_make_a_print_of_a_chip(store: SqlStore) -> None:
    """Where a lock asks for a signed document, two reviewers who see none of it cannot waive it."""
    signed = replace(POLICY, document=replace(POLICY.document, least_strength=Strength.STRONG))
    scene = stage(store, regime(policies={**REGIME.policies, Kind.LOCK_RELEASE: signed}))
    scene.line_of("P1")
    hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
    case = scene.passed(scene.open(Kind.LOCK_RELEASE), "P1")
    assert case.status is Status.REFERRED
    overridden(scene, case)
    assert scene.line().locked
    # The holder is not stuck: people who hold the document can see what no picture shows.
    assert scene.in_person(case, "P1").status is Status.ISSUED
