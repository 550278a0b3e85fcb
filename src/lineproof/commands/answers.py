"""How every command ends: its exit code, and what it says when it cannot go on."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from lineproof.commands.console import print_error
from lineproof.domain.policy import Outcome

if TYPE_CHECKING:
    from lineproof.domain.finding import Unreadable
    from lineproof.packs.refusal import PackRefused


class Exit(IntEnum):
    """Exit codes; stable for callers, listed in docs/cli.md."""

    APPROVE = 0
    RETRY = 10
    REFER = 11
    REFUSE = 12
    FAULT = 1
    """A fault of Lineproof itself: please report it."""
    USAGE = 2
    BAD_INPUT = 3
    NOT_READY = 4
    """A pack, a tool or an extra is missing, or a pack does not pass its checks."""
    LOG_BROKEN = 13
    """The log was changed behind the program's back."""
    INTERRUPTED = 130


EXIT_OF = {
    Outcome.APPROVE: Exit.APPROVE,
    Outcome.RETRY: Exit.RETRY,
    Outcome.REFER: Exit.REFER,
    Outcome.REFUSE: Exit.REFUSE,
}

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def stop(exit_code: Exit, code: str, sentence: str, *, as_json: bool) -> NoReturn:
    """Say what is wrong and what to do, and end with this exit code."""
    print_error(code, sentence, as_json=as_json)
    raise typer.Exit(exit_code)


def bad_input(why: Unreadable, *, where: object, as_json: bool) -> NoReturn:
    """End because a file that was given cannot be used."""
    stop(Exit.BAD_INPUT, why.code, f"{where}: {why.sentence}", as_json=as_json)


def not_ready(why: PackRefused, *, as_json: bool) -> NoReturn:
    """End because a pack is missing or was refused."""
    stop(Exit.NOT_READY, why.code, why.sentence, as_json=as_json)
