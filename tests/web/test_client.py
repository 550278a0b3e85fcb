from __future__ import annotations

import base64
import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from lineproof import client as answers
from lineproof.adapters.capture_key import thumbprint
from lineproof.client import OperatorClient, Refusal, SimAnswer, SubscriberClient
from lineproof.storage_records import Client
from lineproof.web.app import build_app, context_of
from tests.adapters.test_capture_key import KEY, point_of, signature_of
from tests.adapters.test_message_check import FRAMES
from tests.regime import OLD
from tests.web.house import House, digest_of, house, http_of

if TYPE_CHECKING:
    from pathlib import Path

    from joserfc.jwk import KeyParameters

SIM = SimAnswer(iccid=OLD.iccid, imsi=OLD.imsi)

SHAPES = {
    answers.CaseAnswer: "CaseTold",
    answers.OpenedAnswer: "SecretTold",
    answers.DecisionAnswer: "DecisionTold",
    answers.LineAnswer: "LineTold",
    answers.OwnCaseAnswer: "OwnCase",
    answers.DocumentAnswer: "DocumentTold",
    answers.ChallengeAnswer: "ChallengeTold",
    answers.CaptureAnswer: "CaptureTold",
    answers.SimAnswer: "SimShape",
    answers.ScriptAnswer: "ScriptTold",
    answers.StepAnswer: "StepTold",
}


@pytest.fixture(params=["OKP", "EC", "RSA"])
def operator(tmp_path: Path, request: pytest.FixtureRequest) -> OperatorClient:
    """Give an operator's system that signs in as real ones do, at the real time."""
    there = house(tmp_path)
    name: KeyParameters = {"kid": "k-1"}
    key: OKPKey | ECKey | RSAKey
    if request.param == "OKP":
        key = OKPKey.generate_key("Ed25519", name)
    elif request.param == "EC":
        key = ECKey.generate_key("P-256", name)
    else:
        key = RSAKey.generate_key(2048, name)
    keys = json.dumps(KeySet([key]).as_dict(private=False))
    with there.stage.service.store.begin() as tx:
        tx.put_client(Client(id="op", keys=keys, active=True))
    context = context_of(there.stage.service, there.app.state.context.settings)
    http = http_of(build_app(context, lifespan=None))
    return OperatorClient(http=http, client_id="op", key=key, origin=context.settings.address)


def test_the_client_goes_the_whole_way(operator: OperatorClient) -> None:
    """An operator's system signs in by its key, and a browser goes from secret to decision."""
    opened = operator.open_case(
        "new_line", "15550001", sim=SIM, second_channel="mailto:holder@example.org"
    )
    browser = SubscriberClient.begin(operator.http, opened.client_secret)
    browser.consent("face_check", text_version="2026-11", language="en")
    assert browser.show_document([b"P1"]).number_read
    decided = browser.capture([b"live"], nonce=browser.challenge().nonce)
    assert decided.outcome == "approved"
    case = operator.case(opened.case.id)
    assert (case.status, case.sim, case.opened_at.tzinfo is not None) == ("ordered", SIM, True)
    assert [each.reasons for each in operator.decisions(case.id)] == [("face_match",)]
    assert [each.id for each in operator.cases()] == [case.id]
    assert list(operator.cases("issued")) == []


def test_a_refusal_carries_its_code(operator: OperatorClient) -> None:
    """What the service refuses is raised, with the code that a program looks at."""
    with pytest.raises(Refusal) as refused:
        operator.line("15559999")
    assert (refused.value.status, refused.value.code) == (404, "line_unknown")
    with pytest.raises(Refusal) as stranger:
        dataclasses.replace(operator, client_id="nobody").case("case_" + "0" * 32)
    assert (stranger.value.status, stranger.value.code) == (401, "invalid_client")


def test_a_repeated_request_with_its_key_is_one_case(operator: OperatorClient) -> None:
    """Whoever repeats a request gives the same key again."""
    first = operator.open_case("new_line", "15550001", sim=SIM, key="0123456789")
    again = operator.open_case("new_line", "15550001", sim=SIM, key="0123456789")
    assert first == again


def test_the_chips_way_through_the_client(operator: OperatorClient) -> None:
    """A telephone's application sends the chip's files by name."""
    opened = operator.open_case("new_line", "15550001", sim=SIM)
    browser = SubscriberClient.begin(operator.http, opened.client_secret)
    assert browser.other_way("chip").next == "read_chip"
    asked = browser.challenge()
    chip = {"DG1": b"P1", "AA": digest_of(asked.chip_challenge)}
    assert browser.prove_by_chip(chip, nonce=asked.nonce).outcome == "approved"
    assert browser.lines() == ()


def test_a_signed_capture_through_the_client(operator: OperatorClient) -> None:
    """An application binds its key, is given a script, and its message reaches the check whole."""
    opened = operator.open_case("new_line", "15550001", sim=SIM)
    browser = SubscriberClient.begin(operator.http, opened.client_secret)
    browser.consent("face_check", text_version="2026-11", language="en")
    browser.show_document([b"P1"])
    key = base64.urlsafe_b64encode(point_of(KEY)).rstrip(b"=").decode()
    assert browser.register_key(key) == thumbprint(point_of(KEY))
    asked = browser.challenge("still")
    assert asked.script is not None
    assert {step.do for step in asked.script.steps} == {"ahead", "screen"}
    raw = b"{}"
    with pytest.raises(Refusal) as refused:
        # Rightly signed and no manifest: a part that went astray would be refused before it.
        browser.capture(FRAMES, nonce=asked.nonce, manifest=raw, signature=signature_of(KEY, raw))
    assert (refused.value.code, refused.value.about) == ("message_refused", "manifest_malformed")
    with pytest.raises(Refusal) as heavy:
        # What is weighed first: so it is seen that it came as the film.
        browser.capture(
            FRAMES, nonce=asked.nonce, manifest=raw, signature=bytes(64), film=bytes(200_001)
        )
    assert (heavy.value.code, heavy.value.about) == ("message_refused", "frames_too_large")


def test_leaving_through_the_client(operator: OperatorClient) -> None:
    """Withdrawal is one call."""
    opened = operator.open_case("new_line", "15550001", sim=SIM)
    browser = SubscriberClient.begin(operator.http, opened.client_secret)
    assert browser.look().next == "consent_or_other_way"
    assert browser.withdraw().status == "withdrawn"


@pytest.mark.parametrize("answer", list(SHAPES), ids=lambda answer: answer.__name__)
def test_the_clients_answers_are_the_interfaces(service: House, answer: type[Any]) -> None:
    """Every field that the client reads is one that the OpenAPI promises."""
    told = service.call("GET", "/v1/openapi.json").json()
    promised = told["components"]["schemas"][SHAPES[answer]]
    fields = {field.name for field in dataclasses.fields(answer)}
    assert fields <= set(promised["required"])


def test_nothing_of_a_person_shows_in_an_answers_repr(operator: OperatorClient) -> None:
    """A program that logs an answer logs no number and no secret."""
    opened = operator.open_case("new_line", "15550001", sim=SIM)
    shown = repr(opened) + repr(operator)
    assert not any(each in shown for each in ("15550001", opened.client_secret, OLD.imsi))
