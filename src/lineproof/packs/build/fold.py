"""Folds constant factors, offsets and clamps into the layers before them, where it is the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lineproof.packs.build.onnx_file import Layer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def folded(layers: Sequence[Layer], *, keep: Collection[str]) -> list[Layer]:
    """Return ``layers`` with fewer steps and the same outputs under the names in ``keep``.

    A per-channel Mul or Add behind a convolution goes into its weights and bias, and
    Max(Min(Relu(x), c), 0) with c >= 0 becomes Clip(x, 0, c). Only where nothing else reads the
    value in between.
    """
    uses = Counter(name for layer in layers for name in layer.inputs)
    uses.update(keep)
    done: dict[str, Layer] = {}
    for layer in layers:
        before = done.get(layer.inputs[0]) if len(layer.inputs) == 1 else None
        if before is None or uses[before.name] != 1:
            done[layer.name] = layer
            continue
        merged = _into_convolution(before, layer) or _into_minimum(done, uses, before, layer)
        if merged is None:
            done[layer.name] = layer
        else:
            del done[before.name]
            done[layer.name] = merged
    return list(done.values())


def _into_convolution(before: Layer, layer: Layer) -> Layer | None:
    """Merge a per-channel Mul or Add into the convolution ``before``, named as ``layer``."""
    if before.op != "Conv" or layer.op not in ("Mul", "Add") or len(layer.constants) != 1:
        return None
    weights = before.constants[0].astype(np.float64)
    channels = weights.shape[0]
    (operand,) = layer.constants
    if operand.shape != (channels, 1, 1):
        return None
    bias = np.zeros(channels)
    if len(before.constants) > 1:
        bias = before.constants[1].astype(np.float64)
    vector = operand.reshape(channels).astype(np.float64)
    if layer.op == "Mul":
        weights, bias = weights * vector[:, None, None, None], bias * vector
    else:
        bias = bias + vector
    constants = (weights.astype(np.float32), bias.astype(np.float32))
    return replace(before, name=layer.name, constants=constants)


def _into_minimum(
    done: dict[str, Layer], uses: Counter[str], before: Layer, layer: Layer
) -> Layer | None:
    """Merge Relu, Min and Max (``layer``) into one Clip; takes the Relu out of ``done``."""
    if layer.op != "Max" or before.op != "Min" or len(before.inputs) != 1:
        return None
    relu = done.get(before.inputs[0])
    low, high = layer.constants, before.constants
    if relu is None or relu.op != "Relu" or uses[relu.name] != 1 or not low or not high:
        return None
    if low[0].ndim != 0 or high[0].ndim != 0 or low[0] != 0 or high[0] < 0:
        return None
    del done[relu.name]
    return Layer(layer.name, "Clip", relu.inputs, (low[0], high[0]))
