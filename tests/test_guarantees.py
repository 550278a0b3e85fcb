"""DESIGN.md's promises for the service: what would have to be there for one to be broken."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, get_args

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from pydantic import BaseModel

from lineproof import ports, storage
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.sql_tables import METADATA
from lineproof.domain.case import FINAL, MOVES, Event, Kind, Route, Status
from lineproof.domain.case_policy import decide_case
from lineproof.domain.document import DocumentFinding, Strength
from lineproof.domain.evidence import Evidence
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.platform_word import NO_WORD
from lineproof.domain.policy import decide
from lineproof.domain.reason import Outcome
from lineproof.domain.validity import DocumentRules
from tests.flow.stage import FACE, MATCH, NO_MATCH, UNSURE, passport, stage
from tests.regime import OLD, POLICY, regime, standing
from tests.web.house import House, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.dependencies.models import Dependant
    from starlette.routing import BaseRoute

    from lineproof.domain.finding import FmrBand
    from lineproof.storage import Store

SOURCES = Path(__file__).parent.parent / "src" / "lineproof"

# 1. One to one only ------------------------------------------------------------------------------

OF_A_FACE = (
    *("face", "picture", "image", "photo", "portrait", "embedding", "vector", "feature"),
    *("template", "biometric", "score", "similarity", "distance", "gallery", "frame"),
)

BYTES = {
    "held.envelope": "what the Sealer closed, gone with the decision; found by its case only",
    "passkeys.credential_id": "a credential of staff, made by their own device",
    "passkeys.public_key": "the same",
    "endpoints.sealed_first": "a webhook's secret, sealed",
    "endpoints.sealed_second": "the same",
}
"""Every column of bytes there is, and why it can be there."""


def test_no_table_has_a_place_for_a_face() -> None:
    """No table, column or index is of a face, and none of bytes is there without a reason."""
    columns = {f"{table.name}.{column.name}": column for table in _tables() for column in table.c}
    named = {
        *columns,
        *(str(index.name) for table in _tables() for index in table.indexes),
    }
    assert sorted(name for name in named for word in OF_A_FACE if word in name) == []
    binary = {
        name
        for name, column in columns.items()
        if isinstance(column.type, sa.LargeBinary | sa.ARRAY)
    }
    assert binary == set(BYTES)
    # One that is looked for by its bytes would be a search; a credential says who it is itself.
    looked_for = {
        f"{table.name}.{column.name}"
        for table in _tables()
        for columns_of in (*(index.columns for index in table.indexes), table.primary_key.columns)
        for column in columns_of
    }
    assert looked_for & binary == {"passkeys.credential_id"}


def _tables() -> list[sa.Table]:
    return list(METADATA.sorted_tables)


TAKE_PICTURES = {
    "Guide.hint": "one small frame in, one word of guidance out; nothing is kept or decided",
    "Engine.look": "one picture in, what is seen of it out",
    "Engine.compare": "one reference against the frames of one case",
    "Engine.live": "the frames of one capture in, error rates of whether somebody lived out",
    "Reader.read": "the pages of one document",
    "Sealer.seal": "what one case holds for its reviewer",
    "Sealer.unseal": "the same, out again",
    "Desk.put": "one case's document",
    "Transaction.hold": "one case's sealed picture",
    "MessageCheck.checked": "one capture's frames, weighed and not looked at",
    "Attestation.checked": "what one telephone states of an app; there is no picture in it",
}
"""Every method of a port that takes bytes, or something that holds a picture, and why."""

HOLDS_A_PICTURE = ("bytes", "Look", "Shown", "HeldItem", "DocumentReading", "ndarray", "NDArray")
SOMEBODY = ("Case", "Line", "Staff", "Witness", "Entry", "DecisionRecord")


def test_no_port_takes_a_face_and_gives_a_person() -> None:
    """A method that takes a picture is on the list with a reason, and none gives somebody."""
    taking = {
        f"{port.__name__}.{name}": method
        for module in (ports, storage)
        for port in vars(module).values()
        if inspect.isclass(port) and Protocol in port.__bases__
        for name, method in vars(port).items()
        if inspect.isfunction(method) and not name.startswith("_") and _takes_a_picture(method)
    }
    assert set(taking) == set(TAKE_PICTURES)
    for name, method in taking.items():
        given = str(method.__annotations__["return"])
        assert not any(word in given for word in (*SOMEBODY, "str")), name


def _takes_a_picture(method: Any) -> bool:  # noqa: ANN401 - a function of any kind
    taken = (str(kind) for name, kind in method.__annotations__.items() if name != "return")
    return any(word in kind for kind in taken for word in HOLDS_A_PICTURE)


TAKE_AND_GIVE = {
    "capture.py:capture": "the case that is named, and was captured",
    "capture.py:_decided": "its second half, of the same case",
    "attest.py:prove_by_chip": "the case that is named, and whose chip was read",
}
"""Every function that takes a picture and answers with somebody: always with whom it was given."""


def test_no_function_takes_a_face_and_gives_a_person() -> None:
    """Whatever takes a picture and answers about a case was told which case it is."""
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.returns:
                continue
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            taken = " ".join(ast.unparse(each.annotation) for each in arguments if each.annotation)
            given = _words(ast.unparse(node.returns))
            holds = _words(taken) & set(HOLDS_A_PICTURE)
            if holds and given & {*SOMEBODY, "Captured", "Opinion"}:
                found[f"{path.name}:{node.name}"] = {each.arg for each in arguments}
    assert set(found) == set(TAKE_AND_GIVE)
    assert all("case_id" in arguments for arguments in found.values())


def _words(text: str) -> set[str]:
    return set("".join(sign if sign.isalnum() else " " for sign in text).split())


TAKE_FILES = {
    "POST /v1/session/documents": "the document of the session's own case",
    "POST /v1/session/captures": "the live pictures of the session's own case",
    "POST /v1/session/chip-proofs": "the chip of the session's own case",
    "POST /c/document": "the same by the pages",
    "POST /c/face": "the same by the pages",
    "POST /c/face/hint": "a small frame of the session's own case; one word comes back",
    "PUT /v1/systems/{system_id}": "a JWK set, whose fields are free: a system's public keys",
}
"""Every route that takes a file, and whose it is. Another one is put here with its reason, or not
at all; it answers about the case of its session, and about nobody else."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a service behind HTTP."""
    found = house(tmp_path_factory.mktemp("guarantees"))
    found.http.__enter__()
    yield found
    found.http.__exit__(None, None, None)


