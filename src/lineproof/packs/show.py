"""Everything a pack says of itself, and everything that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineproof.packs.install import notice_of
from lineproof.packs.network import runtime_version
from lineproof.packs.refusal import PackRefused
from lineproof.packs.runtime import check
from lineproof.packs.store import find_pack

if TYPE_CHECKING:
    from lineproof.packs.store import Pack, Store


def show_pack(name: str, *, store: Store) -> dict[str, Any] | PackRefused:
    """Give all of a pack as plain values, ready for JSON: a bill of materials.

    Every file was hashed on the way; ``caveats`` are sentences. See docs/pack-format.md.
    """
    pack = find_pack(name, store=store)
    return pack if isinstance(pack, PackRefused) else _facts(pack, store)


def _facts(pack: Pack, store: Store) -> dict[str, Any]:
    sizes = {file: len(content) for file, content in pack.files.items()}
    facts = pack.manifest.model_dump(mode="json", by_alias=True, exclude_none=True)
    for model in facts["model"]:
        model["bytes"] = sizes[model["file"]]
    return facts | {
        "origin": "carried" if pack.folder.parent in store.inside else "user",
        "folder": str(pack.folder),
        "manifest_sha256": pack.manifest_sha256,
        "bytes": sum(sizes.values()),
        "runtime": runtime_version(),
        "caveats": list(notice_of(pack.manifest, sizes=sizes).caveats),
    }


def verify_pack(name: str, *, store: Store) -> Pack | tuple[PackRefused, ...]:
    """Hash every file of a pack, start every network and run it once.

    Gives the pack when all is well, else everything that was refused.
    """
    pack = find_pack(name, store=store)
    if isinstance(pack, PackRefused):
        return (pack,)
    return check(pack) or pack
