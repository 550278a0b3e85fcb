"""Barcode payloads and pictures, made as the standards and ZXing's own writer make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FIELDS = {
    "surname": "SAMPLE",
    "given_names": "MARY ANN",
    "document_number": "T64235789",
    "date_of_birth": "1986-06-06",
    "date_of_expiry": "2034-12-10",
    "date_of_issue": "2029-06-06",
    "issuer": "US-VA",
    "country": "USA",
}
"""What ``licence()`` says."""

_PAPER = 235


def body(extra: Sequence[str] = ()) -> str:
    """Write the elements of a licence, one a line."""
    said = ["DAQT64235789", "DCSSAMPLE", "DACMARY", "DADANN", "DCGUSA", "DBD06062029"]
    return "\n".join([*said, "DBB06061986", "DBA12102034", *extra])


def licence(version: int = 10, extra: Sequence[str] = ()) -> str:
    """Write a licence as the AAMVA standard does from version 2 on."""
    head = f"@\n\x1e\rANSI 636000{version:02}0002DL00410278ZV03190008DL"
    return head + body(extra) + "\rZVZVA01\r"


def symbol(text: str, kind: zxingcpp.BarcodeFormat, width: int) -> NDArray[np.uint8]:
    """Draw a barcode (H, W) about ``width`` pixels wide."""
    code = zxingcpp.create_barcode(text, kind)
    drawn = np.array(zxingcpp.write_barcode_to_image(code, scale=4), np.uint8)
    height = round(drawn.shape[0] * width / drawn.shape[1])
    return cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def card(*symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay barcodes under each other on a card (H, W) with printed lines."""
    width = max(each.shape[1] for each in symbols) + 120
    page = np.full((sum(each.shape[0] + 90 for each in symbols) + 160, width), _PAPER, np.uint8)
    cv2.putText(page, "DRIVING LICENCE 12345", (70, 60), cv2.FONT_HERSHEY_SIMPLEX, 1, 60, 2)
    top = 110
    for each in symbols:
        page[top : top + each.shape[0], 60 : 60 + each.shape[1]] = each
        top += each.shape[0] + 90
    return page


HELD_BADLY = ((0, 0), (-60, 60), (0, 40), (40, 0))
"""Where the corners of a scene go when it is photographed from aside."""


def photographed(
    page: NDArray[np.uint8],
    degrees: float = 0,
    blur: float = 0.6,
    corners: Sequence[tuple[int, int]] = ((12, 5), (-8, 14), (-15, -6), (9, -11)),
) -> NDArray[np.uint8]:
    """Photograph a card: turned, tilted, unevenly lit, blurred, as a JPEG; (H, W, 3) RGB."""
    side = int(np.hypot(*page.shape)) + 60
    centre = page.shape[1] / 2, page.shape[0] / 2
    turn = cv2.getRotationMatrix2D(centre, degrees, 1)
    turn[:, 2] += side / 2 - centre[0], side / 2 - centre[1]
    scene = cv2.warpAffine(page, turn, (side, side), borderValue=110)
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    tilt = cv2.getPerspectiveTransform(square, square + np.array(corners, np.float32))
    scene = cv2.warpPerspective(scene, tilt, (side, side), borderValue=110)
    lit = cv2.GaussianBlur(scene, (0, 0), blur) * np.linspace(0.75, 1.05, side)
    stored = cv2.imencode(".jpg", lit.clip(0, 255), [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR_RGB), np.uint8)
