"""Handing a case over from the counter's screen to the subscriber's telephone: a link as a code.

The link's secret is kept nowhere but sealed in a cookie of the counter's browser, for as long as it
is good: so a reload shows the same code, and two cases in two tabs have one each.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno

from lineproof.domain.token import LIFE_OF, TokenUse, good, token_hash
from lineproof.web.sign_in.sealed_token import make_token, open_token

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request, Response

    from lineproof.flow.apply import Opened
    from lineproof.web.context import Context

PURPOSE = "handoff"
LIFE = LIFE_OF[TokenUse.CLIENT_SECRET]


def keep_secret(answer: Response, ctx: Context, opened: Opened, *, now: datetime) -> None:
    """Let the counter's browser keep a case's secret, sealed."""
    said = {"case": opened.case.id, "secret": opened.client_secret}
    token = make_token(ctx.door.sealer, purpose=PURPOSE, said=said, now=now, life=LIFE)
    answer.set_cookie(
        _cookie(opened.case.id),
        token,
        max_age=int(LIFE.total_seconds()),
        secure=True,
        httponly=True,
        samesite="strict",
    )


def kept_secret(request: Request, ctx: Context, case_id: str, *, now: datetime) -> str | None:
    """Give a case's secret, where this browser has it and nobody used it."""
    token = request.cookies.get(_cookie(case_id), "")
    opened = open_token(ctx.door.sealer, token, purpose=PURPOSE, now=now)
    if opened is None or opened.said["case"] != case_id:
        return None
    with ctx.service.store.read() as tx:
        known = tx.token(token_hash(opened.said["secret"]))
    if known is None or not good(known, TokenUse.CLIENT_SECRET, now=now):
        return None
    return opened.said["secret"]


def link_of(ctx: Context, secret: str) -> str:
    """Give the link that the code holds; the secret stands after the ``#``, in no server's log."""
    return f"{ctx.settings.address}/c#{secret}"


def code_of(link: str) -> bytes:
    """Draw a link as a QR code (ISO/IEC 18004): SVG, black on white in every colour scheme."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, omitsize=True, border=4, dark="#000", light="#fff"
    )
    return out.getvalue()


def _cookie(case_id: str) -> str:
    return f"__Host-handoff-{case_id[-12:]}"
