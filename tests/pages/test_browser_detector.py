"""The browser's detector against the server's, number by number; the one rule in two languages."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lineproof.face.detect import _detection, _letterbox, _read, _suppress
from lineproof.face.guidance import guidance
from lineproof.face.view import Detection
from tests.pages.guide import default_guide, scene
from tests.samples import document, engine, photograph, pixels, stored

STATIC = Path(__file__).parents[2] / "src" / "lineproof" / "web" / "static"

SEES = """
import { readFileSync } from "node:fs";
import { readOnnx } from "./face-onnx.js";
import { startNetwork } from "./face-network.js";
import { decode } from "./face-detect.js";
const model = readOnnx(new Uint8Array(readFileSync("detector.onnx")));
const run = await startNetwork(model, readFileSync("face-kernel.wasm"), 256);
const squares = process.argv.slice(2).map((file) => decode(run(readFileSync(file))));
console.log(JSON.stringify(squares));
"""

SAYS = """
import { readFileSync } from "node:fs";
import { guidance } from "./face-hints.js";
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map((faces) => guidance(faces, 192))));
"""


def run_node(folder: Path, script: str, *arguments: str, given: str = "") -> Any:  # noqa: ANN401 - JSON
    """Run a script beside the element's own; skip where Node.js is not."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    for file in STATIC.glob("face-*"):
        shutil.copy(file, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "script.js").write_text(script)
    done = subprocess.run(
        [node, "script.js", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_browser_finds_what_the_server_finds(tmp_path: Path) -> None:
    """On real photographs: the same faces, boxes and points within a tenth of an input pixel."""
    network = default_guide().network
    assert network is not None
    (tmp_path / "detector.onnx").write_bytes(network)
    pictures = [
        photograph("obama.jpg"),
        photograph("biden.jpg"),
        document(),
        stored(scene((0.35, 0.7), (0.7, 0.6))),
        stored(scene()),
    ]
    expected = []
    for at, picture in enumerate(pictures):
        square, _ = _letterbox(pixels(picture))
        opaque = np.full((*square.shape[1:3], 1), 255, dtype=np.uint8)
        np.concatenate([square[0], opaque], axis=2).tofile(tmp_path / f"{at}.rgba")
        scores, points = _read(engine().detector(square), 1.0)
        expected.append(_suppress([_detection(*each) for each in zip(scores, points, strict=True)]))
    found = run_node(tmp_path, SEES, *(f"{at}.rgba" for at in range(len(pictures))))
    assert [len(each) for each in expected] == [len(each) for each in found]
    assert [len(each) for each in expected][-2:] == [2, 0]
    for here, there in zip(sum(expected, []), sum(found, []), strict=True):  # noqa: RUF017 - few
        np.testing.assert_allclose(here.box, there["box"], atol=0.1)
        np.testing.assert_allclose(here.points, there["points"], atol=0.1)
        assert here.score == pytest.approx(there["score"], abs=1e-3)


def face(
    apart: float, *, nose: float = 0.0, side: float = 60, lean: float = 0.0
) -> dict[str, list[Any]]:
    """Draw up a face: eyes apart, the nose aside, a box, the eyes' line leaning."""
    points = [[96, 100], [96 + apart, 100 + lean], [96 + apart / 2 + nose * apart, 120]]
    return {"box": [60, 60, 60 + side, 60 + side], "points": [*points, [0, 0], [0, 0], [0, 0]]}


CASES = {
    "no_face": [],
    "two_faces": [face(50), face(50, side=35)],
    "a poster": [face(50), face(50, side=29)],
    "too_far": [face(25)],
    "near enough": [face(31)],
    "too_close": [face(85)],
    "turn": [face(50, nose=0.3)],
    "turned the other way": [face(50, nose=-0.3)],
    "turned and small": [face(25, nose=0.4)],
    "leaning": [face(50, lean=20)],
}

WORDS = [
    "no_face",
    "two_faces",
    None,
    "too_far",
    None,
    "too_close",
    "turn",
    "turn",
    "turn",
    "turn",
]


def test_the_rule_is_one_in_both_languages(tmp_path: Path) -> None:
    """The same faces give the same word in the browser and on the server."""
    there = run_node(tmp_path, SAYS, given=json.dumps(list(CASES.values())))
    here = [guidance([_of(each) for each in faces], width=192) for faces in CASES.values()]
    assert dict(zip(CASES, here, strict=True)) == dict(zip(CASES, there, strict=True))
    assert here[:-1] == WORDS[:-1]


def _of(drawn: dict[str, list[Any]]) -> Detection:
    left, top, right, bottom = drawn["box"]
    points = np.array(drawn["points"], dtype=np.float32)
    return Detection(box=(left, top, right, bottom), points=points, score=1.0)
