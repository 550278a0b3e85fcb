from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.packs.manifest import Embedder, Manifest, is_pack_name
from lineproof.packs.read_manifest import read_manifest
from lineproof.packs.refusal import PackRefused
from tests.packs import tiny

WHOLE = (
    tiny.HEAD
    + tiny.network("detector", "d", b"", file="d.onnx", more='family = "blazeface-back"')
    + tiny.network("landmarks", "l", b"", file="l.onnx", more='family = "facemesh-468"')
    + tiny.network("embedder", "e", b"", file="e.onnx")
    + tiny.ALIGNMENT
    + tiny.network("pad", "p", b"", file="p.onnx", more="box_scale = 2.7\nbona_fide = 1")
    + f"""
[[model]]
role = "shape_predictor"
name = "s"
family = "dlib-five-point"
file = "s.npz"
sha256 = "{"a" * 64}"
licence = "CC0-1.0 AND (MIT OR Apache-2.0)"
source = "made here"
"""
    + tiny.SETTING
    + """
[setting.calibration]
dataset = "some set"
images = 2000
people = 1000
impostor_pairs = 1000000
pipeline = "1"
date = "2026-11-23"
[[setting.calibration.point]]
fmr = 1e-3
score = 0.4
low = 0.3
high = 0.5
false_matches = 990
[[setting.calibration.point]]
fmr = 1e-4
score = 0.6
low = 0.5
high = 0.7
false_matches = 95
"""
)


def _read(text: str) -> Manifest:
    read = read_manifest(text.encode(), where="pack.toml")
    assert isinstance(read, Manifest), read
    return read


def _refused(text: str) -> str:
    read = read_manifest(text.encode(), where="here/pack.toml")
    assert isinstance(read, PackRefused), "this manifest was read"
    assert read.code == "pack_manifest_invalid"
    assert read.sentence.startswith("here/pack.toml is not a valid pack manifest: ")
    assert "\n" not in read.sentence
    return read.sentence


def test_a_whole_manifest_is_read_as_it_stands() -> None:
    """Every role, and a calibration that becomes the table the comparison uses."""
    read = _read(WHOLE)
    assert [model.role for model in read.models] == [
        "detector",
        "landmarks",
        "embedder",
        "pad",
        "shape_predictor",
    ]
    calibration = read.settings[0].calibration
    assert calibration is not None
    table = calibration.table()
    assert [(point.fmr, point.score) for point in table.points] == [(1e-3, 0.4), (1e-4, 0.6)]
    assert (table.impostor_pairs, table.date) == (1_000_000, "2026-11-23")


@pytest.mark.parametrize(
    ("key", "misspelt"),
    [
        ("version", "versoin"),
        ("channels", "chanels"),
        ("indices", "indizes"),
        ("box_scale", "box_size"),
        ("family", "familly"),
        ("paddings", "padding"),
        ("impostor_pairs", "imposter_pairs"),
        ("false_matches", "false_match"),
    ],
)
def test_a_misspelt_key_is_named_with_the_nearest_known_one(key: str, misspelt: str) -> None:
    """A key that is not known is never ignored, in any table."""
    sentence = _refused(WHOLE.replace(f"\n{key} = ", f"\n{misspelt} = 1\n{key} = ", 1))
    assert f"{misspelt}: this key is not known; the nearest known one is {key}" in sentence


def test_a_misspelt_key_in_the_second_model_is_placed_there() -> None:
    """The place is counted as a reader of the file counts."""
    sentence = _refused(WHOLE.replace('family = "facemesh-468"', 'famly = "facemesh-468"'))
    assert "model 2, " in sentence


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("format = 1", "format = 2", "format = 1"),
        ("format = 1\n", "", "format = 1"),
        ('name = "tiny"', 'name = "../tiny"', "name: 1 to 40 of"),
        ('name = "tiny"', 'name = "con"', "device"),
        ('grade = "evaluation"', 'grade = "best"', "'evaluation' or 'production'"),
        ('file = "e.onnx"', 'file = "../e.onnx"', "file: a plain file name"),
        ('file = "e.onnx"', 'file = "/etc/passwd"', "file: a plain file name"),
        ('file = "e.onnx"', 'file = "pack.toml"', "file: a plain file name"),
        ('file = "e.onnx"', 'file = ".e.onnx"', "file: a plain file name"),
        ('file = "e.onnx"', 'file = "aux.onnx"', "file: a plain file name"),
        ('file = "e.onnx"', 'file = "D.onnx"', "[[model]] file d.onnx is there twice"),
        ('name = "e"', 'name = "d"', "[[model]] name d is there twice"),
        ('role = "pad"', 'role = "age"', "'pad'"),
        ('sha256 = "', 'sha256 = "A', "sha256"),
        ("size = 16", "size = 8", "greater than or equal to 16"),
        ("size = 16", "size = 4096", "less than or equal to 1024"),
        ("size = 16", 'size = "16"', "integer"),
        ("size = 16", "size = true", "integer"),
        ("size = 16", "size = [16]", "size"),
        ("mean = 0.0", "mean = nan", "finite"),
        ("mean = 0.0", "mean = [1.0, 2.0]", "mean"),
        ("scale = 1.0", "scale = inf", "finite"),
        ("scale = 1.0\n", "", "scale: field required"),
        ('channels = "rgb"\n', "", "channels: field required"),
        ("[1]]", "[1], [2]]", "3 indices for 2 points"),
        ("[1]]", "[468]]", "less than 468"),
        ("[[4.0, 5.0], [8.0, 9.0]]", "[[4.0, 5.0], [4.0, 5.0]]", "two different places"),
        ('landmarks = "mesh"', 'landmarks = "five_point"', "five points and no indices"),
        ('embedder = "e"', 'embedder = "f"', "uses embedder f, which the pack does not have"),
        ("mirror = true", 'mirror = "yes"', "mirror"),
        ("mirror = true", "mirror = 1", "mirror"),
        ("paddings = [0.0]", "paddings = []", "paddings"),
        ("weight = 1.0", "weight = 0.0", "greater than 0"),
        ("fmr = 1e-4", "fmr = 1e-2", "loosest rate to the strictest"),
        ("fmr = 1e-4", "fmr = 0.0002", "calibration point is one of"),
        ("score = 0.6", "score = 0.35", "its interval"),
        ("false_matches = 95", "false_matches = 101", "more than an FMR of 1e-4"),
        ('date = "2026-11-23"', 'date = "yesterday"', "date"),
        ('licence = "Apache-2.0"', 'licence = "see the web site"', "licence"),
        ('summary = "A tiny pack."', r'summary = "\u001b[2Jgone"', "control and invisible"),
        ('summary = "A tiny pack."', r'summary = "two\nlines"', "one line"),
        ('model_card = "Made for tests."', r'model_card = "\u202egnp"', "control and invisible"),
    ],
)
def test_what_a_manifest_may_not_say(old: str, new: str, says: str) -> None:
    """Each mistake is refused in one sentence that tells it."""
    assert old in WHOLE
    assert says in _refused(WHOLE.replace(old, new, 1))


