"""All measures together: their order, their words, and what they do with a hopeless view."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from lineproof.domain.finding import Measured, Unmeasured
from lineproof.face.quality import MEASURES, advice, assess
from lineproof.face.view import FaceView, Pose
from tests.face.quality.synthetic import Head, picture_of, view_of

NAMES = (
    "illumination_uniformity",
    "under_exposure_prevention",
    "over_exposure_prevention",
    "dynamic_range",
    "sharpness",
    "no_compression_artifacts",
    "natural_colour",
    "single_face_present",
    "eyes_open",
    "mouth_closed",
    "inter_eye_distance",
    "head_size",
    "leftward_crop_of_the_face_image",
    "rightward_crop_of_the_face_image",
    "margin_above_of_the_face_image",
    "margin_below_of_the_face_image",
    "head_pose_yaw",
    "head_pose_pitch",
    "head_pose_roll",
)


def test_every_component_is_named_as_in_the_standard_and_in_a_fixed_order() -> None:
    """Policies, reports and callers name components; a renamed or lost one must be noticed."""
    assert tuple(assess(view_of(Head()))) == NAMES
    assert tuple(measure.NAME for measure in MEASURES) == NAMES


def test_a_good_portrait_is_good_in_everything() -> None:
    """Nothing is wrong with a sharp, evenly lit head that looks into the camera."""
    values = {
        name: finding.value.value
        for name, finding in assess(view_of(Head())).items()
        if isinstance(finding, Measured)
    }
    assert values.keys() == set(NAMES)
    # Drawn skin is plainer than real skin, which has about 85 here.
    assert values.pop("dynamic_range") >= 60
    assert min(values.values()) >= 80


def test_each_advice_is_one_sentence_of_its_own_to_the_person() -> None:
    """The person is told one thing to do, never a number or a component's name."""
    for name in NAMES:
        sentence = advice(name)
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        assert "_" not in sentence
    with pytest.raises(KeyError):
        advice("beauty")


def test_the_answer_cannot_be_changed() -> None:
    """What was found is evidence."""
    found = assess(view_of(Head()))
    with pytest.raises(TypeError):
        found["sharpness"] = Unmeasured("tampered")  # type: ignore[index]


def test_the_same_view_gives_the_same_bits_whatever_the_number_of_threads() -> None:
    """A second run, and OpenCV with one or many threads, agree to the last digit."""
    before = cv2.getNumThreads()
    try:
        answers = []
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            answers += [dict(assess(view_of(Head()))), dict(assess(view_of(Head())))]
    finally:
        cv2.setNumThreads(before)
    assert all(answer == answers[0] for answer in answers)


def test_the_view_is_left_as_it_was() -> None:
    """No measure writes into the pixels or the points it was shown."""
    view = view_of(Head())
    for array in (view.pixels, view.mesh, view.aligned, view.aligned_mesh):
        array.flags.writeable = False
    assert assess(view) == assess(view_of(Head()))


def hopeless() -> dict[str, FaceView]:
    """Give views that no detector should make, by what is wrong with them."""
    view = view_of(Head())
    nowhere = np.full_like(view.mesh, np.nan)
    return {
        "points that are no numbers": replace(
            view, mesh=nowhere, aligned_mesh=nowhere[:, :2], pose=Pose(np.nan, np.inf, -np.inf)
        ),
        "all points in one": replace(
            view, mesh=np.ones_like(view.mesh), aligned_mesh=np.ones_like(view.aligned_mesh)
        ),
        "far outside": replace(
            view, mesh=view.mesh + np.float32(1e6), aligned_mesh=view.aligned_mesh + np.float32(1e6)
        ),
        "no faces": replace(view, faces=()),
    }


@pytest.mark.parametrize("case", hopeless())
def test_what_cannot_be_measured_says_why(case: str) -> None:
    """A broken view gives Unmeasured with a code, and never raises or passes for a number."""
    findings = assess(hopeless()[case])
    assert tuple(findings) == NAMES
    assert any(isinstance(finding, Unmeasured) for finding in findings.values())
    for finding in findings.values():
        if isinstance(finding, Unmeasured):
            assert finding.why.isidentifier()
        else:
            assert np.isfinite(finding.value.native)


def test_a_face_mostly_outside_has_no_surface_to_measure() -> None:
    """With less than half of the face in the picture its light and focus are not judged."""
    head = Head(eye_distance=120, middle=(200, 470))
    findings = assess(view_of(head))
    assert findings["sharpness"] == Unmeasured("face_outside_picture")
    assert isinstance(findings["margin_below_of_the_face_image"], Measured)


@pytest.mark.parametrize("roll", [0, 35])
def test_pixels_beyond_the_picture_are_not_the_face(roll: float) -> None:
    """The crop is black beyond the picture's edge; a cut face is not a dark one."""
    whole = Head(eye_distance=100, middle=(200, 160), roll=roll)
    pixels = picture_of(whole)[:300]
    findings = assess(view_of(replace(whole, size=(400, 300)), pixels))
    dark = findings["under_exposure_prevention"]
    assert isinstance(dark, Measured)
    assert dark.value.native < 0.01
