"""Junk in every field of every form of every page: a sentence, the same place, nothing done."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import FilePayload

from lineproof.web.pages.languages import language
from tests.axe import violations
from tests.pages.aims import (
    BY_SCRIPT,
    SCENES,
    SCRIPTED,
    UNSAFE,
    Aim,
    Scene,
    at_a_case,
    at_operations,
    at_start,
    at_the_counter,
    before_a_notice,
    before_a_person,
)
from tests.pages.forms import forms, stray_fields
from tests.pages.place import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import APIResponse, BrowserContext, Dialog, Page

    from tests.pages.place import Place

JUNK = {
    "long": "9" * 10_000,
    "control": "\x00\x01\x07\x1b[2J\x7f\x85",
    "lines": "<9\r\n9\t\u2028",
    "turned": "\u202e9999\u2066\u200f",
    "emoji": "😀👩‍👩‍👧‍👦" * 9,
    "html": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "quotes": "'; DROP TABLE cases; --",
    "path": "%00../../../etc/passwd",
    "braces": "{{ 7 * 7 }}${7*7}",
}
"""None of it is what any field asks for."""

TITLES = set(language("en").messages.values())
TOKEN = "document.querySelector('main [name=form], [name=form]').value"  # noqa: S105 - a page's
HEADERS = {"Accept": "text/html"}


def sends(scene: Scene, aim: Aim, fields: dict[str, str], content: bytes = b"") -> APIResponse:
    """Send a form as this browser would, past whatever the page itself would hold back."""
    parts: dict[str, Any] = dict(fields)
    for name in aim.files:
        parts[name] = FilePayload(name="x.jpg", mimeType="image/jpeg", buffer=content)
    address = scene.there.address
    sent: dict[str, Any] = {"multipart" if aim.files else "form": parts}
    return scene.tab.request.post(
        address + aim.path.format(id=scene.id),
        headers=HEADERS | {"Origin": address},
        max_redirects=0,
        **sent,
    )


def attempts(scene: Scene, aim: Aim, token: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the form with junk in one field after another, all others in order."""
    good = {name: value.format(id=scene.id) for name, value in aim.fields.items()}
    whole = {"form": token, **good} if aim.token else good
    for name in whole:
        for kind, junk in JUNK.items():
            yield f"{aim.path} {name} {kind}", whole | {name: junk}
        if name == "form":
            yield f"{aim.path} {name} none", good


def fate(there: Place) -> list[Any]:
    """Give all that a form could change: cases, lines, the log, what waits and what was ended."""
    with there.house.stage.service.store.read() as tx:
        cases = tx.cases(operator="op", statuses=frozenset(), after="", limit=100)
        deeds = [entry.deed.action for each in cases for entry in tx.entries_of(each.id)]
        kept = [each for each in deeds if each not in {"viewed", "own_lines_shown"}]
        lines = [tx.line(each.msisdn) for each in cases] + [tx.line("15550001")]
        buried = [each.message for each in tx.buried(after="", limit=9)]
        return [cases, kept, lines, tx.depth(), buried]


def title_of(text: str) -> str:
    """Give the one heading of a page."""
    (found,) = re.findall(r"<h1>(.*?)</h1>", text, re.DOTALL)
    return html.unescape(found)


def test_every_form_and_field_is_here() -> None:
    """A form, or a field of one, that no scene fills with junk fails here."""
    there_are = {key: fields for key, fields in forms().items() if key not in BY_SCRIPT}
    assert {key: forms()[key] for key in BY_SCRIPT} == BY_SCRIPT
    assert there_are.pop(UNSAFE) == {"role"}
    aimed: dict[tuple[str, str], set[str]] = {}
    for aim in (each for aims in SCENES.values() for each in aims):
        names = {*aim.fields, *aim.files, *(["form"] if aim.token else [])}
        aimed.setdefault((aim.template, aim.action), set()).update(names)
    assert set(aimed) == set(there_are)
    for key, fields in there_are.items():
        # A name that a template makes up in a loop is known by its page alone.
        assert aimed[key] == fields or "{{ name }}" in fields, key
    assert stray_fields() == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_junk_is_met_with_a_sentence(
    window: BrowserContext, there: Place, scene: Callable[[BrowserContext, Place], Scene]
) -> None:
    """Each answer is a page with a heading of ours; nothing was done, and the place is the same."""
    found = scene(window, there)
    found.tab.goto(there.address + found.token)
    token = found.tab.evaluate(TOKEN) if found.token else ""
    found.tab.goto(there.address + found.here)
    before, title = fate(there), found.tab.locator("h1").inner_text()
    wrong: list[str] = []
    for aim in SCENES[scene]:
        for name, fields in attempts(found, aim, token):
            answer = sends(found, aim, fields, b"junk")
            wrong += [f"{name}: {each}" for each in faults(answer, found)]
            if fate(there) != before:
                wrong.append(f"{name}: something was done")
                before = fate(there)
    assert wrong == []
    found.tab.goto(there.address + found.here)
    assert found.tab.locator("h1").inner_text() == title


def faults(answer: APIResponse, scene: Scene) -> list[str]:
    """Say what is wrong with what junk was answered with."""
    if answer.status == 303:
        where = answer.headers["location"]
        if not re.fullmatch(r"/[a-z/-]+(/case_[0-9a-f]+)?(\?(wrong|said)=[a-z_]+)?", where):
            return [f"leads to {where}"]
        led = scene.tab.request.get(scene.there.address + where, headers=HEADERS)
        return faults(led, scene)
    found = []
    if answer.status >= 500:
        found.append(str(answer.status))
    text = answer.text()
    if title_of(text) not in TITLES:
        found.append(title_of(text))
    if "<script>" in text or "<img src=x" in text or "\x00" in text:
        found.append("said back as it came")
    return found


