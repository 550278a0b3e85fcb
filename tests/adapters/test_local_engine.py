from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lineproof.adapters.local_engine import SeenFace
from lineproof.domain.finding import FaceFinding, Measured, Unmeasured
from lineproof.domain.policy import SINGLE_FACE
from lineproof.face.calibration import CalibrationPoint, CalibrationTable
from tests.samples import document, engine, photograph, pixels, stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIGHT, WRONG = "obama2.jpg", "biden.jpg"


def seen(picture: bytes) -> SeenFace:
    """Look, and expect that the picture could be read."""
    found = engine().look(picture)
    assert isinstance(found, SeenFace)
    return found


def face(picture: bytes) -> FaceFinding:
    """Look, and expect a face."""
    finding = seen(picture).finding
    assert isinstance(finding, Measured)
    return finding.value


def value(picture: bytes, name: str) -> int:
    """Give a quality value."""
    component = face(picture).quality[name]
    assert isinstance(component, Measured)
    return component.value.value


def embedding(picture: bytes) -> NDArray[np.float32]:
    """Embed one picture."""
    return engine().embedding([seen(picture)])


def test_the_right_person_scores_far_above_the_wrong_one() -> None:
    """The small portrait on a page of 2,000 px is found and belongs to the one, not the other."""
    page = seen(document())
    right = engine().score(reference=page, probes=[seen(photograph(RIGHT))])
    wrong = engine().score(reference=page, probes=[seen(photograph(WRONG))])
    assert right > wrong + 0.1


