"""Rows of what was concluded, by people and by the machine, and of what is held for reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_tables import ASSISTANCES, DECISIONS, HELD, VERDICTS, WITNESSES
from lineproof.domain.assistance import Assistance
from lineproof.domain.reason import Decision, Outcome, Reason, ReasonCode
from lineproof.domain.review import Verdict, VerdictKind, VerdictReason, Witness
from lineproof.storage import Changed
from lineproof.storage_records import DecisionRecord, HeldItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class ReviewRows(Rows):
    """Keeps witnesses, words of assistance, verdicts, decisions and what is held."""

    def add_witness(self, witness: Witness) -> None:
        """Keep that a member of staff saw the person and the document. Taken if they had."""
        columns = {
            "case_id": witness.case,
            "staff": witness.staff,
            "person": witness.person,
            "same_person": witness.same_person,
            "document_valid": witness.document_valid,
            "old_enough": witness.old_enough,
            "at": witness.at,
        }
        self._add(WITNESSES, columns)

    def witnesses(self, case_id: str) -> Sequence[Witness]:
        """Give a case's witnesses, in order."""
        mine = sa.select(WITNESSES).where(WITNESSES.c.case_id == case_id).order_by(WITNESSES.c.n)
        return [
            Witness(
                case=row.case_id,
                staff=row.staff,
                person=row.person,
                same_person=row.same_person,
                document_valid=row.document_valid,
                old_enough=row.old_enough,
                at=row.at,
            )
            for row in self._all(mine)
        ]

    def add_assistance(self, word: Assistance) -> None:
        """Keep a word."""
        columns = {
            "id": word.id,
            "case_id": word.case,
            "staff": word.staff,
            "binding": word.binding,
            "at": word.at,
            "until": word.until,
            "spent_at": word.spent_at,
        }
        self._add(ASSISTANCES, columns)

    def assistances(self, case_id: str) -> Sequence[Assistance]:
        """Give a case's words, in order."""
        mine = sa.select(ASSISTANCES).where(ASSISTANCES.c.case_id == case_id)
        return [
            Assistance(
                id=row.id,
                case=row.case_id,
                staff=row.staff,
                binding=row.binding,
                at=row.at,
                until=row.until,
                spent_at=row.spent_at,
            )
            for row in self._all(mine.order_by(ASSISTANCES.c.n))
        ]

    def spend_assistance(self, assistance_id: str, *, now: datetime) -> None:
        """Mark it as used. Changed if it was used since it was read."""
        unspent = (ASSISTANCES.c.id == assistance_id, ASSISTANCES.c.spent_at.is_(None))
        if self._change(ASSISTANCES, *unspent, spent_at=now) != 1:
            raise Changed(assistance_id)

    def add_verdict(self, verdict: Verdict) -> None:
        """Keep what a reviewer concluded."""
        columns = {
            "case_id": verdict.case,
            "decision": verdict.decision,
            "staff": verdict.staff,
            "kind": verdict.kind,
            "reason": verdict.reason,
            "at": verdict.at,
        }
        self._add(VERDICTS, columns)

    def verdicts(self, case_id: str) -> Sequence[Verdict]:
        """Give the verdicts on a case, in order."""
        mine = sa.select(VERDICTS).where(VERDICTS.c.case_id == case_id).order_by(VERDICTS.c.n)
        return [
            Verdict(
                case=row.case_id,
                decision=row.decision,
                staff=row.staff,
                kind=VerdictKind(row.kind),
                reason=VerdictReason(row.reason),
                at=row.at,
            )
            for row in self._all(mine)
        ]

    def add_decision(self, record: DecisionRecord) -> None:
        """Keep what was decided."""
        decision = record.decision
        columns = {
            "id": record.id,
            "case_id": record.case,
            "route": record.route,
            "attempt": record.attempt,
            "outcome": decision.outcome,
            "reasons": [_pair(reason) for reason in decision.reasons],
            "change": _pair(decision.change) if decision.change is not None else None,
            "band": record.band,
            "versions": dict(record.versions),
            "authority": record.authority,
            "decided_by": list(record.decided_by),
            "decided_at": record.decided_at,
        }
        self._add(DECISIONS, columns)

    def decisions(self, case_id: str) -> Sequence[DecisionRecord]:
        """Give the decisions of a case, in order."""
        mine = sa.select(DECISIONS).where(DECISIONS.c.case_id == case_id).order_by(DECISIONS.c.n)
        return [_record(row) for row in self._all(mine)]

    def hold(self, item: HeldItem) -> None:
        """Keep something sealed for a reviewer."""
        columns = {
            "case_id": item.case,
            "name": item.name,
            "envelope": item.envelope,
            "until": item.until,
        }
        self._put(HELD, columns)

    def held(self, case_id: str, *, now: datetime) -> Sequence[HeldItem]:
        """Give what is held and not yet over."""
        mine = sa.select(HELD).where(HELD.c.case_id == case_id, HELD.c.until > now)
        return [
            HeldItem(case=row.case_id, name=row.name, envelope=row.envelope, until=row.until)
            for row in self._all(mine.order_by(HELD.c.name))
        ]

    def let_go(self, case_id: str) -> None:
        """Delete everything that is held of a case."""
        if self._delete(HELD, HELD.c.case_id == case_id):
            self.let_something_go = True


def _pair(reason: Reason) -> list[str]:
    return [str(reason.code), reason.about]


def _reason(pair: Sequence[str]) -> Reason:
    code, about = pair
    return Reason(ReasonCode(code), about)


def _record(row: sa.Row[Any]) -> DecisionRecord:
    decision = Decision(
        outcome=Outcome(row.outcome),
        reasons=tuple(_reason(pair) for pair in row.reasons),
        change=_reason(row.change) if row.change is not None else None,
    )
    return DecisionRecord(
        id=row.id,
        case=row.case_id,
        route=row.route,
        attempt=row.attempt,
        decision=decision,
        band=row.band,
        versions=row.versions,
        authority=row.authority,
        decided_by=tuple(row.decided_by),
        decided_at=row.decided_at,
    )
