"""Barcodes of a photographed card by ZXing: PDF417, QR Code, Aztec and Data Matrix.

ZXing finds the square codes at any angle, and PDF417 within some three degrees of upright or
sideways; so for PDF417 the picture is turned to the directions that its bars would have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from lineproof.domain.document import Barcode
from lineproof.reading.aamva import is_aamva, licence_fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PDF417 = zxingcpp.BarcodeFormat.PDF417
_FORMATS = zxingcpp.BarcodeFormats(
    [
        _PDF417,
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.DataMatrix,
    ]
)
# Pixels of the longer side at the first look, and at the second where there is more to see.
_USUAL_SIDE, _LARGE_SIDE = 2400, 4800
_MAX_BARCODES = 10
_MAX_TEXT = 8000

# The search for the direction of bars: pixels of the longer side, and of the window in which
# edges are compared.
_COARSE_SIDE, _WINDOW = 1000, 25
_STEP_DEGREES = 2
_QUARTER = 90
_DIRECTIONS = 2
_ASIDE = 3
# An edge of a step of about 20 grey levels, and how much of a window's edges lie one way: text
# gives 0.3 to 0.6, bars above 0.8.
_LEAST_ENERGY, _ALIGNED = 400.0, 0.75
_LEAST_SHARE = 0.002
_PAPER = 255


def barcodes_in(pixels: NDArray[np.uint8]) -> tuple[Barcode, ...]:
    """Read every barcode of a picture (H, W, 3) uint8 RGB, at most ten, whichever way it lies.

    Huge pictures are reduced first. A barcode whose own error correction fails is not given.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    usual = _reduced(grey, _USUAL_SIDE)
    found = _read(usual)
    if not any(code.format == _PDF417 for code in found):
        found += _read_turned(usual)
    if not found and max(grey.shape) > _USUAL_SIDE:
        found = _read(_reduced(grey, _LARGE_SIDE))
    # One code that was read at two turnings is one code.
    different = {(code.format, code.bytes): code for code in found}
    return tuple(_barcode(code) for code in different.values())[:_MAX_BARCODES]


def _read(grey: NDArray[np.uint8]) -> list[zxingcpp.Barcode]:
    return list(zxingcpp.read_barcodes(grey, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain))


def _read_turned(grey: NDArray[np.uint8]) -> list[zxingcpp.Barcode]:
    """Turn the picture to each direction that bars may have, and a little to either side of it.

    Perspective moves bars and rows apart, and ZXing follows the rows.
    """
    for direction in _directions(grey):
        for aside in (0, _ASIDE, -_ASIDE):
            found = _read(_turned(grey, direction + aside))
            if found:
                return found
    return []


def _barcode(code: zxingcpp.Barcode) -> Barcode:
    """Keep what a barcode says: a licence's facts, or its text; nothing of bytes that are no text.

    A licence that cannot be read as one gives nothing: its text holds what is not ours to keep.
    """
    symbology = zxingcpp.BarcodeFormat(code.symbology).name
    if is_aamva(code.text):
        fields = licence_fields(code.text)
        return Barcode(symbology=symbology, standard="aamva" if fields else "text", fields=fields)
    readable = code.content_type != zxingcpp.ContentType.Binary
    fields = {"text": code.text[:_MAX_TEXT]} if readable else {}
    return Barcode(symbology=symbology, standard="text", fields=fields)


def _reduced(grey: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Reduce a picture so that its longer side is at most ``longest`` pixels."""
    scale = longest / max(grey.shape)
    if scale >= 1:
        return grey
    size = tuple(max(1, round(side * scale)) for side in grey.shape[::-1])
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def _directions(grey: NDArray[np.uint8]) -> list[float]:
    """Find the directions in which many edges lie close together, as those of bars do.

    Degrees from -45 to 45, strongest first: a quarter turn more is for ZXing to try. By the
    structure tensor (Bigun & Granlund, 1987) of a reduced picture; none where nothing in the
    picture looks like bars, or bars lie straight already.
    """
    small = _reduced(grey, _COARSE_SIDE)
    across = cv2.Sobel(small, cv2.CV_32F, 1, 0, scale=0.25)
    down = cv2.Sobel(small, cv2.CV_32F, 0, 1, scale=0.25)
    window = (_WINDOW, _WINDOW)
    energy = cv2.boxFilter(across * across + down * down, -1, window)
    even = cv2.boxFilter(across * across - down * down, -1, window)
    odd = cv2.boxFilter(2 * across * down, -1, window)
    length = np.hypot(even, odd)
    barred = (energy > _LEAST_ENERGY) & (length > _ALIGNED * energy)
    if barred.mean() < _LEAST_SHARE:
        return []
    degrees = np.degrees(np.arctan2(odd[barred], even[barred])) / 2 % _QUARTER
    bins = _QUARTER // _STEP_DEGREES
    counts = np.histogram(degrees, bins, (0, _QUARTER), weights=length[barred])[0]
    return _peaks(counts + np.roll(counts, 1))


def _peaks(weights: NDArray[np.float64]) -> list[float]:
    """Give the directions of the largest weights, each bin standing for itself and the one below.

    Neighbours of one that was taken are not taken again.
    """
    left = weights.copy()
    found: list[float] = []
    for _ in range(_DIRECTIONS):
        best = int(left.argmax())
        if left[best] < weights.max() / 4:
            break
        direction = (best * _STEP_DEGREES + _QUARTER / 2) % _QUARTER - _QUARTER / 2
        if abs(direction) >= _STEP_DEGREES:
            found.append(direction)
        left[np.arange(best - 2, best + 3) % left.size] = 0
    return found


def _turned(grey: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """Turn a picture so that what lies at ``degrees`` lies straight; nothing is cut off."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cosine, sine = abs(matrix[0, :2])
    size = int(width * cosine + height * sine), int(width * sine + height * cosine)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return cv2.warpAffine(grey, matrix, size, borderValue=_PAPER)  # type: ignore[return-value]
