"""What is kept comes back as it was, on both databases."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import HandledBy, Kind, Route, Status
from lineproof.domain.consent import Consent, Purpose
from lineproof.domain.notice import Notice, NoticeKind
from lineproof.domain.order import OrderKind
from lineproof.domain.profile import Channel
from lineproof.domain.review import Verdict, VerdictKind, VerdictReason, Witness
from lineproof.domain.staff import Role, Staff
from lineproof.domain.token import TokenUse
from lineproof.storage import Changed, Store, Taken
from lineproof.storage_records import Answer, Client, Endpoint, HeldItem, Passkey
from tests.adapters.sql.makers import (
    DAY,
    HOUR,
    NEXT_SIM,
    NOW,
    SIM,
    a_case,
    a_challenge,
    a_deed,
    a_line,
    a_message,
    a_record,
    a_token,
    an_assistance,
    an_order,
)

if TYPE_CHECKING:
    from lineproof.adapters.sql.sql_store import SqlStore


def test_it_is_a_store(store: SqlStore) -> None:
    """The adapter is what the verbs ask for, by type and in fact."""
    port: Store = store
    assert port.ready()


@pytest.mark.parametrize(
    "case",
    [
        a_case(),
        a_case(sim=None, handled_by=None, second_channel=None, kind=Kind.RECHECK),
        a_case(route=Route.CHIP, person="p" * 64, attempts=3, not_before=NOW + DAY),
        a_case(status=Status.UNFULFILLED, version=7, second_channel="tel:+44 ü"),
    ],
)
def test_a_case_comes_back(store: SqlStore, case: object) -> None:
    """Every field of a case, whether there is something in it or not."""
    with store.begin() as tx:
        tx.add_case(case)  # type: ignore[arg-type]
    with store.read() as tx:
        assert tx.case("case_1") == case
        assert tx.case("case_2") is None


def test_a_time_of_another_zone_is_the_same_moment(store: SqlStore) -> None:
    """Times come back in UTC, to the microsecond, with their zone."""
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    with store.begin() as tx:
        tx.add_case(a_case(opened_at=there))
    with store.read() as tx:
        case = tx.case("case_1")
    assert case is not None
    assert case.opened_at == NOW
    assert case.opened_at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: SqlStore) -> None:
    """Nobody guesses which moment was meant."""
    with pytest.raises(Exception, match="zone"), store.begin() as tx:
        tx.add_case(a_case(opened_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - what is refused


def test_a_change_is_of_what_was_read(store: SqlStore) -> None:
    """Who comes second is told, and changes nothing."""
    with store.begin() as tx:
        tx.add_case(a_case())
    with store.begin() as tx:
        after = tx.change_case(replace(a_case(), status=Status.CAPTURING, person="p"))
    assert after.version == 2
    with pytest.raises(Changed), store.begin() as tx:
        tx.change_case(replace(a_case(), status=Status.WITHDRAWN))
    with store.read() as tx:
        assert tx.case("case_1") == after


def test_what_fails_leaves_nothing(store: SqlStore) -> None:
    """An exception undoes all of a transaction: rows, messages and the log."""
    with suppress(ZeroDivisionError), store.begin() as tx:
        tx.add_case(a_case())
        tx.send(a_message())
        tx.log(a_deed(), at=NOW)
        _ = 1 / 0
    with store.read() as tx:
        assert tx.case("case_1") is None
        assert sum(tx.depth().values()) == 0
        assert tx.entries(after=0, limit=9) == []


def test_a_transaction_that_reads_writes_nothing(store: SqlStore) -> None:
    """The database itself refuses to write where nobody said that it would be."""
    with pytest.raises(Exception, match=r"readonly|read-only"), store.read() as tx:
        tx.add_case(a_case())
    with store.begin() as tx:
        tx.add_case(a_case())


def test_cases_are_given_in_pages(store: SqlStore) -> None:
    """By id, after an id, for one operator or all, in some statuses or any."""
    with store.begin() as tx:
        for n in range(5):
            tx.add_case(a_case(f"case_{n}", operator=f"op-{n % 2}"))
        tx.add_case(a_case("case_9", status=Status.REFERRED))

    def ids(operator: str | None, statuses: frozenset[Status], after: str, limit: int) -> list[str]:
        with store.read() as tx:
            found = tx.cases(operator=operator, statuses=statuses, after=after, limit=limit)
        return [case.id for case in found]

    every: frozenset[Status] = frozenset()
    assert ids(None, every, "", 3) == ["case_0", "case_1", "case_2"]
    assert ids(None, every, "case_2", 3) == ["case_3", "case_4", "case_9"]
    assert ids("op-0", every, "case_0", 9) == ["case_2", "case_4"]
    assert ids(None, frozenset({Status.REFERRED}), "", 9) == ["case_9"]


def test_a_shop_s_open_cases_come_the_newest_first_and_no_more_than_asked(store: SqlStore) -> None:
    """Another shop's and what is finished are not read; the same by number."""
    elsewhere = HandledBy(staff="s-2", shop="shop-2", device="d-2")
    with store.begin() as tx:
        for n in range(5):
            tx.add_case(a_case(f"case_{n}"))
        whose, face = "8613800000005", Route.FACE
        tx.add_case(a_case("case_5", handled_by=elsewhere, msisdn=whose, route=face))
        tx.add_case(a_case("case_6", status=Status.WITHDRAWN))
    opened = frozenset({Status.OPENED})
    with store.read() as tx:
        mine = tx.shop_cases("shop-1", statuses=opened, limit=3)
        assert [case.id for case in mine] == ["case_4", "case_3", "case_2"]
        about = tx.cases_about(whose, statuses=opened, route=face, limit=3)
        assert [case.id for case in about] == ["case_5"]
        issued = frozenset({Status.ISSUED})
        assert not tx.cases_about(whose, statuses=issued, route=face, limit=3)
        assert not tx.cases_about(whose, statuses=opened, route=Route.CHIP, limit=3)


