from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import dlib
import numpy as np
import pytest

from lineproof.packs.build.dlib_layers import AddPrevious, Affine, read_network
from lineproof.packs.build.fault import UnsupportedGraph
from lineproof.packs.build.pattern import pattern
from lineproof.packs.build.resnet import resnet_onnx
from lineproof.packs.build.source_answers import run_network
from tests.packs.build.pinned import converted, shared_data, source_path
from tests.packs.build.tiny import operators
from tests.packs.build.tiny_dlib import SIZE, Net

if TYPE_CHECKING:
    from numpy.typing import NDArray

DLIB = "dlib_face_recognition_resnet_model_v1.dat"
MEAN = np.array([122.782, 117.001, 104.298], np.float32)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_network_answers_as_written_down(seed: int) -> None:
    """Blocks, their padding at the end, pools and the folded affine layers, against NumPy."""
    net = Net(seed)
    images = np.random.default_rng(seed).normal(size=(3, 3, SIZE, SIZE)).astype(np.float32)
    content = resnet_onnx(read_network("net", net.file()))
    np.testing.assert_allclose(
        run_network(content, images)["embedding"], net.answer(images), rtol=1e-4, atol=1e-5
    )
    assert operators(content).count("Mul") == 0


def test_refuses_layers_that_do_not_fit() -> None:
    """An affine layer of another size, a matrix in the wrong place, an addition to nothing."""
    network = read_network("net", Net(1).file())
    layers = list(network.layers)
    wrong = Affine(np.ones(3, np.float32), np.ones(3, np.float32))
    for place, layer in [(1, wrong), (2, layers[-1]), (3, AddPrevious())]:
        changed = [*layers[:place], layer, *layers[place + 1 :]]
        with pytest.raises(UnsupportedGraph):
            resnet_onnx(replace(network, layers=tuple(changed)))


def _chips() -> list[NDArray[np.uint8]]:
    """Twenty chips: noise, smooth colour, flat grey, the pattern and its turns."""
    rng = np.random.default_rng(20)
    noise = [rng.integers(0, 256, (150, 150, 3), dtype=np.uint8) for _ in range(4)]
    smooth = [
        cv2.resize(rng.integers(0, 256, (n, n, 3), dtype=np.uint8), (150, 150)).astype(np.uint8)
        for n in range(2, 11)
    ]
    flat = [np.full((150, 150, 3), value, np.uint8) for value in (0, 128, 255)]
    turns = [np.ascontiguousarray(np.rot90(pattern(150), turn)) for turn in range(4)]
    return [*noise, *smooth, *flat, *turns]


def _faces() -> list[NDArray[np.uint8]]:
    """Twenty faces, cut out of the middle of photographs, as chips."""
    files = sorted(shared_data("lfw_dev").glob("**/*.jpg"))[:400:20]
    assert len(files) == 20
    found = []
    for file in files:
        picture = cv2.imread(str(file))
        assert picture is not None
        middle = picture[60:190, 60:190, ::-1]
        found.append(cv2.resize(middle, (150, 150), interpolation=cv2.INTER_AREA).astype(np.uint8))
    return found


def _difference(chips: list[NDArray[np.uint8]]) -> float:
    encoder = dlib.face_recognition_model_v1(str(source_path(DLIB)))
    expected = np.array([np.array(encoder.compute_face_descriptor(chip)) for chip in chips])
    inputs = ((np.stack(chips).astype(np.float32) - MEAN) / 256).transpose(0, 3, 1, 2)
    content = converted()["dlib-resnet.onnx"]
    found = run_network(content, np.ascontiguousarray(inputs))["embedding"]
    assert found.shape == (len(chips), 128)
    return float(np.abs(found - expected).max())


def test_made_up_chips_are_answered_as_by_dlib() -> None:
    """The largest difference to dlib's own descriptor is at most 1e-5 over 20 chips."""
    assert _difference(_chips()) <= 1e-5


def test_faces_are_answered_as_by_dlib() -> None:
    """The same on twenty photographs of faces."""
    assert _difference(_faces()) <= 1e-5
