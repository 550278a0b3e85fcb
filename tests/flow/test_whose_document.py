"""The document on the desk is the one that the case is about, and gone when the case moves on."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Kind, Route, Status
from lineproof.flow import agree, attest, capture
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.flow.show_document import show_document
from lineproof.storage import StoreDown, Trouble
from tests.flow.honest import honest
from tests.flow.stage import SYSTEM, Stage
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from lineproof.domain.case import Case
    from lineproof.storage import Store, Transaction


@pytest.fixture
def scene(store: Store) -> Stage:
    """Give a stage on which everybody is who they are, and a line of the victim's."""
    there = honest(store)
    there.in_person(there.open(Kind.NEW_LINE, sim=OLD), "victim")
    there.run()
    there.later(timedelta(days=1))
    return there


@dataclass(frozen=True, slots=True)
class Failing:
    """A store whose disk is full whenever something is to be committed."""

    store: Store

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Undo it all at the last moment."""
        with self.store.begin() as tx:
            yield tx
            raise StoreDown(Trouble.FULL)

    def read(self) -> AbstractContextManager[Transaction]:
        """Read as ever."""
        return self.store.read()

    def ready(self) -> bool:
        """Say that it answers."""
        return True


@dataclass(slots=True)
class Losing:
    """A store that is lost at its second commit: written or not, back at once or not."""

    store: Store
    written: bool
    back: bool
    begun: int = 0

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Be lost at the commit of the decision."""
        self.begun += 1
        if self.begun > 2 and not self.back:
            raise StoreDown(Trouble.UNREACHABLE)
        with self.store.begin() as tx:
            yield tx
            if self.begun == 2 and not self.written:
                raise StoreDown(Trouble.UNREACHABLE)
        if self.begun == 2:
            raise StoreDown(Trouble.UNREACHABLE)

    def read(self) -> AbstractContextManager[Transaction]:
        """Read as ever."""
        return self.store.read()

    def ready(self) -> bool:
        """Say that it answers."""
        return True


def lost(scene: Stage, *, written: bool, back: bool) -> Case:
    """Capture the face of a case whose decision's commit is lost."""
    case = scene.open(Kind.RECHECK)
    scene.consented(case)
    scene.shown(case, "victim")
    nonce = scene.asked(case)
    losing = replace(scene.service, store=Losing(scene.service.store, written=written, back=back))
    with pytest.raises(StoreDown):
        capture.capture(losing, case.id, [b"face:victim"], nonce=nonce, now=scene.now)
    return case


def test_a_decision_that_was_undone_leaves_the_document_there(scene: Stage) -> None:
    """Only the face is asked for again, and after that decision nothing lies there."""
    case = lost(scene, written=False, back=True)
    assert scene.case(case).status is Status.CAPTURING
    nonce = scene.asked(case)
    found = capture.capture(scene.service, case.id, [b"face:victim"], nonce=nonce, now=scene.now)
    assert isinstance(found, capture.Captured)
    assert found.case.status is not Status.CAPTURING
    assert scene.service.desk.look(case.id, now=scene.now) is None


@pytest.mark.parametrize(("written", "back"), [(True, True), (True, False), (False, False)])
def test_nothing_stays_on_the_desk_after_what_may_be_a_decision(
    scene: Stage, *, written: bool, back: bool
) -> None:
    """Where a commit's answer was lost, the document lies there only if the case says undone."""
    case = lost(scene, written=written, back=back)
    assert (scene.case(case).status is Status.CAPTURING) is not written
    assert scene.service.desk.look(case.id, now=scene.now) is None


def test_a_copied_chip_s_number_is_not_joined_to_one_s_own_portrait(scene: Stage) -> None:
    """Whose number a chip told is not who the face check then compares with."""
    case = scene.open(Kind.SIM_REPLACEMENT, sim=NEW)
    scene.consented(case)
    scene.shown(case, "thief")
    shown = scene.service.desk.look(case.id, now=scene.now)
    assert shown is not None
    agree.take_other_way(scene.service, case.id, Route.CHIP, actor=SYSTEM, now=scene.now)
    nonce = scene.asked(case)
    copied = {"DG1": b"victim"}
    attest.prove_by_chip(scene.service, case.id, copied, nonce=nonce, now=scene.now)
    scene.consented(case)
    scene.service.desk.put(case.id, shown, now=scene.now)
    found = capture.ask(scene.service, case.id, now=scene.now)
    assert isinstance(found, Refused)
    assert found.code is RefusalCode.DOCUMENT_NEEDED


def test_a_document_whose_commit_failed_is_not_compared_with(scene: Stage) -> None:
    """The number that is written and the portrait that lies there are of one document."""
    case = scene.open(Kind.SIM_REPLACEMENT, sim=NEW)
    scene.consented(case)
    scene.shown(case, "victim")
    failing = replace(scene.service, store=Failing(scene.service.store))
    with pytest.raises(StoreDown):
        show_document(failing, case.id, [b"thief"], chip={}, now=scene.now)
    found = capture.ask(scene.service, case.id, now=scene.now)
    assert isinstance(found, Refused)
    assert found.code is RefusalCode.DOCUMENT_NEEDED


@pytest.mark.parametrize("end", ["withdrawn", "other way"])
def test_who_leaves_the_face_check_leaves_no_portrait(scene: Stage, end: str) -> None:
    """Neither a withdrawal nor the other way lets a document lie on the desk."""
    case = scene.open(Kind.SIM_REPLACEMENT, sim=NEW)
    scene.consented(case)
    scene.shown(case, "victim")
    if end == "withdrawn":
        agree.withdraw(scene.service, case.id, actor=SYSTEM, now=scene.now)
    else:
        agree.take_other_way(scene.service, case.id, Route.CHIP, actor=SYSTEM, now=scene.now)
    assert scene.service.desk.look(case.id, now=scene.now) is None
    assert scene.case(case).status in {Status.WITHDRAWN, Status.OTHER_WAY}
    assert scene.line().sim == OLD
