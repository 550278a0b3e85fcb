"""Hints for whoever stands before a camera, by the pack's own detector and nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from lineproof.domain.finding import Unreadable
from lineproof.face.detect import INPUT_SIDE, detect
from lineproof.face.guidance import guidance, light
from lineproof.face.image import Limits, decode, read_header

if TYPE_CHECKING:
    from lineproof.domain.hint import Hint
    from lineproof.face.detect import Network
    from lineproof.packs.manifest import NetworkModel
    from lineproof.packs.store import Pack

SMALL = Limits(file_bytes=64 * 1024, pixels=512 * 512, side=512, min_side=32)
"""A frame for hints is small; a larger one is not looked at."""

BROWSER_MEAN, BROWSER_SCALE = 127.5, 1 / 127.5
"""How ``face-network.js`` prepares pixels."""


@dataclass(frozen=True, slots=True)
class LocalGuide:
    """Looks at small frames; safe to use from several threads at once."""

    network: bytes | None = field(repr=False)
    """The detector's ONNX file for a browser; None where a browser could not prepare its input."""
    _detector: Network = field(repr=False)

    def hint(self, frame: bytes) -> Hint | Unreadable | None:
        """Give one word of ``face.guidance``, or None where nothing is to change."""
        header = read_header(frame, SMALL)
        if isinstance(header, Unreadable):
            return header
        picture = decode(frame, header, longest_side=SMALL.side)
        if isinstance(picture, Unreadable):
            return picture
        width = picture.pixels.shape[1]
        return light(picture.pixels) or guidance(
            detect(picture.pixels, self._detector), width=width
        )


def local_guide(pack: Pack, *, default: Pack | None, detector: Network) -> LocalGuide:
    """Make a guide of the detector that an engine of ``pack`` has started.

    It is the ``default`` pack's where the pack has none, as for the engine.
    """
    own = bool(pack.manifest.of_role("detector"))
    holder = pack if own or default is None else default
    model = cast("NetworkModel", holder.manifest.of_role("detector")[0])
    network = holder.files[model.file] if _for_browsers(model) else None
    return LocalGuide(network, detector)


def _for_browsers(model: NetworkModel) -> bool:
    means = all(each == BROWSER_MEAN for each in model.mean)
    scales = all(abs(each - BROWSER_SCALE) < 1e-9 for each in model.scale)  # noqa: PLR2004 - float
    return means and scales and model.channels == "rgb" and model.size == (INPUT_SIDE, INPUT_SIDE)
