"""Cases from their opening to the line, each as its people would go through it."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Case, Event, Kind, Route, Status
from lineproof.domain.challenge import for_chip
from lineproof.domain.consent import Purpose
from lineproof.domain.line import LineStatus
from lineproof.domain.notice import NoticeKind
from lineproof.domain.order import Done, Order, OrderKind, Rejected
from lineproof.domain.profile import Channel, Consequence
from lineproof.domain.reason import Outcome
from lineproof.domain.review import VerdictKind, VerdictReason
from lineproof.domain.staff import Role
from lineproof.flow import agree, apply, attest, capture, erase, hold_lines, issue, reviewing
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.flow.show_document import show_document
from lineproof.ports import Unavailable
from tests.flow.stage import AGENT, MATCH, NO_MATCH, SYSTEM, UNSURE, Stage, staff, stage
from tests.regime import NEW, OLD, regime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineproof.domain.sim import Sim
    from lineproof.storage import Store, Transaction

REVIEWERS = staff("r-1", Role.REVIEWER), staff("r-2", Role.REVIEWER)


@pytest.fixture
def scene(store: Store) -> Stage:
    """Give a stage on an empty store."""
    return stage(store)


def code(found: object) -> str:
    """Give a refusal's code."""
    assert isinstance(found, Refused), found
    return str(found.code)


def verdict(scene: Stage, case: Case, who: int, kind: VerdictKind) -> capture.Captured | Refused:
    """Conclude as a reviewer."""
    reason = (
        VerdictReason.SAME_PERSON
        if kind is VerdictKind.APPROVE
        else VerdictReason.NOT_THE_SAME_PERSON
    )
    reviewing.look_at(scene.service, case.id, REVIEWERS[who], now=scene.now)
    return reviewing.conclude(
        scene.service, case.id, REVIEWERS[who], kind=kind, reason=reason, now=scene.now
    )


# The face check ---------------------------------------------------


def test_the_right_person_gets_a_line_and_the_network_one_order(scene: Stage) -> None:
    """A verified new line is activated once, and kept under a hash of its holder's document."""
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    assert case.status is Status.ORDERED
    scene.run()
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    assert [(order.kind, order.sim) for order in scene.network.orders] == [
        (OrderKind.ACTIVATE, OLD)
    ]
    line = scene.line()
    assert line.sim == OLD
    assert line.holder == hashlib.sha256(b"UTO|P|P1").hexdigest()


def test_the_wrong_person_tries_three_times_and_then_a_person_looks(scene: Stage) -> None:
    """No attempt of a stranger's face opens anything, and none is refused by the machine."""
    scene = scene.seeing(NO_MATCH)
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    scene.shown(case)
    outcomes = [scene.captured(case, scene.asked(case)).decision.outcome for _ in range(3)]
    assert outcomes == [Outcome.RETRY, Outcome.RETRY, Outcome.REFER]
    assert scene.case(case).attempts == 3
    assert code(capture.ask(scene.service, case.id, now=scene.now)) == "not_now"
    scene.run()
    assert scene.network.orders == []


