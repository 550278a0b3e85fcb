"""Builds the default pack: fetch, convert, check, put in place."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lineproof.packs.build.clients import find_tools
from lineproof.packs.build.dlib_layers import read_network
from lineproof.packs.build.dlib_shapes import forests_npz, read_forests
from lineproof.packs.build.fault import BuildFault
from lineproof.packs.build.lock import HERE, Lock, read_lock, sha256
from lineproof.packs.build.obtain import fetch_sources
from lineproof.packs.build.resnet import resnet_onnx
from lineproof.packs.build.source_answers import check_outputs
from lineproof.packs.build.tfjs import convert
from lineproof.packs.build.tfjs_source import read_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lineproof.packs.build.clients import Progress, Tools

MANIFEST = HERE / "default.pack.toml"
ROOTED = frozenset({"faceres.onnx"})
"""Files whose features leave as their square roots, which compare better by cosine."""

_GRAPHS: Mapping[str, Mapping[str, str]] = {
    "blazeface-back": {
        "Identity": "scores_16",
        "Identity_1": "scores_8",
        "Identity_2": "boxes_16",
        "Identity_3": "boxes_8",
    },
    "facemesh": {"Identity_2": "mesh", "Identity_1": "presence"},
    # The graph goes on from here to an age and a gender: neither may exist in our file.
    "faceres": {"global_pooling/Mean": "features"},
}
_NETWORK = "dlib_face_recognition_resnet_model_v1.dat"
_PREDICTOR = "shape_predictor_5_face_landmarks.dat"


def build_default(
    out: Path, *, cache: Path, progress: Progress, tools: Tools | None = None
) -> Path:
    """Build the default pack into the folder ``out``, replacing what is there; return ``out``.

    Downloads are kept in ``cache``. ``progress`` hears of a step, how far it is and how far it
    goes, None where that is not known and seconds are counted. Raises ``BuildFault`` with a
    sentence that says what is missing or wrong; ``out`` is then as it was.
    """
    lock = read_lock()
    try:
        # 1. Obtain the sources, by package name and hash.
        sources = fetch_sources(
            lock, cache=cache, tools=find_tools() if tools is None else tools, progress=progress
        )
        # 2. Convert them.
        files = convert_sources(sources, progress=progress)
        # 3. Every file must be the committed one, byte for byte,
        check_hashes(files, lock)
        # 4. and answer as its source does, here.
        progress("Checking the models", 0, 1)
        check_outputs(files, rooted=ROOTED)
        progress("Checking the models", 1, 1)
        # 5. Put all of it in place at once.
        if MANIFEST.is_file():
            files["pack.toml"] = MANIFEST.read_bytes()
        _put(files, out)
    except OSError as error:
        raise BuildFault(
            f"The pack could not be written: {error.strerror} ({error.filename})."
        ) from error
    return out


def convert_sources(sources: Mapping[str, bytes], *, progress: Progress) -> dict[str, bytes]:
    """Return the pack's model files by name, made from the packages' files by name."""
    makers: dict[str, Callable[[], bytes]] = {
        f"{name}.onnx": partial(convert_graph, name, sources) for name in _GRAPHS
    }
    makers["dlib-resnet.onnx"] = lambda: resnet_onnx(read_network(_NETWORK, sources[_NETWORK]))
    makers["five-point.npz"] = lambda: forests_npz(read_forests(_PREDICTOR, sources[_PREDICTOR]))
    files: dict[str, bytes] = {}
    for name, make in makers.items():
        progress(f"Converting {name}", len(files), len(makers))
        files[name] = make()
    progress("Converting", len(files), len(makers))
    return files


def convert_graph(name: str, sources: Mapping[str, bytes]) -> bytes:
    """Return the ONNX file of one of the TensorFlow.js graphs, without ``.onnx`` in ``name``."""
    graph = read_graph(sources[f"{name}.json"], sources[f"{name}.bin"])
    return convert(
        graph,
        graph_name=name,
        outputs=_GRAPHS[name],
        rooted=f"{name}.onnx" in ROOTED,
    )


def check_hashes(files: Mapping[str, bytes], lock: Lock) -> None:
    """Refuse ``files`` unless they are those of ``lock``; ``BuildFault`` names the first other."""
    if set(files) != set(lock.outputs):
        raise BuildFault(f"The build made {sorted(files)}, not {sorted(lock.outputs)}.")
    for name, content in files.items():
        if sha256(content) != lock.outputs[name]:
            raise BuildFault(
                f"{name} did not come out as committed: its SHA-256 is {sha256(content)}, not "
                f"{lock.outputs[name]}. Another version of onnx or NumPy may write other bytes; "
                "install the locked versions."
            )


def _put(files: Mapping[str, bytes], out: Path) -> None:
    """Write ``files`` into a new folder, then let it take the place of ``out``."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as name:
        fresh, old = Path(name) / "fresh", Path(name) / "old"
        fresh.mkdir()
        for file, content in files.items():
            (fresh / file).write_bytes(content)
        if out.exists():
            out.replace(old)
        # A crash right here leaves no pack at all, which loads as none; never half of one.
        try:
            fresh.replace(out)
        except OSError:
            if old.exists():
                old.replace(out)
            raise
        shutil.rmtree(old, ignore_errors=True)
