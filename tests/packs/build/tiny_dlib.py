"""A small residual network and a small shape predictor, written as dlib writes them."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from tests.packs.build.tiny import number, packed, tensor, text

Floats = NDArray[np.float32]

EMPTY = np.zeros(0, np.float32)
STATE = b"110" + tensor(EMPTY) * 3
MULTIPLIERS = number(1.0) * 3 + number(0.0)
SIZE = 13


def _float32(values: NDArray[np.float64]) -> Floats:
    return values.astype(np.float32)


def _alias(*sizes: int) -> bytes:
    return packed(1) + b"".join(packed(size) for size in sizes)


def convolution(weights: Floats, bias: Floats, *, stride: int, padding: int) -> bytes:
    """Write a con_4."""
    filters, channels, rows, columns = weights.shape
    parameters = np.concatenate([weights.reshape(-1), bias])
    numbers = (filters, rows, columns, stride, stride, padding, padding)
    return (
        text("con_4")
        + tensor(parameters)
        + b"".join(packed(value) for value in numbers)
        + _alias(filters, channels, rows, columns)
        + _alias(1, filters, 1, 1)
        + MULTIPLIERS
    )


def affine(gamma: Floats, beta: Floats) -> bytes:
    """Write an affine_."""
    window = _alias(1, len(gamma), 1, 1)
    return text("affine_") + tensor(np.concatenate([gamma, beta])) + window * 2 + packed(0)


def pool(name: str, size: int, stride: int) -> bytes:
    """Write a max_pool_2 or an avg_pool_2."""
    return text(name) + b"".join(packed(value) for value in (size, size, stride, stride, 0, 0))


def matrix(weights: Floats) -> bytes:
    """Write an fc_2 without bias."""
    inputs, outputs = weights.shape
    return (
        text("fc_2")
        + packed(outputs)
        + packed(inputs)
        + tensor(weights)
        + _alias(inputs, outputs, 1, 1)
        + _alias(0, 0, 0, 0)
        + packed(1)
        + MULTIPLIERS
    )


class Net:
    """Weights of a network with one plain and one shrinking block, its file and its answer."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.convolutions = [
            (_float32(rng.normal(size=shape) / 4), _float32(rng.normal(size=shape[0])))
            for shape in [(4, 3, 3, 3), (4, 4, 3, 3), (4, 4, 3, 3), (6, 4, 3, 3), (6, 6, 3, 3)]
        ]
        self.affines = [
            (_float32(rng.normal(size=len(bias))), _float32(rng.normal(size=len(bias))))
            for _, bias in self.convolutions
        ]
        self.matrix = _float32(rng.normal(size=(6, 5)))

    def file(self, *, nesting: str = "22222 11 22222 1 2222222 1 222 3", size: int = SIZE) -> bytes:
        """Write the file; ``nesting`` are the versions from the output inwards."""
        layers = list(self._layers())
        head = [packed(1), text("loss_metric_2"), number(0.04), number(0.6)]
        head += [packed(int(version)) for version in nesting.replace(" ", "")]
        head += [text("input_rgb_image_sized"), number(122.75), number(117.0), number(104.25)]
        head += [packed(size), packed(size), layers[0], STATE, packed(1)]
        return b"".join(head) + b"".join(layer + STATE for layer in layers[1:])

    def _layers(self) -> itertools.chain[bytes]:
        parts = []
        for place, (weights, bias) in enumerate(self.convolutions):
            shrinks = place in (0, 3)
            stride, padding = (2, 0) if shrinks else (1, 1)
            parts.append(convolution(weights, bias, stride=stride, padding=padding))
            parts.append(affine(*self.affines[place]))
        add, relu = text("add_prev_"), text("relu_")
        first = [*parts[:2], relu, pool("max_pool_2", 2, 1)]
        plain = [*parts[2:4], relu, *parts[4:6], add, relu]
        shrinking = [*parts[6:8], relu, *parts[8:10], pool("avg_pool_2", 2, 2), add, relu]
        last = [pool("avg_pool_2", 0, 1), matrix(self.matrix)]
        return itertools.chain(first, plain, shrinking, last)

    def answer(self, images: Floats) -> Floats:
        """Compute what dlib would, slowly: ``images`` is (N, 3, SIZE, SIZE)."""
        relu = np.maximum(self._step(0, images.astype(np.float64)), 0)
        rows = relu.shape[2] - 1
        around = [relu[:, :, i : i + rows, j : j + rows] for i in (0, 1) for j in (0, 1)]
        value = np.stack(around).max(axis=0)
        inner = self._step(2, np.maximum(self._step(1, value), 0))
        value = np.maximum(inner + value, 0)
        inner = self._step(4, np.maximum(self._step(3, value), 0))
        half = value.shape[2] // 2
        skipped = value[:, :, : 2 * half, : 2 * half]
        skipped = skipped.reshape(len(images), -1, half, 2, half, 2).mean(axis=(3, 5))
        total = np.zeros((len(images), 6, half, half))
        total[:, :, : inner.shape[2], : inner.shape[3]] += inner
        total[:, : skipped.shape[1]] += skipped
        return _float32(np.maximum(total, 0).mean(axis=(2, 3)) @ self.matrix)

    def _step(self, place: int, images: NDArray[np.float64]) -> NDArray[np.float64]:
        weights, bias = self.convolutions[place]
        gamma, beta = self.affines[place]
        stride, padding = (2, 0) if place in (0, 3) else (1, 1)
        wide = np.pad(images, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
        cut = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(2, 3))
        value = np.einsum("ncrsij,fcij->nfrs", cut[:, :, ::stride, ::stride], weights)
        value += bias[:, None, None]
        found: NDArray[np.float64] = value * gamma[:, None, None] + beta[:, None, None]
        return found


