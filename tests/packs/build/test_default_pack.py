from __future__ import annotations

from lineproof.adapters.local_engine import PIPELINE
from lineproof.packs.build.lock import HERE, read_lock
from lineproof.packs.manifest import Manifest
from lineproof.packs.read_manifest import read_manifest


def manifest() -> Manifest:
    """Read the committed manifest of the default pack."""
    found = read_manifest((HERE / "default.pack.toml").read_bytes(), where="default.pack.toml")
    assert isinstance(found, Manifest), found
    return found


def test_the_manifest_and_the_lock_name_the_same_files() -> None:
    """What the build must write is what the pack will accept."""
    assert {model.file: model.sha256 for model in manifest().models} == dict(read_lock().outputs)


def test_every_setting_is_calibrated_for_this_pipeline() -> None:
    """A change of pipeline without a new calibration would refer everybody: it shows here."""
    settings = {setting.name: setting.calibration for setting in manifest().settings}
    assert list(settings) == ["standard", "fast"]
    for calibration in settings.values():
        assert calibration is not None
        assert calibration.pipeline == PIPELINE
        assert {point.fmr for point in calibration.points} == {1e-2, 1e-3, 1e-4, 1e-5}


def test_the_pack_says_that_it_is_not_for_real_lines() -> None:
    """The default pack is of evaluation grade and says why."""
    assert manifest().grade == "evaluation"
    assert "Not for opening real lines" in manifest().model_card
