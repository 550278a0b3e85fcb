"""What the fuzzing of fuzz_chip came upon: the smallest input of each outcome, held to it."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.chip import read_chip
from lineproof.reading.chip_authentication import ask
from lineproof.reading.chip_code import ChipError
from lineproof.reading.data_group_11 import holder_details
from lineproof.reading.issuers import NOBODY, chain, read_certificate
from lineproof.reading.mrz import parse
from tests.reading import pki

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 11, 24)
KEPT = Path(__file__).parent / "vectors" / "fuzzed.json"


def of_object(data: bytes) -> str:
    """Say how a security object ends where nobody is trusted."""
    found = read_chip({"SOD": data, "DG1": pki.dg1()}, NOBODY, today=TODAY).finding
    return f"{found.passive_authentication}: {', '.join(found.reasons)}"


def of_group(data: bytes) -> str:
    """Say what a group is as DG1, as DG11 and as DG14."""
    found = read_chip({"DG1": data}, NOBODY, today=TODAY).finding
    details = holder_details(data)
    told = _why(details)
    if isinstance(details, Measured):
        fields = details.value
        parts = (fields.full_name, fields.personal_number, fields.date_of_birth)
        told = " ".join(_why(each) for each in parts)
    try:
        question = ask(data)
        asked = "none" if question is None else f"asked in {len(question.opening)}"
    except ChipError as error:
        asked = error.code
    return f"{_why(found.mrz)}; {told}; {asked}"


def of_certificate(data: bytes) -> str:
    """Say how a certificate ends where nobody is trusted."""
    try:
        chain(read_certificate(data), NOBODY, signed_at=None)
    except ChipError as error:
        return error.code
    return "chained"


def of_zone(data: bytes) -> str:
    """Say what lines are as a zone: its format, and which of its parts were told."""
    lines = data.decode("latin-1").split("\n")[:4]
    found = parse([None if line == "?" else line for line in lines], today=TODAY)
    if isinstance(found, Unmeasured):
        return found.why
    mrz = found.value
    good = "".join("+" if check.good else "-" for check in mrz.checks)
    told = "".join("+" if isinstance(each, Measured) else "-" for each in mrz.fields.values())
    dates = f"{_why(mrz.date_of_birth)} {_why(mrz.date_of_expiry)}"
    return f"{mrz.format} {good} {told} {dates} {mrz.names_truncated}"


def _why(found: Finding[Any]) -> str:
    return "told" if isinstance(found, Measured) else found.why


OUTCOMES: dict[str, Callable[[bytes], str]] = {
    "object": of_object,
    "group": of_group,
    "certificate": of_certificate,
    "zone": of_zone,
}
VECTORS: dict[str, dict[str, str]] = json.loads(KEPT.read_text("utf-8"))


@pytest.mark.parametrize(
    ("target", "outcome"),
    [(target, outcome) for target, kept in VECTORS.items() for outcome in kept],
)
def test_what_was_found_ends_as_it_did(target: str, outcome: str) -> None:
    """Each input is kept under the outcome that it must have."""
    assert OUTCOMES[target](base64.b64decode(VECTORS[target][outcome])) == outcome


def test_the_outcomes_are_many() -> None:
    """The fuzzing went past the first check of each parser."""
    assert {target: len(kept) > 2 for target, kept in VECTORS.items()} == dict.fromkeys(
        OUTCOMES, True
    )
