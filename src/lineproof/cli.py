"""The command line: parse, call, print.

Heavy modules are imported inside the commands that need them, so that `--help` is quick and a
verification loads nothing that it does not use.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import cast

import typer

from lineproof.commands import (
    admitting,
    auditing,
    benching,
    calibrating,
    demonstrating,
    documenting,
    evaluating,
    keeping,
    packing,
    profiling,
    serving,
    trusting,
    verifying,
)
from lineproof.commands.answers import Exit, Json
from lineproof.commands.console import any_stream, print_error, print_json, wide

DUMB = os.environ.get("TERM") == "dumb"
"""No frames round help and errors: the terminal, or the screen reader behind it, asks for none."""

app = typer.Typer(
    rich_markup_mode=None if DUMB else "rich",
    name="lineproof",
    help="Prove, one to one, that the person who is there is the person named.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("verify")(verifying.verify)
app.command("read-document")(documenting.read_document)
app.command("inspect")(verifying.inspect)
app.add_typer(packing.app, name="packs")
app.add_typer(trusting.app, name="csca")
app.add_typer(profiling.app, name="profiles")
app.command("serve")(serving.serve)
app.add_typer(admitting.app, name="systems")
app.add_typer(admitting.staff_app, name="staff")
app.add_typer(keeping.app, name="data")
app.add_typer(auditing.app, name="audit")
app.command("evaluate")(evaluating.evaluate)
app.command("calibrate")(calibrating.calibrate)
app.command("bench")(benching.bench)
app.command("demo")(demonstrating.demo)

USAGE = cast("type[Exception]", typer.BadParameter.__bases__[0])
"""What typer raises for the words of a command; it gives this class no public name."""


@app.command("version")
def version(*, as_json: Json = False) -> None:
    """Show the versions that stand in every result."""
    from importlib.metadata import version as version_of

    from lineproof.adapters.local_engine import PIPELINE
    from lineproof.packs.runtime import runtime_version

    found = {
        "lineproof": version_of("lineproof"),
        "pipeline": PIPELINE,
        "runtime": runtime_version(),
        "python": sys.version.split()[0],
    }
    if as_json:
        print_json(found)
    else:
        wide().print("\n".join(f"{name:<10} {value}" for name, value in found.items()))


def main() -> None:
    """Run the command line; whatever happens, a person reads a sentence and not a traceback."""
    any_stream()
    sys.exit(_delivered(_run(as_json="--json" in sys.argv)))


def _run(*, as_json: bool) -> int:
    """Run a command and give its exit code; nothing but a debugged fault leaves as an exception."""
    try:
        code = int(app(standalone_mode=False) or 0)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else Exit.FAULT
    except USAGE as error:
        return _usage(error, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        code = Exit.INTERRUPTED
    except MemoryError:
        sentence = "There is not enough memory. Close other programs or use a smaller picture."
        return _end(Exit.NOT_READY, "out_of_memory", sentence, as_json=as_json)
    except Exception as error:
        if os.environ.get("LINEPROOF_DEBUG"):
            raise
        return _fault(error, as_json=as_json)
    if code == Exit.INTERRUPTED:
        sentence = "Stopped. Nothing was left half-done."
        return _end(Exit.INTERRUPTED, "interrupted", sentence, as_json=as_json)
    return code


def _usage(error: Exception, *, as_json: bool) -> int:
    """Say what is wrong with the words of a command: in typer's frame, or as JSON."""
    if as_json:
        told = error.format_message()  # type: ignore[attr-defined]
        sentence = f"{told.rstrip('.')}. --help after the command lists its options."
        return _end(Exit.USAGE, "usage", sentence, as_json=True)
    with suppress(OSError):
        if DUMB:
            error.show()  # type: ignore[attr-defined]
        else:
            from typer.rich_utils import rich_format_error

            rich_format_error(error)  # type: ignore[arg-type]
    return Exit.USAGE


def _fault(error: Exception, *, as_json: bool) -> int:
    """Say that it is our fault, unless it is the disk that the answer was sent to."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        return _not_written(error)
    sentence = (
        f"Lineproof met a fault of its own ({type(error).__name__}). Please report it; "
        "LINEPROOF_DEBUG=1 shows where."
    )
    return _end(Exit.FAULT, "internal_fault", sentence, as_json=as_json)


def _end(code: Exit, name: str, sentence: str, *, as_json: bool) -> int:
    """Say why it ends; where even that cannot be written, the exit code alone says it."""
    with suppress(OSError):
        print_error(name, sentence, as_json=as_json)
    return code


def _delivered(code: int) -> int:
    """Hand over what was printed, and give the exit code.

    A reader that went away (`| head`) is no fault: the exit code still says the outcome.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        return _not_written(error)
    return code


def _not_written(error: OSError) -> int:
    _drop_output()
    sentence = f"The answer could not be written ({error.strerror}): send it somewhere else."
    return _end(Exit.BAD_INPUT, "output_not_written", sentence, as_json=False)


def _drop_output() -> None:
    # Python flushes once more as it ends; what is lost must not fail a second time.
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until exit
