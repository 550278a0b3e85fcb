"""The one map from what was refused, or failed, to HTTP: a status and a problem (RFC 9457)."""

from __future__ import annotations

import re
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from lineproof.flow.refused import RefusalCode
from lineproof.storage import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineproof.flow.refused import Refused

MEDIA_TYPE = "application/problem+json"


class WebCode(StrEnum):
    """What goes wrong before a verb is called, or where no verb could answer. Stable."""

    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    MALFORMED = "malformed"
    """The body is not what its media type says."""
    REQUEST_INVALID = "request_invalid"
    """The body, the path, the query or a header has something else than the interface asks for."""
    MEDIA_TYPE_NOT_SUPPORTED = "media_type_not_supported"
    BODY_TOO_LARGE = "body_too_large"
    BODY_TOO_SLOW = "body_too_slow"
    CREDENTIALS_MISSING = "credentials_missing"
    CREDENTIALS_REFUSED = "credentials_refused"
    TOO_MANY_REQUESTS = "too_many_requests"
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    BUSY = "busy"
    INTERNAL_FAULT = "internal_fault"
    MESSAGE_UNKNOWN = "message_unknown"
    ENDPOINT_UNKNOWN = "endpoint_unknown"
    ENDPOINT_REFUSED = "endpoint_refused"
    KEYS_REFUSED = "keys_refused"


Code: TypeAlias = RefusalCode | WebCode | Trouble
"""Every code that a problem can have."""

