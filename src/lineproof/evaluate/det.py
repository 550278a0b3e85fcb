"""DET curves: FNMR against FMR, both logarithmic (ISO/IEC 19795-1), as SVG and as PNG.

The same data gives the same bytes: no date, no random ids. Lines differ in colour and in style, are
labelled where they run, and stand on white, so that they read on a dark page and on a phone.
"""

from __future__ import annotations

import io
import re
import textwrap
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from lineproof.domain.finding import fmr_label
from lineproof.evaluate.protocol import Unusable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from lineproof.evaluate.metrics import Rate

MATPLOTLIB_MISSING: Final = Unusable(
    "matplotlib_missing",
    "DET curves need matplotlib: install the extra with pip install 'lineproof[evaluate]'. "
    "All figures are in the JSON without it.",
)
SIZE: Final = (4.6, 4.0)
"""Inches. Small on purpose: at the width of a phone its letters are still 10 px high."""
PNG_DPI: Final = 200
LINES: Final = (
    # Okabe and Ito's colours that carry 3:1 against white, and a style for each.
    ("#0072b2", "solid"),
    ("#c04a00", "dashed"),
    ("#1a7f5a", "dashdot"),
    ("#8a3a7a", "dotted"),
    ("#000000", (0, (6, 2, 1, 2, 1, 2))),
)
FNMR_TICKS: Final = (1e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1.0)
FMR_TICKS: Final = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
LOOSEST_FMR: Final = 0.1
"""Where the plot ends: nobody operates a comparison beyond it."""
LABEL_WIDTH: Final = 24
MOST_LABELS: Final = 2
KEY_LINE: Final = 0.22


@dataclass(frozen=True, slots=True)
class Axes_:  # noqa: N801 - matplotlib's own ``Axes`` are what is drawn on
    """What runs along the two axes, and up to which share a curve is drawn."""

    across: str
    up: str
    loosest: float


COMPARING: Final = Axes_("False match rate (FMR)", "False non-match rate (FNMR)", LOOSEST_FMR)
DETECTING: Final = Axes_("APCER of the species", "BPCER", 1.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """One engine's line: ``points`` is (n, 2), FMR and FNMR; ``bars`` are FNMR intervals by FMR."""

    name: str
    points: NDArray[np.float64]
    bars: Mapping[float, Rate]


def det_svg(
    curves: Sequence[Curve], *, title: str, description: str, axes: Axes_ = COMPARING
) -> str | Unusable:
    """Draw the curves as one SVG element that can stand in an HTML page, with alternative text."""
    drawn = _draw(curves, "svg", axes)
    if isinstance(drawn, Unusable):
        return drawn
    svg = drawn.decode("utf-8")
    svg = svg[svg.index("<svg") :]
    box = re.search(r'viewBox="[^"]+"', svg)
    if box is None:
        raise ValueError("matplotlib wrote an SVG without a viewBox")
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{box.group()} role="img" aria-labelledby="det-title det-description">'
        f'<title id="det-title">{escape(title)}</title>'
        f'<desc id="det-description">{escape(description)}</desc>'
    )
    return opening + svg[svg.index(">") + 1 :]


def det_png(curves: Sequence[Curve], *, axes: Axes_ = COMPARING) -> bytes | Unusable:
    """Draw the curves as a PNG, 920 pixels wide."""
    return _draw(curves, "png", axes)


def _draw(curves: Sequence[Curve], form: Literal["svg", "png"], axes: Axes_) -> bytes | Unusable:
    try:
        import matplotlib as mpl  # noqa: PLC0415 - matplotlib is an extra
        from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    except ImportError:
        return MATPLOTLIB_MISSING
    out = io.BytesIO()
    nothing = {"svg": ("Creator", "Date", "Format", "Type"), "png": ("Software",)}[form]
    with mpl.rc_context():
        # The user's own matplotlibrc must not change a report.
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.hashsalt": "lineproof",
                "svg.fonttype": "none",
                "font.family": "sans-serif",
                "font.sans-serif": ["DejaVu Sans"],
                "font.size": 10.0,
            }
        )
        shown = [
            shorter for curve in curves if len((shorter := _operable(curve, axes.loosest)).points)
        ]
        width, height = SIZE
        height += KEY_LINE * len(shown) if len(shown) > MOST_LABELS else 0
        figure = Figure(figsize=(width, height), facecolor="white", layout="constrained")
        _plot(figure, shown, axes)
        figure.savefig(out, format=form, dpi=PNG_DPI, metadata=dict.fromkeys(nothing))
    return out.getvalue()


