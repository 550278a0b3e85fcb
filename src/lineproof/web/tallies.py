"""What is counted for operations: no case, no line and no person stands in any label."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from lineproof.domain.reason import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.case import Case
    from lineproof.domain.reason import Decision

TOOK = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Seconds: from a lookup to a queue that is full."""

FINISHED = (60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600)
"""Seconds from the opening of a case to its decision: from a minute to a week."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """One registry for each application, so that two in one process do not mix."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    took: Histogram = field(init=False)
    decisions: Counter = field(init=False)
    until_decided: Histogram = field(init=False)
    outbox: Gauge = field(init=False)
    in_flight: Gauge = field(init=False)
    faults: Counter = field(init=False)

    def __post_init__(self) -> None:
        """Name what is counted."""
        made = {
            "requests": Counter(
                "lineproof_requests",
                "Requests, by route and status.",
                ["method", "route", "status"],
                registry=self.registry,
            ),
            "took": Histogram(
                "lineproof_request_seconds",
                "How long requests took.",
                ["route"],
                registry=self.registry,
                buckets=TOOK,
            ),
            "decisions": Counter(
                "lineproof_decisions",
                "Decisions, by way and outcome: the face check beside the other ways.",
                ["route", "outcome"],
                registry=self.registry,
            ),
            "until_decided": Histogram(
                "lineproof_until_decided_seconds",
                "From the opening of a case to a decision that ends its waiting, by way.",
                ["route"],
                registry=self.registry,
                buckets=FINISHED,
            ),
            "outbox": Gauge(
                "lineproof_outbox_messages",
                "Messages that wait.",
                ["topic"],
                registry=self.registry,
            ),
            "in_flight": Gauge(
                "lineproof_verifications_in_flight",
                "Verifications that run or wait for a core.",
                registry=self.registry,
            ),
            "faults": Counter(
                "lineproof_faults",
                "Faults of our own, by where they were met.",
                ["where"],
                registry=self.registry,
            ),
        }
        for name, instrument in made.items():
            object.__setattr__(self, name, instrument)

    def decided(self, case: Case, decision: Decision, *, now: datetime) -> None:
        """Count a decision, and how long the case took where nothing more is asked for."""
        route = str(case.route or "none")
        self.decisions.labels(route=route, outcome=str(decision.outcome)).inc()
        if decision.outcome in {Outcome.APPROVE, Outcome.REFUSE}:
            waited = max((now - case.opened_at).total_seconds(), 0.0)
            self.until_decided.labels(route=route).observe(waited)
