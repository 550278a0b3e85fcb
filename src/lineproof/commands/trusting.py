"""`lineproof csca`: the country signing CAs that this installation trusts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineproof.commands.answers import Exit, Json, bad_input, stop
from lineproof.commands.console import plain, print_json, wide

app = typer.Typer(
    name="csca",
    help="Country signing CAs: import master lists and certificates, list, remove.",
    no_args_is_help=True,
)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(readable=False, help="Master list, certificate or revocation list.")
    ],
    *,
    root: Annotated[
        Path | None,
        typer.Option(readable=False, help="Certificate that answers for the master list."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Trust the CAs of a master list whose signature holds, or one certificate by name."""
    from lineproof.domain.finding import Unreadable
    from lineproof.reading.csca_store import import_file

    content = _bytes(file, as_json=as_json)
    answers = None if root is None else _bytes(root, as_json=as_json)
    try:
        found = import_file(content, _folder(as_json=as_json), root=answers)
    except OSError as error:
        sentence = f"The certificates could not be written ({error.strerror}); make room or choose "
        stop(
            Exit.NOT_READY,
            "csca_not_written",
            sentence + "another folder with LINEPROOF_HOME.",
            as_json=as_json,
        )
    if isinstance(found, Unreadable):
        bad_input(found, where=file, as_json=as_json)
    if as_json:
        print_json(
            {
                "kind": found.kind,
                "found": found.found,
                "added": found.added,
                "countries": found.countries,
                "root": found.root,
            }
        )
        return
    console = wide()
    if found.kind == "master_list":
        console.print(
            f"A master list of {found.found} certificates of {found.countries} countries; "
            f"{found.added} are new. Its signature holds, under the root {found.root}."
        )
    else:
        console.print(
            "Trusted because you named it, and for no other reason: compare its fingerprint with "
            "its publisher's."
            if found.added
            else "It was here already."
        )


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the certificates that are trusted."""
    from lineproof.reading.csca_store import stored

    found = stored(_folder(as_json=as_json))
    if as_json:
        print_json(
            {
                "certificates": [
                    {
                        "country": each.country,
                        "fingerprint": each.fingerprint,
                        "origin": str(each.origin),
                        "subject": each.subject,
                        "not_before": each.not_before,
                        "not_after": each.not_after,
                    }
                    for each in found
                ]
            }
        )
        return
    console = wide()
    for each in found:
        line = f"{each.country}  {each.not_before} to {each.not_after}  {each.origin:<6}  "
        console.print(plain(f"{line}{each.fingerprint[:16]}  {each.subject}"), soft_wrap=True)
    if not found:
        console.print("Nobody is trusted yet. Bring a master list: lineproof csca import FILE")


@app.command("remove")
def remove(
    fingerprint: Annotated[
        str, typer.Argument(help="The first 16 digits or more of a fingerprint.")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Trust a certificate no longer."""
    from lineproof.reading.csca_store import remove as remove_from

    least = 16
    gone = 0
    if len(fingerprint) >= least:
        gone = remove_from(_folder(as_json=as_json), fingerprint)
    if not gone:
        sentence = f"No certificate's fingerprint begins with {fingerprint}; see csca list."
        stop(Exit.BAD_INPUT, "csca_not_there", sentence, as_json=as_json)
    if as_json:
        print_json({"removed": gone})
    else:
        wide().print(f"{gone} no longer trusted.")


def _bytes(path: Path, *, as_json: bool) -> bytes:
    from lineproof.reading.master_list import MOST_LIST_BYTES

    try:
        if path.stat().st_size > MOST_LIST_BYTES or not path.is_file():
            sentence = f"{path}: This is no file of certificates; name a master list or a .cer."
            stop(Exit.BAD_INPUT, "csca_not_recognised", sentence, as_json=as_json)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a name of a file"
        sentence = f"{path}: It cannot be read ({why}); check the name and its permissions."
        stop(Exit.BAD_INPUT, "csca_not_readable", sentence, as_json=as_json)


def _folder(*, as_json: bool) -> Path:
    from lineproof.wiring import csca_folder

    folder = csca_folder()
    if folder is None:
        sentence = "This system names no home folder. Set LINEPROOF_HOME to one."
        stop(Exit.NOT_READY, "csca_no_home", sentence, as_json=as_json)
    return folder