def test_no_camera_without_consent(scene: Stage) -> None:
    """Nothing of a person is looked at before they said yes to a text that exists."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    shown = show_document(scene.service, case.id, [b"P1"], chip={}, now=scene.now)
    assert code(shown) == "not_now"
    unknown = agree.consent(
        scene.service,
        case.id,
        purpose=Purpose.FACE_CHECK,
        text_version="1999-01",
        language="en",
        now=scene.now,
    )
    assert code(unknown) == "consent_text_unknown"
    assert code(capture.ask(scene.service, case.id, now=scene.now)) == "not_now"


def test_a_capture_is_good_for_one_decision_of_its_own_case(scene: Stage) -> None:
    """A nonce cannot be used twice, in another case, too late, or after the document changed."""
    scene = scene.seeing(NO_MATCH)
    first, other = scene.open(Kind.NEW_LINE, "1", sim=OLD), scene.open(Kind.NEW_LINE, "2", sim=NEW)
    for case in (first, other):
        scene.consented(case)
        scene.shown(case)
    used = scene.asked(first)
    scene.captured(first, used)
    again = capture.capture(scene.service, first.id, [b"live"], nonce=used, now=scene.now)
    foreign = capture.capture(
        scene.service, other.id, [b"live"], nonce=scene.asked(first), now=scene.now
    )
    late_nonce = scene.asked(first)
    late = capture.capture(
        scene.service, first.id, [b"live"], nonce=late_nonce, now=scene.now + timedelta(seconds=120)
    )
    scene.shown(first, "P2")
    changed = capture.capture(scene.service, first.id, [b"live"], nonce=late_nonce, now=scene.now)
    unknown = capture.capture(scene.service, first.id, [b"live"], nonce="junk", now=scene.now)
    found = [again, foreign, late, changed, unknown]
    assert {code(each) for each in found} == {"challenge_refused"}
    assert [each.about for each in found if isinstance(each, Refused)] == [
        "challenge_spent",
        "challenge_of_another_request",
        "challenge_expired",
        "challenge_of_another_request",
        "challenge_unknown",
    ]
    assert scene.case(first).attempts == 1


def test_an_attempt_counts_even_where_the_looking_never_ends(scene: Stage) -> None:
    """A process that dies while it looks has used the challenge and the attempt."""

    class Dying:
        versions = scene.service.site.engine.versions

        def look(self, _picture: bytes, *, whole: bool = False) -> object:
            del whole
            raise KeyboardInterrupt

    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    scene.shown(case)
    nonce = scene.asked(case)
    site = replace(scene.service.site, engine=Dying())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        capture.capture(
            replace(scene.service, site=site), case.id, [b"live"], nonce=nonce, now=scene.now
        )
    assert scene.case(case).attempts == 1
    again = capture.capture(scene.service, case.id, [b"live"], nonce=nonce, now=scene.now)
    assert code(again) == "challenge_refused"


def test_a_person_who_tried_too_often_is_referred_in_every_case(store: Store) -> None:
    """Attempts are counted by person over cases, and forgotten after the window."""
    scene = stage(store, regime(attempts_per_person=3)).seeing(NO_MATCH)
    first = scene.open(Kind.NEW_LINE, "1", sim=OLD)
    scene.consented(first)
    scene.shown(first)
    for _ in range(3):
        scene.captured(first, scene.asked(first))
    second = scene.seeing(MATCH).passed(scene.open(Kind.NEW_LINE, "2", sim=NEW))
    assert second.status is Status.REFERRED
    scene.later(timedelta(days=31))
    third = scene.seeing(MATCH).passed(scene.open(Kind.NEW_LINE, "3", sim=NEW))
    assert third.status is Status.ORDERED


def test_nobody_gets_more_lines_than_the_profile_allows(scene: Stage) -> None:
    """The limit counts the lines on their way too, and each person by their document."""
    for number in ("1", "2"):
        assert scene.passed(scene.open(Kind.NEW_LINE, number, sim=OLD)).status is Status.ORDERED
    third = scene.passed(scene.open(Kind.NEW_LINE, "3", sim=NEW))
    other = scene.passed(scene.open(Kind.NEW_LINE, "4", sim=NEW), "P2")
    assert (third.status, other.status) == (Status.REFUSED, Status.ORDERED)


# The other way ---------------------------------------------------


def test_who_refuses_the_face_check_gets_a_line_as_well(scene: Stage) -> None:
    """Two members of staff see the person; no picture is taken and the line is as good."""
    case = scene.in_person(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    with scene.service.store.read() as tx:
        assert [kept.decided_by for kept in tx.decisions(case.id)] == [("w-1",), ("w-1", "w-2")]
        assert tx.attempts(scene.line().holder, since=scene.now - timedelta(days=1)) == 0


def test_the_face_check_can_be_left_after_an_attempt(scene: Stage) -> None:
    """A failed attempt does not close the other way."""
    scene = scene.seeing(NO_MATCH)
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    scene.shown(case)
    scene.captured(case, scene.asked(case))
    assert scene.in_person(case).status is Status.ORDERED


def test_one_member_of_staff_cannot_attest_twice(scene: Stage) -> None:
    """The second witness is another person."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    agree.take_other_way(scene.service, case.id, Route.IN_PERSON, actor=SYSTEM, now=scene.now)
    scene.attested(case, "w-1")
    again = attest.attest(
        scene.service,
        case.id,
        staff("w-1", Role.AGENT),
        issuer="UTO",
        kind="P",
        number="P1",
        same_person=True,
        document_valid=True,
        old_enough=True,
        now=scene.now,
    )
    assert code(again) == "already_attested"
    assert scene.case(case).status is Status.OTHER_WAY


