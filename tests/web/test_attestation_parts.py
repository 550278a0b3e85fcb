"""A platform's statement beside a signed capture: never needed, never enough, kept as one line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from lineproof.adapters.capture_key import thumbprint
from lineproof.adapters.platform_attestation import NoAttestation, simulated
from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.domain.case import Kind
from lineproof.domain.finding import Measured
from lineproof.domain.platform_word import MOST_BYTES
from lineproof.ports import Service
from tests.adapters.test_capture_key import KEY, point_of, signature_of
from tests.adapters.test_message_check import FILM, FRAMES
from tests.flow.stage import FACE, MATCH
from tests.regime import POLICY, regime
from tests.web.test_signed_captures import Page, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from httpx import Response

    from tests.web.house import House

PATH = "/v1/session/captures"


@dataclass(frozen=True, slots=True)
class App(Page):
    """An app on a telephone: a page that may say what its platform states."""

    def stated(self, nonce: str) -> bytes:
        """Give an honest statement."""
        return simulated(nonce=nonce, key=thumbprint(point_of(KEY)) or "")

    def sends_with(self, nonce: str, *statements: bytes) -> Response:
        """Send a signed capture with statements beside it."""
        raw = written(self.told(nonce))
        parts = [("frame", ("frame", frame)) for frame in FRAMES]
        parts += [("manifest", ("m", raw)), ("signature", ("s", signature_of(KEY, raw)))]
        parts += [("film", ("f", FILM))]
        parts += [("attestation", ("a", each)) for each in statements]
        return self.visitor.call("POST", PATH, files=parts, data={"nonce": nonce})

    def records(self) -> list[Mapping[str, str]]:
        """Give what the decisions' records say of how they were made."""
        with self.house.stage.service.store.read() as tx:
            return [kept.versions for kept in tx.decisions(self.visitor.case)]

    def logged(self) -> list[Mapping[str, str]]:
        """Give the details of what the log says of the decisions."""
        with self.house.stage.service.store.read() as tx:
            entries = tx.entries_of(self.visitor.case)
        return [each.deed.details for each in entries if "decision" in each.deed.details]


def serves(house: House, **changes: object) -> None:
    """Let the service have other parts."""
    now = house.stage.service
    parts = {name: getattr(now, name) for name in Service.__slots__} | changes
    house._serve(Service(**parts))  # noqa: SLF001


@pytest.fixture
def app(service: House) -> App:
    """Give an app that consented, showed the document and registered its key."""
    found = App(service.session(service.open()))
    sights = {b"portrait": FACE, **dict.fromkeys(FRAMES, FACE)}
    site = replace(
        service.stage.service.site, engine=SimulatedEngine(sights=sights, band=Measured(MATCH))
    )
    serves(service, site=site)
    found.visitor.consents()
    found.visitor.shows()
    assert found.binds(point_of(KEY)).status_code == 201
    return found


def test_a_statement_that_holds_stands_in_record_and_log(app: App) -> None:
    """Which platform and what it vouched for, and not the statement itself."""
    nonce = app.asked()["nonce"]
    statement = app.stated(nonce)
    found = app.sends_with(nonce, statement)
    assert (found.status_code, found.json()["outcome"]) == (201, "approved")
    (kept,), (entry,) = app.records(), app.logged()
    assert kept["attestation"] == entry["attestation"] == "simulated: genuine_app hardware_key"
    assert statement.decode().split()[1] not in f"{kept}{entry}{found.text}"


def test_nobody_needs_a_statement(app: App) -> None:
    """Without one the same is decided, and nothing is said of it anywhere."""
    assert app.sends_with(app.asked()["nonce"]).json()["outcome"] == "approved"
    assert "attestation" not in f"{app.records()}{app.logged()}"


def test_a_statement_is_never_enough(service: House, app: App) -> None:
    """Where a living person is asked for and not measured, the platform's word opens nothing."""
    asks = regime(policies=dict.fromkeys(Kind, replace(POLICY, liveness_required=True)))
    serves(service, profile=asks)
    nonce = app.asked()["nonce"]
    found = app.sends_with(nonce, app.stated(nonce))
    assert (found.status_code, found.json()["outcome"]) == (201, "a_person_looks")


def test_a_statement_that_fails_goes_to_a_person(app: App) -> None:
    """One of another question is no refusal, opens nothing, and the reviewer reads why."""
    found = app.sends_with(app.asked()["nonce"], app.stated("x" * 43))
    assert (found.status_code, found.json()["outcome"]) == (201, "a_person_looks")
    assert "attestation" not in found.text
    (entry,) = app.logged()
    assert entry["reasons"] == "face_match attestation_failed.attestation_of_another"
    assert entry["attestation"] == "simulated: attestation_of_another"


def test_where_nobody_checks_statements_they_say_nothing(service: House, app: App) -> None:
    """The service as it is shipped: what came is noted as unchecked, good or bad."""
    serves(service, attestation=NoAttestation())
    found = app.sends_with(app.asked()["nonce"], b"no statement of anybody's")
    assert found.json()["outcome"] == "approved"
    assert app.records()[0]["attestation"] == "attestation_unchecked"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (b"", "attestation_malformed"),
        (b"\xff" * 40, "attestation_malformed"),
        (b"simulated " + b"0" * (MOST_BYTES - 9), "attestation_too_large"),
    ],
)
def test_a_bad_statement_is_refused_and_nothing_kept(app: App, statement: bytes, code: str) -> None:
    """No frame is looked at, no attempt counted, and the question stays open."""
    nonce = app.asked()["nonce"]
    before = app.kept()
    with patch.object(SimulatedEngine, "look", side_effect=AssertionError("looked at")):
        found = app.sends_with(nonce, statement)
    told = found.json()
    assert (found.status_code, told["code"], told["about"]) == (422, "message_refused", code)
    assert app.kept() == before
    assert app.sends_with(nonce, app.stated(nonce)).json()["outcome"] == "approved"


def test_a_statement_comes_once_and_with_a_signed_capture(app: App) -> None:
    """Two of them, or one beside plain pictures, is a request of another form."""
    nonce = app.asked()["nonce"]
    twice = app.sends_with(nonce, app.stated(nonce), app.stated(nonce))
    assert twice.json()["errors"] == [{"where": "body.attestation", "what": "too_many"}]
    alone = app.visitor.call(
        "POST",
        PATH,
        files=[("frame", ("f", b"live")), ("attestation", ("a", b"x"))],
        data={"nonce": app.visitor.nonce()},
    )
    assert alone.json()["errors"] == [{"where": "body.manifest", "what": "missing"}]
    assert app.kept()[0] == 0
