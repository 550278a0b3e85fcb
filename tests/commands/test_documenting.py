from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from lineproof.cli import app
from tests.reading import pki
from tests.reading.simulated_chip import SimulatedChip
from tests.samples import document, engine, photograph

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with Utopia's chip, and an installation that trusts nobody yet."""
    monkeypatch.setenv("LINEPROOF_HOME", str(tmp_path / "home"))
    key, issuer = ec.generate_private_key(ec.SECP256R1()), pki.csca()
    folder = tmp_path / "chip"
    folder.mkdir()
    (folder / "EF.DG1.bin").write_bytes(pki.dg1())
    (folder / "EF.SOD.bin").write_bytes(pki.sod({1: pki.dg1()}, key, pki.signer(issuer, key)))
    (tmp_path / "csca.cer").write_bytes(issuer.der)
    return folder


def run(*words: object) -> Result:
    """Run the command line."""
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object) -> dict[str, Any]:
    """Run a command with --json and give its object."""
    found: dict[str, Any] = json.loads(run(*words, "--json").output)
    return found


def test_a_chip_becomes_strong_once_its_ca_is_trusted(chip: Path) -> None:
    """Unmeasured without the CA, proven with it; the facts say where they come from."""
    engine()
    before = answer("read-document", "--chip", chip)
    assert before["chip"]["passive_authentication"] == "unmeasured"
    assert before["chip"]["reasons"] == ["csca_not_known"]
    assert before["strength"] == "none"
    assert answer("csca", "import", chip.parent / "csca.cer")["added"] == 1
    after = answer("read-document", "--chip", chip)
    assert (after["chip"]["passive_authentication"], after["chip"]["issuer"]) == ("proven", "UT")
    assert after["strength"] == "strong"
    assert answer("csca", "list")["certificates"][0]["country"] == "UT"


def test_a_chip_that_answers_is_strongest_and_a_question_holds_once(chip: Path) -> None:
    """Asked, answered by a simulated chip, proven; the secret is gone after it was used."""
    engine()
    asked = SimulatedChip(ec.generate_private_key(ec.BrainpoolP256R1()))
    groups = {1: pki.dg1(), 14: asked.dg14()}
    key, issuer = ec.generate_private_key(ec.SECP256R1()), pki.csca()
    (chip / "EF.DG14.bin").write_bytes(groups[14])
    (chip / "EF.SOD.bin").write_bytes(pki.sod(groups, key, pki.signer(issuer, key)))
    (chip.parent / "csca.cer").write_bytes(issuer.der)
    run("csca", "import", chip.parent / "csca.cer")
    secret = chip.parent / "secret"
    question = json.loads(run("read-document", "--chip", chip, "--ca-ask", secret).output)
    assert secret.stat().st_mode & 0o077 == 0
    opening = [bytes.fromhex(command) for command in question["opening"]]
    response = asked.answer(opening, bytes.fromhex(question["protected"]))
    (chip / "CA.bin").write_bytes(response)
    found = answer("read-document", "--chip", chip, "--ca-key", secret)
    assert (found["chip"]["chip_authentication"], found["strength"]) == ("proven", "strongest")
    assert not secret.exists()
    again = answer("read-document", "--chip", chip, "--ca-key", secret)
    assert again["error"]["code"] == "usage_ca_key"
    run("read-document", "--chip", chip, "--ca-ask", secret)
    replayed = answer("read-document", "--chip", chip, "--ca-key", secret)
    assert (replayed["chip"]["chip_authentication"], replayed["strength"]) == ("failed", "none")


def test_a_question_s_secret_is_not_written_over(chip: Path) -> None:
    """A file that is there stays as it is; a chip without a key in DG14 is not asked."""
    asked = SimulatedChip(ec.generate_private_key(ec.SECP256R1()))
    secret = chip.parent / "secret"
    words = ("read-document", "--chip", chip, "--ca-ask", secret)
    assert answer(*words)["error"]["code"] == "chip_not_asked"
    (chip / "EF.DG14.bin").write_bytes(asked.dg14())
    secret.write_bytes(b"another's")
    assert answer(*words)["error"]["code"] == "output_not_written"
    assert secret.read_bytes() == b"another's"


