"""A client for the service, for programs of operators: typed, on httpx.

``OperatorClient`` speaks for an operator's system, ``SubscriberClient`` for a subscriber's browser.
What the service refuses is raised as ``Refusal``; what does not answer, as httpx raises it.
"""

from __future__ import annotations

from lineproof.client.answers_read import (
    CaptureAnswer,
    CaseAnswer,
    ChallengeAnswer,
    DecisionAnswer,
    DocumentAnswer,
    LineAnswer,
    ListedCaseAnswer,
    OpenedAnswer,
    OwnCaseAnswer,
    OwnLineAnswer,
    OwnLockAnswer,
    Refusal,
    ScriptAnswer,
    SimAnswer,
    StepAnswer,
)
from lineproof.client.operator_client import OperatorClient
from lineproof.client.subscriber_client import SubscriberClient

__all__ = [
    "CaptureAnswer",
    "CaseAnswer",
    "ChallengeAnswer",
    "DecisionAnswer",
    "DocumentAnswer",
    "LineAnswer",
    "ListedCaseAnswer",
    "OpenedAnswer",
    "OperatorClient",
    "OwnCaseAnswer",
    "OwnLineAnswer",
    "OwnLockAnswer",
    "Refusal",
    "ScriptAnswer",
    "SimAnswer",
    "StepAnswer",
    "SubscriberClient",
]
