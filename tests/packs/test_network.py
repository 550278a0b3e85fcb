from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lineproof.packs.network import OnnxNetwork, preprocess, runtime_version, start, try_out
from lineproof.packs.read_manifest import read_manifest
from lineproof.packs.refusal import PackRefused
from tests.packs import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from onnx import NodeProto

    from lineproof.packs.manifest import Embedder, Pad


def _model(more: str = "", **changes: str) -> Embedder:
    text = tiny.manifest(b"", more=more)
    for key, value in changes.items():
        old = next(line for line in text.splitlines() if line.startswith(f"{key} = "))
        text = text.replace(old, f"{key} = {value}", 1)
    read = read_manifest(text.encode(), where="pack.toml")
    assert not isinstance(read, PackRefused), read
    return read.embedder("e")


def _pad(bona_fide: int) -> Pad:
    text = tiny.HEAD + tiny.network(
        "pad", "p", b"", file="p.onnx", more=f"box_scale = 2.7\nbona_fide = {bona_fide}"
    )
    read = read_manifest(text.encode(), where="pack.toml")
    assert not isinstance(read, PackRefused), read
    (pad,) = read.models
    assert pad.role == "pad"
    return pad


def _chips(count: int) -> NDArray[np.uint8]:
    made = np.random.default_rng(7)
    return made.integers(0, 256, (count, tiny.SIDE, tiny.SIDE, 3), dtype=np.uint8)


def _started(content: bytes, model: Embedder) -> OnnxNetwork:
    network = start(model, content)
    assert isinstance(network, OnnxNetwork), network
    return network


def _code(outcome: object) -> str:
    assert isinstance(outcome, PackRefused), outcome
    assert outcome.sentence.isprintable()
    return outcome.code


def test_a_batch_gives_the_bits_of_its_images_alone() -> None:
    """Whatever the batch, and whichever thread."""
    model = _model()
    network = _started(tiny.embedder(), model)
    batch = preprocess(_chips(9), model)
    (alone,) = zip(*(network(batch[at : at + 1]) for at in range(9)), strict=True)
    for size in (1, 2, 4, 9):
        parts = [network(batch[at : at + size])[0] for at in range(0, 9, size)]
        assert np.concatenate(parts).tobytes() == np.concatenate(alone).tobytes()
    from_threads: dict[int, bytes] = {}

    def run(number: int) -> None:
        from_threads[number] = network(batch)[0].tobytes()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(from_threads.values()) == {np.concatenate(alone).tobytes()}
    assert len(from_threads) == 4


def test_two_sessions_of_one_file_give_the_same_bits() -> None:
    """A rerun is a rerun."""
    model = _model()
    batch = preprocess(_chips(3), model)
    one, other = (_started(tiny.embedder(), model)(batch)[0] for _ in range(2))
    assert one.tobytes() == other.tobytes()


def test_a_network_for_one_image_only_takes_a_batch_all_the_same() -> None:
    """Some published files have their batch fixed at 1."""
    model = _model()
    fixed = _started(tiny.embedder(batch=1), model)
    free = _started(tiny.embedder(), model)
    batch = preprocess(_chips(3), model)
    assert fixed(batch)[0].tobytes() == free(batch)[0].tobytes()


def test_pixels_become_input_exactly_as_the_manifest_says() -> None:
    """(pixel - mean) * scale in float32; mean and scale stand in the order of the channels."""
    model = _model(channels='"bgr"', mean="[1.5, 2.5, 3.5]", scale="[0.5, 0.25, 0.125]")
    chip = np.zeros((1, tiny.SIDE, tiny.SIDE, 3), dtype=np.uint8)
    chip[..., 0], chip[..., 1], chip[..., 2] = 200, 100, 50
    batch = preprocess(chip, model)
    assert batch.shape == (1, 3, tiny.SIDE, tiny.SIDE)
    assert batch.dtype == np.float32
    assert batch[0, :, 3, 4].tolist() == [(50 - 1.5) / 2, (100 - 2.5) / 4, (200 - 3.5) / 8]
    plain = preprocess(chip, _model())
    assert plain[0, :, 3, 4].tolist() == [200, 100, 50]


def test_preprocessing_leaves_the_chips_alone_and_keeps_rows_and_columns() -> None:
    """Row 2, column 5 of the chip is row 2, column 5 of the input."""
    chips = _chips(2)
    before = chips.copy()
    batch = preprocess(chips, _model(mean="10.0"))
    assert (chips == before).all()
    assert batch[1, 2, 2, 5] == float(chips[1, 2, 5, 2]) - 10


@pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 1000, b"ORTM" * 100, b"\x08\x08"])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    """As a value that names the file, never as a traceback."""
    refused = start(_model(), content)
    assert _code(refused) == "pack_model_broken"
    assert isinstance(refused, PackRefused)
    assert "tiny.onnx" in refused.sentence


