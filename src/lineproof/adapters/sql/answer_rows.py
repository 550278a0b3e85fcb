"""Rows of answers that were given, of what is counted, and the deleting of what is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_tables import (
    ANSWERS,
    ASSERTIONS,
    ASSISTANCES,
    ATTEMPTS,
    CASES,
    DECISIONS,
    HELD,
    OUTBOX,
    TOKENS,
    VERDICTS,
)
from lineproof.domain.case import FINAL, Status
from lineproof.domain.reason import Outcome
from lineproof.domain.review import VerdictKind
from lineproof.storage_records import Answer, Count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class AnswerRows(Rows):
    """Keeps answers, counts, and deletes."""

    def remember(self, client: str, key: str, answer: Answer, *, now: datetime) -> None:
        """Keep an answer under an Idempotency-Key. Taken if the key has one."""
        columns = {
            "client": client,
            "key": key,
            "request_hash": answer.request_hash,
            "status": answer.status,
            "body": answer.body,
            "at": now,
        }
        self._add(ANSWERS, columns)

    def remembered(self, client: str, key: str) -> Answer | None:
        """Give the answer of an Idempotency-Key; in a writing transaction, the key is locked."""
        self._lock_name("answer", f"{client}\x1f{key}")
        row = self._one(sa.select(ANSWERS).where(ANSWERS.c.client == client, ANSWERS.c.key == key))
        if row is None:
            return None
        return Answer(request_hash=row.request_hash, status=row.status, body=row.body)

    def counts(self, *, since: datetime) -> Sequence[Count]:
        """Count per member and shop since then: overrides and words under who gave them."""
        counted = {(each.staff, each.shop): each for each in self._handled(since)}
        for staff, shop, many in self._overrides(since):
            found = counted.get((staff, shop), Count(staff=staff, shop=shop))
            counted[staff, shop] = replace(found, overrides=many)
        for staff, shop, many in self._assisted(since):
            found = counted.get((staff, shop), Count(staff=staff, shop=shop))
            counted[staff, shop] = replace(found, assisted=many)
        return [counted[key] for key in sorted(counted)]

    def _handled(self, since: datetime) -> Sequence[Count]:
        """Count what came of the cases that were opened since then, under who handled them."""
        retried = sa.select(DECISIONS.c.case_id, sa.func.count().label("many"))
        retried = retried.where(DECISIONS.c.outcome == Outcome.RETRY)
        retries = retried.group_by(DECISIONS.c.case_id).subquery()
        before = CASES.c.attempts_before_other_way
        counted = (
            sa.select(
                CASES.c.staff,
                CASES.c.shop,
                sa.func.count().label("cases"),
                sa.func.coalesce(sa.func.sum(retries.c.many), 0).label("retries"),
                sa.func.count().filter(before == 0).label("skips"),
                sa.func.count().filter(before.is_not(None)).label("other_way"),
                sa.func.count().filter(CASES.c.status == Status.WITHDRAWN).label("withdrawn"),
                sa.func.count().filter(CASES.c.status == Status.REFUSED).label("refused"),
            )
            .select_from(CASES.outerjoin(retries, retries.c.case_id == CASES.c.id))
            .where(CASES.c.opened_at >= since, CASES.c.staff.is_not(None))
            .group_by(CASES.c.staff, CASES.c.shop)
        )
        return [
            Count(
                staff=row.staff,
                shop=row.shop,
                cases=row.cases,
                retries=int(row.retries),
                skips=row.skips,
                other_way=row.other_way,
                withdrawn=row.withdrawn,
                refused=row.refused,
            )
            for row in self._all(counted)
        ]

    def _overrides(self, since: datetime) -> Sequence[tuple[str, str, int]]:
        """Count the cases that each reviewer approved since then, by the shop they came from."""
        many = sa.func.count(sa.distinct(VERDICTS.c.case_id)).label("many")
        approved = (
            sa.select(VERDICTS.c.staff, CASES.c.shop, many)
            .select_from(VERDICTS.join(CASES, CASES.c.id == VERDICTS.c.case_id))
            .where(VERDICTS.c.kind == VerdictKind.APPROVE, VERDICTS.c.at >= since)
            .group_by(VERDICTS.c.staff, CASES.c.shop)
        )
        return [(row.staff, row.shop or "", row.many) for row in self._all(approved)]

    def _assisted(self, since: datetime) -> Sequence[tuple[str, str, int]]:
        """Count the cases of whose person each member gave their word since then."""
        many = sa.func.count(sa.distinct(ASSISTANCES.c.case_id)).label("many")
        helped = (
            sa.select(ASSISTANCES.c.staff, CASES.c.shop, many)
            .select_from(ASSISTANCES.join(CASES, CASES.c.id == ASSISTANCES.c.case_id))
            .where(ASSISTANCES.c.at >= since)
            .group_by(ASSISTANCES.c.staff, CASES.c.shop)
        )
        return [(row.staff, row.shop or "", row.many) for row in self._all(helped)]

    def prune(self, *, cases_before: datetime, attempts_before: datetime, now: datetime) -> int:
        """Delete what has outlived its retention, and what is held too long; give how many rows.

        With a case goes everything that belongs to it. A case that is not finished stays.
        """
        # Whatever readers kept from being overwritten before is now, in passing.
        self.let_something_go = True
        over = (CASES.c.status.in_(sorted(FINAL)), CASES.c.opened_at < cases_before)
        return sum(
            (
                self._delete(HELD, HELD.c.until <= now),
                self._delete(TOKENS, TOKENS.c.expires_at <= now),
                self._delete(ASSERTIONS, ASSERTIONS.c.until <= now),
                self._delete(ATTEMPTS, ATTEMPTS.c.at < attempts_before),
                self._delete(ANSWERS, ANSWERS.c.at < cases_before),
                self._delete(OUTBOX, OUTBOX.c.died_at < cases_before),
                self._delete(CASES, *over),
            )
        )
