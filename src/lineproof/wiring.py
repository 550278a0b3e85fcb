"""Settings to a Site, in one function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.adapters.liveness_check import LivenessCheck
from lineproof.adapters.local_engine import LocalEngine, local_engine
from lineproof.adapters.local_guide import local_guide
from lineproof.adapters.local_reader import LocalReader
from lineproof.adapters.page_sight import open_recognisers
from lineproof.adapters.texture_check import texture_check
from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import DEFAULT_PACK, TEXTURE_PACK, default_store, find_pack
from lineproof.ports import Site

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.adapters.page_sight import BegunReading
    from lineproof.adapters.texture_check import TextureCheck
    from lineproof.face.liveness.table_file import TableFile
    from lineproof.packs.store import Pack


def engine_for(pack: str, setting: str | None) -> LocalEngine | PackRefused:
    """Make the engine of a pack by name; ``setting`` None is the pack's own default."""
    found = _with_default(pack)
    if isinstance(found, PackRefused):
        return found
    own, default = found
    return local_engine(own, default=default, setting=setting)


def _with_default(pack: str) -> tuple[Pack, Pack | None] | PackRefused:
    """Find a pack, and the default one for what it lacks; None where it is that or is not here."""
    store = default_store()
    found = find_pack(pack, store=store)
    if isinstance(found, PackRefused):
        return found
    default = None if pack == DEFAULT_PACK else find_pack(DEFAULT_PACK, store=store)
    return found, None if isinstance(default, PackRefused) else default


def texture_for(pack: str) -> TextureCheck | PackRefused:
    """Start the PAD networks of a pack by name; our own where it has none."""
    store = default_store()
    found = find_pack(pack, store=store)
    if isinstance(found, PackRefused):
        return found
    if not found.manifest.of_role("pad"):
        found = find_pack(TEXTURE_PACK, store=store)
    return found if isinstance(found, PackRefused) else texture_check(found)


def _liveness(pack: str, tables: TableFile) -> LivenessCheck | PackRefused:
    texture = texture_for(pack)
    if isinstance(texture, PackRefused):
        return texture
    return LivenessCheck(texture=texture, tables=tables)


def site_for(
    pack: str, setting: str | None, *, tables: TableFile | None = None
) -> Site | PackRefused:
    """Make the site that verifies with a pack by name, and gives hints with its detector.

    With ``tables`` of error rates it looks at captures of a script as well; two pictures have none,
    and nothing of it is started for them.
    """
    found = _with_default(pack)
    if isinstance(found, PackRefused):
        return found
    own, default = found
    liveness = None if tables is None else _liveness(pack, tables)
    if isinstance(liveness, PackRefused):
        return liveness
    engine = local_engine(own, default=default, setting=setting, liveness=liveness)
    if isinstance(engine, PackRefused):
        return engine
    reader = reader_for(engine)
    if isinstance(reader, PackRefused):
        return reader
    guide = local_guide(own, default=default, detector=engine.detector)
    return Site(engine=engine, reader=reader, guide=guide)


def reader_for(engine: LocalEngine, begun: BegunReading | None = None) -> LocalReader | PackRefused:
    """Make the reader of documents; it finds portraits with the engine's own detector.

    ``begun`` is a reading that was begun before the engine was loaded.
    """
    recognisers = open_recognisers() if begun is None else begun.recognisers
    if isinstance(recognisers, PackRefused):
        return recognisers
    return LocalReader(
        recognisers=recognisers, detector=engine.detector, csca=csca_folder(), begun=begun
    )


def csca_folder() -> Path | None:
    """Give the folder of trusted CAs, beside the user's packs; None where there is no home."""
    packs = default_store().user
    return None if packs is None else packs.parent / "csca"
