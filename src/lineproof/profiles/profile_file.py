"""What stands in a profile's file: for each field a value and the source it comes from.

docs/profiles.md lists the fields. A key that is not known is an error, and so is one that is
missing: a rule that is silently ignored or silently guessed would be nobody's rule.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from lineproof.domain.case import Kind, Route
from lineproof.domain.document import Strength
from lineproof.domain.profile import Channel, Consequence
from lineproof.domain.validity import ANY_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

NAME_PATTERN = r"[a-z0-9][a-z0-9-]{0,39}"

NO_LIMIT = "no limit"
ANY = "any"

_WAIT = re.compile(r"(\d{1,7}) (second|minute|hour|day)s?", re.ASCII)


def _wait(value: object) -> timedelta:
    """Read a wait such as ``24 hours``."""
    found = _WAIT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('a wait is needed, such as "30 minutes", "24 hours" or "7 days"')
    return timedelta(**{f"{found[2]}s": int(found[1])})


def _lines(value: object) -> int | None:
    if value == NO_LIMIT:
        return None
    # True is an int to Python, and no number of lines to anybody.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f'a whole number or "{NO_LIMIT}" is needed')  # noqa: TRY004 - pydantic's
    return value


def _types(value: object) -> tuple[str, ...]:
    if value == ANY:
        return ANY_TYPE
    codes = value if isinstance(value, list) else []
    if not codes or not all(isinstance(c, str) and re.fullmatch("[A-Z]{1,2}", c) for c in codes):
        raise ValueError(f'document codes (ICAO 9303-3) such as ["P", "I"], or "{ANY}", are needed')
    return tuple(codes)


def _strength(value: object) -> Strength:
    labels = {strength.label: strength for strength in Strength}
    if not isinstance(value, str) or value not in labels:
        raise ValueError(f"one of {', '.join(labels)} is needed")
    return labels[value]


def _word(words: type[StrEnum]) -> Callable[[object], StrEnum]:
    def read(value: object) -> StrEnum:
        if not isinstance(value, str) or value not in list(words):
            raise ValueError(f"one of {', '.join(words)} is needed")
        return words(value)

    return read


def _words(words: type[StrEnum]) -> Callable[[object], frozenset[StrEnum]]:
    def read(value: object) -> frozenset[StrEnum]:
        if not isinstance(value, list):
            raise ValueError(f"a list of {', '.join(words)} is needed")  # noqa: TRY004 - pydantic's
        return frozenset(_word(words)(item) for item in value)

    return read


def _source(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("one line is needed that says where the value comes from")
    return text


Wait = Annotated[timedelta, BeforeValidator(_wait)]
Lines = Annotated[int | None, BeforeValidator(_lines)]
Types = Annotated[tuple[str, ...], BeforeValidator(_types)]
LeastStrength = Annotated[Strength, BeforeValidator(_strength)]
OneConsequence = Annotated[Consequence, BeforeValidator(_word(Consequence))]
Channels = Annotated[frozenset[Channel], BeforeValidator(_words(Channel))]
Routes = Annotated[frozenset[Route], BeforeValidator(_words(Route))]
Years = Annotated[int, Field(ge=0, le=120)]
Source = Annotated[str, Field(max_length=600), AfterValidator(_source)]

T = TypeVar("T")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Sourced(_Table, Generic[T]):
    """One value and where it comes from."""

    value: T
    source: Source


class EveryKind(_Table):
    """What evidence must show, whatever is asked for."""

    max_fmr: Sourced[float]
    attempts: Sourced[int]
    least_strength: Sourced[LeastStrength]
    accepted_types: Sourced[Types]
    least_age: Sourced[Years]
    validity_required: Sourced[bool]
    liveness_required: Sourced[bool]
    max_apcer: Sourced[float]
    max_bpcer: Sourced[float]
    liveness_on_people: Sourced[bool]
    assisted_accepted: Sourced[bool]


class OneKind(_Table):
    """What differs for one kind of case; everything else is as for every kind."""

    max_fmr: Sourced[float] | None = None
    attempts: Sourced[int] | None = None
    least_strength: Sourced[LeastStrength] | None = None
    accepted_types: Sourced[Types] | None = None
    least_age: Sourced[Years] | None = None
    validity_required: Sourced[bool] | None = None
    liveness_required: Sourced[bool] | None = None
    max_apcer: Sourced[float] | None = None
    max_bpcer: Sourced[float] | None = None
    liveness_on_people: Sourced[bool] | None = None
    assisted_accepted: Sourced[bool] | None = None


class Kinds(_Table):
    """The kinds of case that have rules of their own."""

    new_line: OneKind = OneKind()
    sim_replacement: OneKind = OneKind()
    transfer: OneKind = OneKind()
    port_in: OneKind = OneKind()
    recheck: OneKind = OneKind()
    lock_release: OneKind = OneKind()

    def of(self, kind: Kind) -> OneKind:
        """Give what differs for this kind."""
        found: OneKind = getattr(self, kind.value)
        return found


class Retention(_Table):
    """How long each kind of record stays."""

    case: Sourced[Wait]
    attempt: Sourced[Wait]
    held: Sourced[Wait]


class ProfileFile(_Table):
    """A whole file."""

    name: str = Field(pattern=rf"^{NAME_PATTERN}$")
    version: int = Field(ge=1)
    title: Source
    lines_per_person: Sourced[Lines]
    transfer_allowed: Sourced[bool]
    attempts_per_person: Sourced[int]
    attempts_window: Sourced[Wait]
    delay_after_failure: Sourced[Wait]
    case_life: Sourced[Wait]
    recheck_deadline: Sourced[Wait]
    recheck_consequence: Sourced[OneConsequence]
    cool_off: Sourced[Wait]
    hold_before_activation: Sourced[Wait]
    objection_window: Sourced[Wait]
    sms_hold: Sourced[Wait]
    notices: Sourced[Channels]
    alternatives: Sourced[Routes]
    guardian_below: Sourced[Years]
    held_for_review: Sourced[bool]
    template_allowed: Sourced[bool]
    every_kind: EveryKind
    kind: Kinds = Kinds()
    retention: Retention

    def rows(self) -> list[tuple[str, Any, str]]:
        """Give every field of the file in its order: its dotted key, its value, its source."""
        return list(_rows(self, ()))


def _rows(table: BaseModel, path: tuple[str, ...]) -> list[tuple[str, Any, str]]:
    rows = []
    for name in type(table).model_fields:
        item, where = getattr(table, name), (*path, name)
        if isinstance(item, Sourced):
            rows.append((".".join(where), item.value, item.source))
        elif isinstance(item, BaseModel):
            rows += _rows(item, where)
    return rows
