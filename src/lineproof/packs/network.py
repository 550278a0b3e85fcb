"""One network: an ONNX file's bytes, checked against its manifest and run the same way every time.

A chip and its mirror image go through an embedder together, which saves a sixth of its time; every
other image goes by itself. A test holds the bits of the default pack's networks equal for every
batch size; for any other network, what goes together is always of one picture, so that no other
picture can reach a result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import onnxruntime

from lineproof.packs.manifest import Embedder, Pad
from lineproof.packs.onnx_scan import NotOnnxError, keeps_data_outside
from lineproof.packs.refusal import PackRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lineproof.packs.manifest import NetworkModel

PROVIDER = "CPUExecutionProvider"


def runtime_version() -> str:
    """Give the name and version of what runs the networks, for results and reports."""
    return f"onnxruntime {onnxruntime.__version__} {PROVIDER}"


class Network(Protocol):
    """One network, ready to run."""

    @property
    def model(self) -> NetworkModel:
        """What the manifest says of it."""

    def __call__(self, batch: NDArray[np.float32], /) -> tuple[NDArray[np.float32], ...]:
        """Run (n, 3, height, width) float32; give each output as (n, ...) float32."""


@dataclass(frozen=True, slots=True)
class OnnxNetwork:
    """A network in ONNX Runtime. May be called from several threads at once."""

    model: NetworkModel
    _session: Any
    _input: str
    _outputs: tuple[str, ...]
    _at_once: int

    def __call__(self, batch: NDArray[np.float32], /) -> tuple[NDArray[np.float32], ...]:
        """Run (n, 3, height, width) float32, n >= 1; give each output as (n, ...) float32."""
        step = self._at_once
        rows = [
            self._session.run(
                self._outputs, {self._input: np.ascontiguousarray(batch[at : at + step])}
            )
            for at in range(0, len(batch), step)
        ]
        return tuple(np.concatenate(arrays) for arrays in zip(*rows, strict=True))


def preprocess(chips: NDArray[np.uint8], model: NetworkModel) -> NDArray[np.float32]:
    """Turn (n, h, w, 3) uint8 RGB chips into the (n, 3, h, w) float32 that ``model`` asks for.

    (pixel - mean) * scale in float32, the channels in the model's order.
    """
    ordered = chips if model.channels == "rgb" else chips[..., ::-1]
    batch = np.ascontiguousarray(ordered.transpose(0, 3, 1, 2), dtype=np.float32)
    if any(model.mean):
        batch -= np.array(model.mean, dtype=np.float32)[:, None, None]
    if model.scale != (1.0, 1.0, 1.0):
        batch *= np.array(model.scale, dtype=np.float32)[:, None, None]
    return batch


def try_out(model: NetworkModel, content: bytes) -> PackRefused | None:
    """Start a network and show it one grey picture; give what was refused, or None."""
    network = start(model, content)
    if isinstance(network, PackRefused):
        return network
    # Two pictures, because a chip and its mirror image go together; the second one is a ramp.
    grey = np.full((2, *model.size, 3), 128, dtype=np.uint8)
    grey[1] = np.linspace(0, 255, model.size[1]).astype(np.uint8)[None, :, None]
    try:
        outputs = network(preprocess(grey, model))
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors share no other base
        return _broken(model, error)
    if not all(np.isfinite(array).all() for array in outputs):
        return _mismatch(model, "it answers a plain picture with numbers that are not finite")
    return _features_fit(model, outputs[0]) if isinstance(model, Embedder | Pad) else None


def _features_fit(model: Embedder | Pad, output: NDArray[np.float32]) -> PackRefused | None:
    """Refuse what is not one row of numbers for each image, and a class that is not among them."""
    width = math.prod(output.shape[1:])
    if output.shape != (2, width) or width < 2:  # noqa: PLR2004 - one number is no direction
        what = f"its output for two pictures has the shape {list(output.shape)}, not 2 x features"
        return _mismatch(model, what)
    if isinstance(model, Embedder) and np.array_equal(output[0], output[1]):
        return _mismatch(model, "it gives different pictures the same features")
    if isinstance(model, Pad) and model.bona_fide >= width:
        return _mismatch(model, f"bona_fide is class {model.bona_fide} and it has only {width}")
    return None


def start(model: NetworkModel, content: bytes) -> OnnxNetwork | PackRefused:
    """Make a network from a file's bytes; whatever is wrong with them is a refusal."""
    try:
        if keeps_data_outside(content):
            return _broken(model, "it keeps data in another file, which no hash covers")
        # Its fallback to other providers, of which we have none, prints to standard output.
        session = onnxruntime.InferenceSession(
            content, _options(), providers=[PROVIDER], enable_fallback=0
        )
        # It keeps the file's bytes, 22 MB, to start again on another provider; we have one.
        session._model_bytes = None  # noqa: SLF001 - its own comment calls keeping them bad
        return _fitted(model, session)
    except NotOnnxError as error:
        return _broken(model, f"it is not an ONNX file ({error})")
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors share no other base
        return _broken(model, error)


