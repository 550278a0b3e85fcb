# ruff: noqa: ANN401 - what is answered is JSON
"""Promises 2, 6 and 8 over HTTP: what is shown leaves no trace, and every look leaves one.

Everything recognisable goes in; then every table, file, log line and answer is searched for it.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lineproof.adapters.file_sealer import FileSealer
from lineproof.adapters.key_file import Key, load_or_make
from lineproof.adapters.keyed_hasher import KeyedHasher
from lineproof.adapters.simulated_engine import NOT_TOLD
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.sql_tables import METADATA
from lineproof.domain.case import Kind, Status
from lineproof.domain.document import PortraitSource
from lineproof.domain.finding import Measured, Unreadable
from lineproof.domain.reason import Outcome
from lineproof.flow import hold_lines
from lineproof.ports import DocumentReading, Site
from tests.flow.stage import FACE, MATCH, NO_MATCH, SYSTEM, UNSURE, ToldReader
from tests.regime import NEW, OLD, regime
from tests.web.house import House, Visitor, digest_of, house

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from lineproof.domain.finding import FaceFinding, Finding, FmrBand
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.ports import Look, Versions

DRAWN = random.Random(7)  # noqa: S311 - to be recognised again
PORTRAIT, LIVE, PAGE = (DRAWN.randbytes(3000) for _ in range(3))
EMBEDDING = DRAWN.randbytes(512)
SCORE = "0.7312948756"
NUMBER, SURNAME, GIVEN = "XQ7MARK91", "MARKELSON", "ZYXANDRIA"


@dataclass(frozen=True, slots=True)
class TellingLook:
    """What an engine has of a face: none of it may be read, and here it would be recognised."""

    finding: Finding[FaceFinding]
    embedding: bytes = EMBEDDING
    score: float = float(SCORE)


@dataclass(slots=True)
class TellingEngine:
    """An engine whose numbers stand out wherever they get to."""

    versions: Versions
    band: FmrBand = MATCH

    def look(self, picture: bytes, *, whole: bool = False) -> TellingLook | Unreadable:
        """See a face in what is a picture here."""
        del whole
        if picture not in {PORTRAIT, LIVE}:
            return Unreadable("image_not_an_image", "Send a picture.")
        return TellingLook(FACE)

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Answer as it is told."""
        del reference, probes
        return Measured(self.band)

    def live(self, frames: Sequence[Look], *, capture: LiveCapture) -> Finding[LivenessBand]:
        """Say nothing of life."""
        del frames, capture
        return NOT_TOLD


class TellingReader:
    """Reads one page, with names and number that stand out."""

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading:
        """Read it."""
        told = ToldReader().read([NUMBER.encode()], chip=chip, today=today, challenge=challenge)
        del pages
        mrz = told.finding.mrz
        assert isinstance(mrz, Measured)
        names = {"surname": Measured(SURNAME), "given_names": Measured(GIVEN)}
        named = replace(mrz.value, fields={**mrz.value.fields, **names})
        finding = replace(told.finding, mrz=Measured(named), portrait=Measured(PortraitSource.PAGE))
        return DocumentReading(finding=finding, portrait=PORTRAIT)


