from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lineproof.evaluate.evaluation import Resampling, evaluate
from lineproof.evaluate.figures import Circumstances, Evaluation, as_json
from lineproof.evaluate.groups import GroupLabels
from lineproof.evaluate.protocol import Unusable
from lineproof.evaluate.report import html_report
from tests.evaluate.small_sets import FACTS, crowd, embedded_of, protocol_of, vectors_of

if TYPE_CHECKING:
    import pytest

PERSON = crowd(70, 4)
LOST = (3, 9)
PROTOCOL = protocol_of(PERSON)
RESAMPLING = Resampling(replicates=25, seed=1)
VOID = {"meta", "wbr", "br", "img", "link"}


def made() -> Evaluation:
    """Evaluate two drawn engines on 70 people, one of them with calibrated thresholds."""
    who = np.array(PERSON)
    labels = GroupLabels(("<x>", "y"), (who < 40, who >= 40), ("A note & more.",))
    engines = tuple(
        evaluate(
            PROTOCOL,
            embedded_of(vectors_of(PERSON, seed=1, spread=spread), LOST),
            replace(FACTS, name=name),
            thresholds=thresholds,
            labels=labels,
            resampling=RESAMPLING,
            progress=None,
        )
        for name, spread, thresholds in (("<default>", 0.8, {1e-4: 0.9}), ("baseline", 1.1, {}))
    )
    said = Circumstances(
        title="Drawn & <measured>",
        dataset="drawn numbers",
        dataset_note="nothing real",
        machine="any",
        date="2026-01-31",
        version="0.0.0",
        command="lineproof evaluate faces <folder>",
    )
    return Evaluation(
        circumstances=said,
        protocol=PROTOCOL,
        engines=engines,
        resampling=RESAMPLING,
        notes=labels.notes,
        name_failures=False,
    )


EVALUATION = made()


def html_of(evaluation: Evaluation) -> str:
    """Write a report that must succeed."""
    found = html_report(evaluation)
    assert isinstance(found, str)
    return found


class Reader(HTMLParser):
    """Reads a page as a browser does, and fails on tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element."""
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element that has nothing inside."""
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last, and no other."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Remember text."""
        self.words.append(data)


def read(page: str) -> Reader:
    """Read a whole page."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_needs_nothing_from_anywhere() -> None:
    """No address but the names of the SVG dialect, no script, and a policy that says so."""
    page = html_of(EVALUATION)
    reader = read(page)
    addresses = set(re.findall(r"(?:https?:)?//[^\"'\s<)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    tags = {tag for tag, _ in reader.seen}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "a"}
    assert "default-src 'none'" in page
    assert not re.search(r"url\((?!#)", page)
    assert not [name for _, attrs in reader.seen for name in attrs if name.startswith("on")]


def test_a_screen_reader_finds_its_way() -> None:
    """A language, headings in order, a caption and scopes in each table, unique anchors."""
    reader = read(html_of(EVALUATION))
    seen = reader.seen
    assert dict(seen)["html"] == {"lang": "en"}
    levels = [int(tag[1]) for tag, _ in seen if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tags = [tag for tag, _ in seen]
    assert tags.count("table") == tags.count("caption") > 4
    assert all("scope" in attrs for tag, attrs in seen if tag == "th")
    anchors = [attrs["id"] for _, attrs in seen if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    named = {attrs["aria-labelledby"] for tag, attrs in seen if tag == "section"}
    assert named <= set(anchors)
    regions = [attrs for _, attrs in seen if attrs.get("role") == "region"]
    assert all(attrs.get("tabindex") == "0" and attrs.get("aria-label") for attrs in regions)


def test_names_are_text_and_never_markup() -> None:
    """Engines, groups, titles and notes may hold any character."""
    page = html_of(EVALUATION)
    said = "".join(read(page).words)
    for name in ("<default>", "<x>", "Drawn & <measured>", "A note & more.", "<folder>"):
        assert name in said
    assert "<x>" not in page
    assert "<default>" not in page


def test_the_page_says_the_figures_of_the_json() -> None:
    """The headline's number is that of the JSON, and strict points are called not measurable."""
    said = "".join(read(html_of(EVALUATION)).words)
    figures = json.loads(as_json(EVALUATION))
    headline = figures["fnmr"]["1e-3"]["value"] * 100
    assert f"<default> misses {headline:.1f}\u00a0% of the genuine pairs" in said
    assert "At a false match rate of 1e-3 (1 in 1,000)" in said
    assert "Nothing at a false match rate of 1e-4: 38,089 impostor pairs are too few" in said
    assert "not measurable" in said
    ratio = figures["others"][0]["fnmr_ratio_to_this"]["1e-3"]
    assert f"{ratio['value']:.2f} times ({ratio['low']:.2f} to {ratio['high']:.2f})" in said
    assert "evaluation grade" in said
    for thing in ("2026-01-31", "nothing real", "seed 1", "pack", "38,089"):
        assert thing in said


