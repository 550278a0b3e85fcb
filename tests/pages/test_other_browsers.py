"""The check with a script in the engines of other browsers, from the link to the end.

Firefox and WebKit film a picture that they draw themselves; what is seen of it is told.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.domain.capture_film import BEFORE_MS, UNTIL_MS
from lineproof.domain.finding import Measured
from lineproof.domain.script import Screen
from tests.pages.driven import MINI, Driven, firefox, webkit
from tests.pages.living import LONG_ENOUGH, living
from tests.pages.numbered import pairs_of
from tests.pages.place import drawn_page, place
from tests.regime import LIVING, REGIME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lineproof.domain.liveness import LiveCapture
    from tests.pages.place import Place

OPENS = "face-capture > .face-deeds button"
BEGINS = STOPS = ".face-room .face-deeds button"
SAID = "document.querySelector('face-capture > .face-said').textContent"
STEP = "document.querySelector('.face-room')?.dataset.do"

KEPT = """new Promise(done => {
  const opening = indexedDB.open("lineproof", 1);
  opening.onsuccess = () => {
    const all = opening.result.transaction("keys").objectStore("keys").getAll();
    all.onsuccess = () => {
      opening.result.close();
      const [{ pair: { privateKey } }, ...others] = all.result;
      crypto.subtle.exportKey("pkcs8", privateKey).catch(error => error.name)
        .then(told => done([others.length, privateKey.extractable, told]));
    };
  };
})"""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Place]:
    """Give a service that asks for a living person; WebKit keeps its cookie under TLS only."""
    with place(tmp_path, living(REGIME), tls=True) as found:
        found.eye.liveness = Measured(LIVING)
        yield found


@pytest.fixture(params=["firefox", "webkit"])
def driven(request: pytest.FixtureRequest, tmp_path: Path, there: Place) -> Iterator[Driven]:
    """Give a browser without a past, which ends before the service does; skip where it is not."""
    del there
    needed = {"firefox": ["firefox-esr"], "webkit": ["WebKitWebDriver", "Xvfb", str(MINI)]}
    if missing := [each for each in needed[request.param] if shutil.which(each) is None]:
        pytest.skip(f"{missing[0]} is not here: apt-get install firefox-esr webkit2gtk-driver xvfb")
    folder = tmp_path / "browser"
    folder.mkdir()
    start = firefox if request.param == "firefox" else webkit
    with start(folder) as found:
        yield found


@pytest.mark.unhurried
def test_a_script_is_played_filmed_signed_and_taken(
    driven: Driven, there: Place, tmp_path: Path
) -> None:
    """Stopped, loaded anew and played again: the same key signs, and the server takes it all."""
    until_face(driven, there, tmp_path)
    driven.clicks(OPENS)
    driven.clicks(BEGINS)
    driven.until("document.querySelectorAll('.face-dots .done').length > 2")
    assert covers(driven)
    driven.clicks(STOPS)
    driven.until(f"{SAID}.includes('nothing was sent')")
    driven.reloads()
    driven.at("/c/face")
    driven.clicks(OPENS)
    driven.clicks(BEGINS)
    driven.until(f"{STEP} === 'ahead'")
    there.house.later(LONG_ENOUGH)
    assert driven.tells(KEPT) == [0, False, "InvalidAccessError"]
    driven.at("/c/result")
    assert driven.tells("document.querySelector('h1').textContent") == "We know it is you"
    (told,) = there.eye.captures
    frames = there.eye.frames
    assert there.case().attempts == 1
    assert 12 <= len(frames) <= 24
    assert told.digests == tuple(hashlib.sha256(each).hexdigest() for each in frames)
    assert len(set(told.digests)) == len(frames)
    assert told.camera
    is_filmed(told, frames)


def is_filmed(told: LiveCapture, frames: Sequence[bytes]) -> None:
    """Have tiles of each change; one of a frame's own moment shows what the frame does."""
    assert told.film is not None
    for step in told.script.steps:
        if isinstance(step, Screen):
            assert any(-BEFORE_MS <= at - step.start_ms < UNTIL_MS for at in told.film.at_ms)
    for tile, own in pairs_of(told, frames):
        assert np.abs(tile.astype(float) - own).mean() < 6


def until_face(driven: Driven, there: Place, folder: Path) -> None:
    """Open the link and go as far as the face, which is to be shown."""
    page = folder / "page.jpg"
    page.write_bytes(drawn_page())
    driven.is_sized(500, 640)
    driven.opens(there.link())
    driven.at("/c/start")
    driven.clicks('.way[href="/c/consent"]')
    driven.at("/c/consent")
    driven.clicks("form button")
    driven.at("/c/document")
    driven.types("#front", str(page))
    driven.clicks("#document button")
    driven.at("/c/face")


def covers(driven: Driven) -> bool:
    """Whether the room is all there is to see, without a scroll bar beside it."""
    box = "document.querySelector('.face-room').getBoundingClientRect()"
    return bool(driven.tells(f"{box}.width === innerWidth && {box}.height === innerHeight"))
