# ruff: noqa: ANN401 - what is answered is JSON
"""What a reviewer is shown of a script over HTTP, and that nothing of it outlives the review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.sql_tables import HELD
from lineproof.domain.capture_message import MOST_BYTES
from lineproof.domain.case import Route, Status
from lineproof.domain.liveness import LiveCapture
from lineproof.domain.script import RANDOM_BYTES, Side, Variant, script
from lineproof.domain.shown_moment import SHOWN
from lineproof.flow import agree, erase
from lineproof.flow.capture import _for_reviewer
from lineproof.flow.refused import Refused
from lineproof.ports import Shown
from tests.adapters.test_message_check import FRAMES
from tests.flow.stage import MATCH, NO_MATCH, SYSTEM, UNSURE, passport
from tests.regime import regime
from tests.web.filmed import before_the_camera, films, refers, sees_films_as, unsure_of_films
from tests.web.house import house

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lineproof.domain.finding import FmrBand
    from lineproof.ports import Sealer
    from tests.web.house import House
    from tests.web.test_signed_captures import Page

EVERY = 4 + 1
"""The pictures of a script, and the portrait."""


@pytest.fixture
def page(service: House) -> Page:
    """Give a page before the camera of a service that is sure of nobody."""
    unsure_of_films(service)
    return before_the_camera(service)


def envelopes(house: House) -> Sequence[str]:
    """Name every envelope that lies in the database, whatever its time."""
    store = house.stage.service.store
    assert isinstance(store, SqlStore)
    with store.engine.connect() as connection:
        return list(connection.execute(sa.select(HELD.c.name).order_by(HELD.c.name)).scalars())


def reviewed(page: Page, name: str = "reviewer") -> Any:
    """Take a case and look at it."""
    assert page.house.takes(name, page.visitor.case).status_code == 201
    found = page.house.staff(name, "GET", f"/v1/reviews/{page.visitor.case}")
    assert found.status_code == 200, found.text
    return found.json()


def picture(page: Page, name: str) -> Any:
    """Look at one picture."""
    return page.house.staff("reviewer", "GET", f"/v1/reviews/{page.visitor.case}/pictures/{name}")


def looks(page: Page) -> list[str]:
    """Give how many pictures each look on record was at."""
    with page.house.stage.service.store.read() as tx:
        entries = [entry.deed for entry in tx.entries_of(page.visitor.case)]
    return [deed.details["pictures"] for deed in entries if deed.action == "viewed"]


def test_a_reviewer_sees_the_moments_of_a_script_and_what_was_asked(page: Page) -> None:
    """In its order, each as it came, beside the portrait; and each look is on record."""
    refers(page)
    seen = reviewed(page)
    first, *moves = seen["asked"]
    assert first["do"] in {"ahead", "screen"}
    assert (first["colour"] is not None) == (first["do"] == "screen")
    assert [each["do"] for each in moves] == ["turn", "turn", "approach"]
    assert {each["side"] for each in moves[:2]} == set(Side)
    names = [each["picture"] for each in seen["asked"]]
    assert seen["pictures"] == [*names, "portrait"]
    shown = [picture(page, name) for name in names]
    assert {each.headers["cache-control"] for each in shown} == {"no-store"}
    places = [FRAMES.index(each.content) for each in shown]
    assert places == sorted(set(places))
    assert sum(len(each.content) for each in shown) <= MOST_BYTES
    assert looks(page) == [str(EVERY)] * (1 + SHOWN)


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("calm", [["ahead"], ["turn"], ["turn"], ["approach"]]),
        ("still", [["ahead", "screen"], ["screen"], ["screen"], ["screen"]]),
    ],
)
def test_each_script_shows_what_it_asks(
    page: Page, variant: str, expected: list[list[str]]
) -> None:
    """The movements where there are some, and colours where there are none."""
    refers(page, variant)
    asked = reviewed(page)["asked"]
    assert all(each["do"] in one for each, one in zip(asked, expected, strict=True))


def test_the_same_frames_sent_again_show_others() -> None:
    """The draw is new each time, so that nobody learns from one referral what the next shows."""
    told = LiveCapture(
        script=script(Variant.FULL, bytes(RANDOM_BYTES)),
        at_ms=tuple(range(0, 7_200, 300)),
        digests=("",) * 24,
        camera="",
    )
    shown = Shown(finding=passport("P1"), portrait=b"portrait", pages=1, digests=frozenset())
    live = [b"%d" % number for number in range(24)]
    drawn = {tuple(_for_reviewer(shown, live, told).items()) for _ in range(60)}
    assert len(drawn) > 10
    assert all(("portrait", b"portrait") in each for each in drawn)


@pytest.mark.parametrize(
    ("band", "kept", "outcome"),
    [
        (MATCH, True, "approved"),
        (NO_MATCH, True, "again"),
        (UNSURE, False, "a_person_looks"),
        (UNSURE, True, "a_person_looks"),
    ],
)
def test_moments_are_drawn_only_where_they_are_held(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    band: FmrBand,
    outcome: str,
    *,
    kept: bool,
) -> None:
    """Nobody chooses what a reviewer sees where no reviewer looks, or where nothing is kept."""
    draws: list[bytes] = []

    def draw() -> bytes:
        draws.append(bytes(RANDOM_BYTES))
        return draws[-1]

    monkeypatch.setattr("lineproof.flow.capture.unforeseen", draw)
    service = house(tmp_path, regime(held_for_review=kept))
    sees_films_as(service, band)
    assert films(before_the_camera(service)).json()["outcome"] == outcome
    assert len(draws) == (kept and outcome == "a_person_looks")


def test_a_moment_of_which_nothing_came_is_told(page: Page) -> None:
    """Frames that end before the turns leave three places empty, and each says what was asked."""
    refers(page, "full", until=0.4)
    seen = reviewed(page)
    assert [each["picture"] for each in seen["asked"]][1:] == [None] * 3
    assert [each["do"] for each in seen["asked"]][1:] == ["turn", "turn", "approach"]
    assert len(seen["pictures"]) == 2
    empty = picture(page, "live-4-approach")
    assert (empty.status_code, empty.json()["code"]) == (404, "nothing_held")
    assert looks(page)[0] == "2", "a picture that is not there was looked at by nobody"


def concludes(page: Page, kind: str, reason: str) -> None:
    """End the case by a reviewer's verdict."""
    reviewed(page)
    path = f"/v1/reviews/{page.visitor.case}/verdicts"
    found = page.house.staff("reviewer", "POST", path, json={"kind": kind, "reason": reason})
    assert found.json()["outcome"] == kind