@dataclass(slots=True)
class Scene:
    """A service with real keys, and all that was answered."""

    house: House
    folder: Path
    engine: TellingEngine
    answers: list[str] = field(default_factory=list)
    numbers: int = 0

    def visitor(self, *, shown: bool = True) -> Visitor:
        """Give a subscriber of a new case, with the document shown."""
        self.numbers += 1
        found = self.house.session(self.house.open(msisdn=f"155507{self.numbers:02}"))
        if shown:
            self.heard(found.consents())
            page = [("page", ("page.jpg", PAGE))]
            self.heard(found.call("POST", "/v1/session/documents", files=page))
        return found

    def captured(self, visitor: Visitor, picture: bytes = LIVE) -> Any:
        """Show the face."""
        frame = [("frame", ("frame.jpg", picture))]
        nonce = {"nonce": visitor.nonce()}
        answer = visitor.call("POST", "/v1/session/captures", files=frame, data=nonce)
        return self.heard(answer)

    def staff(self, name: str, method: str, path: str, **more: Any) -> Any:
        """Call as a member of staff."""
        return self.heard(self.house.staff(name, method, path, **more))

    def heard(self, answer: Any) -> Any:
        """Keep an answer, to be searched."""
        self.answers.append(f"{answer.headers} {answer.text}")
        return answer.json() if answer.content else None

    @property
    def store(self) -> SqlStore:
        """The database."""
        store = self.house.stage.service.store
        assert isinstance(store, SqlStore)
        return store


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Give a service with real keys and an engine that tells."""
    folder = tmp_path / "data"
    folder.mkdir()
    key = load_or_make(tmp_path / "key")
    assert isinstance(key, Key)
    # All the ways are gone by one person, with one document.
    found = house(folder, regime(lines_per_person=None, attempts_per_person=100))
    old = found.stage.service
    engine = TellingEngine(old.site.engine.versions)
    found.stage.service = replace(
        old,
        site=Site(engine=engine, reader=TellingReader()),
        sealer=FileSealer(key),
        hasher=KeyedHasher(key),
    )
    found.app.state.context = replace(found.app.state.context, service=found.stage.service)
    with found.http:
        yield Scene(found, folder, engine)


def play(scene: Scene) -> Mapping[str, str]:
    """Go every way there is; give each way's case."""
    approved = scene.visitor()
    scene.captured(approved)
    scene.engine.band = NO_MATCH
    tried = scene.visitor()
    for _ in range(3):
        scene.captured(tried)
    scene.engine.band = UNSURE
    looked_at, left, waits = scene.visitor(), scene.visitor(), scene.visitor()
    for each in (looked_at, left, waits):
        scene.captured(each)
    unreadable = scene.visitor()
    scene.captured(unreadable, PAGE)
    scene.house.takes("reviewer", looked_at.case)
    for name in ("portrait", "live"):
        path = f"/v1/reviews/{looked_at.case}/pictures/{name}"
        # This one answer is the picture, to the one person who has to look at it.
        assert (
            scene.house.staff("reviewer", "GET", path).content
            == {
                "portrait": PORTRAIT,
                "live": LIVE,
            }[name]
        )
    said = {"kind": "approve", "reason": "same_person"}
    scene.staff("reviewer", "POST", f"/v1/reviews/{looked_at.case}/verdicts", json=said)
    scene.heard(left.call("DELETE", "/v1/session"))
    by_staff = _by_staff(scene)
    by_chip = _by_chip(scene)
    scene.house.stage.run()
    for each in (approved, looked_at, by_staff, by_chip):
        for path in ("", "/decisions", "/notices"):
            scene.heard(scene.house.system("GET", f"/v1/cases/{each.case}{path}"))
    for path in ("/v1/session", "/v1/session/lines", "/v1/session/log"):
        scene.heard(approved.call("GET", path))
    scene.staff("auditor", "GET", "/v1/log")
    scene.staff("auditor", "GET", "/v1/counts")
    return {
        "approved": approved.case,
        "tried": tried.case,
        "looked_at": looked_at.case,
        "left": left.case,
        "waits": waits.case,
        "by_staff": by_staff.case,
        "by_chip": by_chip.case,
    }


def _by_staff(scene: Scene) -> Visitor:
    visitor = scene.visitor(shown=False)
    scene.heard(visitor.call("POST", "/v1/session/other-way", json={"route": "in_person"}))
    saw = {"same_person": True, "document_valid": True, "old_enough": True}
    typed = {"issuer": "UTO", "kind": "P", "number": NUMBER}
    for name in ("agent-2", "agent-3"):
        path = f"/v1/cases/{visitor.case}/attestations"
        scene.staff(name, "POST", path, json=typed | saw)
    return visitor