def test_no_route_takes_a_face_but_for_its_own_case(service: House) -> None:
    """A route that takes a file and is not on the list fails, in the OpenAPI or not."""
    taking = {
        f"{method} {route.path}"
        for route in _routes(service.app)
        for method in route.methods or ()
        if method not in {"GET", "HEAD"} and _takes_a_file(route)
    }
    assert taking == set(TAKE_FILES)


READ_THE_BODY = {
    "parts.py": "what upload_of() reads, which the routes above name in their signatures",
    "arriving.py": "counts every body as it arrives",
    "token_route.py": "a form of RFC 6749",
}
"""Every file of the service that reads a request's body itself, past any signature."""

OF_A_REQUEST = {"body", "stream", "form", "json", "receive"}
IMPORTED = {"UploadFile", "File", "MultiPartParser"}


def test_no_route_reads_a_body_unseen() -> None:
    """Who took a file from the request itself would take it past the test above."""
    reading = set()
    for path in sorted((SOURCES / "web").rglob("*.py")):
        if any(_reads(node) for node in ast.walk(ast.parse(path.read_text("utf-8")))):
            reading.add(path.name)
    assert reading == set(READ_THE_BODY)


def _reads(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return bool({each.name for each in node.names} & IMPORTED)
    if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func) == "receive"
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return "request" in ast.unparse(node.func.value) and node.func.attr in OF_A_REQUEST


def _routes(holder: Any) -> Iterator[APIRoute]:  # noqa: ANN401 - an application or a router
    for route in holder.routes:
        inner = getattr(route, "original_router", None)
        if isinstance(route, APIRoute):
            yield route
        elif inner is not None:
            yield from _routes(inner)
        else:
            assert _is_harmless(route), f"{route} is a route of a kind that nobody looked at"


