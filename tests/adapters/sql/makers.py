"""Nouns for tests of the store, each whole, and threads that start together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from lineproof.domain.assistance import Assistance
from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.case import Case, HandledBy, Kind, Status
from lineproof.domain.challenge import Challenge
from lineproof.domain.line import Line, LineStatus
from lineproof.domain.order import Order, OrderKind
from lineproof.domain.reason import Decision, Outcome, Reason, ReasonCode
from lineproof.domain.script import Variant
from lineproof.domain.sim import Sim
from lineproof.domain.token import Token, TokenUse
from lineproof.storage_records import DecisionRecord, Message, Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

NOW = datetime(2026, 11, 25, 12, 30, 0, 123456, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIM, NEXT_SIM = Sim("8988211000000000001", "901700000000001"), Sim("8988211000000000002", "9017002")


def a_case(case_id: str = "case_1", **changes: Any) -> Case:  # noqa: ANN401 - fields of Case
    """Give a case that was just opened at a counter."""
    whole: dict[str, Any] = {
        "id": case_id,
        "kind": Kind.NEW_LINE,
        "status": Status.OPENED,
        "version": 1,
        "operator": "op-1",
        "profile": "cn@1",
        "msisdn": "8613800000001",
        "sim": SIM,
        "handled_by": HandledBy(staff="s-1", shop="shop-1", device="d-1"),
        "route": None,
        "person": None,
        "second_channel": "mailto:a@example.org",
        "attempts": 0,
        "opened_at": NOW,
        "expires_at": NOW + HOUR,
        "not_before": None,
    }
    return Case(**{**whole, **changes})


def a_line(msisdn: str = "8613800000001", **changes: Any) -> Line:  # noqa: ANN401 - fields of Line
    """Give an active line."""
    whole: dict[str, Any] = {
        "msisdn": msisdn,
        "operator": "op-1",
        "sim": SIM,
        "holder": "person-1",
        "status": LineStatus.ACTIVE,
        "locked": False,
        "version": 1,
        "opened_at": NOW,
        "changed_at": NOW,
        "second_channel": None,
    }
    return Line(**{**whole, **changes})


def an_order(order_id: str = "ord_1", **changes: Any) -> Order:  # noqa: ANN401 - fields of Order
    """Give an order for a new line."""
    whole: dict[str, Any] = {
        "id": order_id,
        "kind": OrderKind.ACTIVATE,
        "case": "case_1",
        "msisdn": "8613800000001",
        "sim": SIM,
        "old_sim": None,
        "until": None,
    }
    return Order(**{**whole, **changes})


def a_challenge(challenge_id: str = "chal_1", case: str = "case_1") -> Challenge:
    """Give a challenge that was just asked."""
    return Challenge(
        id=challenge_id,
        case=case,
        nonce_hash=f"hash of {challenge_id}",
        binding="binding",
        variant=Variant.CALM,
        asked_at=NOW,
        expires_at=NOW + HOUR,
        spent_at=None,
    )


def an_assistance(
    word_id: str = "assist_1",
    staff: str = "s-1",
    **changes: Any,  # noqa: ANN401 - fields
) -> Assistance:
    """Give a word that was just said."""
    whole: dict[str, Any] = {
        "id": word_id,
        "case": "case_1",
        "staff": staff,
        "binding": "binding",
        "at": NOW,
        "until": NOW + HOUR,
        "spent_at": None,
    }
    return Assistance(**{**whole, **changes})


def a_token(hashed: str = "t-1", case: str = "case_1", use: TokenUse = TokenUse.SESSION) -> Token:
    """Give a token that was just made."""
    return Token(hash=hashed, use=use, case=case, made_at=NOW, expires_at=NOW + HOUR, spent_at=None)


def a_record(record_id: str = "dec_1", **changes: Any) -> DecisionRecord:  # noqa: ANN401 - fields
    """Give the record of a decision that refers."""
    reasons = (Reason(ReasonCode.NO_MATCH), Reason(ReasonCode.LIVE_QUALITY, "sharpness"))
    whole: dict[str, Any] = {
        "id": record_id,
        "case": "case_1",
        "route": "face",
        "attempt": 1,
        "decision": Decision(outcome=Outcome.REFER, reasons=reasons, change=reasons[1]),
        "band": "<=1e-4",
        "versions": {"pack": "default", "policy": "cn@1"},
        "authority": "chal_1",
        "decided_by": ("s-1", "s-2"),
        "decided_at": NOW,
    }
    return DecisionRecord(**{**whole, **changes})


def a_message(message_id: str = "msg_1", **changes: Any) -> Message:  # noqa: ANN401 - fields
    """Give a message that is due."""
    whole: dict[str, Any] = {
        "id": message_id,
        "topic": Topic.ORDER,
        "subject": "ord_1",
        "body": {"answer": ""},
        "due_at": NOW,
        "tries": 0,
    }
    return Message(**{**whole, **changes})


def a_deed(action: str = "viewed", case: str = "case_1") -> Deed:
    """Give a deed of a member of staff."""
    return Deed(
        actor=Actor(ActorKind.STAFF, "s-7"), action=action, case=case, details={"why": "review"}
    )


def together(works: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run all at once, each in a thread that waits until every one is there; give what came."""
    barrier = threading.Barrier(len(works))

    def one(work: Callable[[], T]) -> T | Exception:
        barrier.wait()
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - what came is what is looked at
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))