def test_images_are_named_only_when_that_was_asked_for() -> None:
    """By default nothing that names an image or a person leaves the evaluation."""
    shown = replace(EVALUATION, name_failures=True)
    for quiet, loud in (
        (html_of(EVALUATION), html_of(shown)),
        (as_json(EVALUATION), as_json(shown)),
    ):
        assert not re.search(r"p\d{3}\b|\.jpg", quiet)
        assert set(re.findall(r"p\d{3}/\d{4}\.jpg", loud)) == {"p000/0003.jpg", "p002/0009.jpg"}


def test_the_json_keeps_its_promised_names() -> None:
    """Callers script against these; each FMR has its figures or its reason."""
    figures = json.loads(as_json(EVALUATION))
    assert (figures["images"], figures["people"], figures["failed_to_acquire"]) == (280, 70, 2)
    assert figures["genuine_pairs"] == 420
    assert figures["impostor_pairs"] == 38_089
    assert list(figures["fnmr"]) == ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6"]
    assert set(figures["fnmr"]["1e-2"]) == {"value", "low", "high"}
    assert set(figures["fnmr"]["1e-6"]) == {"not_measurable"}
    assert figures["at_calibrated_thresholds"]["1e-4"]["threshold"] == 0.9
    assert figures["others"][0]["engine"]["name"] == "baseline"
    assert set(figures["others"][0]["fnmr"]) == set(figures["fnmr"])
    assert [group["group"] for group in figures["groups"]] == ["<x>", "y"]
    assert set(figures["worst_group"]["1e-2"]) == {"fmr", "fnmr"}


def test_nothing_says_who_resembles_whom() -> None:
    """Promise 1: rates come out, and no pair, no neighbour and no list of the most alike."""
    figures = json.loads(as_json(replace(EVALUATION, name_failures=True)))
    keys = set(re.findall(r'"([a-z_0-9]+)":', json.dumps(figures)))
    assert not {key for key in keys if re.search(r"near|top|rank|similar|alike|pairs?_list", key)}
    lengths = [len(value) for value in figures.values() if isinstance(value, list)]
    assert max(lengths) < 200 < figures["impostor_pairs"]


def test_a_report_without_any_rate_says_so_first() -> None:
    """Ten people carry no rate: the first thing on the page is that, and why."""
    person = crowd(10, 2)
    protocol = protocol_of(person)
    result = evaluate(
        protocol,
        embedded_of(vectors_of(person, seed=1)),
        FACTS,
        thresholds={},
        labels=None,
        resampling=RESAMPLING,
        progress=None,
    )
    page = html_of(replace(EVALUATION, protocol=protocol, engines=(result,), notes=()))
    said = "".join(read(page).words)
    assert "No error rate can be stated: 180 impostor pairs are too few" in said
    assert "Groups" not in said
    assert "There is no curve to draw" in said


def test_without_matplotlib_the_json_still_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is refused in a sentence; the figures need no extra."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused = html_report(EVALUATION)
    assert isinstance(refused, Unusable)
    assert refused.code == "matplotlib_missing"
    assert json.loads(as_json(EVALUATION))["images"] == 280
