from __future__ import annotations

from itertools import product

import pytest

from lineproof.domain.case import FINAL, MOVES, Event, IllegalMove, Status, move
from tests.domain.write_states import PAGE, page, who_acts

STARTS = {Status.OPENED, Status.AWAITING_HOLDER}

LEGAL = {
    Status.AWAITING_HOLDER: "holder_agreed holder_declined withdrawn expired",
    Status.OPENED: "consented other_way_chosen withdrawn expired",
    Status.CAPTURING: "approved retried referred refused other_way_chosen withdrawn expired",
    Status.OTHER_WAY: (
        "consented other_way_chosen approved retried referred refused withdrawn expired"
    ),
    Status.REFERRED: "approved referred refused other_way_chosen withdrawn expired",
    Status.APPROVED: "objected ordered referred refused withdrawn issued",
    Status.ORDERED: "refused issued order_rejected",
    Status.UNFULFILLED: "ordered withdrawn",
    Status.ISSUED: "",
    Status.REFUSED: "",
    Status.WITHDRAWN: "",
    Status.EXPIRED: "",
}
"""What may happen where, written down a second time, by hand."""


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_every_event_in_every_status(status: Status, event: Event) -> None:
    """The full product: what is written here moves the case, and nothing else does."""
    if event in LEGAL[status].split():
        assert move(status, event) is MOVES[status, event]
    else:
        with pytest.raises(IllegalMove) as illegal:
            move(status, event)
        assert (illegal.value.status, illegal.value.event) == (status, event)


def test_what_is_final_stays() -> None:
    """Nothing leads out of a final status, and something leads out of every other."""
    assert {status for status, _ in MOVES} == set(Status) - FINAL


def test_every_status_can_be_reached_and_every_event_happens() -> None:
    """No status and no event is there for nothing."""
    reached = set(STARTS)
    while more := {end for (start, _), end in MOVES.items() if start in reached} - reached:
        reached |= more
    assert reached == set(Status)
    assert {event for _, event in MOVES} == set(Event)


@pytest.mark.parametrize("status", sorted(set(Status) - FINAL))
def test_every_case_can_end(status: Status) -> None:
    """From wherever a case stands, something leads to an end."""
    reached = {status}
    while more := {end for (start, _), end in MOVES.items() if start in reached} - reached:
        reached |= more
    assert reached & FINAL


@pytest.mark.parametrize("status", [Status.CAPTURING, Status.OPENED, Status.REFERRED])
def test_the_other_way_is_open_beside_the_face_check(status: Status) -> None:
    """Before the face check, after any attempt and while a reviewer looks (promise 3)."""
    assert move(status, Event.OTHER_WAY_CHOSEN) is Status.OTHER_WAY


def test_a_person_may_leave_until_the_order_is_out() -> None:
    """Withdrawing is possible wherever the network has not been asked (issue: at any time)."""
    stays = {start for start, event in MOVES if event is Event.WITHDRAWN}
    assert stays == set(Status) - FINAL - {Status.ORDERED}


def test_nothing_is_issued_without_an_approval() -> None:
    """Every way to ISSUED or ORDERED passes through APPROVED."""
    reached = set(STARTS)
    allowed = {key: end for key, end in MOVES.items() if end is not Status.APPROVED}
    while more := {end for (start, _), end in allowed.items() if start in reached} - reached:
        reached |= more
    assert not reached & {Status.ORDERED, Status.ISSUED, Status.UNFULFILLED}


def test_the_diagram_is_current() -> None:
    """docs/states.md is what MOVES says; `python -m tests.domain.write_states` writes it anew."""
    assert PAGE.read_text("utf-8") == page()
    assert set(who_acts()) == set(Status)
