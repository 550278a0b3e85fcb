"""`lineproof systems`: operators' systems, by their public keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lineproof.commands.answers import Exit, stop
from lineproof.commands.console import plain, wide
from lineproof.commands.serving import EXTRA, settings_or_stop

staff_app = typer.Typer(name="staff", help="Members of staff.", no_args_is_help=True)
app = typer.Typer(
    name="systems", help="Operators' systems that may call the service.", no_args_is_help=True
)


@app.command("put")
def put(
    name: Annotated[str, typer.Argument(help="The system's client id.")],
    keys: Annotated[Path, typer.Option(readable=False, help="File of its public JWK set.")],
    *,
    data: Annotated[
        Path | None, typer.Option(readable=False, help="The service's data folder.")
    ] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="It may not call.")] = False,
) -> None:
    """Add a system, change its keys, or stop it; the service may run meanwhile."""
    settings = settings_or_stop(data=data)
    try:
        from lineproof.domain.audit import Actor, ActorKind
        from lineproof.service_wiring import ServiceRefused, store_for
        from lineproof.web.api.system_routes import SYSTEM_ID, client_of, keep_system
        from lineproof.web.sign_in.client_keys import KeysRefused
    except ModuleNotFoundError:
        stop(Exit.NOT_READY, "service_extra_missing", EXTRA, as_json=False)
    if SYSTEM_ID.fullmatch(name) is None:
        sentence = "A system's name is letters, digits, dots and hyphens, 64 at most."
        stop(Exit.BAD_INPUT, "system_name", sentence, as_json=False)
    try:
        written = keys.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        stop(Exit.BAD_INPUT, "keys_not_readable", f"{keys} cannot be read.", as_json=False)
    client = client_of(name, written, active=not inactive)
    if isinstance(client, KeysRefused):
        stop(Exit.BAD_INPUT, "keys_refused", client.sentence, as_json=False)
    store = store_for(settings)
    if isinstance(store, ServiceRefused):
        stop(Exit.NOT_READY, store.code, store.sentence, as_json=False)
    actor = Actor(ActorKind.STAFF, "command-line")
    keep_system(store, client, actor=actor, now=datetime.now(UTC))
    store.close()
    wide().print(plain(f"{name} {'may call' if client.active else 'may not call'} the service."))


@staff_app.command("second-admin")
def second_admin(
    name: Annotated[str, typer.Argument(help="What the second admin is called.")],
    *,
    data: Annotated[
        Path | None, typer.Option(readable=False, help="The service's data folder.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option(help="What browsers show, such as https://lines.example.")
    ] = None,
) -> None:
    """Admit a second admin, where exactly one can sign in; it is in the log."""
    settings = settings_or_stop(data=data, origin=origin)
    try:
        from lineproof.adapters.file_sealer import FileSealer
        from lineproof.adapters.key_file import KeyRefused, load_or_make
        from lineproof.service_wiring import KEY, ServiceRefused, store_for
        from lineproof.web.api.system_routes import SYSTEM_ID
        from lineproof.web.sign_in.door import Door
        from lineproof.web.sign_in.enrolment import second_admin_link
        from lineproof.web.sign_in.sign_in_refused import SignInRefused
    except ModuleNotFoundError:
        stop(Exit.NOT_READY, "service_extra_missing", EXTRA, as_json=False)
    if SYSTEM_ID.fullmatch(name) is None:
        sentence = "A member's name is letters, digits, dots and hyphens, 64 at most."
        stop(Exit.BAD_INPUT, "staff_name", sentence, as_json=False)
    if not (settings.data / KEY).is_file():
        sentence = f"There is no service in {settings.data}. Name its data folder with --data."
        stop(Exit.BAD_INPUT, "data_missing", sentence, as_json=False)
    store, key = store_for(settings), load_or_make(settings.data / KEY)
    if isinstance(store, ServiceRefused):
        stop(Exit.NOT_READY, store.code, store.sentence, as_json=False)
    if isinstance(key, KeyRefused):
        stop(Exit.NOT_READY, key.code, key.sentence, as_json=False)
    door = Door(
        store=store,
        sealer=FileSealer(key),
        clock=lambda: datetime.now(UTC),
        origin=settings.address,
    )
    link = second_admin_link(door, name)
    store.close()
    if isinstance(link, SignInRefused):
        stop(Exit.BAD_INPUT, link.code, link.sentence, as_json=False)
    wide().print(plain(f"The second admin makes a passkey here: {link}"), soft_wrap=True)