def approves(page: Page) -> None:
    """Let a reviewer find the person."""
    concludes(page, "approve", "same_person")


def refuses(page: Page) -> None:
    """Let a reviewer find nobody."""
    concludes(page, "refuse", "cannot_tell")


def leaves(page: Page) -> None:
    """Let the person stop it."""
    assert page.visitor.call("DELETE", "/v1/session").status_code in {200, 204}


def goes_another_way(page: Page) -> None:
    """Let the person be met in a shop instead."""
    service, case = page.house.stage.service, page.visitor.case
    found = agree.take_other_way(service, case, Route.IN_PERSON, actor=SYSTEM, now=page.house.now)
    assert not isinstance(found, Refused)


def a_day_goes_by(page: Page) -> None:
    """Let nobody come."""
    page.house.later(timedelta(hours=24))
    erase.prune(page.house.stage.service, now=page.house.now)


@pytest.mark.parametrize("ends", [approves, refuses, leaves, goes_another_way, a_day_goes_by])
def test_none_of_the_frames_outlives_the_review(page: Page, ends: Any) -> None:
    """However it ends: no envelope lies in the database, and no picture is shown."""
    refers(page)
    held = envelopes(page.house)
    assert len(held) == EVERY
    ends(page)
    assert envelopes(page.house) == []
    assert {picture(page, name).status_code for name in held} <= {404, 409}


def test_a_second_referral_leaves_nothing_of_the_first(page: Page) -> None:
    """What an earlier script's moments were called is not what a later capture has."""
    refers(page, "still")
    goes_another_way(page)
    page.visitor.consents()
    page.visitor.shows()
    assert page.visitor.captures().json()["outcome"] == "a_person_looks"
    assert envelopes(page.house) == ["live", "portrait"]
    assert reviewed(page)["asked"] == []


