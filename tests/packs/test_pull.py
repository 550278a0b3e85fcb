from __future__ import annotations

import ast
import socket
from typing import TYPE_CHECKING

import pytest

from lineproof.packs.install import Installed
from lineproof.packs.pull import RECIPES, Recipe, find_recipe, pull, recipe_names
from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import Pack, Store, find_pack, list_packs
from tests.packs import tiny
from tests.packs.server import Site, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NET = tiny.embedder()

KNOWN = {
    "adaface-ir101": (
        "bgr",
        127.5,
        "f2eb07d03de0af560a82e1214df799fec5e09375d43521e2868f9dc387e5a43e",
    ),
    "adaface-ir18": (
        "bgr",
        127.5,
        "6b6a35772fb636cdd4fa86520c1a259d0c41472a76f70f802b351837a00d9870",
    ),
    "minifasnet-v1se": (
        "bgr",
        0.0,
        "ebab7f90c7833fbccd46d3a555410e78d969db5438e169b6524be444862b3676",
    ),
    "minifasnet-v2": (
        "bgr",
        0.0,
        "b32929adc2d9c34b9486f8c4c7bc97c1b69bc0ea9befefc380e4faae4e463907",
    ),
    "mobilenetv2": (
        "rgb",
        127.5,
        "38b148284dd48cc898d5d4453104252fbdcbacc105fe3f0b80e78954d9d20d89",
    ),
    "sface": (
        "rgb",
        0.0,
        "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
    ),
    "sphere36": (
        "rgb",
        127.5,
        "13b3890cd5d7dec2b63f7c36fd7ce07403e5a0bbb701d9647c0289e6cbe7bb20",
    ),
    "yunet": (
        "bgr",
        0.0,
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    ),
}


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve the network."""
    with serve(Site(content=NET)) as served:
        yield served


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Make an empty store."""
    return tiny.store_in(tmp_path)


def _recipes(folder: Path, site: Site, *, more: str = "", manifest: str | None = None) -> Path:
    recipe = folder / "recipes" / "tiny"
    recipe.mkdir(parents=True)
    (recipe / "pack.toml").write_text(tiny.manifest(NET) if manifest is None else manifest)
    text = f'[[download]]\nfile = "tiny.onnx"\nurl = "{site.url}/file"\n{more}'
    (recipe / "download.toml").write_text(text)
    return recipe.parent


def _recipe(folder: Path, site: Site, **changes: str) -> Recipe:
    found = find_recipe("tiny", recipes=_recipes(folder, site, **changes))
    assert isinstance(found, Recipe), found
    return found


def _quiet(have: int, total: int | None) -> None:
    del have, total


def _code(outcome: object) -> str:
    assert isinstance(outcome, PackRefused), outcome
    assert outcome.sentence.isprintable()
    return outcome.code


def test_every_recipe_is_sound_and_says_how_its_network_is_fed() -> None:
    """The names, hashes, channel orders and means are the publishers'."""
    assert recipe_names() == tuple(sorted(KNOWN))
    for name, (channels, mean, sha256) in KNOWN.items():
        recipe = find_recipe(name)
        assert isinstance(recipe, Recipe), recipe
        assert recipe.manifest.name == name
        assert recipe.manifest.grade == "evaluation"
        (model,) = recipe.manifest.models
        (wanted,) = recipe.downloads.values()
        assert (model.sha256, wanted.sha256) == (sha256, sha256)
        assert model.role != "shape_predictor"
        assert (model.channels, model.mean) == (channels, (mean,) * 3)
        assert wanted.url.startswith("https://")
        assert recipe.notice.parts[0].licence in {"MIT", "Apache-2.0"}
    assert {find_recipe(name).notice.parts[0].size for name in ("sface", "yunet")} == {  # type: ignore[union-attr]
        38_696_353,
        232_589,
    }


def test_a_recipe_that_cannot_be_run_yet_says_so_beforehand() -> None:
    """Nobody should fetch it in vain."""
    recipe = find_recipe("yunet")
    assert isinstance(recipe, Recipe)
    assert any("cannot run" in caveat for caveat in recipe.notice.caveats)


def test_an_unknown_name_is_refused_with_the_nearest_or_all() -> None:
    """A path is no name."""
    near, far, path = (find_recipe(name) for name in ("sfaec", "zzz", "../recipes/sface"))
    assert {_code(near), _code(far), _code(path)} == {"pack_unknown_name"}
    assert isinstance(near, PackRefused)
    assert isinstance(far, PackRefused)
    assert "sface" in near.sentence
    assert all(name in far.sentence for name in KNOWN)