def _options() -> Any:  # noqa: ANN401 - onnxruntime has no types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    # Plans of memory for each shape took 20 MB and saved no time (docs/measurements.md).
    options.enable_mem_pattern = False
    # Errors come as exceptions and are told once, in our words; nothing is written past them.
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without this a file may say itself that it is ORT's own format, which was never looked at.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return options


def _fitted(model: NetworkModel, session: Any) -> OnnxNetwork | PackRefused:  # noqa: ANN401
    """Check a network's tensors against the manifest, and bind it to those it names."""
    inputs = {tensor.name: tensor for tensor in session.get_inputs()}
    outputs = {tensor.name: tensor for tensor in session.get_outputs()}
    if len(inputs) != 1 or (model.input is not None and model.input not in inputs):
        return _mismatch(model, f"its inputs are {_names(inputs)}; one is needed, named in `input`")
    missing = [name for name in model.output or () if name not in outputs]
    if missing:
        return _mismatch(model, f"it has no output {missing[0]}; its outputs are {_names(outputs)}")
    wanted = model.output or tuple(outputs)
    if isinstance(model, Embedder | Pad) and len(wanted) != 1:
        return _mismatch(model, f"its outputs are {_names(outputs)}; name one in `output`")
    name, tensor = next(iter(inputs.items()))
    if not _takes(tensor, (1, 3, *model.size)):
        return _mismatch(
            model, f"its input is {tensor.type} {tensor.shape}; the manifest says 3 x {model.size}"
        )
    if any(outputs[each].type != "tensor(float)" for each in wanted):
        return _mismatch(model, "its outputs are not float32")
    free = not isinstance(tensor.shape[0], int)
    at_once = 2 if free and isinstance(model, Embedder) else 1
    return OnnxNetwork(model, session, name, wanted, at_once)


def _takes(tensor: Any, shape: tuple[int, ...]) -> bool:  # noqa: ANN401 - onnxruntime has no types
    """Tell whether an input takes float32 of this shape; a side that is not a number is free."""
    sides = tensor.shape
    return (
        tensor.type == "tensor(float)"
        and len(sides) == len(shape)
        and all(not isinstance(a, int) or a == b for a, b in zip(sides, shape, strict=True))
    )


def _names(tensors: Mapping[str, object]) -> str:
    return _printable(", ".join(tensors) or "none")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:200]


def _broken(model: NetworkModel, why: object) -> PackRefused:
    return PackRefused(
        "pack_model_broken",
        f"{model.file} cannot be run as an ONNX network: {_printable(str(why))}. "
        "Install an intact file.",
    )


def _mismatch(model: NetworkModel, what: str) -> PackRefused:
    return PackRefused(
        "pack_model_mismatch",
        f"{model.file} does not fit its manifest: {what}. Correct model {model.name} in pack.toml.",
    )
