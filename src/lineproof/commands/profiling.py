"""`lineproof profiles`: the rules of regimes, each value with where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, Json, stop
from lineproof.commands.console import plain, print_json, wide

if TYPE_CHECKING:
    from lineproof.domain.profile import Profile
    from lineproof.profiles.profile_file import ProfileFile

app = typer.Typer(
    name="profiles",
    help="Rules of regimes: list them, show one with its sources, check a file of your own.",
    no_args_is_help=True,
)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the profiles that come with Lineproof."""
    from lineproof.profiles.read_profile import profile_names

    found = {name: _both(name, as_json=as_json) for name in profile_names()}
    if as_json:
        rows = [
            {"name": name, "profile": profile.name, "title": file.title}
            for name, (file, profile) in found.items()
        ]
        print_json({"profiles": rows})
        return
    console = wide()
    for name, (file, profile) in found.items():
        console.print(plain(f"{name:<9} {profile.name:<14} {file.title}"), soft_wrap=True)
    console.print("[dim]None of them is legal advice: every value names its source.[/]")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Name of a profile, or a file's path.")],
    *,
    as_json: Json = False,
) -> None:
    """Show every value of a profile and where it comes from."""
    from lineproof.profiles.profile_table import in_words

    file, profile = _both(name, as_json=as_json)
    if as_json:
        fields = {
            key: {"value": in_words(value), "source": source} for key, value, source in file.rows()
        }
        print_json({"profile": profile.name, "title": file.title, "fields": fields})
        return
    console = wide()
    console.print(f"[bold]{plain(profile.name)}[/]  {plain(file.title)}\n", soft_wrap=True)
    for key, value, source in file.rows():
        console.print(f"[bold]{plain(key)}[/]  {plain(in_words(value))}", soft_wrap=True)
        console.print(f"    [dim]{plain(source)}[/]", soft_wrap=True)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(readable=False, help="A profile's file.")],
    *,
    as_json: Json = False,
) -> None:
    """Check a profile of your own before a service starts with it."""
    _, profile = _both(file, as_json=as_json)
    unasked = [
        str(kind) for kind, policy in profile.policies.items() if not policy.liveness_required
    ]
    simulated = [
        str(kind)
        for kind, policy in profile.policies.items()
        if policy.liveness_required and not policy.liveness_on_people
    ]
    if as_json:
        told = {"without_liveness": unasked, "on_simulated_captures": simulated}
        print_json({"profile": profile.name, **told})
        return
    console = wide()
    console.print(plain(f"{profile.name} is a valid profile."))
    if unasked:
        sentence = "It asks for no liveness, so a photograph of a person can pass, for: "
        console.print(f"[yellow]{sentence}{', '.join(unasked)}.[/]", soft_wrap=True)
    if simulated:
        sentence = "It takes error rates of simulated captures, which say nothing of people, for: "
        console.print(f"[yellow]{sentence}{', '.join(simulated)}.[/]", soft_wrap=True)


def _both(name_or_path: str | Path, *, as_json: bool) -> tuple[ProfileFile, Profile]:
    """Give a profile's file and the profile that it makes, or end because it is refused."""
    from lineproof.profiles.read_profile import ProfileRefused, read_profile, read_profile_file

    file, profile = read_profile_file(name_or_path), read_profile(name_or_path)
    if isinstance(file, ProfileRefused):
        stop(Exit.BAD_INPUT, file.code, file.sentence, as_json=as_json)
    if isinstance(profile, ProfileRefused):
        stop(Exit.BAD_INPUT, profile.code, profile.sentence, as_json=as_json)
    return file, profile
