"""The command line: parse, call, print.

Heavy modules are imported inside the commands that need them, so that `--help` is quick and a
verification loads nothing that it does not use.
"""

from __future__ import annotations

import os
import sys

import typer

from lineproof.commands import benching, calibrating, demonstrating, evaluating, packing, verifying
from lineproof.commands.answers import Exit, Json
from lineproof.commands.console import print_error, print_json, wide

app = typer.Typer(
    name="lineproof",
    help="Prove, one to one, that the person who is there is the person named.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("verify")(verifying.verify)
app.command("inspect")(verifying.inspect)
app.add_typer(packing.app, name="packs")
app.command("evaluate")(evaluating.evaluate)
app.command("calibrate")(calibrating.calibrate)
app.command("bench")(benching.bench)
app.command("demo")(demonstrating.demo)


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
    as_json = "--json" in sys.argv
    try:
        app()
    except KeyboardInterrupt:
        print_error("interrupted", "Stopped. Nothing was left half-done.", as_json=as_json)
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`| head`): not our fault and not theirs.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - until exit
        sys.exit(Exit.APPROVE)
    except MemoryError:
        sentence = "There is not enough memory. Close other programs or use a smaller picture."
        print_error("out_of_memory", sentence, as_json=as_json)
        sys.exit(Exit.NOT_READY)
    except Exception as error:
        if os.environ.get("LINEPROOF_DEBUG"):
            raise
        sentence = (
            f"Lineproof met a fault of its own ({type(error).__name__}). Please report it; "
            "LINEPROOF_DEBUG=1 shows where."
        )
        print_error("internal_fault", sentence, as_json=as_json)
        sys.exit(Exit.FAULT)