def test_what_is_due_comes_the_oldest_first(store: SqlStore) -> None:
    """Approved cases whose wait is over, and undecided ones whose time is; and no others."""
    waits = {"status": Status.APPROVED, "person": "p"}
    with store.begin() as tx:
        tx.add_case(a_case("case_a", **waits, not_before=NOW))
        tx.add_case(a_case("case_b", **waits, not_before=NOW + HOUR))
        tx.add_case(a_case("case_c", expires_at=NOW - DAY))
        tx.add_case(a_case("case_d", expires_at=NOW + timedelta(microseconds=1)))
        tx.add_case(a_case("case_e", status=Status.ISSUED, expires_at=NOW - DAY))
        tx.add_case(a_case("case_f", **waits, not_before=None, expires_at=NOW - DAY))
        tx.add_case(a_case("case_g", status=Status.REFERRED, expires_at=NOW - HOUR))
    with store.read() as tx:
        assert tx.due(now=NOW, limit=9) == ["case_c", "case_g", "case_a"]
        assert tx.due(now=NOW, limit=1) == ["case_c"]


def test_consents_are_withdrawn_once(store: SqlStore) -> None:
    """A withdrawal marks what holds and leaves an earlier withdrawal as it was."""
    face = Consent(
        purpose=Purpose.FACE_CHECK,
        text_version="2026-11",
        language="en",
        given_at=NOW,
        withdrawn_at=None,
    )
    template = replace(face, purpose=Purpose.KEEP_TEMPLATE)
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_consent("case_1", face)
        assert tx.consents("case_1") == [face]
        tx.withdraw_consents("case_1", now=NOW + HOUR)
        tx.add_consent("case_1", template)
        tx.withdraw_consents("case_1", now=NOW + DAY)
    with store.read() as tx:
        assert tx.consents("case_1") == [
            replace(face, withdrawn_at=NOW + HOUR),
            replace(template, withdrawn_at=NOW + DAY),
        ]


def test_a_challenge_is_spent_once(store: SqlStore) -> None:
    """A second spending is Taken, and the transaction may go on."""
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_challenge(a_challenge())
        assert tx.challenge("hash of chal_1") == a_challenge()
        assert tx.challenge("chal_1") is None
        tx.spend_challenge("chal_1", now=NOW)
        with pytest.raises(Taken):
            tx.spend_challenge("chal_1", now=NOW)
    with store.read() as tx:
        assert tx.challenge("hash of chal_1") == replace(a_challenge(), spent_at=NOW)


def test_tokens_are_spent_singly_and_by_use(store: SqlStore) -> None:
    """Spending all tokens of a use leaves the others good."""
    with store.begin() as tx:
        tx.add_case(a_case())
        for hashed, use in (
            ("a", TokenUse.SESSION),
            ("b", TokenUse.HOLDER),
            ("c", TokenUse.SESSION),
        ):
            tx.add_token(a_token(hashed, use=use))
        tx.spend_token("a", now=NOW)
        with pytest.raises(Taken):
            tx.spend_token("a", now=NOW)
        tx.spend_tokens("case_1", uses=frozenset({TokenUse.SESSION}), now=NOW + HOUR)
    with store.read() as tx:
        spent = [token.spent_at for name in "abc" if (token := tx.token(name)) is not None]
        assert spent == [NOW, None, NOW + HOUR]
        assert tx.token("d") is None