@pytest.mark.parametrize("ends", [approves, leaves, a_day_goes_by])
def test_the_bytes_of_what_ended_are_overwritten(tmp_path: Path, ends: Any) -> None:
    """Not only the rows: what was asked, and each sealed frame, is in no file of the database."""
    there = house(tmp_path)
    unsure_of_films(there)
    page = before_the_camera(there)
    refers(page)
    names = [name.encode() for name in envelopes(there)]

    def lying() -> list[bytes]:
        files = b"".join(each.read_bytes() for each in tmp_path.iterdir())
        return [name for name in names if b"/" + name + b"|" in files]

    assert lying() == names
    ends(page)
    assert lying() == []


@dataclass(slots=True)
class Failing:
    """A sealer that works so many times."""

    sealer: Sealer
    left: int

    def seal(self, content: bytes, *, purpose: str, context: str) -> bytes:
        """Seal, or fail."""
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("no more wax")
        return self.sealer.seal(content, purpose=purpose, context=context)

    def unseal(self, envelope: bytes, *, purpose: str, context: str) -> bytes | None:
        """Open."""
        return self.sealer.unseal(envelope, purpose=purpose, context=context)


@pytest.mark.parametrize("sealed", range(EVERY))
def test_what_stops_between_two_pictures_keeps_none(page: Page, sealed: int) -> None:
    """Decision, move and every picture are one transaction: all of it, or nothing."""
    there = page.house.stage.service
    broken = replace(there, sealer=Failing(there.sealer, sealed))
    page.house._serve(broken)  # noqa: SLF001 - the house is a test's own
    assert films(page).status_code == 500
    assert envelopes(page.house) == []
    assert page.kept()[2] == {"decisions": 0}
    assert page.visitor.sees()["status"] == Status.CAPTURING
    page.house._serve(there)  # noqa: SLF001
    refers(page)
    assert len(envelopes(page.house)) == EVERY


@pytest.mark.parametrize(
    ("part", "shows"),
    [((0.0, 1.0), {"ahead", "screen"}), ((0.0, 0.4), {"ahead", "screen"}), ((0.6, 1.0), {"turn"})],
)
def test_who_read_of_two_pictures_has_two_kept(
    service: House, part: tuple[float, float], shows: set[str]
) -> None:
    """The text before this one says so, and an operator's own page may show it still."""
    unsure_of_films(service)
    page = before_the_camera(service, text="2026-11")
    refers(page, since=part[0], until=part[1])
    assert len(envelopes(service)) == 2
    seen = reviewed(page)
    assert seen["pictures"] == [seen["asked"][0]["picture"], "portrait"]
    assert seen["asked"][0]["do"] in shows


def test_a_picture_under_another_moment_s_name_does_not_open(page: Page) -> None:
    """Who can write the database cannot show a look ahead as a turn."""
    refers(page, "calm")
    store = page.house.stage.service.store
    assert isinstance(store, SqlStore)
    with store.engine.begin() as connection:
        kept = {row.name: row.envelope for row in connection.execute(sa.select(HELD))}
        turn = next(name for name in kept if "turn" in name)
        swapped = sa.update(HELD).where(HELD.c.name == turn)
        connection.execute(swapped.values(envelope=kept["live-1-ahead"]))
    assert turn not in reviewed(page)["pictures"]


def test_the_person_and_the_operator_see_none_of_it(page: Page) -> None:
    """Neither the pictures nor what was drawn: reviewers alone look."""
    refers(page)
    held = set(envelopes(page.house)) - {"portrait"}
    reviewed(page)
    case = page.visitor.case
    answers = [
        page.visitor.call("GET", "/v1/session").text,
        page.visitor.call("GET", "/v1/session/log").text,
        page.house.system("GET", f"/v1/cases/{case}").text,
        page.house.system("GET", f"/v1/cases/{case}/decisions").text,
        page.house.staff("auditor", "GET", "/v1/log").text,
    ]
    assert [name for answer in answers for name in held if name in answer] == []
    for who in ("agent", "auditor", "admin"):
        path = f"/v1/reviews/{case}/pictures/{min(held)}"
        assert page.house.staff(who, "GET", path).status_code in {403, 409}
