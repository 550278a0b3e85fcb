"""The yardstick: ``face_recognition`` 1.3.0 exactly as it is usually run, on dlib-bin's dlib.

Detector, five points and descriptor are its own; the first face that it finds counts, and the score
is minus the Euclidean distance of descriptors, as its ``face_distance`` has it.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports pkg_resources, which says that it is deprecated
    import face_recognition

NAME = "face_recognition 1.3.0"


def embedding(path: Path) -> NDArray[np.float32] | Unmeasured:
    """Give the descriptor (128,) of the first face in a picture file."""
    picture = face_recognition.load_image_file(path)
    found = face_recognition.face_encodings(picture)
    return found[0].astype(np.float32) if found else Unmeasured("no_face")


def pair(document: Path, live: Path) -> bool:
    """Decide for two files as its documentation shows: the same person, at tolerance 0.6."""
    one, other = embedding(document), embedding(live)
    if isinstance(one, Unmeasured) or isinstance(other, Unmeasured):
        return False
    return bool(np.linalg.norm(one - other) <= 0.6)  # noqa: PLR2004 - its own default