def test_same_bytes_give_the_same_bits() -> None:
    """Reruns, threads and a fresh engine change no bit of an embedding."""
    pictures = [document(), photograph(RIGHT), photograph(WRONG)] * 3
    expected = [embedding(picture).tobytes() for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        assert [e.tobytes() for e in pool.map(embedding, pictures)] == expected
    engine.cache_clear()
    assert [embedding(picture).tobytes() for picture in pictures] == expected


def test_frames_are_averaged_in_any_number() -> None:
    """The same frame twice is the same person: the mean of equal frames is that frame's own."""
    frame = seen(photograph(RIGHT))
    once, twice = engine().embedding([frame]), engine().embedding([frame, frame])
    assert np.allclose(once, twice, atol=1e-6)
    assert np.isclose(np.linalg.norm(once), 1.0, atol=1e-5)


def calibrated(*points: tuple[float, float]) -> CalibrationTable:
    """Give a calibration of this pipeline with these rates and scores."""
    return CalibrationTable(
        points=tuple(
            CalibrationPoint(fmr=fmr, score=score, low=score, high=score, false_matches=1)
            for fmr, score in points
        ),
        dataset="none",
        images=10_000,
        people=10_000,
        impostor_pairs=49_995_000,
        pipeline=engine().versions.pipeline,
        date="2026-01-01",
    )


def test_frames_of_two_people_are_never_averaged() -> None:
    """A wrong person's frame does not ride on a right one's, wherever it stands."""
    page, right, wrong = (seen(p) for p in (document(), photograph(RIGHT), photograph(WRONG)))
    again = seen(stored(Image.open(io.BytesIO(photograph(RIGHT))).convert("RGB"), quality=70))
    assert isinstance(engine().compare(reference=page, probes=[right, again]), Measured)
    for frames in ([right, wrong], [wrong, right], [right, again, wrong], [right, again] * 3):
        found = engine().compare(reference=page, probes=frames)
        disagree = found == Unmeasured("live_frames_disagree")
        assert disagree == (wrong in frames)


def test_frames_agree_at_the_rate_that_was_measured() -> None:
    """Where 1e-4 was not calibrated the next looser rate counts, and else the loosest there is."""
    page, right, wrong = (seen(p) for p in (document(), photograph(RIGHT), photograph(WRONG)))
    for points, agree in (
        ([(1e-2, 0.1), (1e-5, 0.9999)], True),
        ([(1e-2, 0.1), (1e-4, 0.9999)], False),
        ([(1e-5, 0.9999)], False),
    ):
        told = replace(engine(), calibration=calibrated(*points))
        found = told.compare(reference=page, probes=[right, wrong])
        assert isinstance(found, Measured) == agree


@pytest.mark.parametrize("number", [np.nan, np.inf, 0.0, 1e38])
def test_a_network_without_usable_numbers_matches_nobody(number: float) -> None:
    """What is no direction is not compared, also where a pack's threshold would accept it."""

    def broken(chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        return (np.full((len(chips), 8), number, dtype=np.float32),)

    recipes = tuple(replace(recipe, network=broken) for recipe in engine().recipes)
    told = replace(engine(), recipes=recipes, calibration=calibrated((1e-2, -1.0)))
    found = told.compare(reference=seen(document()), probes=[seen(photograph(RIGHT))])
    assert found == Unmeasured("embedding_not_usable")


def test_no_pixel_and_no_point_is_in_a_repr() -> None:
    """What a log or a traceback may print of a look holds nothing of the face."""
    look = seen(photograph(RIGHT))
    assert look.view is not None
    shown = repr(look) + repr(look.view)
    assert "array" not in shown
    assert "pixels" not in shown
    assert "view" not in repr(look)


def test_orientation_in_the_file_is_followed() -> None:
    """A picture that a phone stored on its side is the same picture."""
    upright = Image.open(io.BytesIO(photograph(RIGHT))).convert("RGB")
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = stored(turned, quality=95, exif=exif)
    score = float(embedding(sideways) @ embedding(stored(upright, quality=95)))
    assert score > 0.98


def test_a_large_picture_is_looked_at_reduced_and_means_the_same() -> None:
    """Reduced decoding saves time on a large selfie and does not change whom it shows."""
    small = Image.open(io.BytesIO(photograph(RIGHT))).convert("RGB")
    large = small.resize((small.width * 3, small.height * 3), Image.Resampling.BICUBIC)
    look = seen(stored(large, quality=92))
    assert look.view is not None
    assert look.view.scale < 1
    assert float(engine().embedding([look]) @ embedding(stored(small, quality=92))) > 0.97


def test_only_the_surroundings_are_kept_and_no_bit_changes() -> None:
    """A look lets go of the rest of a large picture, and compares exactly as with all of it."""
    for picture in (document(), photograph(RIGHT), photograph(WRONG)):
        whole, kept = engine().see(picture), seen(picture)
        assert isinstance(whole, SeenFace)
        assert engine().embedding([whole]).tobytes() == engine().embedding([kept]).tobytes()
        assert whole.finding == kept.finding
    whole, kept = engine().see(document()), seen(document())
    assert isinstance(whole, SeenFace)
    assert whole.view is not None
    assert kept.view is not None
    assert kept.view.pixels.base is None
    assert kept.view.pixels.size < whole.view.pixels.size / 2


def test_a_face_that_fills_the_frame_is_found() -> None:
    """A selfie held too close still has a face in it."""
    whole = seen(photograph(RIGHT)).view
    assert whole is not None
    left, top = whole.mesh[:, :2].min(axis=0)
    right, bottom = whole.mesh[:, :2].max(axis=0)
    picture = Image.fromarray(whole.pixels).crop((int(left), int(top), int(right), int(bottom)))
    assert face(stored(picture, quality=95)).faces == 1


def test_two_faces_are_a_finding() -> None:
    """Two people of the same size side by side: both are counted and the value falls to refuse."""
    one = Image.fromarray(pixels(photograph(RIGHT)))
    pair = Image.new("RGB", (1200, 900), (90, 90, 90))
    pair.paste(one.resize((450, 900)), (50, 0))
    pair.paste(one.resize((400, 800)), (650, 0))
    picture = stored(pair, quality=92)
    assert face(picture).faces == 2
    assert value(picture, SINGLE_FACE) < 50
    assert value(photograph(RIGHT), SINGLE_FACE) == 100


def drawing() -> Image.Image:
    """Draw a cartoon face."""
    picture = Image.new("RGB", (600, 600), (250, 244, 230))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((150, 120, 450, 480), fill=(255, 220, 120), outline=(0, 0, 0), width=6)
    pen.ellipse((220, 220, 260, 270), fill=(0, 0, 0))
    pen.ellipse((340, 220, 380, 270), fill=(0, 0, 0))
    pen.arc((230, 290, 370, 410), 20, 160, fill=(0, 0, 0), width=8)
    return picture


@pytest.mark.parametrize(
    "picture",
    [Image.new("RGB", (640, 480), (128, 128, 128)), drawing()],
    ids=["plain", "cartoon"],
)
def test_no_face_is_said_and_not_guessed(picture: Image.Image) -> None:
    """Where there is no person there is no finding."""
    assert seen(stored(picture)).finding == Unmeasured("no_face")


def test_a_tiny_face_is_not_good_enough() -> None:
    """A face of 20 px is either not found or too small for any policy."""
    portrait = Image.fromarray(pixels(photograph(RIGHT)))
    canvas = Image.new("RGB", (1600, 1200), (200, 200, 200))
    canvas.paste(portrait.resize((52, 100), Image.Resampling.LANCZOS), (700, 500))
    finding = seen(stored(canvas, "PNG")).finding
    if isinstance(finding, Measured):
        distance = finding.value.quality["inter_eye_distance"]
        assert isinstance(distance, Measured)
        assert distance.value.value < 10
    else:
        assert finding.why == "no_face"


def table(pipeline: str) -> CalibrationTable:
    """Give a calibration that would match anything."""
    return CalibrationTable(
        points=(CalibrationPoint(fmr=1e-2, score=-1.0, low=-1.0, high=-1.0, false_matches=30),),
        dataset="none",
        images=100,
        people=100,
        impostor_pairs=3000,
        pipeline=pipeline,
        date="2026-01-01",
    )


@pytest.mark.parametrize(
    ("calibration", "why"),
    [
        (None, "pack_not_calibrated"),
        (table("of another time"), "pack_calibrated_for_another_pipeline"),
    ],
)
def test_without_its_own_calibration_nothing_is_compared(
    calibration: CalibrationTable | None, why: str
) -> None:
    """A score without a table, or with another pipeline's, means nothing: it is Unmeasured."""
    uncalibrated = replace(engine(), calibration=calibration)
    look = seen(photograph(RIGHT))
    assert uncalibrated.compare(reference=look, probes=[look]) == Unmeasured(why)


def test_only_its_own_looks_with_a_face_are_compared() -> None:
    """A look without a face can never slip into a comparison."""
    empty = seen(stored(Image.new("RGB", (640, 480))))
    calibrated = replace(engine(), calibration=table(engine().versions.pipeline))
    with pytest.raises(ValueError, match="seen"):
        calibrated.compare(reference=empty, probes=[empty])


@pytest.mark.parametrize(("size", "scale"), [((4000, 3000), 1.0), ((6000, 4500), 0.5)])
def test_a_small_face_is_looked_at_again_in_a_bounded_picture(
    size: tuple[int, int], scale: float
) -> None:
    """A phone's picture is looked at whole; a larger one at half, whatever memory it would take."""
    scene = Image.new("RGB", size, (120, 110, 100))
    scene.paste(Image.open(io.BytesIO(photograph(RIGHT))).resize((900, 900)), (1000, 1000))
    out = io.BytesIO()
    scene.save(out, "JPEG", quality=92)
    found = engine().see(out.getvalue())
    assert isinstance(found, SeenFace)
    assert found.view is not None
    assert found.view.scale == scale