@pytest.mark.parametrize(
    "more", ['sha = "x"', "bytes = 0", '[[download]]\nfile = "b"\nurl = "https://b.invalid/b"', "]"]
)
def test_a_recipe_with_a_bad_list_of_downloads_is_refused(
    tmp_path: Path, site: Site, more: str
) -> None:
    """An unknown key, an impossible size, another file, no TOML."""
    assert (
        _code(find_recipe("tiny", recipes=_recipes(tmp_path, site, more=more)))
        == "pack_manifest_invalid"
    )


def test_a_pulled_pack_is_installed_and_its_download_gone(
    tmp_path: Path, site: Site, store: Store
) -> None:
    """With the recipe's manifest as it stands."""
    recipe = _recipe(tmp_path, site, more=f"bytes = {len(NET)}")
    told: list[tuple[int, int | None]] = []
    installed = pull(recipe, store=store, progress=lambda *step: told.append(step))
    assert isinstance(installed, Installed)
    pack = find_pack("tiny", store=store)
    assert isinstance(pack, Pack)
    assert pack.files == {"tiny.onnx": NET}
    assert (pack.folder / "pack.toml").read_bytes() == recipe.manifest_path.read_bytes()
    assert told[-1] == (len(NET), len(NET))
    assert store.user is not None
    assert list((store.user / ".downloads").iterdir()) == []
    assert [listed.name for listed in list_packs(store)] == ["tiny"]


def test_the_notice_is_there_before_anything_is_fetched(tmp_path: Path, site: Site) -> None:
    """Licence, grade and size, without a request."""
    recipe = _recipe(tmp_path, site, more=f"bytes = {len(NET)}")
    (part,) = recipe.notice.parts
    assert (part.licence, part.size, recipe.notice.grade) == ("Apache-2.0", len(NET), "evaluation")
    assert site.asked == []


def test_a_wrong_file_is_never_installed(tmp_path: Path, site: Site, store: Store) -> None:
    """Nor kept."""
    recipe = _recipe(tmp_path, site)
    site.content = tiny.embedder(2)
    assert _code(pull(recipe, store=store, progress=_quiet)) == "pack_wrong_hash"
    assert _code(find_pack("tiny", store=store)) == "pack_missing"
    assert list_packs(store) == ()


def test_a_cut_pull_leaves_nothing_loadable_and_goes_on(
    tmp_path: Path, site: Site, store: Store
) -> None:
    """The second run asks for the rest only."""
    recipe = _recipe(tmp_path, site)
    site.cuts = [100, 0]
    assert _code(pull(recipe, store=store, progress=_quiet)) == "pack_download_cut"
    assert _code(find_pack("tiny", store=store)) == "pack_missing"
    assert list_packs(store) == ()
    assert isinstance(pull(recipe, store=store, progress=_quiet), Installed)
    assert site.asked[-1] == ("/file", "bytes=100-")


def test_what_is_installed_is_not_fetched_again(tmp_path: Path, site: Site, store: Store) -> None:
    """Nor is a name of the product itself."""
    recipe = _recipe(tmp_path, site)
    assert isinstance(pull(recipe, store=store, progress=_quiet), Installed)
    site.asked.clear()
    assert _code(pull(recipe, store=store, progress=_quiet)) == "pack_exists"
    assert site.asked == []


def test_without_a_network_the_refusal_tells_the_way_by_hand(tmp_path: Path, store: Store) -> None:
    """The command it gives is the one that installs the file."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{nobody.getsockname()[1]}"
    recipe = _recipe(tmp_path, Site(url=url))
    refused = pull(recipe, store=store, progress=_quiet)
    assert _code(refused) == "pack_no_network"
    assert isinstance(refused, PackRefused)
    assert f"--manifest {recipe.manifest_path} --sha256 {tiny.sha(NET)}" in refused.sentence
    assert f"{url}/file" in refused.sentence


def test_a_network_that_does_not_run_is_not_installed(
    tmp_path: Path, site: Site, store: Store
) -> None:
    """Even with the right hash."""
    site.content = b"junk"
    recipe = _recipe(tmp_path, site, manifest=tiny.manifest(b"junk"))
    assert _code(pull(recipe, store=store, progress=_quiet)) == "pack_model_broken"
    assert list_packs(store) == ()


def test_without_a_home_folder_nothing_is_fetched(tmp_path: Path, site: Site) -> None:
    """There would be nowhere to put it."""
    homeless = Store(carried=tmp_path / "built", user=None)
    recipe = _recipe(tmp_path, site)
    assert _code(pull(recipe, store=homeless, progress=_quiet)) == "pack_not_writable"
    (tmp_path / "home").write_text("")
    assert (
        _code(pull(recipe, store=tiny.store_in(tmp_path), progress=_quiet)) == "pack_not_writable"
    )
    assert site.asked == []


def test_only_pull_reaches_for_the_network() -> None:
    """Nothing else among the packs' modules imports what can."""
    can = {"urllib", "http", "socket", "ssl"}
    users = set()
    for path in RECIPES.parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in can for name in names):
                users.add(path.name)
    assert users == {"fetch.py"}
