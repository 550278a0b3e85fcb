"""The page a report stands on: one HTML file that needs no network, no script and no other file."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Html = NewType("Html", str)
"""Markup that is safe to write into a page. Text becomes it through ``text`` only."""

STYLE: Final = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de;
  --band: #f3f5f8; --accent: #0b5cad; --warn: #8a4b00; --warn-band: #fff5e6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e6e9ed; --quiet: #a3adb8; --line: #39424d;
    --band: #1d232a; --accent: #7db8f5; --warn: #f0b866; --warn-band: #2c2415;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 50rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: break-word;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; text-wrap: balance; }
h2 {
  font-size: 1.2rem; line-height: 1.3; margin: 2.75rem 0 .75rem; padding-top: .75rem;
  border-top: 1px solid var(--line);
}
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p, ul, dl { margin: 0 0 1rem; }
ul { padding-left: 1.2rem; }
li + li { margin-top: .4rem; }
.quiet { color: var(--quiet); }
.head {
  background: var(--band); border-left: 4px solid var(--accent); border-radius: 4px;
  padding: 1rem; margin: 1.25rem 0;
}
.head p:last-child { margin: 0; }
.head strong { font-size: 1.15em; }
.warn {
  background: var(--warn-band); border-left: 4px solid var(--warn); border-radius: 4px;
  padding: .75rem 1rem;
}
dl { display: grid; grid-template-columns: minmax(7rem, 11rem) 1fr; gap: .35rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; }
code { font: .9em ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace; }
.scroll { overflow-x: auto; margin: 0 0 1.25rem; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding: 0 0 .5rem; font-size: .95rem; }
th, td {
  text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0;
  border-bottom: 1px solid var(--line);
}
th:last-child, td:last-child { padding-right: 0; }
thead th { vertical-align: bottom; border-bottom-width: 2px; }
tbody th[scope=row] { font-weight: 600; }
th[scope=rowgroup] {
  background: var(--band); padding: .4rem .6rem; font-weight: 600;
}
td b, th b { white-space: nowrap; }
th { overflow-wrap: normal; }
dd, li { overflow-wrap: anywhere; }
small {
  display: block; color: var(--quiet); font-size: .85rem; font-weight: 400; line-height: 1.4;
}
th small { white-space: nowrap; }
.none { color: var(--quiet); }
figure { margin: 0 0 1.5rem; }
figure svg {
  display: block; width: 100%; max-width: 36rem; height: auto;
  background: #fff; border: 1px solid var(--line); border-radius: 4px;
}
figcaption { color: var(--quiet); font-size: .95rem; margin-top: .5rem; }
@media (max-width: 30rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
  th, td { padding-right: .55rem; font-size: .9rem; }
  .words small { display: none; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --line: #999;
    --band: #f3f5f8; --accent: #0b5cad; --warn: #8a4b00; --warn-band: #fff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .scroll { overflow: visible; }
  h2, h3, caption { break-after: avoid; }
  tr, figure, .head, .warn { break-inside: avoid; }
}
"""


@dataclass(frozen=True, slots=True)
class Body:
    """Rows of a table under one heading, or none; the first cell of a row names it."""

    heading: Html | None
    rows: Sequence[Sequence[Html]]


def text(value: object) -> Html:
    """Make text safe to write into a page."""
    return Html(escape(str(value)))


def name(value: str) -> Html:
    """Make a name safe to write, with places where a narrow column may break it."""
    return Html(text(value).replace("_", "_<wbr>"))


def joined(parts: Iterable[str]) -> Html:
    """Put pieces of markup one after the other."""
    return Html("".join(parts))


def tag(element: str, inside: str, **attributes: str) -> Html:
    """Wrap markup in an element; ``class_`` writes the attribute ``class``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    return Html(f"<{element}{written}>{inside}</{element}>")


def over(value: Html, below: str) -> Html:
    """Write text in small letters below a value."""
    return joined([value, tag("small", text(below))])


def bold(value: str) -> Html:
    """Write text that the eye should find first."""
    return tag("b", text(value))


def brief(value: Html, words: str) -> Html:
    """Write a value over its words, which a narrow screen leaves out."""
    return tag("div", over(value, words), class_="words")


def none(word: str) -> Html:
    """Write a word that stands where a figure is missing."""
    return tag("span", text(word), class_="none")


def paragraph(sentence: str) -> Html:
    """Write a sentence as a paragraph."""
    return tag("p", text(sentence))


def bullets(items: Iterable[Html]) -> Html:
    """Write a list."""
    return tag("ul", joined(tag("li", item) for item in items))


def facts(pairs: Iterable[tuple[str, Html]]) -> Html:
    """Write names and what they stand for."""
    return tag("dl", joined(tag("dt", text(term)) + tag("dd", value) for term, value in pairs))


def section(anchor: str, title: str, *parts: Html) -> Html:
    """Write a section under its own heading, which a screen reader can jump to."""
    heading = tag("h2", text(title), id=anchor)
    return tag("section", heading + joined(parts), aria_labelledby=anchor)


def table(caption: str, head: Sequence[Html], bodies: Sequence[Body]) -> Html:
    """Write a table with a caption and scopes, in a frame that scrolls where it is too wide."""
    columns = joined(tag("th", cell, scope="col") for cell in head)
    inside = tag("caption", text(caption)) + tag("thead", tag("tr", columns))
    inside += "".join(_body(body, len(head)) for body in bodies)
    return tag(
        "div", tag("table", inside), class_="scroll", tabindex="0", role="region",
        aria_label=caption,
    )  # fmt: skip


def _body(body: Body, width: int) -> Html:
    rows = []
    if body.heading is not None:
        rows.append(tag("tr", tag("th", body.heading, colspan=str(width), scope="rowgroup")))
    for first, *others in body.rows:
        cells = joined(tag("td", cell) for cell in others)
        rows.append(tag("tr", tag("th", first, scope="row") + cells))
    return tag("tbody", joined(rows))


def page(title: str, inside: Html) -> str:
    """Write the whole file. Its policy lets nothing be loaded and no script run."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{inside}\n</main>\n</body>\n</html>\n"
    )