def _is_harmless(route: BaseRoute) -> bool:
    return getattr(route, "methods", None) == {"GET", "HEAD"}


def _takes_a_file(route: APIRoute) -> bool:
    needs = list(_needs(route.dependant))
    uploads = any("upload" in getattr(each.call, "__qualname__", "") for each in needs)
    return uploads or any(
        _is_a_file(field.field_info.annotation) for each in needs for field in each.body_params
    )


def _needs(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _needs(each)


def _is_a_file(kind: Any) -> bool:  # noqa: ANN401 - an annotation
    if inspect.isclass(kind) and issubclass(kind, BaseModel):
        return any(_is_a_file(field.annotation) for field in kind.model_fields.values())
    if get_args(kind):
        return any(_is_a_file(each) for each in get_args(kind))
    return kind is bytes or "Upload" in getattr(kind, "__name__", "") or kind is Any


def test_a_known_face_is_answered_like_a_stranger_s(service: House) -> None:
    """Who has a line already learns by a picture no more than who was never here."""
    service.line("15550031", "known")
    answers = []
    for number, name in (("15550032", "known"), ("15550033", "stranger")):
        visitor = service.session(service.open(msisdn=number))
        visitor.consents()
        shown = visitor.shows(name).json()
        captured = visitor.captures().json()
        text = str((shown, captured))
        assert "15550031" not in text
        assert text.count("case_") == text.count(visitor.case)
        answers.append((shown, captured["outcome"], captured["change"]))
    assert answers[0] == answers[1]


# 3. Another way of equal standing ----------------------------------------------------------------

BEFORE_A_DECISION = (Status.OPENED, Status.CAPTURING, Status.REFERRED)


def test_the_other_way_is_open_wherever_a_person_may_still_choose() -> None:
    """From the first status on, after every attempt, and while a reviewer looks."""
    assert all(
        MOVES[status, Event.OTHER_WAY_CHOSEN] is Status.OTHER_WAY for status in BEFORE_A_DECISION
    )


@pytest.mark.parametrize("band", [NO_MATCH, UNSURE], ids=["no match", "unsure"])
@pytest.mark.parametrize("attempts", [0, 1, 2, 3])
def test_a_failed_face_check_never_ends_a_case(
    sqlite_store: Store, attempts: int, band: FmrBand
) -> None:
    """However often it failed, two members of staff get the person to the same line."""
    scene = stage(sqlite_store).seeing(band)
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    for number in range(attempts):
        if scene.case(case).status is Status.REFERRED:
            break
        if number == 0:
            scene.consented(case)
            scene.shown(case)
        scene.captured(case, scene.asked(case))
        assert scene.case(case).status not in FINAL
    assert scene.in_person(case).status is Status.ORDERED


@pytest.fixture
def sqlite_store(sqlite_database: sa.URL) -> Iterator[Store]:
    """Give an empty store; what is asked here is not about the database."""
    made = SqlStore(sqlite_database)
    yield made
    made.close()


# 4. The server decides ---------------------------------------------------------------------------

CLAIMS = ("score", "quality", "liveness", "match", "outcome", "attempt", "person", "approved")


def test_no_request_has_a_field_for_a_claim(service: House) -> None:
    """Every body refuses what it does not know, and knows no word for what the server measures."""
    models = {
        field.field_info.annotation
        for route in _routes(service.app)
        for each in _needs(route.dependant)
        for field in each.body_params
        if inspect.isclass(field.field_info.annotation)
        and issubclass(field.field_info.annotation, BaseModel)
    }
    assert len(models) > 8
    for model in models:
        assert model.model_config.get("extra") == "forbid", model
        claimed = {name for name in model.model_fields for word in CLAIMS if word == name}
        assert claimed == set(), model


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_beside_the_pictures_is_refused(service: House, claim: str) -> None:
    """What a browser says about its own pictures costs no attempt and changes nothing."""
    visitor = service.session(service.open(msisdn=f"155504{CLAIMS.index(claim):02}"))
    visitor.consents()
    visitor.shows(f"said {claim}")
    nonce = visitor.nonce()
    frame = [("frame", ("frame.jpg", b"live"))]
    said = {"nonce": nonce, claim: "1.0"}
    found = visitor.call("POST", "/v1/session/captures", files=frame, data=said)
    assert found.status_code in {400, 422}, found.text
    assert visitor.sees()["status"] == Status.CAPTURING
    assert visitor.captures(nonce).json()["outcome"] == "approved"


# 5. Closed and visible ---------------------------------------------------------------------------

STRICT = replace(
    POLICY,
    liveness_required=False,
    max_apcer=0.1,
    max_bpcer=0.1,
    liveness_on_people=True,
    assisted_accepted=False,
    document=DocumentRules(
        least_strength=Strength.WEAK,
        accepted_types=("P",),
        least_age=18,
        validity_required=True,
    ),
)
TODAY = date(2026, 11, 25)
EVIDENCE = Evidence(
    document=passport("P1"),
    today=TODAY,
    reference=FACE,
    probes=(FACE,),
    comparison=Measured(MATCH),
    liveness=Unmeasured("no_liveness_check"),
    platform=NO_WORD,
    assisted_by=None,
    attempt=1,
)


def _lacking() -> dict[str, Evidence]:
    """Give the evidence with each field in turn not measured, down into the document."""
    why = Unmeasured("for_a_test")
    lacking = {
        "reference": replace(EVIDENCE, reference=why),
        "probes": replace(EVIDENCE, probes=(why,)),
        "no probe": replace(EVIDENCE, probes=()),
        "comparison": replace(EVIDENCE, comparison=why),
    }
    document: DocumentFinding = EVIDENCE.document
    assert isinstance(document.mrz, Measured)
    mrz = document.mrz.value
    documents = {
        "mrz": replace(document, mrz=why),
        "date of birth": replace(document, mrz=Measured(replace(mrz, date_of_birth=why))),
        "date of expiry": replace(document, mrz=Measured(replace(mrz, date_of_expiry=why))),
        "document code": replace(
            document, mrz=Measured(replace(mrz, fields={**mrz.fields, "document_code": why}))
        ),
    }
    return lacking | {name: replace(EVIDENCE, document=each) for name, each in documents.items()}


def test_what_is_measured_well_is_approved() -> None:
    """Otherwise the next test would show nothing."""
    assert decide(EVIDENCE, STRICT).outcome is Outcome.APPROVE


@pytest.mark.parametrize("name", sorted(_lacking()))
def test_what_was_not_measured_never_approves(name: str) -> None:
    """Each thing that a policy asks for, not measured, asks again or goes to a person."""
    assert decide(_lacking()[name], STRICT).outcome in {Outcome.RETRY, Outcome.REFER}


def test_liveness_that_nobody_measured_never_approves() -> None:
    """There is no check yet, so where a policy requires one a person looks."""
    decision = decide(EVIDENCE, replace(STRICT, liveness_required=True))
    assert decision.outcome is Outcome.REFER


@pytest.mark.parametrize("kind", list(Kind))
def test_a_person_without_a_number_is_never_approved(kind: Kind) -> None:
    """Whose line it would be is not known, so no kind of case goes on by itself."""
    stands = standing(kind, person=None)
    assert decide_case(EVIDENCE, stands, regime()).outcome is Outcome.REFER


# 7. No traits, and 3 again: who leaves loses nothing ---------------------------------------------


def test_both_ways_end_in_the_same_line(sqlite_store: Store) -> None:
    """A line by two members of staff is the line that the face check gives: no field tells them."""
    scene = stage(sqlite_store)
    scene.passed(scene.open(Kind.NEW_LINE, "15550001", sim=OLD), "P1")
    scene.in_person(
        scene.open(Kind.NEW_LINE, "15550002", sim=replace(OLD, imsi="0010100002")), "P2"
    )
    scene.run()
    by_face, by_staff = scene.line("15550001"), scene.line("15550002")
    same = replace(by_staff, msisdn=by_face.msisdn, sim=by_face.sim, holder=by_face.holder)
    assert same == by_face


def test_every_profile_offers_the_other_way() -> None:
    """A profile that names no way beside the face check cannot be made."""
    for alternatives in (frozenset(), frozenset({Route.FACE})):
        with pytest.raises(ValueError, match="alternatives"):
            regime(alternatives=alternatives)
