"""What the service answers, as frozen dataclasses; docs/api.md and /docs say what each means.

A field that a newer service adds is left out, so that an older client goes on working.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class Refusal(Exception):  # noqa: N818 - it is what it says
    """The service refused: a problem of RFC 9457. ``code`` is stable (docs/reasons.md)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", problem.get("error", "unknown")))
        self.detail = str(problem.get("detail", problem.get("error_description", "")))
        self.about = str(problem.get("about") or "")
        self.reasons = tuple(str(each) for each in problem.get("reasons") or ())
        self.request_id = str(problem.get("request_id", ""))
        super().__init__(f"{self.code}: {self.detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimAnswer:
    """One SIM."""

    iccid: str = field(repr=False)
    imsi: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    """One case, as an operator's system knows it."""

    id: str
    kind: str
    status: str
    version: int
    profile: str
    msisdn: str = field(repr=False)
    sim: SimAnswer | None
    route: str | None
    attempts: int
    opened_at: datetime
    expires_at: datetime
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAnswer:
    """A case, and the secret for the subscriber's browser."""

    case: CaseAnswer
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAnswer:
    """One decision about a case."""

    id: str
    route: str
    attempt: int
    outcome: str
    reasons: tuple[str, ...]
    decided_by: tuple[str, ...]
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """One line."""

    msisdn: str = field(repr=False)
    status: str
    locked: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCaseAnswer:
    """A case in a list: where it stands. Read it for the rest."""

    id: str
    kind: str
    status: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLineAnswer:
    """One line, as its holder is shown it. ``line`` names it in this session."""

    line: str
    number: str = field(repr=False)
    status: str
    locked: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLockAnswer:
    """A line of one's own, and its lock."""

    line: str
    locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCaseAnswer:
    """A case, as its subscriber knows it."""

    kind: str
    status: str
    line: str
    next: str
    route: str | None
    ways: tuple[str, ...]
    attempts_left: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAnswer:
    """How well a document was read."""

    strength: str
    number_read: bool
    portrait_found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAnswer:
    """One step of a script, ``start_ms`` after it began; what does not belong to it is None."""

    do: str
    start_ms: int
    ms: int
    name: str | None
    rgb: tuple[int, ...] | None
    side: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptAnswer:
    """What is asked of the person, step by step."""

    variant: str
    ms: int
    steps: tuple[StepAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeAnswer:
    """What a capture, or a chip, has to answer."""

    nonce: str = field(repr=False)
    chip_challenge: str
    expires_at: datetime
    script: ScriptAnswer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureAnswer:
    """What was decided, as the subscriber may know it."""

    outcome: str
    change: str | None
    case: OwnCaseAnswer


def answered(response: httpx.Response, kind: type[T]) -> T:
    """Read an answer; raises Refusal for a problem."""
    return read(kind, told_by(response))


def read(kind: type[T], told: dict[str, Any]) -> T:
    """Read one of this file's dataclasses from a JSON object."""
    found: T = _read(kind, told)
    return found


def told_by(response: httpx.Response) -> dict[str, Any]:
    """Give an answer's JSON object; raises Refusal for a problem, or what is none of ours."""
    try:
        told = response.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or response.is_error:
        raise Refusal(response.status_code, told if isinstance(told, dict) else {})
    return told


def _read(kind: Any, told: Any) -> Any:  # noqa: ANN401 - what is read is JSON
    """Make a value of a type from JSON; types are those of this file's fields."""
    if get_origin(kind) is types.UnionType:
        (some,) = (each for each in get_args(kind) if each is not type(None))
        return None if told is None else _read(some, told)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in told)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(
            **{each.name: _read(hints[each.name], told[each.name]) for each in fields(kind)}
        )
    return datetime.fromisoformat(told) if kind is datetime else told
