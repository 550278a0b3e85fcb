from __future__ import annotations

import io
import os
import stat
import sys
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.domain.finding import Unmeasured
from lineproof.evaluate.cache import EmbeddingCache, open_cache
from lineproof.evaluate.protocol import Unusable

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.evaluate.protocol import Vector


class Counting:
    """An engine that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, image: Path) -> Vector | Unmeasured:
        """Embed the file's length, or find no face in an empty one."""
        self.asked += 1
        size = len(image.read_bytes())
        return np.array([size, 1], dtype=np.float32) if size else Unmeasured("no_face")


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    """Three images, one without a face."""
    folder = tmp_path / "Ann_Example"
    folder.mkdir()
    for index, size in enumerate((5, 9, 0)):
        (folder / f"{index}.jpg").write_bytes(b"x" * size)
    return sorted(folder.iterdir())


def embed(cache: EmbeddingCache, images: list[Path]) -> int:
    """Give how often the engine had to be asked."""
    engine = Counting()
    through = cache.through(engine)
    for image in images:
        found = through(image)
        size = len(image.read_bytes())
        if isinstance(found, Unmeasured):
            assert (size, found.why) == (0, "no_face")
        else:
            assert found.tolist() == [size, 1]
    return engine.asked


def test_a_second_run_asks_the_engine_nothing(tmp_path: Path, images: list[Path]) -> None:
    """Embeddings and failures come back from disk as they were."""
    cache, refused = open_cache(tmp_path / "kept", engine="pack 1")
    assert refused is None
    assert embed(cache, images) == 3
    assert cache.save() is None
    again, refused = open_cache(tmp_path / "kept", engine="pack 1")
    assert refused is None
    assert embed(again, images) == 0


def test_a_changed_image_is_embedded_anew(tmp_path: Path, images: list[Path]) -> None:
    """The bytes count, not the name or the date; a copy under another name is known."""
    cache, _ = open_cache(tmp_path / "kept", engine="pack 1")
    embed(cache, images)
    images[0].write_bytes(b"x" * 7)
    images[1].rename(images[1].with_name("moved.jpg"))
    assert embed(cache, [images[0], images[1].with_name("moved.jpg"), images[2]]) == 1


def test_another_engine_never_gets_these_embeddings(tmp_path: Path, images: list[Path]) -> None:
    """Not from its own file name, and not when a file is put under the other's name."""
    cache, _ = open_cache(tmp_path / "kept", engine="pack 1")
    embed(cache, images)
    cache.save()
    other, _ = open_cache(tmp_path / "kept", engine="pack 2")
    assert embed(other, images) == 3
    cache.file.rename(other.file)
    forged, refused = open_cache(tmp_path / "kept", engine="pack 2")
    assert refused is not None
    assert refused.code == "cache_ignored"
    assert embed(forged, images) == 3


def test_a_broken_cache_is_ignored_and_replaced(tmp_path: Path, images: list[Path]) -> None:
    """Cut off anywhere or with a flipped byte, it is never a traceback or a wrong embedding."""
    cache, _ = open_cache(tmp_path / "kept", engine="pack 1")
    embed(cache, images)
    cache.save()
    whole = cache.file.read_bytes()
    flipped = bytearray(whole)
    flipped[whole.index(np.float32(9).tobytes())] ^= 0xFF
    cuts = [whole[: len(whole) * tenth // 10] for tenth in range(10)]
    array = io.BytesIO()
    np.save(array, np.ones(3))
    for broken in (*cuts, bytes(flipped), b"not a zip", array.getvalue()):
        cache.file.write_bytes(broken)
        opened, refused = open_cache(tmp_path / "kept", engine="pack 1")
        assert isinstance(refused, Unusable)
        assert embed(opened, images) == 3
        assert opened.save() is None
        healed, refused = open_cache(tmp_path / "kept", engine="pack 1")
        assert refused is None
        assert embed(healed, images) == 0


def _archive(**arrays: object) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type] # also what must be refused
    return out.getvalue()


def test_what_is_no_cache_is_not_unpickled(tmp_path: Path) -> None:
    """An archive with a pickled object, wrong shapes or values that are no numbers is refused."""
    cache, _ = open_cache(tmp_path, engine="pack 1")
    keys = np.zeros((1, 32), np.uint8)
    none = {"failed_keys": np.zeros((0, 32), np.uint8), "failed_why": np.array([], dtype=np.str_)}
    held = {"context": np.array(cache.context), "keys": keys, **none}
    bad = [
        {**held, "vectors": np.array([[object()]], dtype=object)},
        {**held, "vectors": np.full((1, 2), np.nan, np.float32)},
        {**held, "vectors": np.ones((2, 2), np.float32)},
        {**held, "vectors": np.ones((1, 2), np.float64)},
        {**held, "vectors": np.ones((1, 2), np.float32), "keys": keys[:, :8]},
    ]
    for arrays in bad:
        cache.file.write_bytes(_archive(**arrays))
        _, refused = open_cache(tmp_path, engine="pack 1")
        assert isinstance(refused, Unusable)
    cache.file.write_bytes(_archive(**held, vectors=np.ones((1, 2), np.float32)))
    assert open_cache(tmp_path, engine="pack 1")[1] is None


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")
def test_only_the_owner_can_read_it_whatever_the_umask(tmp_path: Path, images: list[Path]) -> None:
    """Embeddings are biometric data: mode 0600 in a folder of mode 0700."""
    before = os.umask(0)
    try:
        cache, _ = open_cache(tmp_path / "kept", engine="pack 1")
        embed(cache, images)
        cache.save()
    finally:
        os.umask(before)
    assert stat.S_IMODE(cache.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.file.parent.stat().st_mode) == 0o700
    assert [path.name for path in cache.file.parent.iterdir()] == [cache.file.name]


def test_no_name_of_a_file_or_person_is_in_it(tmp_path: Path, images: list[Path]) -> None:
    """Who the embeddings belong to cannot be read from the cache."""
    cache, _ = open_cache(tmp_path / "kept", engine="pack 1")
    embed(cache, images)
    cache.save()
    with zipfile.ZipFile(cache.file) as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Ann_Example" not in held
    assert b".jpg" not in held


def test_a_cache_that_cannot_be_written_is_answered(tmp_path: Path, images: list[Path]) -> None:
    """A file where the folder should be: the evaluation goes on, and a sentence says so."""
    (tmp_path / "kept").write_bytes(b"")
    cache, _ = open_cache(tmp_path / "kept" / "deeper", engine="pack 1")
    embed(cache, images)
    refused = cache.save()
    assert isinstance(refused, Unusable)
    assert refused.code == "cache_not_written"
