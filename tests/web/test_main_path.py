from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.web.house import House


def test_a_new_line_from_the_request_to_the_network(service: House) -> None:
    """A case goes from the operator's request over the face check to the order and the line."""
    opened = service.open()
    visitor = service.session(opened)
    assert visitor.sees()["next"] == "consent_or_other_way"
    assert visitor.consents().json()["next"] == "show_document"
    assert visitor.shows().json() == {
        "strength": "weak",
        "number_read": True,
        "portrait_found": True,
    }
    decided = visitor.captures().json()
    assert decided["outcome"] == "approved"
    service.stage.run()
    assert [order.msisdn for order in service.stage.network.orders] == ["15550001"]
    case = service.system("GET", f"/v1/cases/{opened['case']['id']}")
    assert case.json()["status"] == "issued"
