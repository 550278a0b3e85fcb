from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lineproof.evaluate.pairing import genuine_pairs
from lineproof.evaluate.pairs_file import pairs_file
from lineproof.evaluate.protocol import EvaluationProtocol, ListedPairs, Unusable

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "image_a,image_b,same\n"
NAMED = "image_a,image_b,same,person_a,person_b\n"


def read(folder: Path, text: str | bytes) -> EvaluationProtocol | Unusable:
    """Read a pairs file beside five images."""
    for name in "abcde":
        (folder / f"{name}.jpg").write_bytes(b"x")
    file = folder / "pairs.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return pairs_file(file)


def test_pairs_are_taken_as_they_are_listed(tmp_path: Path) -> None:
    """Images are found beside the file; genuine pairs that share an image are one person."""
    found = read(
        tmp_path, "\ufeff" + HEADER + "\na.jpg,b.jpg,1\nb.jpg , c.jpg,1\r\nd.jpg,a.jpg,0\n"
    )
    assert isinstance(found, EvaluationProtocol)
    assert found.names == ("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    assert found.images[0] == tmp_path / "a.jpg"
    assert found.person == (0, 0, 0, 1)
    assert found.pairing == ListedPairs((0, 1, 3), (1, 2, 0))
    left, right = genuine_pairs(found)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (1, 2)]
    assert "names no people" in found.notes[0]


def test_named_people_are_taken_by_their_names(tmp_path: Path) -> None:
    """Two chains of one person are one person when the file says so."""
    text = NAMED + "a.jpg,b.jpg,1,ann,ann\nc.jpg,d.jpg,1,ann,ann\na.jpg,e.jpg,0,ann,ben\n"
    found = read(tmp_path, text)
    assert isinstance(found, EvaluationProtocol)
    assert found.people == ("ann", "ben")
    assert found.person == (0, 0, 0, 0, 1)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "pairs_header", HEADER.strip()),
        ("a.jpg,b.jpg,1\n", "pairs_header", HEADER.strip()),
        (HEADER, "pairs_empty", "no lines"),
        (HEADER + "a.jpg,b.jpg\n", "pairs_line", "line 2: it has 2 values where 3"),
        (HEADER + "a.jpg,b.jpg,yes\n", "pairs_line", "line 2: it says 'yes'"),
        (HEADER + "a.jpg,b.jpg,0\n\na.jpg,a.jpg,1\n", "pairs_line", "line 4: it compares an"),
        (HEADER + "a.jpg,b.jpg,0\nb.jpg,a.jpg,0\n", "pairs_line", "line 3: it lists a pair"),
        (HEADER + "a.jpg,z.jpg,0\n", "pairs_line", "line 2: it names z.jpg, which is not a file"),
        (HEADER + "a.jpg,,0\n", "pairs_line", "line 2: it names an image, which is not a file"),
        (HEADER + f"a.jpg,{'n' * 5000},0\n", "pairs_line", "which is not a file"),
        (HEADER + "a.jpg,b.jpg,1\nb.jpg,c.jpg,1\na.jpg,c.jpg,0\n", "pairs_line", "line 4"),
        (HEADER + "a.jpg,b.jpg,1\n", "no_impostor_pairs", "genuine pairs only"),
        (NAMED + "a.jpg,b.jpg,1,ann,ben\n", "pairs_line", "line 2: it contradicts"),
        (NAMED + "a.jpg,b.jpg,0,ann,ben\na.jpg,c.jpg,0,eve,ben\n", "pairs_line", "line 3"),
        (NAMED + "a.jpg,b.jpg,0,ann,\n", "pairs_line", "line 2: it gives b.jpg no person"),
        (HEADER + 'a.jpg,"b.jpg,0\n', "pairs_not_csv", "not a CSV file"),
        (b"image_a,\xff\xfe", "pairs_not_text", "UTF-8"),
    ],
)
def test_a_malformed_file_is_answered_with_the_line_and_what_to_do(
    tmp_path: Path, text: str | bytes, code: str, said: str
) -> None:
    """Every way to write it wrongly has a sentence of its own."""
    found = read(tmp_path, text)
    assert isinstance(found, Unusable)
    assert found.code == code
    assert said in found.sentence


def test_a_file_that_cannot_be_opened_is_answered(tmp_path: Path) -> None:
    """A missing file and a folder in its place are no tracebacks."""
    for path in (tmp_path / "nowhere.csv", tmp_path):
        found = pairs_file(path)
        assert isinstance(found, Unusable)
        assert found.code == "pairs_unreadable"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    """What is no ordinary file might never end, or never begin."""
    os.mkfifo(tmp_path / "pipe")
    found = pairs_file(tmp_path / "pipe")
    assert isinstance(found, Unusable)
    assert found.code == "pairs_unreadable"