def test_the_chip_alone_opens_a_line_once_it_signed_our_challenge(scene: Stage) -> None:
    """A recorded answer asks for another reading; a fresh one approves."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    agree.take_other_way(scene.service, case.id, Route.CHIP, actor=SYSTEM, now=scene.now)
    old = scene.asked(case)
    recorded = hashlib.sha256(for_chip(old)).digest()
    fresh = scene.asked(case)
    chip = {"DG1": b"P1", "AA": recorded}
    replayed = attest.prove_by_chip(scene.service, case.id, chip, nonce=fresh, now=scene.now)
    assert isinstance(replayed, capture.Captured)
    assert replayed.decision.outcome is Outcome.RETRY
    nonce = scene.asked(case)
    chip["AA"] = hashlib.sha256(for_chip(nonce)).digest()
    proven = attest.prove_by_chip(scene.service, case.id, chip, nonce=nonce, now=scene.now)
    assert isinstance(proven, capture.Captured)
    assert (proven.decision.outcome, proven.case.status) == (Outcome.APPROVE, Status.ORDERED)


def test_whose_chip_cannot_be_read_goes_to_people_without_a_face_check(scene: Stage) -> None:
    """From one other way to the next, with no consent to a camera between."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    agree.take_other_way(scene.service, case.id, Route.CHIP, actor=SYSTEM, now=scene.now)
    assert scene.in_person(case).status is Status.ORDERED
    with scene.service.store.read() as tx:
        assert tx.consents(case.id) == []


def test_a_way_that_the_profile_does_not_offer_is_refused(store: Store) -> None:
    """A profile names the ways there are."""
    scene = stage(store, regime(alternatives=frozenset({Route.CHIP})))
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    taken = agree.take_other_way(
        scene.service, case.id, Route.IN_PERSON, actor=SYSTEM, now=scene.now
    )
    assert code(taken) == "way_not_offered"


# A SIM is replaced ---------------------------------------------------


def test_a_sim_is_replaced_after_notices_and_the_window(scene: Stage) -> None:
    """The old SIM and the second channel are told; then short messages are held and it moves."""
    scene.line_of()
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    assert scene.case(case).status is Status.APPROVED
    told = [(notice.kind, notice.channel) for notice, _ in scene.letters.delivered]
    assert told == [
        (NoticeKind.CHANGE_ASKED, Channel.OLD_SIM),
        (NoticeKind.CHANGE_ASKED, Channel.SECOND_CHANNEL),
    ]
    assert len(scene.network.orders) == 1
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    assert [(o.kind, o.sim, o.old_sim) for o in scene.network.orders[1:]] == [
        (OrderKind.HOLD_SMS, None, OLD),
        (OrderKind.CHANGE_SIM, NEW, OLD),
    ]
    assert scene.line().sim == NEW


def test_an_objection_stops_the_change_until_two_reviewers_agree(scene: Stage) -> None:
    """The old SIM says no; nothing moves on its own, and one reviewer is not enough."""
    scene.line_of()
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    secret = scene.letters.secret()
    objected = agree.object_to(scene.service, secret, now=scene.now)
    assert isinstance(objected, Case)
    assert objected.status is Status.REFERRED
    assert code(agree.object_to(scene.service, secret, now=scene.now)) == "token_refused"
    scene.later(timedelta(hours=3))
    scene.run()
    assert scene.line().sim == OLD
    verdict(scene, case, 0, VerdictKind.APPROVE)
    assert scene.case(case).status is Status.REFERRED
    verdict(scene, case, 1, VerdictKind.APPROVE)
    assert scene.case(case).status is Status.APPROVED
    scene.run()
    assert scene.line().sim == OLD  # the window begins anew
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.line().sim == NEW


def test_a_stranger_with_papers_of_their_own_does_not_move_a_line(scene: Stage) -> None:
    """A face that matches its own document says nothing about somebody else's line."""
    scene.line_of("P1")
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P2")
    assert case.status is Status.REFERRED
    verdict(scene, case, 0, VerdictKind.REFUSE)
    scene.later(timedelta(hours=5))
    scene.run()
    assert scene.case(case).status is Status.REFUSED
    assert scene.line().sim == OLD
    assert [order.kind for order in scene.network.orders] == [OrderKind.ACTIVATE]