def test_a_member_of_staff_attests_a_case_once(store: SqlStore) -> None:
    """The second attestation of the same person is Taken; another case's is not."""
    one = Witness(
        case="case_1",
        staff="s-1",
        person="p",
        same_person=True,
        document_valid=False,
        old_enough=True,
        at=NOW,
    )
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_case(a_case("case_2"))
        tx.add_witness(one)
        with pytest.raises(Taken):
            tx.add_witness(replace(one, same_person=False))
        tx.add_witness(replace(one, staff="s-2"))
        tx.add_witness(replace(one, case="case_2"))
    with store.read() as tx:
        assert tx.witnesses("case_1") == [one, replace(one, staff="s-2")]


def test_a_word_of_assistance_is_spent_once(store: SqlStore) -> None:
    """Words come back in order, whole; one that was spent meanwhile is not spent again."""
    words = [an_assistance("assist_1"), an_assistance("assist_2", staff="s-2")]
    with store.begin() as tx:
        tx.add_case(a_case())
        for word in words:
            tx.add_assistance(word)
    with store.begin() as tx:
        tx.spend_assistance("assist_1", now=NOW + HOUR)
    with pytest.raises(Changed), store.begin() as tx:
        tx.spend_assistance("assist_1", now=NOW + DAY)
    with store.read() as tx:
        assert tx.assistances("case_1") == [replace(words[0], spent_at=NOW + HOUR), words[1]]
        assert tx.assistances("case_2") == []


def test_decisions_and_verdicts_come_back_in_order(store: SqlStore) -> None:
    """Outcome, reasons with what they are about, band, versions, and who decided."""
    first = a_record()
    bare = replace(first.decision, reasons=(), change=None)
    second = a_record("dec_0", decision=bare, band="", versions={}, decided_by=())
    verdict = Verdict(
        case="case_1",
        decision="dec_1",
        staff="s-9",
        kind=VerdictKind.APPROVE,
        reason=VerdictReason.SAME_PERSON,
        at=NOW,
    )
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_decision(first)
        tx.add_decision(second)
        tx.add_verdict(verdict)
        tx.add_verdict(replace(verdict, kind=VerdictKind.REFUSE))
    with store.read() as tx:
        assert tx.decisions("case_1") == [first, second]
        assert tx.verdicts("case_1") == [verdict, replace(verdict, kind=VerdictKind.REFUSE)]


def test_what_is_held_is_over_in_time_and_let_go(store: SqlStore) -> None:
    """Nobody is given what is over, even before it is deleted; letting go deletes all of it."""
    item = HeldItem(case="case_1", name="live", envelope=b"\x00\xff" * 9, until=NOW + HOUR)
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.hold(replace(item, envelope=b"earlier"))
        tx.hold(item)
        assert tx.held("case_1", now=NOW) == [item]
        assert tx.held("case_1", now=NOW + HOUR) == []
        tx.let_go("case_1")
        assert tx.held("case_1", now=NOW) == []


def test_a_line_comes_back_and_changes_once(store: SqlStore) -> None:
    """A number has one line, and who changes it says which version was read."""
    with store.begin() as tx:
        tx.add_line(a_line())
        with pytest.raises(Taken):
            tx.add_line(a_line(holder="person-2"))
        after = tx.change_line(replace(a_line(), sim=NEXT_SIM, locked=True, second_channel="x"))
        with pytest.raises(Changed):
            tx.change_line(a_line())
    with store.read() as tx:
        assert tx.line(a_line().msisdn) == after
        assert tx.lines_of("person-1") == [after]
        assert tx.lines_of("person-2") == []


def test_one_authority_gives_one_order(store: SqlStore) -> None:
    """Neither the same authority nor the same kind of order for the same case comes twice."""
    first = an_order(old_sim=NEXT_SIM, until=NOW.isoformat())
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_case(a_case("case_2"))
        tx.add_order(first, authority="chal_1")
        with pytest.raises(Taken):
            tx.add_order(an_order("ord_2", case="case_2"), authority="chal_1")
        with pytest.raises(Taken):
            tx.add_order(an_order("ord_2"), authority="chal_2")
        other = an_order("ord_0", kind=OrderKind.HOLD_SMS, sim=None)
        tx.add_order(other, authority="chal_1/sms")
    with store.read() as tx:
        assert tx.orders("case_1") == [first, other]
        assert tx.order("ord_0") == other
        assert tx.order("ord_2") is None


