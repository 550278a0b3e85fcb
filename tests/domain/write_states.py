"""Writes docs/states.md from MOVES: `python -m tests.domain.write_states`."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from pathlib import Path

from lineproof.domain import case
from lineproof.domain.case import FINAL, MOVES, Status

PAGE = Path(__file__).parents[2] / "docs" / "states.md"

HEAD = """# The states of a case

Generated from `MOVES` in `src/lineproof/domain/case.py`: `python -m tests.domain.write_states`.
What is not here cannot happen.

```mermaid
stateDiagram-v2
"""


def page() -> str:
    """Give the page as MOVES is now: the diagram, and who acts next in each state."""
    begins = {Status.OPENED: "opened", Status.AWAITING_HOLDER: "a transfer"}
    lines = [f"    [*] --> {status}: {why}" for status, why in begins.items()]
    lines += [f"    {start} --> {end}: {event}" for (start, event), end in MOVES.items()]
    lines += [f"    {status} --> [*]" for status in Status if status in FINAL]
    rows = [f"| `{status}` | {acts} |" for status, acts in who_acts().items()]
    table = "\n".join(["| Where it stands | Who acts next |", "|---|---|", *rows])
    return HEAD + "\n".join(lines) + "\n```\n\n" + table + "\n"


def who_acts() -> dict[Status, str]:
    """Read the sentence under each status in the source."""
    tree = ast.parse(inspect.getsource(case))
    body = next(
        node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Status"
    )
    found: dict[Status, str] = {}
    for assigned, said in pairwise(body):
        if isinstance(assigned, ast.Assign) and isinstance(said, ast.Expr):
            value = ast.literal_eval(assigned.value)
            found[Status(value)] = " ".join(str(ast.literal_eval(said.value)).split())
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