def test_who_takes_a_line_over_cannot_name_the_second_channel(scene: Stage) -> None:
    """Notices go to the address that the line's holder gave, and to no other."""
    scene.line_of()
    asked = apply.Application(
        operator="op",
        kind=Kind.SIM_REPLACEMENT,
        msisdn="15550001",
        sim=NEW,
        handled_by=AGENT,
        second_channel="mailto:thief@example.org",
    )
    found = apply.open_case(scene.service, asked, actor=SYSTEM, now=scene.now)
    assert code(found) == "request_incomplete"


def test_a_lock_stops_a_change_that_was_approved_already(scene: Stage) -> None:
    """The holder who locks the line within the window keeps it."""
    scene.line_of()
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.case(case).status is Status.REFUSED
    assert scene.line().sim == OLD


def test_a_lock_stops_an_order_of_which_the_network_has_not_heard(scene: Stage) -> None:
    """Between the order and the network the holder may still say no; what was begun goes on."""
    scene.line_of()
    for begun, stands in ((False, Status.REFUSED), (True, Status.ISSUED)):
        before = scene.line().sim
        case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P1")
        while issue.deliver(scene.service, worker="w", now=scene.now):
            pass
        scene.later(scene.service.profile.objection_window)
        assert issue.tick(scene.service, now=scene.now)
        assert scene.case(case).status is Status.ORDERED
        if begun:
            scene.network.answers = [Unavailable("timeout"), Unavailable("timeout")]
            while issue.deliver(scene.service, worker="w", now=scene.now):
                pass
        hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
        scene.later(timedelta(minutes=5))
        scene.run()
        assert scene.case(case).status is stands
        assert (scene.line().sim == before) is not begun
        with scene.service.store.begin() as tx:
            line = tx.line("15550001")
            assert line is not None
            tx.change_line(replace(line, locked=False))


def test_a_worker_that_slept_past_its_lease_orders_nothing(scene: Stage) -> None:
    """It wakes up before it has asked the network, when another has done so long ago."""
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    store = scene.service.store
    asked: list[str] = []
    network = scene.network

    class Counting:
        ready = network.ready

        def carry_out(self, order: Order) -> Done | Rejected:
            asked.append(order.id)
            return network.carry_out(order)

    class Sleepy:
        """Lets the first worker's claim be the last thing it does for a while."""

        slept = False
        read, ready = store.read, store.ready

        @contextmanager
        def begin(self) -> Iterator[Transaction]:
            with store.begin() as tx:
                yield tx
            if not self.slept:
                self.slept = True
                scene.later(2 * issue.LEASE)
                scene.run()

    scene.service = replace(scene.service, operator=Counting())
    issue.deliver(replace(scene.service, store=Sleepy()), worker="w", now=scene.now)
    assert scene.case(case).status is Status.ISSUED
    assert len(asked) == 1


def asked_for(msisdn: str, sim: Sim) -> apply.Application:
    """Ask for a new line with exactly this SIM."""
    return apply.Application(
        operator="op",
        kind=Kind.NEW_LINE,
        msisdn=msisdn,
        sim=sim,
        handled_by=AGENT,
        second_channel=None,
    )


def test_a_sim_serves_one_number(scene: Stage) -> None:
    """While another case names it, or another line has it, by either of its two numbers."""

    def opened(msisdn: str, sim: Sim) -> str:
        asked = asked_for(msisdn, sim)
        found = apply.open_case(scene.service, asked, actor=SYSTEM, now=scene.now)
        return found.about if isinstance(found, Refused) else str(found.case.status)

    case = scene.open(Kind.NEW_LINE, sim=OLD)
    assert opened("2", OLD) == "sim_taken"
    assert opened("2", replace(NEW, imsi=OLD.imsi)) == "sim_taken"
    assert opened("2", replace(NEW, iccid=OLD.iccid)) == "sim_taken"
    # The same wish twice is no second number for the SIM.
    assert opened(case.msisdn, OLD) == "opened"
    scene.passed(case)
    scene.run()
    assert opened("2", OLD) == "sim_taken"
    assert opened("2", NEW) == "opened"


def test_of_two_at_once_that_name_a_sim_one_is_opened(scene: Stage) -> None:
    """Whichever database it is, the second finds the first."""

    def opened(number: int) -> bool:
        asked = asked_for(f"1555{number:04}", NEW)
        found = apply.open_case(scene.service, asked, actor=SYSTEM, now=scene.now)
        return isinstance(found, apply.Opened)

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(opened, range(8))) == 1