@dataclass(frozen=True, slots=True)
class Typed:
    """A page with fields to type into, and the button that sends them."""

    scene: Callable[[BrowserContext, Place], Scene]
    path: str
    fields: tuple[str, ...]
    button: str
    kept: bool = True
    """Whether what was typed stands there again; a secret does not."""


FOUR = ("msisdn", "iccid", "imsi", "channel")
TYPED = (
    Typed(at_start, "/c", ("client_secret",), "#open button", kept=False),
    Typed(before_a_notice, "/answer", ("client_secret",), "#open button", kept=False),
    Typed(at_the_counter, "/staff/counter", ("number",), "main form button", kept=False),
    Typed(at_the_counter, "/staff/counter/new/new_line", FOUR, "#scan button"),
    Typed(at_the_counter, "/staff/counter/new/sim_replacement", FOUR[:3], "#scan button"),
    Typed(at_the_counter, "/staff/counter/new/transfer", FOUR, "#scan button"),
    Typed(at_the_counter, "/staff/counter/new/port_in", FOUR, "#scan button"),
    Typed(at_the_counter, "/staff/counter/new/lock_release", FOUR[:1], "#scan button"),
    Typed(before_a_person, "", ("issuer", "kind", "number"), "main form .button"),
)


@pytest.mark.parametrize("typed", TYPED, ids=lambda each: each.path or "attest")
def test_pasted_junk_breaks_no_page(window: BrowserContext, there: Place, typed: Typed) -> None:
    """What is wrong is said where it is, and stands there still; nothing is run or too wide."""
    found = typed.scene(window, there)
    tab, before = found.tab, fate(there)
    asked: list[str] = []

    def answers(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    tab.on("dialog", answers)
    for kind, junk in JUNK.items():
        tab.goto(there.address + (typed.path or found.here))
        held = [pasted(tab, name, junk) for name in typed.fields]
        with tab.expect_navigation(wait_until="load"):
            tab.locator(typed.button).last.click()
        assert tab.locator("h1").count() == 1, kind
        assert tab.locator("main script, main img[src=x]").count() == 0, kind
        assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), kind
        if typed.kept:
            assert tab.locator(".errors").count() == 1, kind
            now = [tab.locator(f"#{name}").input_value().strip() for name in typed.fields]
            assert now == held, kind
    assert violations(tab) == []
    assert asked == []
    assert fate(there) == before


def pasted(tab: Page, name: str, junk: str) -> str:
    """Paste, as a hand does; give what the field then holds, as the page shows it again."""
    field = tab.locator(f"#{name}")
    field.fill("")
    field.focus()
    tab.keyboard.insert_text(junk)
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", field.input_value())
    # A document's facts are written in capitals, and without spaces around them.
    return shown.strip().upper() if name in {"issuer", "kind"} else shown.strip()


def test_bytes_that_are_no_text_are_met_with_a_sentence(
    window: BrowserContext, there: Place
) -> None:
    """A body that is not UTF-8, or no form at all, is answered with a page as well."""
    found = at_operations(window, there)
    for aim in (each for aims in SCENES.values() for each in aims):
        for body in (b"form=%ff%fe%c0%80&form=\xff", b"\x00" * 900, b"{}", b""):
            answer = found.tab.request.post(
                there.address + aim.path.format(id="case_" + "0" * 32),
                data=body,
                headers=HEADERS | {"Content-Type": "application/x-www-form-urlencoded"},
                max_redirects=0,
            )
            assert answer.status < 500, (aim.path, body)
            if answer.status != 303:
                assert title_of(answer.text()) in TITLES, (aim.path, body)


def test_junk_where_a_passkey_answers(window: BrowserContext, there: Place) -> None:
    """What no passkey said lets nobody in and confirms nothing, in whatever shape it comes."""
    found = at_a_case(window, there)
    before = fate(there)
    for path in SCRIPTED:
        for kind, junk in JUNK.items():
            credential = {"id": junk, "rawId": junk, "type": junk, "response": {junk: junk}}
            for body in (
                {"form": junk, "state": junk, "credential": credential, "secret": junk},
                {"form": [junk], "state": {junk: junk}, "credential": junk},
                [junk],
            ):
                answer = found.tab.request.post(
                    there.address + path.format(id=found.id),
                    data=json.dumps(body),
                    headers={"Accept": "application/json", "Content-Type": "application/json"},
                )
                asks = path == "/v1/staff/sign-in/options"
                assert answer.status < 500, (path, kind)
                assert asks or answer.status >= 400, (path, kind)
    assert fate(there) == before


def test_junk_for_the_development_login(window: BrowserContext, tmp_path: Path) -> None:
    """Where it is there at all, nobody is let in as something that is no role."""
    with place(tmp_path, unsafe_dev_login=True) as there:
        tab = window.new_page()
        tab.goto(f"{there.address}/staff/sign-in")
        for junk in JUNK.values():
            path = f"{there.address}/staff/unsafe-dev-login"
            answer = tab.request.post(path, form={"role": junk}, headers=HEADERS, max_redirects=0)
            assert answer.status == 422
            assert title_of(answer.text()) in TITLES
        assert [each for each in window.cookies() if each["name"] == "__Host-staff"] == []
