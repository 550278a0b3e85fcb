"""The texture check of a pack: its PAD networks, started, with their calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.liveness.texture import PadNetwork, outside_training, scores, texture
from lineproof.packs.manifest import Pad
from lineproof.packs.refusal import PackRefused
from lineproof.packs.runtime import load, preprocess

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding
    from lineproof.face.detect import Network
    from lineproof.face.liveness.pad_band import PadBand, PadTable
    from lineproof.face.view import FaceView
    from lineproof.packs.runtime import Network as PackNetwork
    from lineproof.packs.store import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class TextureCheck:
    """A pack's PAD networks; safe to use from several threads."""

    pack: str
    grade: str
    networks: tuple[PadNetwork, ...]
    calibration: PadTable | None

    def measure(self, view: FaceView) -> Finding[PadBand]:
        """Measure the face that counts in a picture."""
        return texture(view.pixels, view.faces[0], self.networks, self.calibration)

    def scores(self, view: FaceView) -> tuple[float, ...] | Unmeasured:
        """Give each network's bare probability of a bona fide face: for the evaluation toolkit."""
        face = view.faces[0]
        why = outside_training(view.pixels, face)
        return Unmeasured(why) if why else scores(view.pixels, face, self.networks)


def texture_check(pack: Pack) -> TextureCheck | PackRefused:
    """Start the PAD networks of a pack; refused where it has none or one cannot be started."""
    models = load(pack, default=None, roles=("pad",))
    if isinstance(models, PackRefused):
        return models
    networks = []
    for network in models.pads():
        if isinstance(network, PackRefused):
            return network
        networks.append(_pad_network(network))
    table = pack.manifest.pad_calibration
    return TextureCheck(
        pack=f"{pack.manifest.name} {pack.manifest.version}",
        grade=pack.manifest.grade,
        networks=tuple(networks),
        calibration=table.table() if table else None,
    )


def _pad_network(network: PackNetwork) -> PadNetwork:
    model = network.model
    if not isinstance(model, Pad):
        raise TypeError("a model of role pad has what a PAD network needs")
    height, width = model.size
    return PadNetwork(
        name=model.name,
        network=_on_pixels(network),
        box_scale=model.box_scale,
        size=(width, height),
        bona_fide=model.bona_fide,
    )


def _on_pixels(network: PackNetwork) -> Network:
    return lambda chips: network(preprocess(chips, network.model))