class Trees:
    """A predictor of two cascades of three trees over four pixels, and its file."""

    cascades, trees, splits, pixels = 2, 3, 15, 4

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        shape = (self.cascades, self.trees, self.splits)
        self.initial = rng.uniform(0.2, 0.8, (5, 2)).astype(np.float32)
        self.indices = rng.integers(0, self.pixels, (*shape, 2))
        self.thresholds = rng.normal(0, 20, shape).astype(np.float32)
        leaves = rng.normal(0, 0.02, (self.cascades, self.trees, self.splits + 1, 10))
        self.leaves = leaves.astype(np.float32)
        self.anchors = rng.integers(0, 5, (self.cascades, self.pixels))
        deltas = rng.normal(0, 0.2, (self.cascades, self.pixels, 2))
        self.deltas = deltas.astype(np.float32)

    def file(self) -> bytes:
        """Write the file."""
        parts = [packed(1), self._column(self.initial.reshape(-1)), packed(self.cascades)]
        for cascade in range(self.cascades):
            parts.append(packed(self.trees))
            parts += [self._tree(cascade, tree) for tree in range(self.trees)]
        parts.append(packed(self.cascades))
        for anchors in self.anchors:
            parts += [packed(self.pixels), *(packed(int(anchor)) for anchor in anchors)]
        parts.append(packed(self.cascades))
        for deltas in self.deltas:
            parts += [packed(self.pixels), *(number(float(value)) for value in deltas.flat)]
        return b"".join(parts)

    def _tree(self, cascade: int, tree: int) -> bytes:
        parts = [packed(self.splits)]
        for split in range(self.splits):
            first, second = self.indices[cascade, tree, split]
            threshold = float(self.thresholds[cascade, tree, split])
            parts.append(packed(int(first)) + packed(int(second)) + number(threshold))
        parts.append(packed(self.splits + 1))
        parts += [self._column(leaf) for leaf in self.leaves[cascade, tree]]
        return b"".join(parts)

    def _column(self, values: Floats) -> bytes:
        return packed(-10) + packed(-1) + b"".join(number(float(value)) for value in values)
