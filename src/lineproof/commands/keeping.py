"""`lineproof data`: bring the tables to this version, back them up, put a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from lineproof.commands.answers import Exit, Json, stop
from lineproof.commands.console import plain, print_json, wide
from lineproof.commands.serving import EXTRA, settings_or_stop

if TYPE_CHECKING:
    from lineproof.adapters.sql.backups import BackupRefused
    from lineproof.adapters.sql.sql_store import SqlStore

app = typer.Typer(
    name="data",
    help="What the service keeps: upgrade its tables, back it up, restore it.",
    no_args_is_help=True,
)

Data = Annotated[
    Path | None, typer.Option("--data", readable=False, help="The service's data folder.")
]
Database = Annotated[
    str | None,
    typer.Option("--database", help="URL of a PostgreSQL database, in the place of --data."),
]


@app.command("upgrade")
def upgrade(*, data: Data = None, database: Database = None, as_json: Json = False) -> None:
    """Bring the tables to this version; `serve` does it too. Make a backup first."""
    store = store_or_stop(data, database, as_json=as_json)
    from lineproof.adapters.sql.schema_version import newest
    from lineproof.storage import StoreDown

    try:
        store.upgrade()
    except StoreDown:
        not_ready(as_json=as_json)
    finally:
        store.close()
    if as_json:
        print_json({"version": newest()})
    else:
        wide().print(plain(f"The tables are of version {newest()}."))


@app.command("backup")
def backup(
    to: Annotated[Path, typer.Argument(readable=False, help="The file to make.")],
    *,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Back up the SQLite database of a data folder; the service may run meanwhile.

    The keys are not in it: keep a copy of them elsewhere (docs/storage.md).
    """
    store = store_or_stop(data, None, as_json=as_json)
    from lineproof.adapters.sql.backups import back_up

    try:
        if not store.ready():
            not_ready(as_json=as_json)
        entries = _or_stop(back_up(store, to), as_json=as_json)
    finally:
        store.close()
    if as_json:
        print_json({"backup": str(to), "entries": entries})
    else:
        wide().print(
            plain(f"{to}: the log's {entries} entries hold. The keys are not in it."),
            soft_wrap=True,
        )


@app.command("restore")
def restore(
    backup_file: Annotated[Path, typer.Argument(readable=False, help="A backup.")],
    *,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Put a backup into a data folder that has no database; it is checked before."""
    settings = settings_or_stop(data=data)
    from lineproof.adapters.sql import backups
    from lineproof.service_wiring import DATABASE

    file = settings.data / DATABASE
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sentence = f"The data folder {settings.data} cannot be made: {error.strerror}."
        stop(Exit.NOT_READY, "data_not_written", sentence, as_json=as_json)
    entries = _or_stop(backups.restore(backup_file, file), as_json=as_json)
    if as_json:
        print_json({"database": str(file), "entries": entries})
    else:
        wide().print(plain(f"{file}: the log's {entries} entries hold."), soft_wrap=True)


def store_or_stop(data: Path | None, database: str | None, *, as_json: bool) -> SqlStore:
    """Open the database of the settings as it is, or end because there is none."""
    settings = settings_or_stop(data=data, database=database)
    try:
        from lineproof.adapters.sql.engines import sqlite_url
        from lineproof.adapters.sql.sql_store import SqlStore
        from lineproof.service_wiring import DATABASE
    except ModuleNotFoundError:
        stop(Exit.NOT_READY, "service_extra_missing", EXTRA, as_json=as_json)
    file = settings.data / DATABASE
    if not settings.database and not file.is_file():
        sentence = f"There is no database at {file}. Name the service's data folder with --data."
        stop(Exit.BAD_INPUT, "database_missing", sentence, as_json=as_json)
    try:
        return SqlStore(settings.database or sqlite_url(file), connections=2)
    except Exception as error:  # noqa: BLE001 - whatever SQLAlchemy finds wrong with a URL
        sentence = f"The setting database is no such URL: {type(error).__name__}."
        stop(Exit.USAGE, "database_url", sentence, as_json=as_json)


def not_ready(*, as_json: bool) -> NoReturn:
    """End because the database does not answer, or its tables are of another version."""
    sentence = (
        "The database does not answer, or its tables are not of this version: start it, look "
        "whether its address is right, or run `lineproof data upgrade`."
    )
    stop(Exit.NOT_READY, "store_not_ready", sentence, as_json=as_json)


def _or_stop(found: int | BackupRefused, *, as_json: bool) -> int:
    if not isinstance(found, int):
        broken = found.code == "backup_log_broken"
        code = Exit.LOG_BROKEN if broken else Exit.BAD_INPUT
        stop(code, found.code, found.sentence, as_json=as_json)
    return found