def test_a_notice_is_sent(store: SqlStore) -> None:
    """A notice comes back, and when it was sent."""
    notice = Notice(
        id="note_1",
        kind=NoticeKind.CHANGE_ASKED,
        case="case_1",
        channel=Channel.OLD_SIM,
        address="tel:+8613800000001",
        written_at=NOW,
        sent_at=None,
    )
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_notice(notice)
        tx.add_notice(replace(notice, id="note_0"))
        tx.mark_sent("note_1", now=NOW + HOUR)
    sent = replace(notice, sent_at=NOW + HOUR)
    with store.read() as tx:
        assert tx.notices("case_1") == [sent, replace(notice, id="note_0")]
        assert tx.notice("note_1") == sent


def test_parties_are_put_and_put_again(store: SqlStore) -> None:
    """Staff, passkeys, operators' systems and endpoints: the last word stands."""
    staff = Staff(id="s-1", role=Role.AGENT, shop="shop-1", active=True)
    passkey = Passkey(credential_id=b"\x01c", staff="s-1", public_key=b"key", sign_count=0)
    client = Client(id="op-1", keys='{"keys": []}', active=True)
    endpoint = Endpoint(
        id="e-1",
        client="op-1",
        url="https://a.example/",
        sealed_secrets=(b"one", b"two"),
        active=True,
    )
    gone = replace(endpoint, id="e-2", client="op-2", active=False, gone_at=NOW)
    with store.begin() as tx:
        tx.put_client(replace(client, id="op-2"))
        tx.put_staff(replace(staff, shop="elsewhere"))
        tx.put_staff(staff)
        tx.put_staff(replace(staff, id="s-0"))
        tx.put_passkey(passkey)
        tx.put_passkey(replace(passkey, sign_count=2**40))
        tx.put_client(replace(client, active=False))
        tx.put_client(client)
        tx.put_endpoint(replace(endpoint, sealed_secrets=(b"zero",)))
        tx.put_endpoint(endpoint)
        tx.put_endpoint(replace(gone, active=True, gone_at=None))
        tx.put_endpoint(gone)
    with store.read() as tx:
        assert tx.staff("s-1") == staff
        assert [each.id for each in tx.all_staff()] == ["s-0", "s-1"]
        assert tx.passkeys("s-1") == [replace(passkey, sign_count=2**40)]
        assert tx.client("op-1") == client
        assert tx.endpoints("op-1") == [endpoint]
        assert tx.endpoint("e-1") == endpoint
        assert tx.endpoints_gone(limit=9) == [gone]
        assert (tx.staff("x"), tx.client("x"), tx.endpoint("x")) == (None, None, None)


def test_a_passkey_does_not_change_hands(store: SqlStore) -> None:
    """Who registers a credential of somebody else's does not get their sign-in."""
    hers = Passkey(credential_id=b"c", staff="s-1", public_key=b"key", sign_count=0)
    with store.begin() as tx:
        for name in ("s-1", "s-2"):
            tx.put_staff(Staff(id=name, role=Role.AGENT, shop="shop", active=True))
        tx.put_passkey(hers)
        with pytest.raises(Taken):
            tx.put_passkey(replace(hers, staff="s-2", public_key=b"other"))
        assert tx.passkeys("s-1") == [hers]


def test_an_assertion_and_a_key_serve_once(store: SqlStore) -> None:
    """Of two clients with the same words each has its own; the same again is Taken."""
    answer = Answer(request_hash="h", status=201, body='{"a": "ü"}')
    with store.begin() as tx:
        tx.spend_once("op-1", "jti", until=NOW)
        tx.spend_once("op-2", "jti", until=NOW)
        with pytest.raises(Taken):
            tx.spend_once("op-1", "jti", until=NOW + DAY)
        assert tx.remembered("op-1", "key") is None
        tx.remember("op-1", "key", answer, now=NOW)
        with pytest.raises(Taken):
            tx.remember("op-1", "key", replace(answer, status=500), now=NOW)
        assert tx.remembered("op-1", "key") == answer
        assert tx.remembered("op-2", "key") is None


def test_half_a_sim_is_refused_by_the_schema(store: SqlStore) -> None:
    """The schema refuses what the code would never write: a word it does not know, half a SIM."""
    from sqlalchemy import text  # noqa: PLC0415 - for this test only

    with store.begin() as tx:
        tx.add_case(a_case(sim=SIM, handled_by=HandledBy(staff="s", shop="h", device="d")))
    for change in ("imsi = NULL", "status = 'open'", "attempts = -1", "kind = 'watch'"):
        with pytest.raises(Exception, match=r"(?i)check"), store.begin() as tx:
            tx._connection.execute(text(f"UPDATE cases SET {change}"))  # noqa: S608, SLF001


def test_a_database_belongs_to_one_key(store: SqlStore) -> None:
    """The first key is noted; a database that was restored beside another one is refused."""
    assert store.belongs_to(b"key-of-1")
    assert store.belongs_to(b"key-of-1")
    assert not store.belongs_to(b"key-of-2")
