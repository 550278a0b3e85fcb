"""Idempotency-Key: a request that is sent again gets the same answer and does nothing again.

The key is locked, the deed done and the answer kept in one transaction. What was refused changed
nothing and is not kept: the same key may be tried again.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Annotated

from fastapi import Header

from lineproof.storage_records import Answer
from lineproof.web.problems import Problem, WebCode

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import BaseModel

    from lineproof.ports import Sealer
    from lineproof.storage import Transaction

PURPOSE = "idempotency"

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="Made anew by the caller for each deed, and sent again with it.",
        examples=["5f0c1f9e-7a51-4c0e-9f43-0a6f0a3d9d11"],
    ),
]


def hash_of(asked: BaseModel) -> str:
    """Give the hash of what was asked, by which another request under the same key is known."""
    return hashlib.sha256(asked.model_dump_json().encode()).hexdigest()


def given_before(
    tx: Transaction, sealer: Sealer, caller: str, key: str, *, request_hash: str
) -> str | None:
    """Give the body that was answered under this key; None where the key is new.

    Raises the problem ``idempotency_key_reused`` where it was another request.
    """
    kept = tx.remembered(caller, key)
    if kept is None:
        return None
    if kept.request_hash != request_hash:
        sentence = "This key belongs to another request. Make a new key for each deed."
        raise Problem(WebCode.IDEMPOTENCY_KEY_REUSED, sentence)
    sealed = base64.b64decode(kept.body)
    content = sealer.unseal(sealed, purpose=PURPOSE, context=f"{caller}/{key}")
    if content is None:
        raise RuntimeError("an answer was sealed with a key that this deployment no longer has")
    return content.decode()


def keep(  # noqa: PLR0913 - one keyword for each fact of the answer
    tx: Transaction,
    sealer: Sealer,
    caller: str,
    key: str,
    *,
    request_hash: str,
    status: int,
    body: str,
    now: datetime,
) -> None:
    """Keep an answer, sealed: a client secret may stand in it."""
    sealed = sealer.seal(body.encode(), purpose=PURPOSE, context=f"{caller}/{key}")
    answer = Answer(
        request_hash=request_hash, status=status, body=base64.b64encode(sealed).decode()
    )
    tx.remember(caller, key, answer, now=now)
