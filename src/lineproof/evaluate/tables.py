"""The small CSV files that data sets bring: pairs, people and groups.

UTF-8 with or without a byte order mark, a header line with exactly the documented names, commas,
double quotes where a value holds a comma. Blank lines are ignored.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.evaluate.protocol import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Table:
    """A table's header and its lines: the number of each line in the file, and its values."""

    file: str
    what: str
    header: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]

    def wrong(self, line: int, why: str) -> Unusable:
        """Say which line is wrong, and what to do."""
        return Unusable(
            f"{self.what}_line", f"{self.file}, line {line}: it {why}. Correct or remove this line."
        )


def read_table(file: Path, headers: Sequence[tuple[str, ...]], *, what: str) -> Table | Unusable:
    """Read a CSV file that has one of ``headers``; ``what`` begins the code of a refusal."""
    if file.exists() and not (file.is_file() or file.is_dir()):
        # Opening a pipe waits for its other end, and a device may never end.
        return Unusable(f"{what}_unreadable", f"{file} is not an ordinary file; save it as one.")
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            rows = [
                (reader.line_num, tuple(value.strip() for value in row)) for row in reader if row
            ]
    except UnicodeDecodeError:
        return Unusable(f"{what}_not_text", f"{file} is not UTF-8 text; save it as UTF-8 CSV.")
    except csv.Error as error:
        return Unusable(f"{what}_not_csv", f"{file} is not a CSV file: {error}.")
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        return Unusable(f"{what}_unreadable", f"{file} cannot be read: {reason}.")
    return _checked(file.name, rows, headers, what)


def _checked(
    name: str,
    rows: Sequence[tuple[int, tuple[str, ...]]],
    headers: Sequence[tuple[str, ...]],
    what: str,
) -> Table | Unusable:
    header = rows[0][1] if rows else ()
    if header not in headers:
        wanted = " or ".join(f"'{','.join(names)}'" for names in headers)
        return Unusable(f"{what}_header", f"{name}: the first line must be {wanted}.")
    table = Table(name, what, header, tuple(rows[1:]))
    for line, values in table.lines:
        if len(values) != len(header):
            return table.wrong(line, f"has {len(values)} values where {len(header)} are expected")
    if not table.lines:
        return Unusable(f"{what}_empty", f"{name} has a header but no lines; add some.")
    return table
