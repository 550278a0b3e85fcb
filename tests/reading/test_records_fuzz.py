from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lineproof.domain.finding import Unmeasured, Unreadable
from lineproof.face.image import UnreadableCode, read_header
from lineproof.reading.biometric_group import PORTRAIT_LIMITS, Portrait, portrait_of
from lineproof.reading.record_code import RecordCode
from tests.face.mutated import KINDS, Edit, damaged
from tests.reading.records import (
    codestream,
    drawing,
    group_of,
    instance,
    jpeg,
    jpeg2000,
    record_2005,
    record_2011,
    record_39794,
)

SMALL = drawing(40, 48)
IMAGES = (jpeg(SMALL), jpeg2000(SMALL), codestream(SMALL, tile_size=(16, 16)))
WRITERS = (record_2005, record_2011, record_39794)
CODES = {*RecordCode, *UnreadableCode}
EDITS = st.lists(
    st.builds(
        Edit,
        kind=st.sampled_from(KINDS),
        where=st.floats(0, 1, exclude_max=True),
        header=st.booleans(),
        length=st.integers(1, 300),
        value=st.binary(min_size=1, max_size=9),
    ),
    min_size=1,
    max_size=4,
)


def assert_answered(group: bytes) -> str:
    """Assert that a group gives a sound portrait or a known reason, and name which."""
    found = portrait_of(group)
    if isinstance(found, Unmeasured):
        assert found.why in CODES
        return found.why
    assert isinstance(found, Portrait)
    assert not isinstance(read_header(found.image, PORTRAIT_LIMITS), Unreadable)
    return "portrait"


@settings(max_examples=300, deadline=None)
@given(
    image=st.sampled_from(IMAGES),
    writer=st.sampled_from(WRITERS),
    part=st.sampled_from(["image", "record", "group"]),
    edits=EDITS,
)
def test_damage_at_any_depth_gives_a_portrait_or_a_reason(
    image: bytes, writer: object, part: str, edits: list[Edit]
) -> None:
    """Whatever is damaged, in the image, its record or the group, what lies round it is sound."""
    assert callable(writer)
    if part == "image":
        image = damaged(image, edits, IMAGES[0], inside=None)
    record = writer(image)
    if part == "record":
        record = damaged(record, edits, image, inside=None)
    group = group_of([instance(record)])
    if part == "group":
        group = damaged(group, edits, record, inside=None)
    assert_answered(group)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [b"", b"\x75", b"\x75\x81\xff\x7f\x61", *(write(IMAGES[1])[:60] for write in WRITERS)]
    ),
    st.binary(max_size=200),
)
def test_noise_behind_any_beginning_is_refused(beginning: bytes, noise: bytes) -> None:
    """No beginning is trusted, of a group or of a record in one."""
    assert assert_answered(beginning + noise) != "portrait"
    assert assert_answered(group_of([instance(beginning + noise)])) != "portrait"
