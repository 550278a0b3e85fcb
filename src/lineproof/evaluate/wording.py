"""How a report writes numbers: three figures, the interval below the value, reasons in words."""

from __future__ import annotations

from typing import Final

from lineproof.evaluate.groups import Claim, NoClaim
from lineproof.evaluate.metrics import NotMeasurable, Rate
from lineproof.evaluate.page import Html, bold, none, over

NO_BREAK: Final = "\u00a0"


def percent(share: float) -> str:
    """Write a share as a percentage with three figures, such as 26.5 %."""
    return f"{_three(100 * share)}{NO_BREAK}%"


def between(rate: Rate) -> str:
    """Write an interval as percentages, such as 13.5 to 46.0 %."""
    return f"{_three(100 * rate.low)} to {percent(rate.high)}"


def scientific(share: float) -> str:
    """Write a false match rate like its label, with two figures, such as 2.5e-3."""
    if share == 0:
        return "0"
    mantissa, exponent = f"{share:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def one_in(fmr: float) -> str:
    """Write a false match rate in words, such as 1 in 10,000."""
    return f"1 in {round(1 / fmr):,}"


def times(quotient: Rate) -> str:
    """Write a ratio of rates with its interval."""
    return f"{quotient.value:.2f} times ({quotient.low:.2f} to {quotient.high:.2f})"


def measured(rate: Rate | NotMeasurable, *, small: bool = False) -> Html:
    """Write a rate over its interval; ``small`` ones like FMR labels.

    The reason why there is none stands once in the report, under what cannot be claimed.
    """
    if isinstance(rate, NotMeasurable):
        return none("not measurable")
    return _two_lines(rate, small=small)


def claimed(claim: Claim, quotient: Claim, *, small: bool) -> Html:
    """Write a group's rate, its interval and its ratio to the overall rate; or why not."""
    if isinstance(claim, NoClaim):
        return over(none("no claim"), claim.reason)
    written = _two_lines(claim, small=small)
    if isinstance(quotient, NoClaim):
        return written
    return over(
        written, f"{quotient.value:.2f} times overall ({quotient.low:.2f} to {quotient.high:.2f})"
    )


def ratio(quotient: Rate | NotMeasurable) -> Html:
    """Write a ratio of rates over its interval, or a dash where there is none."""
    if isinstance(quotient, NotMeasurable):
        return none("no ratio")
    edges = f"{quotient.low:.2f} to {quotient.high:.2f}"
    return over(bold(f"{quotient.value:.2f}"), edges)


def _two_lines(rate: Rate, *, small: bool) -> Html:
    if small:
        edges = f"{scientific(rate.low)} to {scientific(rate.high)}"
        return over(bold(scientific(rate.value)), edges)
    return over(bold(percent(rate.value)), between(rate))


def _three(value: float) -> str:
    """Write three figures without an exponent, and no more decimals than they need."""
    for limit, decimals in ((99.95, 0), (9.995, 1), (0.9995, 2), (0.09995, 3)):
        if value >= limit:
            return f"{value:.{decimals}f}"
    return f"{value:.4f}" if value else "0"