def test_a_truncated_network_is_refused_at_every_tenth() -> None:
    """Wherever the file ends."""
    whole = tiny.embedder()
    for tenth in range(10):
        assert _code(start(_model(), whole[: len(whole) * tenth // 10])) == "pack_model_broken"


def test_flipped_bytes_never_raise() -> None:
    """A single byte inverted gives a network or a refusal."""
    whole = tiny.embedder()
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        outcome = try_out(_model(), bytes(changed))
        assert outcome is None or isinstance(outcome, PackRefused)


def test_a_refused_network_writes_nothing_past_the_refusal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """ONNX Runtime would log to the terminal by itself, when it starts and when it runs."""
    shape = numpy_helper.from_array(np.array([7, 11]), "shape")
    unused = numpy_helper.from_array(np.array([1]), "unused")
    node = helper.make_node("Reshape", ["data", "shape"], ["features"])
    content = _single(node, shape=(7, 11), stored=(shape, unused))
    assert _code(try_out(_model(), content)) == "pack_model_broken"
    assert capfd.readouterr() == ("", "")


def _single(
    node: NodeProto,
    *,
    shape: tuple[int | str, ...] = ("N", 8),
    stored: tuple[TensorProto, ...] = (),
) -> bytes:
    given = helper.make_tensor_value_info("data", TensorProto.FLOAT, ["N", 3, 16, 16])
    made = helper.make_tensor_value_info("features", TensorProto.FLOAT, shape)
    graph = helper.make_graph([node], "g", [given], [made], stored)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString())


def test_a_network_that_reads_another_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where that file is there: no hash covers it."""
    (tmp_path / "weights.bin").write_bytes(bytes(16))
    monkeypatch.chdir(tmp_path)
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "weights.bin"
    node = helper.make_node("Constant", [], ["features"], value=tensor)
    refused = start(_model(), _single(node))
    assert _code(refused) == "pack_model_broken"
    assert isinstance(refused, PackRefused)
    assert "another file" in refused.sentence


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (tiny.embedder(side=32), "", "its input is"),
        (tiny.embedder(batch=4), "", "its input is"),
        (tiny.embedder(inputs=("data", "extra")), "", "its inputs are data, extra"),
        (tiny.embedder(), 'input = "image"', "its inputs are data"),
        (tiny.embedder(), 'output = "embedding"', "no output embedding"),
        (tiny.embedder(outputs=("one", "two")), "", "its outputs are one, two"),
    ],
)
def test_a_network_that_does_not_fit_its_manifest_is_refused(
    content: bytes, more: str, says: str
) -> None:
    """With what it has instead."""
    refused = start(_model(more), content)
    assert _code(refused) == "pack_model_mismatch"
    assert isinstance(refused, PackRefused)
    assert says in refused.sentence


def test_one_of_several_outputs_is_taken_by_its_name() -> None:
    """And it is that one."""
    model = _model('output = "two"')
    content = tiny.embedder(outputs=("one", "two"))
    (chosen,) = _started(content, model)(preprocess(_chips(1), model))
    other = _started(content, _model('output = "one"'))(preprocess(_chips(1), model))[0]
    assert chosen.shape == (1, tiny.FEATURES)
    assert chosen.tobytes() != other.tobytes()


@pytest.mark.parametrize(
    ("node", "shape"),
    [
        (helper.make_node("Log", ["data"], ["features"]), ("N", 3, 16, 16)),
        (helper.make_node("ReduceSum", ["data"], ["features"]), (1, 1, 1, 1)),
        (helper.make_node("Identity", ["data"], ["features"]), ("N", 3, 16, 16)),
    ],
)
def test_an_output_that_is_no_row_of_features_is_refused(
    node: NodeProto, shape: tuple[int | str, ...]
) -> None:
    """A network is run once before it is trusted to be an embedder."""
    assert _code(try_out(_model(mean="200.0"), _single(node, shape=shape))) == "pack_model_mismatch"


def test_a_network_that_sees_no_difference_is_refused() -> None:
    """Features that are the same for every picture would match everybody with everybody."""
    graph = onnx.load_from_string(tiny.embedder())
    for stored in graph.graph.initializer:
        if stored.name.startswith("matrix"):
            blank = np.zeros(tuple(stored.dims), dtype=np.float32)
            stored.CopyFrom(onnx.numpy_helper.from_array(blank, stored.name))
    outcome = try_out(_model(), graph.SerializeToString())
    assert _code(outcome) == "pack_model_mismatch"
    assert isinstance(outcome, PackRefused)
    assert "different pictures" in outcome.sentence


def test_a_bona_fide_class_that_is_not_there_is_refused() -> None:
    """Class 8 of 8 classes; class 7 is the last."""
    content = tiny.embedder()
    assert try_out(_pad(7), content) is None
    assert _code(try_out(_pad(8), content)) == "pack_model_mismatch"


def test_results_can_say_what_ran_the_networks() -> None:
    """Name, version and provider."""
    name, version, provider = runtime_version().split()
    assert (name, provider) == ("onnxruntime", "CPUExecutionProvider")
    assert version[0].isdigit()


@pytest.mark.parametrize("word", [b"data", b"features", b"images", b"MatMul"])
def test_a_name_that_is_no_text_is_refused_in_silence(
    word: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of an input, output, side or operator; ONNX Runtime would print and try again."""
    content = tiny.embedder(batch="images")
    assert try_out(_model(), content) is None
    broken = content.replace(word, b"\xf0" + word[1:])
    assert _code(try_out(_model(), broken)) == "pack_model_broken"
    assert capfd.readouterr() == ("", "")
