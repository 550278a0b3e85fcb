"""Reads a profile by its name or from a file, and says in one sentence what is wrong with it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import ValidationError

from lineproof.domain.case import Kind
from lineproof.domain.policy import DOCUMENT_QUALITY, LIVE_QUALITY, Policy
from lineproof.domain.profile import Profile, Record
from lineproof.domain.validity import DocumentRules
from lineproof.profiles.profile_file import NAME_PATTERN, ProfileFile

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_BYTES = 256 * 1024

CARRIED = Path(__file__).parent
"""Where the profiles are that come with Lineproof."""

ProfileCode: TypeAlias = Literal["profile_missing", "profile_not_readable", "profile_invalid"]


@dataclass(frozen=True, slots=True)
class ProfileRefused:
    """A profile was refused: ``code`` for programs, ``sentence`` for people."""

    code: ProfileCode
    sentence: str


def profile_names() -> tuple[str, ...]:
    """Name the profiles that come with Lineproof, in order."""
    return tuple(sorted(path.stem for path in CARRIED.glob("*.toml")))


def read_profile(name_or_path: str | Path) -> Profile | ProfileRefused:
    """Read a profile that comes with Lineproof by its name (``cn``), or any by its file's path."""
    found = read_profile_file(name_or_path)
    if isinstance(found, ProfileRefused):
        return found
    try:
        return _profile(found)
    except ValueError as error:
        # A promise of the design, or a policy that could approve what nobody measured.
        return _invalid(str(name_or_path), str(error))


def read_profile_file(name_or_path: str | Path) -> ProfileFile | ProfileRefused:
    """Read a profile's file as it stands, with the source of each value, its promises unchecked."""
    raw = _bytes(name_or_path)
    if isinstance(raw, ProfileRefused):
        return raw
    where = str(name_or_path)
    try:
        return ProfileFile.model_validate(tomllib.loads(raw.decode("utf-8")))
    except UnicodeDecodeError:
        return _invalid(where, "it is not UTF-8 text")
    except RecursionError:
        return _invalid(where, "it is nested too deeply")
    except tomllib.TOMLDecodeError as error:
        return _invalid(where, f"it is not TOML: {error}")
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        return _invalid(where, _said(details[0]) + more)


def _bytes(name_or_path: str | Path) -> bytes | ProfileRefused:
    """Read the file that is meant: a plain name is a profile of ours, all else is a path."""
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and re.fullmatch(NAME_PATTERN, name_or_path):
        if name_or_path not in profile_names():
            known = ", ".join(profile_names())
            sentence = f"There is no profile {name_or_path}; these come with Lineproof: {known}."
            return ProfileRefused("profile_missing", sentence)
        path = CARRIED / f"{name_or_path}.toml"
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ProfileRefused("profile_missing", f"There is no file {name_or_path}.")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a name of a file"
        return ProfileRefused("profile_not_readable", f"{name_or_path} cannot be read ({why}).")
    if len(raw) > MOST_BYTES:
        return _invalid(str(name_or_path), f"it is larger than {MOST_BYTES // 1024} KiB")
    return raw


def _said(detail: ErrorDetails) -> str:
    """Say what is wrong with one key."""
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{key}: this key is not known"
    if detail["type"] == "missing":
        return f"{key}: this key is missing, and nothing is assumed for it"
    what = detail["msg"].removeprefix("Value error, ")
    return f"{key}: {what[:1].lower()}{what[1:]}"


def _invalid(where: str, what: str) -> ProfileRefused:
    shown = "".join(c if c.isprintable() else " " for c in what)[:400]
    sentence = f"{where} is not a valid profile: {shown}. docs/profiles.md lists every key."
    return ProfileRefused("profile_invalid", sentence)


def _profile(file: ProfileFile) -> Profile:
    """Make the domain's profile; ValueError where it breaks a promise."""
    retention = {record: getattr(file.retention, record.value).value for record in Record}
    if retention[Record.ATTEMPT] < file.attempts_window.value:
        raise ValueError("retention.attempt: attempts_window cannot be counted beyond it")
    return Profile(
        name=f"{file.name}@{file.version}",
        sources={key: source for key, _, source in file.rows()},
        lines_per_person=file.lines_per_person.value,
        transfer_allowed=file.transfer_allowed.value,
        policies={kind: _policy(file, kind) for kind in Kind},
        attempts_per_person=file.attempts_per_person.value,
        attempts_window=file.attempts_window.value,
        delay_after_failure=file.delay_after_failure.value,
        case_life=file.case_life.value,
        recheck_deadline=file.recheck_deadline.value,
        recheck_consequence=file.recheck_consequence.value,
        cool_off=file.cool_off.value,
        hold_before_activation=file.hold_before_activation.value,
        objection_window=file.objection_window.value,
        sms_hold=file.sms_hold.value,
        notices=file.notices.value,
        alternatives=file.alternatives.value,
        guardian_below=file.guardian_below.value,
        held_for_review=file.held_for_review.value,
        template_allowed=file.template_allowed.value,
        retention=retention,
    )


def _policy(file: ProfileFile, kind: Kind) -> Policy:
    """Make the policy of one kind: its own rules, and for the rest those of every kind.

    What quality a picture must have is no regime's matter: the minima are the measured ones.
    """
    rules, own = file.every_kind, file.kind.of(kind)
    return Policy(
        max_fmr=(own.max_fmr or rules.max_fmr).value,
        attempts=(own.attempts or rules.attempts).value,
        document=DocumentRules(
            least_strength=(own.least_strength or rules.least_strength).value,
            accepted_types=(own.accepted_types or rules.accepted_types).value,
            least_age=(own.least_age or rules.least_age).value,
            validity_required=(own.validity_required or rules.validity_required).value,
        ),
        required_of_document=DOCUMENT_QUALITY,
        required_of_live=LIVE_QUALITY,
        liveness_required=(own.liveness_required or rules.liveness_required).value,
        max_apcer=(own.max_apcer or rules.max_apcer).value,
        max_bpcer=(own.max_bpcer or rules.max_bpcer).value,
        liveness_on_people=(own.liveness_on_people or rules.liveness_on_people).value,
        assisted_accepted=(own.assisted_accepted or rules.assisted_accepted).value,
    )