def test_an_embedder_without_a_setting_is_refused() -> None:
    """How an embedder is used is never guessed."""
    text = tiny.manifest(b"").replace(tiny.SETTING, "")
    assert "needs a [[setting]]" in _refused(text)


def test_two_detectors_are_refused() -> None:
    """One pack finds faces in one way."""
    more = tiny.network("detector", "d2", b"", file="d2.onnx", more='family = "blazeface-back"')
    assert "more than one model of role detector" in _refused(WHOLE + more)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"format = 1\nformat = 1",
        b"format = [",
        b"format = 1\nx = " + b"[" * 5000,
        b"format = 1\n" + b".".join([b"a"] * 5000) + b" = 1",
        b"format = 1" + b" " * 300_000,
        b"format = 1\nmodel = 3",
        b"format = 1\n[[model]]",
        b'format = 1\n[[model]]\nrole = ["pad"]',
        b'format = 1\n"\\u001b[2J" = 1',
    ],
)
def test_what_is_not_a_manifest_is_refused_in_one_printable_sentence(raw: bytes) -> None:
    """Junk, bombs and terminal escapes included."""
    read = read_manifest(raw, where="pack.toml")
    assert isinstance(read, PackRefused)
    assert read.sentence.isprintable()
    assert len(read.sentence) < 1000


@pytest.mark.parametrize("name", ["", "-a", "A", "a.b", "a/b", "..", "a" * 41, "nul", "a\n", "é"])
def test_what_cannot_name_a_pack(name: str) -> None:
    """A name is a folder's name on every system and nothing else."""
    assert not is_pack_name(name)


def test_five_points_of_dlib_land_where_dlib_puts_them() -> None:
    """``get_face_chip_details``: (padding * size + place * size) / (1 + 2 * padding)."""
    alignment = re.sub(r"indices = .*\n", "", tiny.ALIGNMENT).replace("mesh", "five_point")
    alignment = alignment.replace("pixels", "fraction")
    points = "points = [[0.8, 0.2], [0.6, 0.2], [0.1, 0.2], [0.3, 0.2], [0.5, 0.6]]"
    alignment = re.sub(r"points = .*", points, alignment)
    read = _read(
        tiny.manifest(b"").replace(tiny.ALIGNMENT, alignment).replace("size = 16", "size = 150")
    )
    embedder = read.models[0]
    assert isinstance(embedder, Embedder)
    first, *_, last = embedder.chip_points(0.25)
    assert first == pytest.approx(((0.25 * 150 + 0.8 * 150) / 1.5, (0.25 * 150 + 0.2 * 150) / 1.5))
    assert last == pytest.approx((75.0, 85.0))


def test_points_in_pixels_stay_where_they_are_without_padding() -> None:
    """And the middle of the chip stays the middle with it, everything else moving inwards."""
    embedder = _read(tiny.manifest(b"")).embedder("e")
    assert embedder.chip_points(0.0) == ((4.0, 5.0), (8.0, 9.0))
    assert embedder.chip_points(0.5) == ((6.0, 6.5), (8.0, 8.5))


def test_one_number_stands_for_both_sides_and_all_channels() -> None:
    """``size``, ``mean``, ``scale`` and ``output`` may be written short."""
    read = _read(tiny.manifest(b"", more='output = "features"').replace("mean = 0.0", "mean = 127"))
    embedder = read.embedder("e")
    assert embedder.size == (16, 16)
    assert embedder.mean == (127.0, 127.0, 127.0)
    assert embedder.scale == (1.0, 1.0, 1.0)
    assert embedder.output == ("features",)


@given(st.data())
def test_no_mutation_of_a_manifest_raises(data: st.DataObject) -> None:
    """Lines swapped, doubled and lost, characters changed: it is read, or refused in a sentence."""
    lines = WHOLE.splitlines()
    places = st.integers(0, len(lines) - 1)
    for _ in range(data.draw(st.integers(0, 3))):
        one, other = data.draw(places), data.draw(places)
        lines[one] = data.draw(st.sampled_from([lines[other], "", lines[one] * 2]))
    text = list("\n".join(lines))
    for _ in range(data.draw(st.integers(0, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.characters())
    read = read_manifest("".join(text).encode("utf-8", "surrogatepass"), where="pack.toml")
    if isinstance(read, PackRefused):
        assert read.sentence.isprintable()