def test_a_lock_is_released_by_its_holder_s_verified_case_only(scene: Stage) -> None:
    """Locking is free; a stranger's case does not release it, the holder's does."""
    scene.line_of()
    hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
    asked = apply.Application(
        operator="op",
        kind=Kind.SIM_REPLACEMENT,
        msisdn="15550001",
        sim=NEW,
        handled_by=AGENT,
        second_channel=None,
    )
    found = apply.open_case(scene.service, asked, actor=SYSTEM, now=scene.now)
    assert isinstance(found, Refused)
    assert (found.code, found.about) == (RefusalCode.LINE_FORBIDS, "line_locked")
    stranger = scene.passed(scene.open(Kind.LOCK_RELEASE), "P2")
    assert (stranger.status, scene.line().locked) == (Status.REFERRED, True)
    holder = scene.passed(scene.open(Kind.LOCK_RELEASE), "P1")
    assert (holder.status, scene.line().locked) == (Status.ISSUED, False)


def test_another_operator_s_line_is_unknown(scene: Stage) -> None:
    """One operator's system can do nothing to a line of another's, and its number stays taken."""
    scene.line_of()

    def asked(kind: Kind) -> apply.Opened | Refused:
        wanted = apply.Application(
            operator="other",
            kind=kind,
            msisdn="15550001",
            sim=NEW,
            handled_by=None,
            second_channel=None,
        )
        return apply.open_case(scene.service, wanted, actor=SYSTEM, now=scene.now)

    swap, new = asked(Kind.SIM_REPLACEMENT), asked(Kind.NEW_LINE)
    assert isinstance(swap, Refused)
    assert isinstance(new, Refused)
    assert (swap.about, new.about) == ("line_unknown", "line_exists")


def test_two_changes_wait_for_each_other(scene: Stage) -> None:
    """After a change the next one waits, at its opening and when it is due."""
    scene.line_of()
    first = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    second = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=OLD))
    scene.run()
    scene.later(timedelta(hours=2))
    scene.run()
    assert (scene.case(first).status, scene.case(second).status) == (
        Status.ISSUED,
        Status.APPROVED,
    )
    scene.later(issue.LOOK_AGAIN)
    scene.run()
    assert scene.case(second).status is Status.REFUSED
    assert scene.line().sim == NEW
    changes = [o for o in scene.network.orders if o.kind is OrderKind.CHANGE_SIM]
    assert len(changes) == 1


# A line goes to somebody else ---------------------------------------------------


def test_a_transfer_needs_the_holder_s_yes_and_the_new_holder_s_face(scene: Stage) -> None:
    """The line itself is asked first; then the new person is verified, and the window passes."""
    scene.line_of("P1")
    case = scene.open(Kind.TRANSFER)
    assert case.status is Status.AWAITING_HOLDER
    scene.run()
    notice, secret = scene.letters.delivered[-2]
    assert (notice.kind, notice.address) == (NoticeKind.HOLDER_ASKED, "tel:+15550001")
    assert secret is not None
    agree.answer_holder(scene.service, secret, agrees=True, now=scene.now)
    assert scene.passed(case, "P2").status is Status.APPROVED
    scene.run()
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    assert scene.line().holder == hashlib.sha256(b"UTO|P|P2").hexdigest()
    assert scene.line().sim == OLD


def test_a_holder_who_declines_keeps_the_line(scene: Stage) -> None:
    """A no ends the transfer, and its link is good for one answer."""
    scene.line_of("P1")
    case = scene.open(Kind.TRANSFER)
    scene.run()
    secret = scene.letters.secret()
    agree.answer_holder(scene.service, secret, agrees=False, now=scene.now)
    assert scene.case(case).status is Status.REFUSED
    again = agree.answer_holder(scene.service, secret, agrees=True, now=scene.now)
    assert code(again) == "token_refused"


# A re-check ---------------------------------------------------


def test_a_recheck_that_is_missed_has_the_profile_s_consequence(scene: Stage) -> None:
    """After the deadline outgoing calls are barred; who passes afterwards gets them back."""
    scene.line_of()
    missed = scene.open(Kind.RECHECK)
    scene.later(timedelta(days=7))
    scene.run()
    assert scene.case(missed).status is Status.EXPIRED
    assert scene.network.orders[-1].kind is OrderKind.BAR_OUTGOING
    assert scene.line().status is LineStatus.BARRED
    passed = scene.passed(scene.open(Kind.RECHECK))
    scene.run()
    assert passed.status is Status.ISSUED
    assert scene.line().status is LineStatus.ACTIVE


