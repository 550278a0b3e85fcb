from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from lineproof.domain.review import REASONS_OF, VerdictKind, VerdictReason
from tests.web.test_staff_api import referred

if TYPE_CHECKING:
    from tests.web.house import House


def test_a_verdict_and_its_reason_go_together_over_the_interface(service: House) -> None:
    """Each pair is tried: a wrong one is a problem that says what would do, and changes nothing."""
    case_id = referred(service)
    service.takes("reviewer", case_id)
    path = f"/v1/reviews/{case_id}"
    for kind, reason in product(VerdictKind, VerdictReason):
        if reason in REASONS_OF[kind]:
            continue
        service.staff("reviewer", "GET", path)
        asked = {"kind": kind, "reason": reason}
        found = service.staff("reviewer", "POST", f"{path}/verdicts", json=asked)
        assert found.headers["content-type"] == "application/problem+json"
        told = found.json()
        assert (found.status_code, told["code"]) == (422, "reason_mismatched"), asked
        assert told["about"] == kind
        assert all(each in told["detail"] for each in REASONS_OF[kind])
        assert service.call("GET", told["type"]).status_code == 200
    seen = service.staff("reviewer", "GET", path).json()
    assert [each["outcome"] for each in seen["decisions"]] == ["refer"]


def test_each_reason_ends_a_case_with_the_verdict_it_goes_with(service: House) -> None:
    """What an operator's client may send, and the outcome that it is told."""
    for kind, reasons in REASONS_OF.items():
        for reason in reasons:
            case_id = referred(service)
            service.takes("reviewer", case_id)
            path = f"/v1/reviews/{case_id}"
            service.staff("reviewer", "GET", path)
            asked = {"kind": kind, "reason": reason}
            found = service.staff("reviewer", "POST", f"{path}/verdicts", json=asked)
            assert (found.status_code, found.json()["outcome"]) == (201, kind), found.text
