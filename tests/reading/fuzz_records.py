"""Feed damaged face records, pictures, licences and numbers to their parsers, led by coverage.

``python -m tests.reading.fuzz_records --seconds 600``; see ``fuzzing`` for what it needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured, Unreadable
from lineproof.face.image import read_header
from lineproof.reading.aamva import licence_fields
from lineproof.reading.biometric_group import PORTRAIT_LIMITS, portrait_of, ready
from lineproof.reading.national_number import examine, find
from lineproof.reading.number_kinds import KINDS
from tests.reading import codestreams as j2k
from tests.reading.fuzzing import run
from tests.reading.payloads import licence
from tests.reading.records import (
    codestream,
    data_group_2,
    drawing,
    group_of,
    instance,
    jpeg,
    jpeg2000,
    record_2005,
    record_2011,
    record_39794,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNTRIES = sorted(KINDS)


def feed_group(data: bytes) -> None:
    """Expect of a group a picture that an engine can read, or a reason."""
    found = portrait_of(data)
    if isinstance(found, Unmeasured):
        assert found.why
    else:
        assert not isinstance(read_header(found.image, PORTRAIT_LIMITS), Unreadable)


def feed_record(data: bytes) -> None:
    """Expect the same of a record in a sound group."""
    feed_group(group_of([instance(data)]))


def feed_picture(data: bytes) -> None:
    """Expect that a stored picture becomes one that an engine can read, or is refused."""
    made = ready(data)
    assert isinstance(made, Unreadable) or not isinstance(
        read_header(made, PORTRAIT_LIMITS), Unreadable
    )


def feed_licence(data: bytes) -> None:
    """Expect no empty field of a licence."""
    assert all(licence_fields(data.decode("latin-1")).values())


def feed_number(data: bytes) -> None:
    """Expect every number that is found to be good; the first byte chooses the country."""
    country = _COUNTRIES[data[0] % len(_COUNTRIES)] if data else "CN"
    text = data[1:].decode("utf-8", "replace")
    examine(country, text)
    assert all(number.good for number in find(country, text))


def seeds(target: str) -> list[bytes]:
    """Give sound inputs to start from."""
    small = drawing(32, 40)
    pictures = [jpeg(small), jpeg2000(small), codestream(small, tile_size=(16, 16))]
    records = [
        write(picture)
        for write in (record_2005, record_2011, record_39794)
        for picture in (*pictures, b"no picture")
    ]
    made: dict[str, list[bytes]] = {
        "group": [data_group_2(picture) for picture in pictures],
        "record": [*records, record_2011(b"x", b"y", points=2, qualities=2, certificates=1)],
        "picture": [
            *pictures,
            codestream(small, precinct_size=(32, 32), codeblock_size=(8, 8), num_resolutions=2),
            j2k.deep(64, 64),
            j2k.stream(j2k.size(64, 64), j2k.coding(2), j2k.steps(2), tiles=(bytes(40),)),
        ],
        "licence": [licence(version).encode("latin-1") for version in (1, 3, 10)],
        "number": [b"\x04360426199101010071", b"\x0e2341 2341 2346", b"\x14971013-9019902"],
    }
    return made[target]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "group": feed_group,
    "record": feed_record,
    "picture": feed_picture,
    "licence": feed_licence,
    "number": feed_number,
}


if __name__ == "__main__":
    sys.exit(run("tests.reading.fuzz_records", TARGETS, seeds))
