"""The text of a North American licence's PDF417 (AAMVA DL/ID Card Design Standard, annex D).

Versions 1 (2000) to 10 (2020) and what came after, in the shapes that real cards and scanners give:
the separators of the first lines replaced or lost, offsets that are off by some, dates in either
order. So the offsets are not asked: an element is a line that begins with its identifier.

Only who, which document, by whom and until when is kept. The other elements are never looked at.
"""

from __future__ import annotations

import re
from datetime import date

from lineproof.reading.licence_issuers import COUNTRIES, ISSUERS

_MAX_TEXT = 8000
_MAX_VALUE = 125  # the longest of the standard: the whole name of version 1
_HEADER_WITHIN = 40

_HEADER = re.compile(r"(?:ANSI|AAMVA) ?(?P<issuer>\d{6})(?P<version>\d\d)(?:\d\d){1,2}")
# Offset and length are numbers; Alberta has put letters there, and half as many.
_DESIGNATORS = re.compile(r"(?:[A-Z]{2}\d{8})*(?:[A-Z]{2}[a-z]{4})?")
_SUBFILE = re.compile(r"(?:DL|ID|EN)(?=D[A-D][A-Z]|$)")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ELEMENT = re.compile(r"D[A-D][A-Z]")
_NAME_PARTS = re.compile(r"[,$@]")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_YEARS = range(1900, 2200)
_NOTHING = {"", "NONE", "UNAVL", "UNAVAIL", "UNAVAILABLE"}

_KEPT = {
    *("DAA", "DAB", "DCS"),  # the whole name, the surname of version 1, the surname
    *("DAC", "DAD", "DCT"),  # first, middle, and given names together
    *("DAQ", "DBB", "DBA", "DBD", "DCG"),  # number, born, expires, issued, country
}
_DATES = {"date_of_birth": "DBB", "date_of_expiry": "DBA", "date_of_issue": "DBD"}


def is_aamva(text: str) -> bool:
    """Whether a barcode's text begins as a licence's does, whatever became of its separators."""
    return _HEADER.search(text[:_HEADER_WITHIN]) is not None


def licence_fields(text: str) -> dict[str, str]:
    """Read a licence's text into the fields of ``domain.document.Barcode``; dates are ISO 8601.

    ``issuer`` is the ISO 3166-2 code such as ``US-CA``, or the six digits of an issuer that is not
    in the table; ``country`` has three letters. Empty where it is no licence, or number or date of
    birth cannot be read: half a licence proves nothing.
    """
    header = _HEADER.search(text[:_HEADER_WITHIN])
    if header is None:
        return {}
    elements = _elements(text[:_MAX_TEXT], header.end())
    issuer = ISSUERS.get(header["issuer"], header["issuer"])
    stated = elements.get("DCG", "")
    found = {
        "surname": _surname(elements),
        "given_names": _given_names(elements),
        "document_number": elements.get("DAQ", ""),
        **{name: _date(elements.get(key, "")) for name, key in _DATES.items()},
        "issuer": issuer,
        "country": stated if stated in COUNTRIES.values() else COUNTRIES.get(issuer[:3], ""),
    }
    if not (found["document_number"] and found["date_of_birth"]):
        return {}
    return {name: value for name, value in found.items() if value}


def _elements(text: str, after_header: int) -> dict[str, str]:
    """Collect the elements that are kept, the first of each that says something."""
    body = text[after_header:]
    if not _BREAKS.search(body):
        body = body.replace("|", "\n")
    first, *lines = _BREAKS.split(body)
    first = first[_span(_DESIGNATORS, first) :]
    first = first[_span(_SUBFILE, first) :]
    found: dict[str, str] = {}
    for line in (first, *(line[_span(_SUBFILE, line) :] for line in lines)):
        key, value = line[:3], line[3:].strip()
        if key in _KEPT and key not in found and value.upper() not in _NOTHING:
            found[key] = value[:_MAX_VALUE]
    return found


def _span(pattern: re.Pattern[str], text: str) -> int:
    """Give how much of the beginning matches."""
    match = pattern.match(text)
    return match.end() if match else 0


def _surname(elements: dict[str, str]) -> str:
    whole = _whole_name(elements)
    stated = elements.get("DCS") or elements.get("DAB") or (whole[0] if whole else "")
    return stated.strip(" ,")


def _given_names(elements: dict[str, str]) -> str:
    """Join first and middle names; of several ways to say them, the most separate one."""
    if "DAC" in elements:
        said = [elements["DAC"], elements.get("DAD", "")]
    elif "DCT" in elements:
        said = [elements["DCT"]]
    else:
        said = _whole_name(elements)[1:3]
    return " ".join(" ".join(said).replace(",", " ").split())


def _whole_name(elements: dict[str, str]) -> list[str]:
    """Split the name of version 1: surname, first, middle, suffix.

    Some issuers wrote it without commas, first name first: where a surname begins there is a
    guess, and none is made.
    """
    parts = _NAME_PARTS.split(elements.get("DAA", ""))
    return [part.strip() for part in parts] if len(parts) > 1 else []


def _date(text: str) -> str:
    """Read MMDDCCYY or CCYYMMDD, whichever makes a date; empty where none does.

    No text is both: a century is 19 to 21, and no month is. So what the issuer's country usually
    does, which Wyoming and New Brunswick do not do, need not be asked.
    """
    if not _EIGHT_DIGITS.fullmatch(text):
        return ""
    for year, month, day in (
        (text[:4], text[4:6], text[6:]),
        (text[4:], text[:2], text[2:4]),
    ):
        if int(year) in _YEARS:
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                continue
    return ""
