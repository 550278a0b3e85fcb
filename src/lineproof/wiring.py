"""Settings to a Site, in one function."""

from __future__ import annotations

from lineproof.adapters.local_engine import LocalEngine, local_engine
from lineproof.adapters.unread_documents import UnreadDocuments
from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import DEFAULT_PACK, default_store, find_pack
from lineproof.ports import Site


def engine_for(pack: str, setting: str | None) -> LocalEngine | PackRefused:
    """Make the engine of a pack by name; ``setting`` None is the pack's own default."""
    store = default_store()
    found = find_pack(pack, store=store)
    if isinstance(found, PackRefused):
        return found
    default = None if pack == DEFAULT_PACK else find_pack(DEFAULT_PACK, store=store)
    if isinstance(default, PackRefused):
        default = None
    return local_engine(found, default=default, setting=setting)


def site_for(pack: str, setting: str | None) -> Site | PackRefused:
    """Make the site that verifies with a pack by name."""
    engine = engine_for(pack, setting)
    if isinstance(engine, PackRefused):
        return engine
    return Site(engine=engine, reader=UnreadDocuments())
