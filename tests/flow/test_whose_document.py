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
from lineproof.storage import StoreDown, Trouble
from tests.flow.honest import honest
from tests.flow.stage import SYSTEM, Stage
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

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
        capture.show_document(failing, case.id, [b"thief"], chip={}, now=scene.now)
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
