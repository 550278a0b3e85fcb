"""Why a chip's portrait or details could not be taken out of its file: our codes, in one table.

What is wrong with the picture itself keeps the code of ``face.picture.UnreadableCode``.
"""

from __future__ import annotations

from enum import StrEnum


class RecordCode(StrEnum):
    """Every reason of this floor why a data group gives no portrait, or no details."""

    GROUP_MALFORMED = "dg2_malformed"
    """The file's structure or one of its lengths contradicts ICAO 9303-10, 4.7.2, or itself."""
    GROUP_TRAILING_BYTES = "dg2_trailing_bytes"
    """Bytes follow the data group, which no issuer's hash can cover."""
    GROUP_TOO_LONG = "dg2_too_long"
    """The file is longer than any chip's."""
    NOT_A_FACE = "dg2_not_a_face"
    """The group says that it holds another characteristic than the face."""
    NO_FACE = "dg2_no_face"
    """The group or its record says that it holds no face."""
    RECORD_UNKNOWN = "face_record_unknown"
    """The record is of none of the three formats that are read, or its image is not in two
    dimensions."""
    RECORD_MALFORMED = "face_record_malformed"
    """The record's structure, counts or lengths contradict its standard or each other."""
    DETAILS_MALFORMED = "dg11_malformed"
    """DG11's structure contradicts ICAO 9303-10, 4.7.11, or itself, or a field is no text."""


class RefusedRecordError(Exception):
    """Carries a code out of the depths of a parser; it never leaves this floor."""

    def __init__(self, code: RecordCode) -> None:
        super().__init__(code)
        self.code = code
