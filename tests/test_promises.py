"""The design's promises that can be shown so far; each test fails when its promise is broken."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from pathlib import Path

import lineproof
from lineproof.domain.evidence import Evidence
from lineproof.domain.finding import FaceFinding
from lineproof.domain.liveness import LivenessBand
from lineproof.flow.verify import Verification
from lineproof.ports import Engine

SOURCES = sorted((Path(__file__).parent.parent / "src" / "lineproof").rglob("*.py"))
GALLERY = (
    "gallery",
    "watch_list",
    "watchlist",
    "identify(",
    "search_face",
    "find_person",
    "nearest_face",
)
TRAITS = ("gender", "ethnicity", "emotion", "race")


def code_of(path: Path) -> str:
    """Give a file's code without its docstrings and comments."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(value=None)
    return ast.unparse(tree).lower()


def test_one_to_one_only() -> None:
    """The engine's port can look, compare a pair and say whether a capture is of somebody alive."""
    verbs = {name for name in vars(Engine) if not name.startswith("_")}
    assert verbs == {"versions", "look", "compare", "live"}
    assert set(inspect.signature(Engine.live).parameters) == {"self", "frames", "capture"}
    assert set(inspect.signature(Engine.compare).parameters) == {"self", "reference", "probes"}
    named = [
        f"{path.name}: {word}" for path in SOURCES for word in GALLERY if word in code_of(path)
    ]
    assert named == []


def test_no_traits() -> None:
    """No code names a trait: groups are labels that a data set brings, and nothing else."""
    named = [f"{path.name}: {word}" for path in SOURCES for word in TRAITS if word in code_of(path)]
    assert named == []


def test_no_score_and_no_template_leaves_the_engine() -> None:
    """No result that a caller receives has a field for a score, an embedding or an image."""
    fields = {
        field.name
        for result in (Verification, Evidence, FaceFinding, LivenessBand)
        for field in dataclasses.fields(result)
    }
    assert not fields & {"score", "embedding", "template", "pixels", "view", "distance", "cosine"}
    assert not {"score", "embed", "embedding"} & {name.lower() for name in lineproof.__all__}


def test_nothing_of_a_face_is_written_by_default() -> None:
    """The flow and the domain open no file, and the engine writes none."""
    writers = ("open(", "write_bytes", "write_text", "imwrite", "savez", ".save(")
    quiet = [
        p
        for p in SOURCES
        if p.parent.name in {"flow", "domain", "adapters", "face", "quality", "liveness"}
    ]
    assert len(quiet) > 30
    writing = {
        f"{path.name}: {word}" for path in quiet for word in writers if word in code_of(path)
    }
    # The image intake opens the one file that it is told to read, for reading, and so are an
    # operator's own error rates read; a key's file holds a key.
    assert writing == {"image.py: open(", "key_file.py: open(", "liveness_check.py: open("}
