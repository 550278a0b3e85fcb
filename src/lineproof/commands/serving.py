"""`lineproof serve`: cases, lines and the log behind HTTP, in one process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, stop
from lineproof.commands.console import plain, wide

if TYPE_CHECKING:
    from lineproof.settings import Settings

EXTRA = "The service needs its extra: pip install 'lineproof[service]'."

WARNINGS = {
    "unsafe_dev_login": "the development login is on. Anybody is anybody.",
    "profile_for_trying": (
        "the profile is for trying only: its checks of a living person are calibrated on simulated "
        "captures, if it has any, and it waits for nothing. Choose a regime's with --profile."
    ),
    "simulated_network": "the network is simulated. No order reaches a real line.",
    "simulated_inbox": "notices go into a simulated inbox. Nobody is told of a change.",
}
"""What is said at the start of each setting that no service with people may have."""


COUNTERS = (
    "The counters' pages open no case yet: add the operator's system (lineproof systems put NAME "
    "--keys FILE) and start again with LINEPROOF_COUNTER_CLIENT=NAME."
)
"""What is said at a start without a counter_client, so that nobody looks for it at a counter."""


def serve(
    *,
    data: Annotated[
        Path | None,
        typer.Option(readable=False, help="Folder of the database and the keys."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="The regime, by name or as a file's path.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 for any that is free.")] = None,
    origin: Annotated[
        str | None, typer.Option(help="What browsers show, such as https://lines.example.")
    ] = None,
    pack: Annotated[str | None, typer.Option(help="The model pack that verifies.")] = None,
    unsafe_dev_login: Annotated[
        bool, typer.Option("--unsafe-dev-login", help="UNSAFE: anybody signs in as anybody.")
    ] = False,
) -> None:
    """Serve cases, lines and the log over HTTP. Every setting: docs/settings.md."""
    settings = settings_or_stop(
        data=data,
        profile=profile,
        host=host,
        port=port,
        origin=origin,
        pack=pack,
        unsafe_dev_login=unsafe_dev_login or None,
    )
    run(settings)


def settings_or_stop(**given: object) -> Settings:
    """Read the settings, or end because one is unknown or wrong."""
    try:
        from lineproof.settings import SettingsRefused, read_settings
    except ModuleNotFoundError:
        stop(Exit.NOT_READY, "service_extra_missing", EXTRA, as_json=False)
    try:
        return read_settings(**given)
    except SettingsRefused as refused:
        stop(Exit.USAGE, "setting_refused", str(refused), as_json=False)


def run(settings: Settings) -> None:
    """Serve until the process is told to end."""
    try:
        from lineproof.service_wiring import ServiceRefused, service_for
        from lineproof.web.context import utc_now
        from lineproof.web.serving_http import PortTaken, listen, log_to, server_of
    except ModuleNotFoundError:
        stop(Exit.NOT_READY, "service_extra_missing", EXTRA, as_json=False)
    opened = listen(settings)
    if isinstance(opened, PortTaken):
        stop(Exit.NOT_READY, "port_taken", opened.sentence, as_json=False)
    with opened:
        settings = settings.model_copy(update={"port": opened.getsockname()[1]})
        service = service_for(settings, clock=utc_now)
        if isinstance(service, ServiceRefused):
            stop(Exit.NOT_READY, service.code, service.sentence, as_json=False)
        log_to(sys.stderr.write)
        server = server_of(service, settings, clock=utc_now)
        _welcome(settings, service.profile.name, server.config.app)
        server.run(sockets=[opened])


def _welcome(settings: Settings, profile: str, app: object) -> None:
    """Say where it is, what is unsafe, and how the first admin comes in."""
    from lineproof.web.sign_in.enrolment import first_admin_link

    console = wide()
    console.print(plain(f"Lineproof serves {settings.address} (profile {settings.profile})."))
    console.print(plain(f"The interface: {settings.address}/docs"))
    for name in settings.unsafe(profile):
        console.print(f"[bold red]UNSAFE: {WARNINGS[name]}[/]")
    if not settings.counter_client:
        console.print(plain(COUNTERS))
    link = first_admin_link(app.state.context.door)  # type: ignore[attr-defined]
    if link is not None:
        console.print(plain(f"The first admin makes a passkey here: {link}"), soft_wrap=True)
    sys.stdout.flush()
