"""`lineproof audit`: whether the log holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lineproof.commands.answers import Exit, Json, stop
from lineproof.commands.console import plain, print_json, wide
from lineproof.commands.keeping import Data, Database, not_ready, store_or_stop

if TYPE_CHECKING:
    from lineproof.adapters.sql.audited import Audited
    from lineproof.domain.audit import Broken

app = typer.Typer(name="audit", help="The log of every deed.", no_args_is_help=True)

WHY = {
    "changed": "is not what was written",
    "gap": "is not there",
    "unlinked": "does not follow the one before",
    "not_as_noted": "is not the one that was noted",
}


@app.command("verify")
def verify(
    *,
    data: Data = None,
    database: Database = None,
    noted: Annotated[
        str | None,
        typer.Option(help="NUMBER:HASH, as an earlier run printed it and you kept it elsewhere."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk the whole log; name the first entry that was changed, left out or cut off."""
    number, digest = _noted(noted, as_json=as_json)
    store = store_or_stop(data, database, as_json=as_json)
    from lineproof.adapters.sql.audited import audit
    from lineproof.domain.audit import Broken

    try:
        if not store.ready():
            not_ready(as_json=as_json)
        found = audit(store, noted=(number, digest))
    finally:
        store.close()
    if isinstance(found, Broken):
        _broken(found, as_json=as_json)
    else:
        _holds(found, as_json=as_json)


def _noted(noted: str | None, *, as_json: bool) -> tuple[int, str]:
    """Read NUMBER:HASH; where none is given, give the log's beginning, which every log has."""
    from lineproof.domain.audit import BEGINNING

    number, _, digest = (noted or f"0:{BEGINNING}").partition(":")
    if not number.isdecimal() or len(digest) != len(BEGINNING):
        sentence = "--noted is NUMBER:HASH, as `lineproof audit verify` printed it."
        stop(Exit.USAGE, "usage_noted", sentence, as_json=as_json)
    return int(number), digest


def _holds(found: Audited, *, as_json: bool) -> None:
    if as_json:
        print_json({"holds": True, "entries": found.entries, "head": found.head, "broken": None})
        return
    console = wide()
    console.print(plain(f"The log holds: {found.entries} entries."))
    console.print(plain(f"Note elsewhere: {found.entries}:{found.head}"), soft_wrap=True)


def _broken(found: Broken, *, as_json: bool) -> None:
    if as_json:
        broken = {"entry": found.number, "why": found.why}
        print_json({"holds": False, "entries": None, "head": None, "broken": broken})
    else:
        sentence = f"The log does not hold: entry {found.number} {WHY[found.why]} ({found.why})."
        wide().print(plain(sentence))
    raise typer.Exit(Exit.LOG_BROKEN)
