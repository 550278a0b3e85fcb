from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from lineproof.domain.case import Kind, Route
from lineproof.domain.document import Strength
from lineproof.domain.profile import MOST_HELD, Consequence, Profile, Record
from lineproof.profiles.read_profile import (
    CARRIED,
    ProfileRefused,
    profile_names,
    read_profile,
    read_profile_file,
)

TRIALS = ("default", "photographs")
REGIMES = [name for name in profile_names() if name not in TRIALS]


def profile(name: str) -> Profile:
    """Give a profile that comes with Lineproof."""
    found = read_profile(name)
    assert isinstance(found, Profile), found
    return found


def changed(tmp_path: Path, old: str, new: str, *, name: str = "cn") -> ProfileRefused:
    """Give the refusal of a carried profile in which ``old`` was replaced."""
    text = (CARRIED / f"{name}.toml").read_text("utf-8")
    assert old in text
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = read_profile(file)
    assert isinstance(found, ProfileRefused), found
    return found


def test_the_regimes_are_there() -> None:
    """Seven regimes, and one for trying."""
    assert profile_names() == ("cn", "default", "eu", "jp", "kr", "mx", "ng", "photographs", "th")


@pytest.mark.parametrize("name", profile_names())
def test_no_profile_breaks_a_promise(name: str) -> None:
    """24 hours at most, another way always, and every value has a source."""
    found, file = profile(name), read_profile_file(name)
    assert found.retention[Record.HELD] <= MOST_HELD
    assert {Route.IN_PERSON, Route.CHIP} >= found.alternatives > set()
    assert not isinstance(file, ProfileRefused)
    assert list(found.sources) == [key for key, _, _ in file.rows()]
    assert all(found.sources.values())


@pytest.mark.parametrize("name", REGIMES)
def test_every_regime_asks_for_liveness(name: str) -> None:
    """Rates of simulated captures approve nobody under a regime; only photographs do without."""
    for policy in profile(name).policies.values():
        assert policy.liveness_required
        assert policy.liveness_on_people
    tried = profile("default").policies.values()
    assert all(policy.liveness_required and not policy.liveness_on_people for policy in tried)
    shown = profile("photographs").policies.values()
    assert not any(policy.liveness_required for policy in shown)
    assert profile(name).name == f"{name}@1"
    assert profile("default").name == "evaluation@2"


@pytest.mark.parametrize("name", REGIMES)
def test_a_value_says_whose_it_is(name: str) -> None:
    """Each source is either Lineproof's own word or admits that it is no primary text."""
    honest = ("Lineproof's own", "not the primary text", "Nothing is held")
    dishonest = [
        k for k, told in profile(name).sources.items() if not any(h in told for h in honest)
    ]
    assert dishonest == []


def test_china_as_its_rules_are_told() -> None:
    """Five lines, no transfer, a re-check in 24 hours and then suspension."""
    cn = profile("cn")
    assert cn.lines_per_person == 5
    assert not cn.transfer_allowed
    assert cn.recheck_deadline == timedelta(hours=24)
    assert cn.recheck_consequence is Consequence.SUSPEND
    assert cn.guardian_below == 14


def test_mexico_keeps_nothing_of_document_or_face() -> None:
    """Neither for a reviewer nor as a template."""
    mx = profile("mx")
    assert (mx.held_for_review, mx.template_allowed, mx.lines_per_person) == (False, False, 10)
    assert mx.retention[Record.HELD] == timedelta(0)


def test_japan_takes_no_photograph_for_a_document() -> None:
    """Every kind asks for the chip, which is strong."""
    assert {p.document.least_strength for p in profile("jp").policies.values()} == {Strength.STRONG}


def test_one_kind_may_differ() -> None:
    """A lock's release asks for more than the rest, and is otherwise as the rest."""
    policies = profile("eu").policies
    assert policies[Kind.LOCK_RELEASE].document.least_strength is Strength.STRONG
    assert policies[Kind.NEW_LINE].document.least_strength is Strength.WEAK
    assert policies[Kind.LOCK_RELEASE].max_fmr == policies[Kind.NEW_LINE].max_fmr


