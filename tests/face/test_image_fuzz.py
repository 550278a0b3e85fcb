from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.face.drawn import every_kind
from tests.face.mutated import KINDS, SMALL, Edit, assert_answered, damaged

FILES = every_kind()
PLACES = st.floats(0, 1, exclude_max=True)
EDITS = st.lists(
    st.builds(
        Edit,
        kind=st.sampled_from(KINDS),
        where=PLACES,
        header=st.booleans(),
        length=st.integers(1, 300),
        value=st.binary(min_size=1, max_size=9),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=400, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    other=st.sampled_from(sorted(FILES)),
    edits=EDITS,
    inside=st.none() | PLACES,
)
def test_damaged_pictures_give_a_picture_or_a_refusal(
    name: str, other: str, edits: list[Edit], inside: float | None
) -> None:
    """Whatever happened to a file, the answer is a sound picture or a worded refusal."""
    assert_answered(damaged(FILES[name], edits, FILES[other], inside=inside), SMALL)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", *(data[:16] for data in FILES.values())]))
@example(b"", b"\xff\xd8\xff")
def test_noise_behind_any_beginning_is_refused(noise: bytes, beginning: bytes) -> None:
    """No beginning is trusted to be followed by a picture."""
    assert assert_answered(beginning + noise, SMALL) != "picture"


def test_heic_without_a_picture_is_refused() -> None:
    """Found by feeding damaged files: a file whose only picture was of an unknown kind."""
    data = FILES["heic"]
    assert data.count(b"hvc1") == 1
    assert assert_answered(data.replace(b"hvc1", b"hvc9"), SMALL) == "image_corrupt"


def test_a_palette_picture_without_its_palette_is_refused() -> None:
    """Found by feeding damaged files: the decoder stumbled over the missing palette."""
    data = FILES["png palette clear"]
    start = data.index(b"PLTE") - 4
    end = data.index(b"tRNS") - 4
    assert assert_answered(data[:start] + data[end:], SMALL) == "image_corrupt"
