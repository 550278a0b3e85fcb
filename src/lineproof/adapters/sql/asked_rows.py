"""Rows of what a subscriber was asked and given: consents, challenges, tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_tables import CHALLENGES, CONSENTS, TOKENS
from lineproof.domain.challenge import Challenge
from lineproof.domain.consent import Consent, Purpose
from lineproof.domain.script import Variant
from lineproof.domain.token import Token, TokenUse
from lineproof.storage import Taken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class AskedRows(Rows):
    """Keeps consents, challenges and tokens."""

    def add_consent(self, case_id: str, consent: Consent) -> None:
        """Keep a consent."""
        columns = {
            "case_id": case_id,
            "purpose": consent.purpose,
            "text_version": consent.text_version,
            "language": consent.language,
            "given_at": consent.given_at,
            "withdrawn_at": consent.withdrawn_at,
        }
        self._add(CONSENTS, columns)

    def consents(self, case_id: str) -> Sequence[Consent]:
        """Give every consent of a case, in order."""
        mine = sa.select(CONSENTS).where(CONSENTS.c.case_id == case_id).order_by(CONSENTS.c.n)
        return [
            Consent(
                purpose=Purpose(row.purpose),
                text_version=row.text_version,
                language=row.language,
                given_at=row.given_at,
                withdrawn_at=row.withdrawn_at,
            )
            for row in self._all(mine)
        ]

    def withdraw_consents(self, case_id: str, *, now: datetime) -> None:
        """Mark every consent of a case that still holds as withdrawn now."""
        holds = (CONSENTS.c.case_id == case_id, CONSENTS.c.withdrawn_at.is_(None))
        self._change(CONSENTS, *holds, withdrawn_at=now)

    def add_challenge(self, challenge: Challenge) -> None:
        """Keep what was asked."""
        columns = {
            "id": challenge.id,
            "case_id": challenge.case,
            "nonce_hash": challenge.nonce_hash,
            "binding": challenge.binding,
            "asked_at": challenge.asked_at,
            "expires_at": challenge.expires_at,
            "variant": challenge.variant,
            "spent_at": challenge.spent_at,
        }
        self._add(CHALLENGES, columns)

    def challenge(self, nonce_hash: str) -> Challenge | None:
        """Give the challenge of a nonce's hash."""
        row = self._one(sa.select(CHALLENGES).where(CHALLENGES.c.nonce_hash == nonce_hash))
        if row is None:
            return None
        return Challenge(
            id=row.id,
            case=row.case_id,
            nonce_hash=row.nonce_hash,
            binding=row.binding,
            variant=Variant(row.variant) if row.variant is not None else None,
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            spent_at=row.spent_at,
        )

    def scripts_asked(self, case_id: str) -> int:
        """Count the challenges of a case that asked for a script, answered or not."""
        counted = sa.select(sa.func.count()).where(
            CHALLENGES.c.case_id == case_id, CHALLENGES.c.variant.is_not(None)
        )
        return self._connection.execute(counted).scalar_one()

    def spend_challenge(self, challenge_id: str, *, now: datetime) -> None:
        """Mark it as used. Taken if it was used already."""
        unspent = (CHALLENGES.c.id == challenge_id, CHALLENGES.c.spent_at.is_(None))
        if self._change(CHALLENGES, *unspent, spent_at=now) != 1:
            raise Taken(challenge_id)

    def add_token(self, token: Token) -> None:
        """Keep a token's hash."""
        columns = {
            "hash": token.hash,
            "case_id": token.case,
            "use": token.use,
            "made_at": token.made_at,
            "expires_at": token.expires_at,
            "spent_at": token.spent_at,
        }
        self._add(TOKENS, columns)

    def token(self, hashed: str) -> Token | None:
        """Give a token by its hash."""
        row = self._one(sa.select(TOKENS).where(TOKENS.c.hash == hashed))
        if row is None:
            return None
        return Token(
            hash=row.hash,
            use=TokenUse(row.use),
            case=row.case_id,
            made_at=row.made_at,
            expires_at=row.expires_at,
            spent_at=row.spent_at,
        )

    def spend_token(self, hashed: str, *, now: datetime) -> None:
        """Mark it as used. Taken if it was used already."""
        if self._change(TOKENS, TOKENS.c.hash == hashed, TOKENS.c.spent_at.is_(None), spent_at=now):
            return
        raise Taken("token")

    def spend_tokens(self, case_id: str, *, uses: frozenset[TokenUse], now: datetime) -> None:
        """Mark a case's tokens for these uses as used."""
        unspent = (TOKENS.c.case_id == case_id, TOKENS.c.spent_at.is_(None))
        self._change(TOKENS, *unspent, TOKENS.c.use.in_(sorted(uses)), spent_at=now)

    def register_key(self, session: str, key: str) -> None:
        """Keep the public key of a session, by its token's hash. Taken if it has one."""
        bare = (TOKENS.c.hash == session, TOKENS.c.capture_key.is_(None))
        if self._change(TOKENS, *bare, capture_key=key) != 1:
            raise Taken("session")

    def registered_key(self, session: str) -> str | None:
        """Give the public key of a session; None where it registered none."""
        row = self._one(sa.select(TOKENS.c.capture_key).where(TOKENS.c.hash == session))
        return None if row is None else row.capture_key