def test_the_limits_of_the_others() -> None:
    """As docs/profiles.md tells them; Thailand asks again above five and forbids nothing."""
    assert (profile("ng").lines_per_person, profile("th").lines_per_person) == (4, None)
    assert profile("th").recheck_consequence is Consequence.BAR_OUTGOING


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[lines_per_person]", "[lines_per_persons]", "lines_per_person:"),
        ("[cool_off]", "[cool_of]", "cool_off:"),
        ("value = 5\n", "value = true\n", "lines_per_person.value: a whole number"),
        ("value = 5\n", 'value = "five"\n', "lines_per_person.value: a whole number"),
        ("value = 5\n", "value = 5\nvaleu = 6\n", "lines_per_person.valeu: this key is not known"),
        ("value = 5\n", "value = 0\n", "lines_per_person is 1 or more"),
        ("value = 14\n", "value = 14.0\n", "guardian_below.value"),
        ("value = 14\n", "value = -1\n", "guardian_below.value"),
        ('value = "3 days"', 'value = "3 weeks"', "case_life.value: a wait is needed"),
        ('value = "3 days"', "value = 3", "case_life.value: a wait is needed"),
        ('value = "3 days"', 'value = "9999999 days"', "a wait is between nothing and a year"),
        ("value = 1e-4", "value = nan", "max_fmr is a rate"),
        ("value = 1e-4", 'value = "1e-4"', "every_kind.max_fmr.value"),
        ("value = 1e-4", "value = 0.5", "max_fmr is a rate"),
        ('value = "weak"', 'value = "mild"', "every_kind.least_strength.value: one of none, weak"),
        ('value = ["P"', 'value = ["p"', "every_kind.accepted_types.value: document codes"),
        ('value = "suspend"', 'value = "fine"', "recheck_consequence.value: one of none,"),
        ('["chip", "in_person"]', "[]", "alternatives names at least one way"),
        ('["chip", "in_person"]', '["face"]', "the face is none of them"),
        ('["chip", "in_person"]', '"chip"', "alternatives.value: a list of"),
        ("[kind.lock_release.", "[kind.lock_relase.", "kind.lock_relase: this key is not known"),
        ("version = 1", "version = 0", "version"),
        ('name = "cn"', 'name = "C N"', "name"),
        ('name = "cn"', "", "name: this key is missing"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    """The sentence says which file and which key, and what is asked for."""
    refused = changed(tmp_path, old, new)
    assert refused.code == "profile_invalid"
    assert key in refused.sentence
    assert "mine.toml" in refused.sentence


def test_no_value_without_a_source(tmp_path: Path) -> None:
    """A source that is missing, empty or hides a control character is refused."""
    old = "source = \"Lineproof's own default; the regime's text gives none\""
    for new in ("", 'source = " "', 'source = "a\\u001b[2Jb"', "source = 3"):
        assert "attempts_per_person.source" in changed(tmp_path, old, new).sentence


def test_held_longer_than_a_day_is_refused(tmp_path: Path) -> None:
    """Promise 2 is above every profile."""
    refused = changed(
        tmp_path,
        'value = "24 hours"\nsource = """\\\n    Lineproof\'s own default; '
        "the regime's text gives none. Lineproof's promise",
        'value = "25 hours"\nsource = """\\\n    x',
        name="eu",
    )
    assert "deleted within 24 hours" in refused.sentence


def test_attempts_are_kept_as_long_as_they_count(tmp_path: Path) -> None:
    """A record that goes before the window ends would let a person start counting anew."""
    refused = changed(tmp_path, 'value = "30 days"', 'value = "31 days"')
    assert "retention.attempt" in refused.sentence


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"name = ", "not TOML"),
        (b"", "name: this key is missing"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"#" * 300_000, "larger than 256 KiB"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """Whatever the bytes, a sentence and no traceback."""
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    found = read_profile(file)
    assert isinstance(found, ProfileRefused)
    assert found.code == "profile_invalid"
    assert why in found.sentence


def test_a_name_that_nobody_has(tmp_path: Path) -> None:
    """A name finds only what comes with Lineproof; a path finds a file or says that it does not."""
    for name, code in (
        ("xx", "profile_missing"),
        (str(tmp_path / "none.toml"), "profile_missing"),
        (str(tmp_path), "profile_not_readable"),
        ("a\0b", "profile_not_readable"),
        ("../profiles/cn", "profile_missing"),
    ):
        found = read_profile(name)
        assert isinstance(found, ProfileRefused)
        assert found.code == code, name