def test_a_changed_chip_goes_to_a_person(chip: Path) -> None:
    """Another person's DG1 fails with its reason, and the exit code says refer."""
    engine()
    run("csca", "import", chip.parent / "csca.cer")
    (chip / "EF.DG1.bin").write_bytes(pki.dg1(pki.ZONE.replace("ANNA", "OLGA")))
    result = run("read-document", "--chip", chip, "--json")
    found = json.loads(result.output)
    assert found["chip"]["passive_authentication"] == "failed"
    assert "chip_failed.group_hash_wrong" in found["reasons"]
    assert (found["strength"], result.exit_code) == ("none", 11)


def test_one_json_of_base64_is_a_chip_as_well(chip: Path) -> None:
    """What an app exports as one file is read by the same names."""
    engine()
    run("csca", "import", chip.parent / "csca.cer")
    told = {path.name: base64.b64encode(path.read_bytes()).decode() for path in chip.iterdir()}
    exported = chip.parent / "chip.json"
    exported.write_text(json.dumps(told))
    assert answer("read-document", "--chip", exported)["strength"] == "strong"


def test_a_page_is_read_for_people_and_for_programs(tmp_path: Path) -> None:
    """The stable names are there, and the words say that a photograph is weak."""
    engine()
    page = tmp_path / "page.jpg"
    page.write_bytes(document())
    found = answer("read-document", page, "--out", tmp_path / "overlay.png")
    assert {"mrz", "chip", "strength", "portrait", "reasons"} <= set(found)
    assert {"lines", "checks", "fields"} <= set(found["mrz"])
    assert found["portrait"] == {"found": True, "source": "page"}
    assert found["mrz"]["fields"]["document_number"] == "L898902C3"
    assert (tmp_path / "overlay.png").read_bytes().startswith(b"\x89PNG")
    words = run("read-document", page).output
    assert "Weak" in words
    assert "L898902C3" in words


@pytest.mark.parametrize(
    ("options", "exit_code", "reason"),
    [
        (["--on", "2033-01-01"], 12, "document_expired"),
        (["--least-age", "60"], 12, "under_age"),
        (["--least-strength", "strong"], 11, "document_too_weak.strong"),
    ],
)
def test_rules_are_options(tmp_path: Path, options: list[str], exit_code: int, reason: str) -> None:
    """A rule that the document does not meet is a reason and an exit code."""
    engine()
    page = tmp_path / "page.jpg"
    page.write_bytes(document())
    result = run("read-document", page, "--json", "--on", "2026-11-24", *options)
    assert reason in json.loads(result.output)["reasons"]
    assert result.exit_code == exit_code


def test_a_page_beside_the_chip_of_another_document_goes_to_a_person(chip: Path) -> None:
    """The chip is genuine and the page well printed: what they tell differently is named."""
    engine()
    page = chip.parent / "page.jpg"
    page.write_bytes(document())
    run("csca", "import", chip.parent / "csca.cer")
    result = run("read-document", page, "--chip", chip, "--json", "--on", "2026-11-24")
    found = json.loads(result.output)
    assert (found["chip"]["passive_authentication"], found["strength"]) == ("proven", "none")
    assert "document_disagrees.surname" in found["reasons"]
    assert result.exit_code == 11


def test_an_expired_document_opens_no_line(tmp_path: Path) -> None:
    """The right person with an expired document is refused, and told why."""
    engine()
    page, live = tmp_path / "page.jpg", tmp_path / "live.jpg"
    page.write_bytes(document())
    live.write_bytes(photograph("obama2.jpg"))
    words = ["verify", "--document", page, "--live", live, "--json", "--on", "2033-01-01"]
    result = run(*words)
    found = json.loads(result.output)
    assert (found["outcome"], found["reasons"]) == ("refuse", ["document_expired"])
    assert result.exit_code == 12


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["read-document"], "usage_document"),
        (["read-document", "--chip", "nowhere"], "chip_missing"),
        (["read-document", "--chip", ".", "--on", "yesterday"], "usage_day"),
        (["read-document", "--chip", ".", "--least-strength", "iron"], "usage_strength"),
        (["read-document", "--chip", ".", "--challenge", "12"], "usage_challenge"),
        (["csca", "import", "nowhere"], "csca_not_readable"),
        (["csca", "remove", "00"], "csca_not_there"),
    ],
)
def test_every_mistake_gets_a_code(
    words: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is off has one stable code and a sentence, whoever asks."""
    monkeypatch.setenv("LINEPROOF_HOME", str(tmp_path))
    found = answer(*words)["error"]
    assert found["code"] == code
    assert str(found["sentence"]).endswith(".")
