"""Writes the package's source_answers.json from tfjs.json (see make.mjs) and from dlib itself.

Run as ``python -m tests.packs.build.golden.make MODELS_FOLDER``, a folder with the two ``.dat``
files of face-recognition-models 0.3.0.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import dlib
import numpy as np

from lineproof.packs.build.pattern import pattern
from lineproof.packs.build.source_answers import STORED

HERE = Path(__file__).parent
VALUES = 48
INPUTS = {
    "blazeface-back": (256, (128.0, 128.0, 128.0), 1 / 128),
    "facemesh": (192, (0.0, 0.0, 0.0), 1 / 256),
    "faceres": (224, (128.0, 128.0, 128.0), 1.0),
    "dlib-resnet": (150, (122.782, 117.001, 104.298), 1 / 256),
}
BOXES = [(40, 40, 200, 200), (-30, 90, 70, 200), (100, 20, 260, 190)]


def some(values: np.ndarray) -> dict[str, object]:
    """Keep about ``VALUES`` of ``values``, evenly spread, in nine digits: float32 exactly."""
    flat = values.reshape(-1)
    step = max(1, len(flat) // VALUES) | 1  # odd, so that no column of a table is passed over
    return {"step": step, "values": [float(f"{value:.9g}") for value in flat[::step]]}


def main(folder: Path) -> None:
    """Write the file."""
    golden = json.loads((HERE / "tfjs.json").read_text("utf-8"))["models"]
    answers = {
        model: {
            name: np.frombuffer(base64.b64decode(stored["float32"]), "<f4")
            for name, stored in outputs.items()
        }
        for model, outputs in golden.items()
    }
    encoder = dlib.face_recognition_model_v1(
        str(folder / "dlib_face_recognition_resnet_model_v1.dat")
    )
    descriptor = np.array(encoder.compute_face_descriptor(pattern(150)))
    answers["dlib-resnet"] = {"embedding": descriptor.astype(np.float32)}
    networks = {
        f"{model}.onnx": {
            "size": size,
            "mean": mean,
            "scale": scale,
            "outputs": {name: some(values) for name, values in answers[model].items()},
        }
        for model, (size, mean, scale) in INPUTS.items()
    }
    shapes = dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat"))
    found = [shapes(pattern(256), dlib.rectangle(*box)).parts() for box in BOXES]
    predictor = {
        "file": "five-point.npz",
        "boxes": BOXES,
        "points": [[[point.x, point.y] for point in points] for points in found],
    }
    stored = {"networks": networks, "predictor": predictor}
    STORED.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
