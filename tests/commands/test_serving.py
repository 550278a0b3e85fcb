from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from joserfc.jwk import KeySet, OKPKey
from typer.testing import CliRunner

from lineproof.cli import app
from lineproof.client import OperatorClient, Refusal, SimAnswer, SubscriberClient
from lineproof.commands.answers import Exit
from tests.samples import engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNNER = CliRunner()
MAIN = [sys.executable, "-c", "from lineproof.cli import main; main()"]
SIM = SimAnswer(iccid="8949000000000000001", imsi="001010000000001")
LONG = 60.0


@contextmanager
def served(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `lineproof serve`, and give its process and address once it listens."""
    words = ["serve", "--data", str(data), "--port", "0"]
    log = data.with_suffix(".log").open("a", encoding="utf-8")
    process = subprocess.Popen([*MAIN, *words], stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://localhost:\d+", said)
        assert found, said
        yield process, found[0]
    finally:
        process.kill()
        process.wait(LONG)
        log.close()
        if process.stdout is not None:
            process.stdout.close()


def put(data: Path, *words: str) -> tuple[int, str]:
    """Run `lineproof systems put`; give the exit code and what was said."""
    done = RUNNER.invoke(app, ["systems", "put", *words, "--data", str(data)])
    return done.exit_code, done.output


def test_a_service_is_killed_and_goes_on(tmp_path: Path) -> None:
    """What was acknowledged before a kill is there after it, and a repeated request is one case."""
    engine()
    key = OKPKey.generate_key("Ed25519", {"kid": "k-1"})
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(KeySet([key]).as_dict(private=False)), "utf-8")
    data = tmp_path / "data"
    assert put(data, "operator-1", "--keys", str(keys))[0] == 0
    opened, codes = [], []
    for ending in (signal.SIGKILL, signal.SIGTERM):
        with (
            served(data) as (process, address),
            httpx.Client(base_url=address, timeout=LONG, trust_env=False) as http,
        ):
            operator = OperatorClient(http=http, client_id="operator-1", key=key)
            opened.append(operator.open_case("new_line", "15550001", sim=SIM, key="one-key-1"))
            process.send_signal(ending)
            codes.append(process.wait(LONG))
    assert opened[0] == opened[1]
    assert codes == [-signal.SIGKILL, -signal.SIGTERM]
    log = (tmp_path / "data.log").read_text("utf-8")
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert (events.count("started"), events.count("stopped")) == (2, 1)
    private = [data, *data.iterdir()]
    assert [path.name for path in private if path.stat().st_mode & 0o077] == []
    with (
        served(data) as (process, address),
        httpx.Client(base_url=address, timeout=LONG, trust_env=False) as http,
    ):
        browser = SubscriberClient.begin(http, opened[0].client_secret)
        assert browser.look().next == "consent_or_other_way"
        assert put(data, "operator-1", "--keys", str(keys), "--inactive")[0] == 0
        stopped = OperatorClient(http=http, client_id="operator-1", key=key)
        with pytest.raises(Refusal) as refused:
            stopped.case(opened[0].case.id)
        assert refused.value.status == 401


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    """The service does not begin what it cannot serve."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = RUNNER.invoke(app, ["serve", "--data", str(tmp_path), "--port", port])
    assert done.exit_code == Exit.NOT_READY
    assert "Choose --port" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_profile_that_is_not_there_is_said(tmp_path: Path) -> None:
    """No service starts under rules that nobody wrote."""
    words = ["serve", "--data", str(tmp_path), "--port", "0", "--profile", "atlantis"]
    done = RUNNER.invoke(app, words)
    assert done.exit_code == Exit.NOT_READY
    assert "There is no profile atlantis" in done.output


def test_an_unknown_setting_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt variable is an error of usage."""
    monkeypatch.setenv("LINEPROOF_PROFLIE", "cn")
    done = RUNNER.invoke(app, ["serve", "--data", str(tmp_path), "--port", "0"])
    assert done.exit_code == Exit.USAGE
    assert "LINEPROOF_PROFLIE" in done.output


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("operator-1", '{"keys": []}', "1 to 10"),
        ("operator-1", '{"keys": [{"kid": "k", "kty": "oct", "k": "AA"}]}', "private or shared"),
        ("operator 1", "{}", "letters, digits"),
        ("operator-1", None, "cannot be read"),
    ],
)
def test_a_system_that_cannot_be_let_in_is_said(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    """A key that is private, or none, opens no door."""
    keys = tmp_path / "keys.json"
    if content is not None:
        keys.write_text(content, "utf-8")
    code, output = put(tmp_path / "data", name, "--keys", str(keys))
    assert code == Exit.BAD_INPUT
    assert said in " ".join(output.split())
