"""The yardstick: ``face_recognition`` 1.3.0 exactly as it is usually run, on dlib-bin's dlib.

Detector, five points and descriptor are its own; the first face that it finds counts; the score is
minus the Euclidean distance of descriptors, as its ``face_distance`` has it. Beside it stands the
same with the face that our own rule counts, so that a different choice of face explains nothing.
dlib's objects are not safe to share between threads: one at a time.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.detect import in_order
from lineproof.face.view import Detection

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports pkg_resources, which says that it is deprecated
    import face_recognition

NAME = "face_recognition 1.3.0"
NAME_CHOSEN = "face_recognition 1.3.0, the face our rule counts"


@lru_cache(maxsize=100_000)
def both(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]] | Unmeasured:
    """Give the descriptors (128,) of the first face, and of the one that our rule counts."""
    picture = face_recognition.load_image_file(path)
    places = face_recognition.face_locations(picture)
    found = face_recognition.face_encodings(picture, places)
    if not found:
        return Unmeasured("no_face")
    faces = [
        Detection(box=(left, top, right, bottom), points=np.zeros((6, 2), np.float32), score=1.0)
        for top, right, bottom, left in places
    ]
    first = in_order(faces, width=picture.shape[1], height=picture.shape[0])[0]
    chosen = next(at for at, face in enumerate(faces) if face is first)
    return found[0].astype(np.float32), found[chosen].astype(np.float32)


def embedding(path: Path) -> NDArray[np.float32] | Unmeasured:
    """Give the descriptor (128,) of the first face in a picture file."""
    found = both(path)
    return found if isinstance(found, Unmeasured) else found[0]


def embedding_chosen(path: Path) -> NDArray[np.float32] | Unmeasured:
    """Give the descriptor (128,) of the face that our rule counts."""
    found = both(path)
    return found if isinstance(found, Unmeasured) else found[1]


def pair(document: Path, live: Path) -> bool:
    """Decide for two files as its documentation shows: the same person, at tolerance 0.6."""
    first = [
        face_recognition.face_encodings(face_recognition.load_image_file(path))
        for path in (document, live)
    ]
    if not all(first):
        return False
    one, other = (found[0] for found in first)
    return bool(np.linalg.norm(one - other) <= 0.6)  # noqa: PLR2004 - its own default
