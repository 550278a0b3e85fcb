from __future__ import annotations

import io
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from lineproof.evaluate.det import Curve, det_png, det_svg
from lineproof.evaluate.metrics import Rate
from lineproof.evaluate.protocol import Unusable

FMR = np.geomspace(1e-5, 0.5, 40)
GOOD = Curve("a < b", np.stack([FMR, 0.01 * FMR**-0.2], axis=1), {1e-3: Rate(0.04, 0.03, 0.05)})
BAD = Curve("baseline", np.stack([FMR, np.minimum(1, 0.03 * FMR**-0.25)], axis=1), {})
FLAT = Curve("never misses", np.stack([FMR, np.zeros(40)], axis=1), {1e-3: Rate(0, 0, 0.03)})
NOTHING = Curve("nothing", np.empty((0, 2)), {})
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*curves: Curve) -> str:
    """Draw an SVG that must succeed."""
    svg = det_svg(curves, title="T & t", description="what it shows")
    assert isinstance(svg, str)
    return svg


def test_the_same_data_gives_the_same_bytes_and_other_data_others() -> None:
    """A report can be compared with an older one; no date and no random id is in it."""
    assert drawn(GOOD, BAD) == drawn(GOOD, BAD)
    assert drawn(GOOD, BAD) != drawn(GOOD)
    assert det_png([GOOD, BAD]) == det_png([GOOD, BAD])


def test_the_user_s_own_plot_settings_change_nothing() -> None:
    """A matplotlibrc with a dark style must not reach a report, nor the report reach the user."""
    import matplotlib as mpl  # noqa: PLC0415 - only this test touches it

    plain = drawn(GOOD)
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30, "svg.fonttype": "path"}):
        assert drawn(GOOD) == plain
        assert mpl.rcParams["font.size"] == 30


def test_a_drawing_says_in_words_what_it_is() -> None:
    """A title, a description, names that are text, and nothing that loads or identifies."""
    svg = drawn(GOOD, BAD)
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    assert root.get("role") == "img"
    named = root.get("aria-labelledby")
    assert named is not None
    found = {child.get("id"): child.text for child in root}
    assert [found[one] for one in named.split()] == ["T & t", "what it shows"]
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {"a < b", "baseline", "1e-3", "10 %", "False match rate (FMR)"} <= words
    assert "matplotlib.org" not in svg
    assert "<metadata>" not in svg
    assert root.get("width") is None


def test_lines_differ_in_style_and_not_only_in_colour() -> None:
    """Two lines printed in grey can still be told apart."""
    root = ET.fromstring(drawn(GOOD, BAD))  # noqa: S314 - our own output
    widths = [
        element.get("style", "")
        for element in root.iter(f"{SVG}path")
        if "stroke-width: 1.8" in element.get("style", "")
    ]
    assert len(widths) == 2
    assert ["stroke-dasharray" in style for style in widths] == [False, True]
    assert len({style.split("stroke: ")[1][:7] for style in widths}) == 2


def test_many_lines_are_named_in_their_order_above_the_plot() -> None:
    """Four names beside four lines would cover each other; as a list they read from the top."""
    lower = [
        Curve(f"line {share}", GOOD.points * np.array([1, share]), {}) for share in (0.2, 0.9, 0.5)
    ]
    root = ET.fromstring(drawn(*lower))  # noqa: S314 - our own output
    words = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert [word for word in words if word.startswith("line")] == [
        "line 0.9",
        "line 0.5",
        "line 0.2",
    ]


@pytest.mark.parametrize("curves", [[], [NOTHING], [FLAT], [FLAT, GOOD, BAD, GOOD, BAD, BAD]])
def test_what_a_logarithm_cannot_show_is_left_out(curves: list[Curve]) -> None:
    """No curve, an empty one, one without a miss, more than there are styles: still a drawing."""
    assert drawn(*curves).endswith("</svg>\n")


def test_a_png_has_a_white_ground() -> None:
    """On a dark page a transparent drawing with black letters cannot be read."""
    png = det_png([GOOD])
    assert isinstance(png, bytes)
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (920, 800)
        assert image.convert("RGBA").getpixel((1, 1)) == (255, 255, 255, 255)


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is optional; without it there is a sentence and no traceback."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for answer in (det_svg([GOOD], title="t", description="d"), det_png([GOOD])):
        assert isinstance(answer, Unusable)
        assert answer.code == "matplotlib_missing"
        assert "lineproof[evaluate]" in answer.sentence
