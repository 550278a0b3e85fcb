"""Holds ASN.1 against bounds before any parser sees it (ITU-T X.690, 8.1 and 10.1)."""

from __future__ import annotations

MOST_BYTES = 256 * 1024
"""Of one file of a chip: its portrait, the largest thing in it, has some 20 KB."""

MOST_CERTIFICATE_BYTES = 32 * 1024
MOST_DEPTH = 24
MOST_ELEMENTS = 60_000
MOST_IDENTIFIER_BYTES = 128
"""Of an object identifier: asn1crypto takes 8 s over one of 250 KB, whose numbers it multiplies."""

_OPEN = -1
_END_OF_CONTENTS = b"\x00\x00"
_LONG, _CONSTRUCTED, _MORE_TAG, _IDENTIFIER = 0x80, 0x20, 0x1F, 0x06


def well_formed(data: bytes, *, most_bytes: int = MOST_BYTES) -> bool:
    """Whether ``data`` is one element that it fills to the last byte, neither deep nor many.

    Lengths may be indefinite, which DER forbids and New Zealand's objects have. Only the outer
    structure is walked: what is wrapped in an octet string is held against the bounds when it is
    unwrapped.
    """
    if not 0 < len(data) <= most_bytes:
        return False
    # Where each open element ends (_OPEN: at its end-of-contents), and how far it may reach.
    within: list[tuple[int, int]] = []
    at = 0
    for _ in range(MOST_ELEMENTS):
        bound = within[-1][1] if within else len(data)
        if within and within[-1][0] == _OPEN and data[at : at + 2] == _END_OF_CONTENTS:
            within.pop()
            at += 2
        else:
            head = _head(data, at, bound)
            if head is None or len(within) > MOST_DEPTH:
                return False
            start, stop = head
            constructed = data[at] & _CONSTRUCTED
            if stop == _OPEN and not constructed:
                return False
            if data[at] == _IDENTIFIER and stop - start > MOST_IDENTIFIER_BYTES:
                return False
            at = start if constructed else stop
            if constructed:
                within.append((stop, bound if stop == _OPEN else stop))
        while within and within[-1][0] == at:
            within.pop()
        if not within:
            return at == len(data)
    return False


def body_of(element: bytes) -> bytes:
    """Give the contents of a well-formed element with a tag of one byte."""
    return element[2 + (element[1] - _LONG if element[1] > _LONG else 0) :]


def one_element(data: bytes) -> bool:
    """Whether ``data`` is one element of definite length, whatever it holds (DG13 is anything)."""
    head = _head(data, 0, len(data)) if len(data) <= MOST_BYTES else None
    return head is not None and head[1] == len(data)


def _head(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Give where an element's contents start and stop (_OPEN: unknown); None where not within."""
    if at >= end:
        return None
    place = at + 1
    if data[at] & _MORE_TAG == _MORE_TAG:
        while place < end and data[place] & _LONG:
            place += 1
        place += 1
    if place >= end:
        return None
    length, place = data[place], place + 1
    if length == _LONG:
        return place, _OPEN
    if length > _LONG:
        count = length - _LONG
        length = int.from_bytes(data[place : place + count])
        place += count
    return (place, place + length) if place + length <= end else None
