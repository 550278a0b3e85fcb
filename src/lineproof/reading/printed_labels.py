"""The labels beside printed fields, in the languages of many states, and which print they label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineproof.reading.transliteration import spellings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineproof.reading.text_lines import ReadLine

_LABELS: Final = {
    "surname": ("SURNAME", "FAMILYNAME", "NACHNAME", "APELLIDOS", "NOMDEFAMILLE", "COGNOME"),
    "given_names": (
        "GIVENNAME",
        "FORENAME",
        "FIRSTNAME",
        "VORNAME",
        "VOORNAM",
        "PRENOM",
        "NOMBRES",
    ),
    "document_number": (
        "PASSPORTNO",
        "PASSPORTNUMBER",
        "PASSNR",
        "DOCUMENTNO",
        "DOCUMENTNUMBER",
        "DUPASSEPORT",
        "PASAPORTENO",
        "PASSAPORTON",
    ),
    "date_of_birth": (
        "DATEOFBIRTH",
        "BIRTHDATE",
        "DATEDENAISSANCE",
        "GEBURTSDATUM",
        "GEBURTSTAG",
        "GEBOORTEDATUM",
        "FECHADENACIMIENTO",
        "DATADENASCIMENTO",
        "DATADINASCITA",
    ),
    "date_of_expiry": (
        "DATEOFEXPIR",
        "EXPIRYDATE",
        "DATEDEXPIRATION",
        "VALIDUNTIL",
        "GULTIGBIS",
        "GUELTIGBIS",
        "GELDIGTOT",
        "FECHADECADUCIDAD",
        "FECHADEVENCIMIENTO",
        "DATADEVALIDADE",
        "DATADISCADENZA",
    ),
}
_OTHERS: Final = (
    "PLACEOF",
    "LIEUDE",
    "DATEOF",
    "DATEDE",
    "OFISSUE",
    "DELIVRANCE",
    "NATIONALIT",
    "AUTHORIT",
    "AUTORIT",
    "SIGNATURE",
    "PERSONALN",
    "IDENTITYCARD",
    "IDENTIFICATION",
    "CODEOF",
    "COUNTRYCODE",
    "ISSUING",
    "PASSPORT",
    "PASSEPORT",
    "REPUBLIC",
    "SPECIMEN",
    "HEIGHT",
    "TYPE",
    "SEX",
)
"""Words of labels that name none of the fields, and of titles: they are no field's value."""

_ALL: Final = tuple(word for words in _LABELS.values() for word in words) + _OTHERS

_BELOW: Final = 1.3
"""How far below a label its value begins at most, in heights of the value's line."""


def value_lines(field: str, lines: Sequence[ReadLine]) -> list[ReadLine]:
    """Give, for each label that names ``field``, the line of print that belongs to it.

    That is the nearest line under it which begins no further right than the label ends, and is no
    label. A label with nothing near it under it gives no line.
    """
    labels = [line for line in lines if _has(line.text, _LABELS[field])]
    print_ = [line for line in lines if not _has(line.text, _ALL)]
    nearest = (min(_under(label, print_), key=_top, default=None) for label in labels)
    return [line for line in nearest if line is not None]


def _under(label: ReadLine, lines: Sequence[ReadLine]) -> Iterator[ReadLine]:
    middle = (label.top + label.bottom) / 2
    for line in lines:
        below = (
            line.top - label.bottom < _BELOW * line.height and line.top > middle - line.height / 2
        )
        across = line.left < label.right and line.right > label.left
        if below and across and (line.top + line.bottom) / 2 > label.bottom:
            yield line


def _top(line: ReadLine) -> float:
    return line.top


def _has(text: str, words: tuple[str, ...]) -> bool:
    """Whether a line has any of the words, its marks, blanks and signs taken away."""
    forms = [form.replace(" ", "") for form in spellings(text)]
    return any(word in form for form in forms for word in words)