def _by_chip(scene: Scene) -> Visitor:
    visitor = scene.visitor(shown=False)
    scene.heard(visitor.call("POST", "/v1/session/other-way", json={"route": "chip"}))
    asked = visitor.call("POST", "/v1/session/challenges").json()
    signed = digest_of(asked["chip_challenge"])
    files = [
        ("chip", ("DG1", NUMBER.encode())),
        ("chip", ("AA", signed)),
    ]
    data = {"nonce": asked["nonce"]}
    scene.heard(visitor.call("POST", "/v1/session/chip-proofs", files=files, data=data))
    return visitor


def needles() -> dict[str, bytes]:
    """Give everything that must not be found, in every writing that a program might use."""
    found: dict[str, bytes] = {}
    pictures = {"portrait": PORTRAIT, "live": LIVE, "page": PAGE, "embedding": EMBEDDING}
    for name, content in pictures.items():
        for at in (0, len(content) // 2, len(content) - 24):
            found |= _written(f"{name}@{at}", content[at : at + 24])
    for text in (NUMBER, SURNAME, GIVEN, SCORE[:7]):
        found |= _written(text, text.encode()) | {f"{text} utf-16": text.encode("utf-16-le")}
    for content in (PORTRAIT, LIVE, PAGE):
        digest = hashlib.sha256(content).digest()
        found |= _written("a picture's hash", digest)
    # Without the key nobody can try numbers until one fits.
    for plain in (f"UTO|P|{NUMBER}", f"UTO{NUMBER}", NUMBER):
        found |= _written(f"hash of {plain}", hashlib.sha256(plain.encode()).digest())
    return found


def _written(name: str, content: bytes) -> dict[str, bytes]:
    lower = content.hex().encode()
    # Base64 says something else at each of three places; the edges depend on what is beside.
    shifted = (base64.b64encode(b"\0" * shift + content)[4:-4] for shift in range(3))
    return {
        name: content,
        f"{name} hex": lower,
        f"{name} HEX": lower.upper(),
        f"{name} repr": repr(content)[2:-1].encode(),
        **{f"{name} base64 {number}": each for number, each in enumerate(shifted)},
    }


def found_in(content: bytes) -> list[str]:
    """Give the names of what is found."""
    return [name for name, needle in needles().items() if needle in content]


def values(store: SqlStore) -> Iterator[tuple[str, bytes]]:
    """Give every value of every table."""
    with store.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings():
                for column, value in row.items():
                    written = value if isinstance(value, bytes) else str(value).encode()
                    yield f"{table.name}.{column}", written


@pytest.mark.usefixtures("caplog")
def test_nothing_recognisable_is_kept_told_or_logged(
    scene: Scene, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Pictures, embeddings, scores, names and numbers are in no table, file, line or answer."""
    caplog.set_level(logging.DEBUG)
    cases = play(scene)
    looked = dict(values(scene.store))
    assert {"held.envelope", "decisions.band", "log.details", "cases.person"} <= set(looked)
    assert [(where, what) for where, value in values(scene.store) for what in found_in(value)] == []
    files = [path for path in scene.folder.rglob("*") if path.is_file()]
    assert len(files) >= 2, "the write-ahead log is searched as well"
    assert [(path.name, what) for path in files for what in found_in(path.read_bytes())] == []
    assert [what for answer in scene.answers for what in found_in(answer.encode())] == []
    with scene.store.read() as tx:
        outcomes = {name: tx.decisions(case)[-1].decision.outcome for name, case in cases.items()}
    assert outcomes == {
        "approved": Outcome.APPROVE,
        "tried": Outcome.REFER,
        "looked_at": Outcome.APPROVE,
        "left": Outcome.REFER,
        "waits": Outcome.REFER,
        "by_staff": Outcome.APPROVE,
        "by_chip": Outcome.APPROVE,
    }
    assert len(scene.answers) > 40
    written = capfd.readouterr()
    lines = f"{written.out}\n{written.err}\n{caplog.text}"
    assert "/v1/session/captures" in lines
    assert found_in(lines.encode()) == []


def test_the_search_would_find_it() -> None:
    """A search that finds nothing is worth as much as what it would find."""
    assert found_in(b"..." + PORTRAIT[:100])
    assert found_in(base64.b64encode(b"x" + LIVE))
    assert found_in(f"document {NUMBER}".encode())
    assert found_in(f"{float(SCORE)}".encode())
    assert found_in(EMBEDDING.hex().encode())


def test_what_was_sealed_is_gone_from_the_file_with_the_decision(scene: Scene) -> None:
    """Not only the row: the bytes of the envelope are overwritten where they lay."""
    scene.engine.band = UNSURE
    visitor = scene.visitor()
    scene.captured(visitor)
    envelopes = [value for where, value in values(scene.store) if where == "held.envelope"]
    assert len(envelopes) == 2
    middles = [envelope[200:264] for envelope in envelopes]
    held = b"".join(path.read_bytes() for path in scene.folder.iterdir())
    assert all(middle in held for middle in middles)
    said = {"kind": "approve", "reason": "same_person"}
    scene.house.takes("reviewer", visitor.case)
    scene.staff("reviewer", "GET", f"/v1/reviews/{visitor.case}")
    scene.staff("reviewer", "POST", f"/v1/reviews/{visitor.case}/verdicts", json=said)
    assert "held.envelope" not in dict(values(scene.store))
    left = b"".join(path.read_bytes() for path in scene.folder.iterdir())
    assert not any(middle in left for middle in middles)


def test_every_decision_and_every_look_has_an_entry(scene: Scene) -> None:
    """Promise 6: each decision by its id, each look by who had it; and the log holds together."""
    cases = play(scene)
    with scene.store.read() as tx:
        for case_id in cases.values():
            entries = [entry.deed for entry in tx.entries_of(case_id)]
            told = {deed.details.get("decision") for deed in entries}
            assert {kept.id for kept in tx.decisions(case_id)} <= told
        viewed = [
            str(deed.actor)
            for deed in (entry.deed for entry in tx.entries_of(cases["looked_at"]))
            if deed.action == "viewed"
        ]
    assert viewed.count("staff:reviewer") >= 2, "each picture that was looked at"
    assert "system:op" in viewed
    _look_again(scene, cases["waits"])


def _look_again(scene: Scene, case_id: str) -> None:
    """Look as each one who may, and see that the log grew."""
    looks = (
        ("reviewer-2", f"/v1/reviews/{case_id}"),
        ("reviewer-2", f"/v1/reviews/{case_id}/pictures/live"),
    )
    scene.house.takes("reviewer-2", case_id)
    for name, path in looks:
        before = _entries(scene, case_id)
        assert scene.house.staff(name, "GET", path).status_code == 200
        assert _entries(scene, case_id) == before + 1


def _entries(scene: Scene, case_id: str) -> int:
    with scene.store.read() as tx:
        return len(tx.entries_of(case_id))


def test_the_clock_s_own_decision_has_an_entry(scene: Scene) -> None:
    """A decision that nobody asked for, when a wait ends, is on record like any other."""
    stage = scene.house.stage
    stage.in_person(stage.open(Kind.NEW_LINE, sim=OLD), "P1")
    stage.run()
    stage.later(timedelta(days=1))
    case = stage.in_person(stage.open(Kind.SIM_REPLACEMENT, sim=NEW), "P1")
    hold_lines.lock(stage.service, case.msisdn, actor=SYSTEM, now=stage.now)
    stage.run()
    stage.later(timedelta(hours=3))
    stage.run()
    assert stage.case(case).status is Status.REFUSED
    with scene.store.read() as tx:
        told = {entry.deed.details.get("decision") for entry in tx.entries_of(case.id)}
        assert {kept.id for kept in tx.decisions(case.id)} <= told
