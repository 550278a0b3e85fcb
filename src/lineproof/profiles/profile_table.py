"""Profiles for people: each value in words, and the tables of docs/profiles.md."""

from __future__ import annotations

from datetime import timedelta

from lineproof.domain.document import Strength
from lineproof.domain.validity import ANY_TYPE
from lineproof.profiles.profile_file import ANY, NO_LIMIT, ProfileFile
from lineproof.profiles.read_profile import profile_names, read_profile_file


def in_words(value: object) -> str:
    """Write a value for people; the words of choices are those of the file."""
    for one, word in ((None, NO_LIMIT), (True, "yes"), (False, "no")):
        if value is one:
            return word
    if isinstance(value, timedelta):
        return _wait(value)
    if isinstance(value, Strength):
        return value.label
    if value == ANY_TYPE:
        return ANY
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(str(item) for item in value)) or "none"
    return str(value)


def _wait(wait: timedelta) -> str:
    """Write a wait in the largest unit that divides it; days only from two on."""
    seconds = int(wait.total_seconds())
    for name, size, least in (("day", 86_400, 2), ("hour", 3_600, 1), ("minute", 60, 1)):
        if seconds % size == 0 and seconds >= size * least:
            count = seconds // size
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return f"{seconds} seconds" if seconds else "none"


def tables() -> str:
    """Give the tables of docs/profiles.md: all profiles side by side, then each with sources."""
    read = [read_profile_file(name) for name in profile_names()]
    files = [file for file in read if isinstance(file, ProfileFile)]
    values = [{key: in_words(value) for key, value, _ in file.rows()} for file in files]
    keys = _in_order([list(told) for told in values])
    heads = [f"`{file.name}@{file.version}`" for file in files]
    rows = [[f"`{key}`", *(value.get(key, "") for value in values)] for key in keys]
    parts = ["## Side by side", "", *_table(["Field", *heads], rows)]
    for file in files:
        told = [[f"`{key}`", in_words(value), source] for key, value, source in file.rows()]
        parts += ["", f"## `{file.name}`: {file.title}", ""]
        parts += _table(["Field", "Value", "Source"], told)
    return "\n".join(parts) + "\n"


def _in_order(listed: list[list[str]]) -> list[str]:
    """Merge lists of keys; one that only some have comes after the key before it in its list."""
    merged: list[str] = []
    for keys in listed:
        at = 0
        for key in keys:
            if key not in merged:
                merged.insert(at, key)
            at = merged.index(key) + 1
    return merged


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]