def test_a_recheck_that_is_passed_changes_nothing(scene: Stage) -> None:
    """The holder shows up in time and the network hears nothing."""
    scene.line_of()
    before = len(scene.network.orders)
    assert scene.passed(scene.open(Kind.RECHECK)).status is Status.ISSUED
    scene.later(timedelta(days=30))
    scene.run()
    assert len(scene.network.orders) == before


def test_who_passes_a_re_check_is_not_barred_by_the_one_before(scene: Stage) -> None:
    """A consequence that waits for the network, or is with it, does not outlive a later pass."""
    scene.line_of()
    missed = scene.open(Kind.RECHECK)
    scene.later(timedelta(days=7))
    scene.network.answers = [Unavailable("timeout")]
    scene.run()
    assert scene.case(missed).status is Status.EXPIRED
    scene.passed(scene.open(Kind.RECHECK))
    scene.later(timedelta(minutes=1))
    scene.run()
    assert scene.line().status is LineStatus.ACTIVE
    assert [order.kind for order in scene.network.orders] == [OrderKind.ACTIVATE]


def test_who_passes_while_the_network_bars_the_line_gets_it_back(scene: Stage) -> None:
    """The bar is carried out in the very moment of the pass, and is taken back."""
    scene.line_of()
    scene.open(Kind.RECHECK)
    scene.later(timedelta(days=7))
    issue.tick(scene.service, now=scene.now)
    network = scene.network

    class Passing:
        ready = network.ready

        def carry_out(self, order: Order) -> Done | Rejected:
            if order.kind is OrderKind.BAR_OUTGOING:
                scene.passed(scene.open(Kind.RECHECK))
            return network.carry_out(order)

    scene.service = replace(scene.service, operator=Passing())
    scene.run()
    assert [order.kind for order in network.orders[1:]] == [
        OrderKind.BAR_OUTGOING,
        OrderKind.RESTORE,
    ]
    assert scene.line().status is LineStatus.ACTIVE


def test_a_profile_without_consequence_bars_nobody(store: Store) -> None:
    """None is none."""
    scene = stage(store, regime(recheck_consequence=Consequence.NONE))
    scene.line_of()
    scene.open(Kind.RECHECK)
    scene.later(timedelta(days=8))
    scene.run()
    assert [order.kind for order in scene.network.orders] == [OrderKind.ACTIVATE]


# Leaving, reviewing, and what is kept ---------------------------------------------------


def test_who_withdraws_stops_the_case_and_nothing_is_held(scene: Stage) -> None:
    """At any status before the order: consents end, sealed pictures go, no order follows."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    with scene.service.store.read() as tx:
        assert len(tx.held(case.id, now=scene.now)) == 2
    agree.withdraw(scene.service, case.id, actor=SYSTEM, now=scene.now)
    scene.run()
    assert scene.case(case).status is Status.WITHDRAWN
    with scene.service.store.read() as tx:
        assert tx.held(case.id, now=scene.now) == []
        assert all(consent.withdrawn_at == scene.now for consent in tx.consents(case.id))
    assert scene.network.orders == []


def test_a_withdrawal_while_the_face_is_looked_at_wins(scene: Stage) -> None:
    """Who leaves in that moment is not approved after all."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    scene.shown(case)
    nonce = scene.asked(case)
    engine = scene.service.site.engine

    class Leaving:
        versions = engine.versions
        compare = engine.compare

        def look(self, picture: bytes, *, whole: bool = False) -> object:
            agree.withdraw(scene.service, case.id, actor=SYSTEM, now=scene.now)
            return engine.look(picture, whole=whole)

    site = replace(scene.service.site, engine=Leaving())  # type: ignore[arg-type]
    found = capture.capture(
        replace(scene.service, site=site), case.id, [b"live"], nonce=nonce, now=scene.now
    )
    assert code(found) == "not_now"
    assert scene.case(case).status is Status.WITHDRAWN


