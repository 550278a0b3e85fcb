"""What `lineproof read-document` says: one object for programs, a page of words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineproof.commands.console import SENTENCES, plain, wide
from lineproof.domain.document import (
    ChipFinding,
    DocumentFinding,
    Mrz,
    Proof,
    Strength,
    facts,
    said,
    strength,
)
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.reason import Outcome

if TYPE_CHECKING:
    from rich.console import Console

    from lineproof.domain.document import Signal
    from lineproof.domain.reason import Decision

PROVEN_SO_FAR = {
    Strength.NONE: "Nothing on this document could be proven.",
    Strength.WEAK: (
        "Weak: a photograph whose own sums add up. Anybody with a printer can make one; "
        "reading the chip would prove it."
    ),
    Strength.STRONG: (
        "Strong: the issuer's signature covers what the chip says. That the chip is no copy was "
        "not shown."
    ),
    Strength.STRONGEST: "Strongest: signed by its issuer, and the chip is no copy.",
}


def document_json(document: DocumentFinding, decision: Decision) -> dict[str, Any]:
    """Give the object that ``lineproof read-document --json`` promises; see docs/documents.md."""
    return {
        "outcome": str(decision.outcome),
        "reasons": [str(reason) for reason in decision.reasons],
        "strength": strength(document).label,
        "mrz": _mrz(document.mrz),
        "chip": _chip(document.chip),
        "portrait": _portrait(document),
        "printed": _printed(document),
        "barcodes": [
            {"symbology": each.symbology, "standard": each.standard, "fields": dict(each.fields)}
            for each in document.barcodes
        ],
        "national_numbers": [
            {
                "country": each.country,
                "number": each.number,
                "good": each.good,
                "date_of_birth": _text(each.date_of_birth),
                "region": each.region,
            }
            for each in document.national_numbers
        ],
        "signals": {name: _signal(found) for name, found in document.signals.items()},
        "facts": [
            {
                "name": fact.name,
                "value": fact.value,
                "source": str(fact.source),
                "strength": fact.strength.label,
            }
            for fact in facts(document)
        ],
    }


def _mrz(found: Finding[Mrz]) -> dict[str, Any]:
    if isinstance(found, Unmeasured):
        return {"format": None, "lines": [], "checks": [], "fields": {}, "unmeasured": found.why}
    mrz = found.value
    fields = {name: _text(value) for name, value in mrz.fields.items()}
    fields |= {
        "date_of_birth": _text(mrz.date_of_birth),
        "date_of_expiry": _text(mrz.date_of_expiry),
    }
    return {
        "format": str(mrz.format),
        "lines": [_text(line) for line in mrz.lines],
        "checks": [
            {
                "name": check.name,
                "given": check.given,
                "expected": check.expected,
                "good": check.good,
            }
            for check in mrz.checks
        ],
        "fields": fields,
        "names_truncated": mrz.names_truncated,
    }


def _text(found: Finding[Any]) -> str | None:
    return str(found.value) if isinstance(found, Measured) else None


def _chip(found: Finding[ChipFinding]) -> dict[str, Any]:
    if isinstance(found, Unmeasured):
        nothing = str(Proof.UNMEASURED)
        return {
            "passive_authentication": nothing,
            "active_authentication": nothing,
            "chip_authentication": nothing,
            "reasons": [found.why],
            "issuer": None,
            "groups": [],
            "fields": {},
        }
    chip = found.value
    return {
        "passive_authentication": str(chip.passive_authentication),
        "active_authentication": str(chip.active_authentication),
        "chip_authentication": str(chip.chip_authentication),
        "reasons": [str(reason) for reason in chip.reasons],
        "issuer": chip.issuer,
        "groups": list(chip.groups),
        "fields": said(chip.mrz.value) if isinstance(chip.mrz, Measured) else {},
    }


def _portrait(document: DocumentFinding) -> dict[str, Any]:
    if isinstance(document.portrait, Measured):
        return {"found": True, "source": str(document.portrait.value)}
    return {"found": False, "source": None, "unmeasured": document.portrait.why}


def _printed(document: DocumentFinding) -> list[dict[str, Any]]:
    if isinstance(document.printed, Unmeasured):
        return []
    return [{"name": each.name, "agrees": each.agrees} for each in document.printed.value]


def _signal(found: Finding[Signal]) -> dict[str, Any]:
    if isinstance(found, Unmeasured):
        return {"unmeasured": found.why}
    signal = found.value
    return {
        "value": round(signal.value, 4),
        "limit": signal.limit,
        "suspicious": signal.suspicious,
    }


def print_document(document: DocumentFinding, decision: Decision) -> None:
    """Show a person what the document says, how strongly it is proven, and what to look at."""
    console = wide()
    _print_proof(console, document)
    told: dict[str, str] = {}
    for fact in facts(document):
        # The strongest source of a fact speaks; the others agree with it or stand below.
        told.setdefault(fact.name, f"{plain(fact.value)}  [dim]({fact.source})[/]")
    for name, value in told.items():
        console.print(f"  {name.replace('_', ' '):<18} {value}", soft_wrap=True)
    if isinstance(document.mrz, Unmeasured):
        console.print(f"  [dim]printed zone: not read ({document.mrz.why})[/]")
    if isinstance(document.portrait, Measured):
        console.print(f"  {'portrait':<18} found  [dim]({document.portrait.value})[/]")
    else:
        console.print(f"  [dim]portrait: not found ({document.portrait.why})[/]")
    for reason in decision.reasons:
        console.print(f"  • {SENTENCES[reason.code]}  [dim]({reason})[/]")
    if decision.outcome is Outcome.APPROVE:
        console.print("  • Nothing that was read speaks against this document.")


def _print_proof(console: Console, document: DocumentFinding) -> None:
    console.print(f"\n[bold]{PROVEN_SO_FAR[strength(document)]}[/]\n")
    if isinstance(document.chip, Unmeasured):
        return
    chip = document.chip.value
    issuer = f", issued by {chip.issuer}" if chip.issuer else ""
    console.print(f"  {'chip':<18} {chip.passive_authentication}{issuer}")
    for reason in chip.reasons:
        console.print(f"  {'':<18} [dim]{reason}[/]")
