from __future__ import annotations

import pytest

from lineproof.evaluate.metrics import NotMeasurable, Rate
from lineproof.evaluate.wording import between, measured, one_in, percent, ratio, scientific


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.9996, "100 %"),
        (0.26493, "26.5 %"),
        (0.09999, "10.0 %"),
        (0.0118, "1.18 %"),
        (0.00391, "0.391 %"),
        (0.0000391, "0.0039 %"),
    ],
)
def test_a_share_is_written_with_three_figures(share: float, written: str) -> None:
    """Never 1e-05 %, never nine decimals, and number and sign stay on one line."""
    assert percent(share) == written.replace(" ", "\u00a0")


def test_an_interval_has_its_sign_once() -> None:
    """13.5 to 46.0 %, as one would say it."""
    assert between(Rate(0.2, 0.135, 0.46)) == "13.5 to 46.0\u00a0%"


@pytest.mark.parametrize(("share", "written"), [(0, "0"), (0.00249, "2.5e-3"), (1e-4, "1.0e-4")])
def test_a_small_rate_is_written_like_its_label(share: float, written: str) -> None:
    """FMR figures read like the FMR points beside them."""
    assert scientific(share) == written


def test_a_rate_in_words() -> None:
    """1e-4 is 1 in 10,000 and not 1 in 9,999."""
    assert [one_in(fmr) for fmr in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)] == [
        "1 in 100",
        "1 in 1,000",
        "1 in 10,000",
        "1 in 100,000",
        "1 in 1,000,000",
    ]


def test_what_was_not_measured_is_never_a_number() -> None:
    """No nought, no dash that could be read as minus."""
    missing = NotMeasurable("too few")
    assert "not measurable" in measured(missing)
    assert "no ratio" in ratio(missing)
    assert not any(sign.isdigit() for sign in measured(missing) + ratio(missing))
