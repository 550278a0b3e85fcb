"""Challenges, tokens and consents: what was asked, what was given, and until when it is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.case import Case, Kind, Status
from lineproof.domain.challenge import (
    CHIP_BYTES,
    LIFE,
    LONGEST_DELAY,
    Challenge,
    Unanswered,
    answered,
    asked_again,
    binding,
    for_chip,
    nonce_hash,
)
from lineproof.domain.consent import TEXTS, Consent, Purpose, covers, covers_several, exists
from lineproof.domain.sim import Sim
from lineproof.domain.token import LIFE_OF, Token, TokenUse, good, token_hash

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)

CASE = Case(
    id="case_1",
    kind=Kind.SIM_REPLACEMENT,
    status=Status.CAPTURING,
    version=3,
    operator="op",
    profile="cn@1",
    msisdn="8613800000001",
    sim=Sim("89490", "00101"),
    handled_by=None,
    route=None,
    person="p1",
    second_channel=None,
    attempts=1,
    opened_at=NOW,
    expires_at=NOW + timedelta(days=1),
    not_before=None,
)
ASKED = Challenge(
    id="chal_1",
    case=CASE.id,
    nonce_hash=nonce_hash("nonce"),
    binding=binding(CASE),
    variant=None,
    asked_at=NOW,
    expires_at=NOW + LIFE,
    spent_at=None,
)


def test_a_challenge_is_answered_within_its_time() -> None:
    """From the moment it was asked until just before it expires; a clock set back gains nothing."""
    for at in (NOW, NOW + LIFE - MOMENT):
        assert answered(ASKED, CASE, now=at) is None
    for at in (NOW - MOMENT, NOW + LIFE, NOW + timedelta(days=99)):
        assert answered(ASKED, CASE, now=at) is Unanswered.CHALLENGE_EXPIRED


def test_a_challenge_is_known_and_answered_once() -> None:
    """One that was never asked, and one that was answered already, answer nothing."""
    assert answered(None, CASE, now=NOW) is Unanswered.CHALLENGE_UNKNOWN
    spent = replace(ASKED, spent_at=NOW)
    assert answered(spent, CASE, now=NOW) is Unanswered.CHALLENGE_SPENT


@pytest.mark.parametrize(
    "other",
    [
        {"id": "case_2"},
        {"kind": Kind.TRANSFER},
        {"msisdn": "8613800000002"},
        {"sim": Sim("89491", "00101")},
        {"sim": Sim("89490", "00102")},
        {"sim": None},
        {"person": "p2"},
        {"person": None},
    ],
)
def test_an_answer_serves_no_other_request(other: dict[str, object]) -> None:
    """Another case, kind, line, SIM or document: what was asked for one is not taken for it."""
    changed = replace(CASE, **other)  # type: ignore[arg-type]
    assert answered(ASKED, changed, now=NOW) is Unanswered.CHALLENGE_OF_ANOTHER_REQUEST


def test_what_moves_a_case_leaves_its_binding() -> None:
    """Status, attempts and deadlines change while a capture is looked at."""
    moved = replace(CASE, status=Status.REFERRED, version=9, attempts=3, not_before=NOW)
    assert binding(moved) == binding(CASE)


@given(
    iccid=st.text("0123456789", min_size=1, max_size=4),
    imsi=st.text("0123456789", min_size=1, max_size=4),
    moved=st.integers(1, 3),
)
def test_parts_of_a_binding_do_not_run_together(iccid: str, imsi: str, moved: int) -> None:
    """Moving digits from the IMSI to the ICCID makes another SIM of it."""
    other = Sim(iccid + imsi[:moved], imsi[moved:])
    assert binding(replace(CASE, sim=Sim(iccid, imsi))) != binding(replace(CASE, sim=other))


def test_a_chip_signs_eight_bytes_of_each_nonce_alone() -> None:
    """What a chip is asked to sign comes from the nonce and is not what is kept of it."""
    assert len(for_chip("nonce")) == CHIP_BYTES
    assert for_chip("nonce") != for_chip("nonce2")
    assert for_chip("nonce").hex() not in nonce_hash("nonce")


@pytest.mark.parametrize("use", TokenUse)
def test_a_token_serves_its_use_in_its_time_once(use: TokenUse) -> None:
    """For nothing else, not before it was made, not when it is over, and not again."""
    life = LIFE_OF[use]
    token = Token(
        hash=token_hash("s"), use=use, case="c", made_at=NOW, expires_at=NOW + life, spent_at=None
    )
    assert good(token, use, now=NOW)
    assert good(token, use, now=NOW + life - MOMENT)
    assert not good(token, use, now=NOW + life)
    assert not good(token, use, now=NOW - MOMENT)
    assert not good(replace(token, spent_at=NOW), use, now=NOW)
    assert not any(good(token, other, now=NOW) for other in TokenUse if other is not use)
    assert not good(None, use, now=NOW)


GIVEN = Consent(
    purpose=Purpose.FACE_CHECK,
    text_version="2026-11",
    language="en",
    given_at=NOW,
    withdrawn_at=None,
)


def test_a_consent_covers_its_purpose_from_then_until_withdrawn() -> None:
    """One purpose does not stand for the other, and a withdrawal ends it at once."""
    later = NOW + timedelta(hours=1)
    assert covers([GIVEN], Purpose.FACE_CHECK, now=NOW)
    assert not covers([GIVEN], Purpose.FACE_CHECK, now=NOW - MOMENT)
    assert not covers([GIVEN], Purpose.KEEP_TEMPLATE, now=NOW)
    assert not covers([], Purpose.FACE_CHECK, now=NOW)
    withdrawn = replace(GIVEN, withdrawn_at=later)
    assert covers([withdrawn], Purpose.FACE_CHECK, now=later - MOMENT)
    assert not covers([withdrawn], Purpose.FACE_CHECK, now=later)
    # Whoever consents again after withdrawing is taken at their word.
    again = replace(GIVEN, given_at=later)
    assert covers([withdrawn, again], Purpose.FACE_CHECK, now=later)


def test_who_read_last_of_more_than_one_picture_allows_more_than_one() -> None:
    """The text that was read last counts, while it holds, and only that of a face check."""
    later = NOW + timedelta(hours=1)
    several = replace(GIVEN, text_version="2026-12", given_at=later)
    assert covers_several([GIVEN, several], now=later)
    assert not covers_several([GIVEN, several], now=NOW)
    assert not covers_several([GIVEN], now=later)
    assert not covers_several([], now=later)
    assert not covers_several([replace(several, withdrawn_at=later), GIVEN], now=later)
    old_again = replace(GIVEN, given_at=later + MOMENT)
    assert not covers_several([several, old_again], now=later + MOMENT)
    of_template = replace(several, purpose=Purpose.KEEP_TEMPLATE)
    assert not covers_several([of_template], now=later)


def test_nobody_consents_to_a_text_that_there_is_not() -> None:
    """Each purpose has a text; another version or language of it is none."""
    for purpose in Purpose:
        for text_version, language in TEXTS[purpose]:
            assert exists(purpose, text_version, language)
            assert not exists(purpose, text_version + "x", language)
            assert not exists(purpose, text_version, "xx")


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 15), (2, 30), (3, 60), (9, 3600), (1_000, 3600)]
)
def test_a_wait_doubles_up_to_an_hour(failures: int, seconds: int) -> None:
    """It counts from the last failure, and no number of failures makes it longer than an hour."""
    failed = [NOW - timedelta(days=1)] * (failures - 1) + [NOW]
    assert asked_again(failed, timedelta(seconds=15)) == NOW + timedelta(seconds=seconds)
    assert asked_again(failed, LONGEST_DELAY) == NOW + LONGEST_DELAY
    assert asked_again(failed, timedelta(0)) == NOW


def test_who_has_not_failed_waits_for_nothing() -> None:
    """No attempt, no wait."""
    assert asked_again([], LONGEST_DELAY) is None