def _operable(curve: Curve, loosest: float) -> Curve:
    """Keep the part that a logarithmic plot can show and that anyone would operate at."""
    across, up = curve.points.T
    return replace(curve, points=curve.points[(across > 0) & (across <= loosest) & (up > 0)])


def _plot(figure: Figure, curves: Sequence[Curve], named: Axes_) -> None:
    axes = figure.add_subplot()
    axes.set(xscale="log", yscale="log", xlabel=named.across)
    axes.set_ylabel(named.up)
    if curves:
        _frame(axes, curves)
    for index, curve in enumerate(curves):
        colour, style = LINES[index % len(LINES)]
        axes.plot(
            *curve.points.T, color=colour, linestyle=style, linewidth=1.8, label=f"line {index}"
        )
        for fmr, bar in curve.bars.items():
            # Side by side, so that two engines' intervals can be told apart.
            at = fmr * (1 + 0.06 * (index - (len(curves) - 1) / 2))
            axes.plot([at, at], [max(bar.low, 1e-6), bar.high], color=colour, linewidth=1.1)
            axes.plot([at], [bar.value], color=colour, marker="o", markersize=3.5)
    if len(curves) > MOST_LABELS:
        _key(figure, axes, curves)
    else:
        _label(axes, curves)


def _frame(axes: Axes, curves: Sequence[Curve]) -> None:
    """Choose the axes' limits from the data and write ticks that read without mathematics."""
    points = np.concatenate([curve.points for curve in curves])
    bars = [bar for curve in curves for bar in curve.bars.values()]
    seen = np.array([*points[:, 1], *(end for bar in bars for end in (bar.low, bar.high))])
    seen = seen[seen > 0]
    axes.set_xticks(FMR_TICKS, [fmr_label(tick) for tick in FMR_TICKS])
    axes.set_yticks(FNMR_TICKS, [f"{100 * tick:g} %" for tick in FNMR_TICKS])
    # Limits after ticks: setting ticks moves them.
    axes.set_xlim(points[:, 0].min() / 1.5, points[:, 0].max() * 1.5)
    axes.set_ylim(seen.min() / 1.4, min(1.0, float(seen.max()) * 1.4))
    axes.minorticks_off()
    axes.grid(color="#d9d9d9", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)


def _label(axes: Axes, curves: Sequence[Curve]) -> None:
    """Write each name beside its line: the lowest line's below it, the others' above it."""
    lowest = min(range(len(curves)), key=lambda i: _middle(curves[i]), default=0)
    for index, curve in enumerate(curves):
        colour, _ = LINES[index % len(LINES)]
        below = index == lowest and len(curves) > 1
        share = 0.6 if below else 0.3 + 0.15 * (index % 3)
        at = curve.points[int(share * (len(curve.points) - 1))]
        axes.annotate(
            textwrap.fill(curve.name, LABEL_WIDTH),
            (float(at[0]), float(at[1])),
            xytext=(-7, -6) if below else (7, 6),
            textcoords="offset points",
            ha="right" if below else "left",
            va="top" if below else "bottom",
            color=colour,
            weight="bold",
            # A ground and not an outline: outlined letters become drawings that nobody can search.
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0},
        )


def _key(figure: Figure, axes: Axes, curves: Sequence[Curve]) -> None:
    """List the names above the plot, in the order of the lines from the highest down.

    More than two names beside their lines would stand on each other's.
    """
    highest_first = sorted(range(len(curves)), key=lambda i: -_middle(curves[i]))
    own = {line.get_label(): line for line in axes.get_lines()}
    names = [textwrap.fill(curves[i].name, LABEL_WIDTH) for i in highest_first]
    figure.legend(
        [own[f"line {i}"] for i in highest_first],
        names,
        loc="outside upper left",
        handlelength=3.2,
        labelcolor="linecolor",
        frameon=False,
    )


def _middle(curve: Curve) -> float:
    return float(np.median(curve.points[:, 1]))
