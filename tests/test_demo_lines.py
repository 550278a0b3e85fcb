from __future__ import annotations

from ssl import create_default_context
from typing import TYPE_CHECKING

import httpx
import pytest
import structlog

from lineproof.demo_lines import NUMBER, Pictures, Shown, Standing, Step, show_lines
from lineproof.packs.refusal import PackRefused
from lineproof.wiring import site_for
from tests.samples import document, engine, photograph

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lineproof.ports import Site


def demonstration() -> tuple[Site, Pictures]:
    """Give the default pack and the samples."""
    engine()
    site = site_for("default", None)
    assert not isinstance(site, PackRefused)
    return site, Pictures(
        document=document(), right=photograph("obama2.jpg"), wrong=photograph("biden.jpg")
    )


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """Let other tests log as they did."""
    yield
    structlog.reset_defaults()


def test_a_line_is_opened_and_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right person gets a line and another SIM for it; the wrong one gets nothing."""
    site, pictures = demonstration()
    # What the environment says is for a service; the demonstration is the same everywhere.
    monkeypatch.setenv("LINEPROOF_PROFILE", "cn")
    steps: list[Step] = []
    shown = show_lines(site, pictures, tmp_path / "service", steps.append)
    assert isinstance(shown, Shown)
    assert shown.good, steps
    told = [step.came for step in steps if step.what == "POST /v1/session/captures"]
    assert told == ["approved", "again", "approved"]
    letters = [step.what for step in steps if step.who == "messenger"]
    assert len(letters) == 4
    log = (tmp_path / "service" / "service.log").read_text("utf-8")
    assert "/v1/session/captures" in log
    assert NUMBER not in log


def test_what_stays_can_be_looked_at(tmp_path: Path) -> None:
    """A link for the visitor, a case for the reviewer, a counter; and nothing once it has ended."""
    site, pictures = demonstration()
    stood: list[Standing] = []

    def look(standing: Standing) -> None:
        stood.append(standing)
        with httpx.Client(base_url=standing.address, trust_env=False) as http:
            assert http.get("/c").status_code == 200
            be = {"Origin": standing.address}
            let_in = http.post("/staff/unsafe-dev-login", data={"role": "reviewer"}, headers=be)
            assert let_in.status_code == 303
            cookies = {"Cookie": "; ".join(f"{n}={v}" for n, v in http.cookies.items())}
            assert "/claim" in http.get("/staff/reviews", headers=cookies).text

    show_lines(site, pictures, tmp_path / "service", lambda _: None, then=look)
    assert stood[0].link.startswith(f"{stood[0].address}/c#")
    with pytest.raises(httpx.ConnectError):
        httpx.get(stood[0].address, trust_env=False)


def test_a_telephone_gets_in_under_a_certificate_of_this_demonstration(tmp_path: Path) -> None:
    """The certificate is the address's own, and the key is in a file that only its owner reads."""
    site, pictures = demonstration()
    answered: list[int] = []

    def look(standing: Standing) -> None:
        trusted = create_default_context(
            cafile=tmp_path / "service" / "visited" / "certificate.pem"
        )
        answered.append(
            httpx.get(f"{standing.address}/c", trust_env=False, verify=trusted).status_code
        )

    shown = show_lines(site, pictures, tmp_path / "service", lambda _: None, then=look, phone=True)
    assert isinstance(shown, Shown)
    assert shown.good
    assert answered == [200]
    key = tmp_path / "service" / "visited" / "certificate-key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