STATUS_OF: Mapping[Code, HTTPStatus] = MappingProxyType(
    {
        RefusalCode.CASE_UNKNOWN: HTTPStatus.NOT_FOUND,
        RefusalCode.LINE_UNKNOWN: HTTPStatus.NOT_FOUND,
        RefusalCode.NOTHING_HELD: HTTPStatus.NOT_FOUND,
        RefusalCode.NOT_NOW: HTTPStatus.CONFLICT,
        RefusalCode.CHANGED_MEANWHILE: HTTPStatus.CONFLICT,
        RefusalCode.LINE_FORBIDS: HTTPStatus.CONFLICT,
        RefusalCode.CONSENT_MISSING: HTTPStatus.CONFLICT,
        RefusalCode.DOCUMENT_NEEDED: HTTPStatus.CONFLICT,
        RefusalCode.CHALLENGE_REFUSED: HTTPStatus.CONFLICT,
        RefusalCode.ASSISTANCE_MISSING: HTTPStatus.CONFLICT,
        RefusalCode.KEY_REFUSED: HTTPStatus.CONFLICT,
        RefusalCode.WAIT_AFTER_FAILURE: HTTPStatus.TOO_MANY_REQUESTS,
        RefusalCode.MESSAGE_REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
        RefusalCode.ALREADY_ATTESTED: HTTPStatus.CONFLICT,
        RefusalCode.LOOK_MISSING: HTTPStatus.CONFLICT,
        RefusalCode.CLAIM_MISSING: HTTPStatus.CONFLICT,
        RefusalCode.REASON_MISMATCHED: HTTPStatus.UNPROCESSABLE_ENTITY,
        RefusalCode.REQUEST_INCOMPLETE: HTTPStatus.UNPROCESSABLE_ENTITY,
        RefusalCode.CONSENT_TEXT_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
        RefusalCode.WAY_NOT_OFFERED: HTTPStatus.UNPROCESSABLE_ENTITY,
        RefusalCode.DOCUMENT_UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
        RefusalCode.PICTURE_UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
        # The secret stands in the body, so nobody is asked to sign in (RFC 9110, 15.5.2).
        RefusalCode.TOKEN_REFUSED: HTTPStatus.FORBIDDEN,
        RefusalCode.OWN_CASE: HTTPStatus.FORBIDDEN,
        RefusalCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
        WebCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
        WebCode.MESSAGE_UNKNOWN: HTTPStatus.NOT_FOUND,
        WebCode.ENDPOINT_UNKNOWN: HTTPStatus.NOT_FOUND,
        WebCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
        WebCode.MALFORMED: HTTPStatus.BAD_REQUEST,
        WebCode.IDEMPOTENCY_KEY_MISSING: HTTPStatus.BAD_REQUEST,
        WebCode.REQUEST_INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
        WebCode.IDEMPOTENCY_KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
        WebCode.ENDPOINT_REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
        WebCode.KEYS_REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
        WebCode.MEDIA_TYPE_NOT_SUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        WebCode.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        WebCode.BODY_TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
        WebCode.CREDENTIALS_MISSING: HTTPStatus.UNAUTHORIZED,
        WebCode.CREDENTIALS_REFUSED: HTTPStatus.UNAUTHORIZED,
        WebCode.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
        WebCode.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
        Trouble.UNREACHABLE: HTTPStatus.SERVICE_UNAVAILABLE,
        Trouble.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
        Trouble.CONFLICT: HTTPStatus.SERVICE_UNAVAILABLE,
        Trouble.FULL: HTTPStatus.INSUFFICIENT_STORAGE,
        WebCode.INTERNAL_FAULT: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)
"""Which status each code has. A code without one is a fault, which a test finds."""


class Problem(HTTPException):
    """A request ends here, with a problem document. What it says names nobody."""

    def __init__(
        self,
        code: Code,
        sentence: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(int(STATUS_OF[code]), sentence, dict(headers or {}))
        self.code = code
        self.more = more or {}


def refused(refusal: Refused, *, reasons: bool = False) -> Problem:
    """Give the problem of a verb's refusal; ``reasons`` only where an operator asks."""
    more: dict[str, object] = {"about": refusal.about} if refusal.about else {}
    if reasons and refusal.reasons:
        more["reasons"] = [str(reason) for reason in refusal.reasons]
    headers = {"Retry-After": str(refusal.wait)} if refusal.wait else None
    return Problem(refusal.code, refusal.sentence, headers=headers, more=more)


def body(
    code: Code, sentence: str, *, request_id: str, more: Mapping[str, object]
) -> dict[str, object]:
    """Write a problem document."""
    return {
        "type": f"/problems/{code}",
        "title": title(code),
        "status": int(STATUS_OF[code]),
        "detail": sentence,
        "code": str(code),
        "request_id": request_id,
        **more,
    }


def title(code: Code) -> str:
    """Give a code as words: the same for every problem of its kind (RFC 9457, 3.1.3)."""
    return str(code).replace("_", " ").capitalize()


def answer(problem: Problem, *, request_id: str) -> JSONResponse:
    """Give the answer that a problem is."""
    content = body(problem.code, problem.detail, request_id=request_id, more=problem.more)
    return JSONResponse(
        content, status_code=problem.status_code, headers=problem.headers, media_type=MEDIA_TYPE
    )


def busy(*, seconds: int) -> Problem:
    """Shed a request: nothing of it was begun."""
    sentence = "The service does as much as it can. Nothing was begun; send it again in a moment."
    return Problem(WebCode.BUSY, sentence, headers={"Retry-After": str(seconds)})


def too_many(*, seconds: int) -> Problem:
    """Refuse a request of somebody who sends too many."""
    sentence = "These are too many requests. Wait as long as Retry-After says."
    return Problem(WebCode.TOO_MANY_REQUESTS, sentence, headers={"Retry-After": str(seconds)})


def store_down(trouble: Trouble) -> Problem:
    """Say that the database could not do it."""
    sentence = "The database cannot do it now. Nothing is half-done; send it again in a moment."
    return Problem(trouble, sentence, headers={"Retry-After": "5"})


INTERNAL_FAULT = Problem(
    WebCode.INTERNAL_FAULT,
    "Lineproof met a fault of its own. Please report it with the request's id.",
)

CHANGED_MEANWHILE = Problem(
    RefusalCode.CHANGED_MEANWHILE,
    "Somebody else changed it in this moment. Read it again and decide then.",
)

_OF_STATUS = {
    HTTPStatus.NOT_FOUND: Problem(
        WebCode.NOT_FOUND, "There is nothing here. /docs lists what there is."
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Problem(
        WebCode.METHOD_NOT_ALLOWED, "This cannot be done here; Allow says what can."
    ),
    HTTPStatus.BAD_REQUEST: Problem(
        WebCode.MALFORMED, "The body is not what its Content-Type says. Send it again, whole."
    ),
}


def of_http(error: HTTPException) -> Problem:
    """Give the problem of what the framework itself refuses."""
    if isinstance(error, Problem):
        return error
    known = _OF_STATUS.get(HTTPStatus(error.status_code), INTERNAL_FAULT)
    return Problem(known.code, known.detail, headers=error.headers)


_OUR_NAME = re.compile(r"[a-z][a-z_]{0,40}")


def of_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Give the problem of a request with something wrong: where and what, never the value.

    A name that cannot be a field of ours may be anything a person wrote, and is left out as well.
    """
    if any(
        error["loc"] == ("header", "Idempotency-Key")
        for error in errors
        if error["type"] == "missing"
    ):
        sentence = "Send an Idempotency-Key: made anew for each deed, the same when it is repeated."
        return Problem(WebCode.IDEMPOTENCY_KEY_MISSING, sentence)
    if any(error["type"] == "json_invalid" for error in errors):
        return _OF_STATUS[HTTPStatus.BAD_REQUEST]
    found = [
        {
            "where": ".".join(
                str(part)
                for part in error["loc"]
                if isinstance(part, int) or _OUR_NAME.fullmatch(str(part))
            ),
            "what": str(error["type"]),
        }
        for error in errors
    ]
    sentence = "Something in the request is not what the interface asks for; errors says where."
    return Problem(WebCode.REQUEST_INVALID, sentence, more={"errors": found[:20]})