def test_a_reviewer_sees_the_pair_and_what_is_held_goes_with_the_decision(scene: Stage) -> None:
    """Both pictures are there while the case is open, each look is logged, and then nothing is."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    seen = reviewing.look_at(scene.service, case.id, REVIEWERS[0], now=scene.now)
    assert isinstance(seen, reviewing.Opinion)
    assert seen.pictures == {"portrait": b"portrait", "live": b"live"}
    verdict(scene, case, 0, VerdictKind.APPROVE)
    assert scene.case(case).status is Status.ORDERED
    with scene.service.store.read() as tx:
        assert tx.held(case.id, now=scene.now) == []
        looks = [e.deed for e in tx.entries_of(case.id) if e.deed.action == "viewed"]
    assert [str(look.actor) for look in looks] == ["staff:r-1"] * 2


def test_what_is_held_is_over_after_a_day(scene: Stage) -> None:
    """A case that nobody reviewed shows no picture after 24 hours, and pruning deletes it."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.later(timedelta(hours=24))
    with scene.service.store.read() as tx:
        assert tx.held(case.id, now=scene.now) == []
    assert erase.prune(scene.service, now=scene.now) >= 2


def test_who_handled_a_case_does_not_review_it(scene: Stage) -> None:
    """Neither by seeing it nor by concluding."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    own = replace(REVIEWERS[0], id=AGENT.staff)
    assert code(reviewing.look_at(scene.service, case.id, own, now=scene.now)) == "own_case"
    agent = staff("somebody", Role.AGENT)
    assert code(reviewing.look_at(scene.service, case.id, agent, now=scene.now)) == "not_allowed"


def test_a_profile_that_keeps_nothing_holds_nothing(store: Store) -> None:
    """A referred case of such a regime goes to the other way, without a picture."""
    scene = stage(store, regime(held_for_review=False)).seeing(UNSURE)
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    with scene.service.store.read() as tx:
        assert tx.held(case.id, now=scene.now) == []
    assert scene.in_person(case).status is Status.ORDERED


def test_a_case_that_nobody_finishes_expires(scene: Stage) -> None:
    """After its life nothing can be done in it."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.later(timedelta(days=1))
    scene.run()
    assert scene.case(case).status is Status.EXPIRED


# The network ---------------------------------------------------


def test_a_network_that_is_away_is_asked_again_until_it_answers(scene: Stage) -> None:
    """What was approved is not lost and not done twice."""
    scene.network.answers = [Unavailable("timeout"), Unavailable("timeout")]
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.run()
    assert scene.case(case).status is Status.ORDERED
    for _ in range(2):
        scene.later(timedelta(minutes=1))
        scene.run()
    assert scene.case(case).status is Status.ISSUED
    assert len(scene.network.orders) == 1


def test_an_order_that_the_network_rejects_can_be_sent_again(scene: Stage) -> None:
    """The engineers mend the cause, and the same order goes out under the same id."""
    scene.network.answers = [Rejected("msisdn_taken", "The number is in use.")]
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.run()
    assert scene.case(case).status is Status.UNFULFILLED
    issue.reorder(scene.service, case.id, actor=SYSTEM, now=scene.now)
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    with scene.service.store.read() as tx:
        assert [o.id for o in tx.orders(case.id)] == [o.id for o in scene.network.orders]


def test_a_message_is_given_up_in_the_end_and_can_be_replayed(scene: Stage) -> None:
    """A dead order is seen, and brought back by hand."""
    scene.network.answers = [Unavailable("timeout")] * 24
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    for _ in range(24):
        scene.run()
        scene.later(timedelta(hours=2))
    with scene.service.store.begin() as tx:
        (dead,) = tx.buried(after="", limit=10)
        assert dead.code == "timeout"
        assert tx.replay(dead.message.id, now=scene.now)
    scene.run()
    assert scene.case(case).status is Status.ISSUED


def test_every_move_is_in_the_log_with_who_handled_it(scene: Stage) -> None:
    """The log tells a case from its opening to its end, and names no person and no document."""
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.run()
    with scene.service.store.read() as tx:
        entries = tx.entries_of(case.id)
    actions = [entry.deed.action for entry in entries]
    assert actions == [
        "case_opened",
        "consent_given",
        f"case_{Event.CONSENTED}",
        "document_shown",
        "capture_begun",
        "case_approved",
        "case_ordered",
        "case_issued",
    ]
    assert all(entry.deed.details["staff"] == "agent" for entry in entries)
    written = repr([entry.deed for entry in entries])
    assert "P1" not in written
    assert "15550001" not in written
    assert OLD.imsi not in written
