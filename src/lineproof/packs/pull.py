"""Fetches a pack by the name of its recipe, and installs it.

A recipe is a folder in ``recipes/``: ``pack.toml``, which is installed as it stands, and
``download.toml``, which says where each file lies (docs/pack-format.md).
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, ValidationError

from lineproof.packs.fetch import Wanted, fetch
from lineproof.packs.install import (
    Installed,
    Notice,
    Offer,
    accept,
    name_taken,
    notice_of,
)
from lineproof.packs.manifest import MANIFEST_FILE, Manifest, Table, is_pack_name
from lineproof.packs.read_manifest import read_manifest, with_tuples
from lineproof.packs.refusal import PackRefused
from lineproof.packs.writing import not_written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.packs.fetch import Progress
    from lineproof.packs.store import Store

RECIPES = Path(__file__).parent / "recipes"
DOWNLOAD_FILE = "download.toml"

PARTS = ".downloads"
"""Downloads grow in this folder beside the packs; no pack name can begin with a dot."""


_BY_HAND: Final = frozenset({"pack_no_network", "pack_download_refused", "pack_redirect_refused"})
"""Refusals after which the way by another machine is told."""


class Download(Table):
    """Where one file of a recipe lies; ``bytes`` is its size where its publisher says it."""

    file: str
    url: Annotated[str, Field(pattern=r"^https?://[!-~]+$")]
    bytes: Annotated[int, Field(gt=0)] | None = None


class DownloadList(Table):
    """A whole ``download.toml``."""

    downloads: Annotated[tuple[Download, ...], Field(alias="download")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A named pack that can be fetched: its manifest, and where each of its files lies."""

    manifest: Manifest
    raw_manifest: bytes
    downloads: Mapping[str, Wanted]
    manifest_path: Path
    notice: Notice
    """Must be shown to a person before anything is fetched."""


def recipe_names(recipes: Path = RECIPES) -> tuple[str, ...]:
    """Give the names that ``find_recipe`` knows, sorted."""
    return tuple(sorted(folder.parent.name for folder in recipes.glob(f"*/{MANIFEST_FILE}")))


def find_recipe(name: str, *, recipes: Path = RECIPES) -> Recipe | PackRefused:
    """Read the recipe of this name."""
    names = recipe_names(recipes)
    if not is_pack_name(name) or name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}."
        sentence = f"There is no recipe {name[:60]!r}; {hint}"
        return PackRefused("pack_unknown_name", sentence)
    path = recipes / name / MANIFEST_FILE
    raw = path.read_bytes()
    manifest = read_manifest(raw, where=str(path))
    if isinstance(manifest, PackRefused):
        return manifest
    downloads = _read_downloads(recipes / name / DOWNLOAD_FILE, manifest)
    if isinstance(downloads, PackRefused):
        return downloads
    sizes = {file: wanted.size for file, wanted in downloads.items() if wanted.size is not None}
    return Recipe(
        manifest=manifest,
        raw_manifest=raw,
        downloads=downloads,
        manifest_path=path,
        notice=notice_of(manifest, sizes=sizes),
    )


def _read_downloads(path: Path, manifest: Manifest) -> dict[str, Wanted] | PackRefused:
    try:
        listed = DownloadList.model_validate(with_tuples(tomllib.loads(path.read_text("utf-8"))))
    except (OSError, ValueError, ValidationError) as error:
        first = str(error).splitlines()[0]
        return PackRefused("pack_manifest_invalid", f"{path} is not a list of downloads: {first}.")
    at = {entry.file: entry for entry in listed.downloads}
    if set(at) != {model.file for model in manifest.models}:
        sentence = f"{path} does not list exactly the files of its {MANIFEST_FILE}."
        return PackRefused("pack_manifest_invalid", sentence)
    return {
        model.file: Wanted(url=at[model.file].url, sha256=model.sha256, size=at[model.file].bytes)
        for model in manifest.models
    }


def pull(recipe: Recipe, *, store: Store, progress: Progress) -> Installed | PackRefused:
    """Fetch every file of ``recipe`` and install the pack; its notice must have been accepted.

    ``progress`` is told of one file after the other. Incomplete downloads stay for the next run;
    nothing that is not complete and hashed is ever in the store.
    """
    if store.user is None:
        sentence = "There is no home folder to install into; name one with LINEPROOF_HOME."
        return PackRefused("pack_not_writable", sentence)
    if taken := name_taken(recipe.manifest.name, store=store):
        return taken
    parts = store.user / PARTS
    try:
        parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return not_written(parts, error)
    sources: dict[str, Path] = {}
    for file, wanted in recipe.downloads.items():
        got = fetch(wanted, parts / f"{wanted.sha256}.part", progress=progress)
        if isinstance(got, PackRefused):
            return _with_way_by_hand(got, recipe, wanted)
        sources[file] = got
    return _install(recipe, sources, store)


def _with_way_by_hand(refused: PackRefused, recipe: Recipe, wanted: Wanted) -> PackRefused:
    if refused.code not in _BY_HAND:
        return refused
    way = (
        f"{refused.sentence} You can fetch {wanted.url} on another machine and install the file "
        f"here: lineproof packs install FILE --manifest {recipe.manifest_path} "
        f"--sha256 {wanted.sha256}"
    )
    return replace(refused, sentence=way)


def _install(recipe: Recipe, sources: Mapping[str, Path], store: Store) -> Installed | PackRefused:
    offer = Offer(
        manifest=recipe.manifest,
        raw_manifest=recipe.raw_manifest,
        sources=sources,
        notice=recipe.notice,
    )
    installed = accept(offer, store=store)
    if isinstance(installed, Installed):
        for part in sources.values():
            part.unlink(missing_ok=True)
            part.with_name(f"{part.name}.etag").unlink(missing_ok=True)
    return installed
