from __future__ import annotations

import io
import os
import socket
import threading
from http.client import HTTPMessage
from typing import TYPE_CHECKING
from urllib.request import Request

import pytest

from lineproof.packs import fetch as fetch_module
from lineproof.packs.fetch import MAX_ATTEMPTS, Wanted, fetch
from lineproof.packs.refusal import PackRefused
from tests.packs.server import Site, serve
from tests.packs.tiny import sha

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = os.urandom(1_000_000)
HALF = len(CONTENT) // 2


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve the file."""
    with serve(Site(content=CONTENT)) as served:
        yield served


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """Give the place where the download grows."""
    return tmp_path / "file.part"


def _fetch(  # noqa: PLR0913 - what the tests vary
    site: Site,
    part: Path,
    *,
    path: str = "/file",
    content: bytes = CONTENT,
    size: int | None = None,
    told: list[tuple[int, int | None]] | None = None,
) -> Path | PackRefused:
    def progress(have: int, total: int | None) -> None:
        if told is not None:
            told.append((have, total))

    wanted = Wanted(url=site.url + path, sha256=sha(content), size=size)
    return fetch(wanted, part, progress=progress)


def _code(outcome: object) -> str:
    assert isinstance(outcome, PackRefused), outcome
    assert outcome.sentence.isprintable()
    return outcome.code


def _nothing_left(part: Path) -> bool:
    return not list(part.parent.iterdir())


def test_a_file_is_fetched_and_progress_told(site: Site, part: Path) -> None:
    """From nothing to all of it, never backwards."""
    told: list[tuple[int, int | None]] = []
    assert _fetch(site, part, told=told) == part
    assert part.read_bytes() == CONTENT
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)


def test_another_file_is_refused_and_deleted(site: Site, part: Path) -> None:
    """The hash of the recipe decides."""
    assert _code(_fetch(site, part, content=b"meant")) == "pack_wrong_hash"
    assert _nothing_left(part)


def test_a_cut_download_is_taken_up_where_it_ended(site: Site, part: Path) -> None:
    """In the same run, for as long as each attempt brings bytes."""
    site.cuts = [HALF, HALF // 2]
    assert _fetch(site, part) == part
    assert part.read_bytes() == CONTENT
    ranges = [asked for _, asked in site.asked]
    assert ranges == [None, f"bytes={HALF}-", f"bytes={HALF + HALF // 2}-"]


def test_a_download_that_stays_cut_is_kept_for_the_next_run(site: Site, part: Path) -> None:
    """And the next run asks only for the rest."""
    site.cuts = [HALF, 0]
    assert _code(_fetch(site, part)) == "pack_download_cut"
    assert part.read_bytes() == CONTENT[:HALF]
    site.asked.clear()
    told: list[tuple[int, int | None]] = []
    assert _fetch(site, part, told=told) == part
    assert part.read_bytes() == CONTENT
    assert [asked for _, asked in site.asked] == [f"bytes={HALF}-"]
    assert told[0] == (HALF, len(CONTENT))


def test_a_server_that_always_cuts_is_not_asked_for_ever(site: Site, part: Path) -> None:
    """Not even when each attempt brings a little."""
    site.cuts = [1000] * 100
    assert _code(_fetch(site, part)) == "pack_download_cut"
    assert len(site.asked) == MAX_ATTEMPTS
    assert part.stat().st_size == 1000 * MAX_ATTEMPTS


def test_a_server_that_knows_no_ranges_sends_all_again(site: Site, part: Path) -> None:
    """What was there is written over, not appended to."""
    site.cuts, site.ranges = [HALF], False
    assert _fetch(site, part) == part
    assert part.read_bytes() == CONTENT


def test_a_server_without_a_strong_tag_is_asked_for_all_again(site: Site, part: Path) -> None:
    """A weak tag promises nothing about single bytes (RFC 9110, 8.8.1)."""
    for tag in ("", 'W/"one"'):
        site.etag, site.cuts = tag, [HALF]
        site.asked.clear()
        assert _fetch(site, part) == part
        assert part.read_bytes() == CONTENT
        assert [asked for _, asked in site.asked] == [None, None]
        part.unlink()


def test_a_file_that_changed_in_between_is_fetched_whole(site: Site, part: Path) -> None:
    """If-Range: the new file comes from its beginning, and its hash decides."""
    old = os.urandom(len(CONTENT))
    site.content, site.etag, site.cuts = old, '"old"', [HALF, 0]
    assert _code(_fetch(site, part)) == "pack_download_cut"
    site.content, site.etag = CONTENT, '"new"'
    assert _fetch(site, part) == part
    assert part.read_bytes() == CONTENT


def test_two_halves_of_two_files_are_never_taken_for_one(site: Site, part: Path) -> None:
    """A server that keeps its tag, or does not heed ours: the hash shows it, and all is fetched."""
    site.content, site.cuts = os.urandom(len(CONTENT)), [HALF, 0]
    assert _code(_fetch(site, part)) == "pack_download_cut"
    site.content, site.heed_if_range = CONTENT, False
    site.asked.clear()
    assert _fetch(site, part) == part
    assert part.read_bytes() == CONTENT
    assert [asked for _, asked in site.asked] == [f"bytes={HALF}-", None]


def test_a_part_that_is_longer_than_the_file_is_thrown_away(site: Site, part: Path) -> None:
    """The server has nothing behind its end (416)."""
    part.write_bytes(CONTENT + b"more")
    part.with_name("file.part.etag").write_text(site.etag)
    assert _code(_fetch(site, part)) == "pack_download_cut"
    assert _fetch(site, part) == part
    assert part.read_bytes() == CONTENT


def test_a_complete_part_needs_no_server(part: Path) -> None:
    """Its hash is looked at all the same."""
    part.write_bytes(CONTENT)
    nobody = Site(url=_closed())
    assert _fetch(nobody, part, size=len(CONTENT)) == part
    part.write_bytes(bytes(len(CONTENT)))
    assert _code(_fetch(nobody, part, size=len(CONTENT))) == "pack_no_network"
    assert _nothing_left(part)


def _closed() -> str:
    """Give the address of a port on which nobody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_without_a_network_the_refusal_says_so(part: Path) -> None:
    """Nobody listens there."""
    for scheme in ("http", "https"):
        refused = _fetch(Site(url=_closed().replace("http", scheme)), part)
        assert _code(refused) == "pack_no_network"
        assert isinstance(refused, PackRefused)
        assert "no way to 127.0.0.1" in refused.sentence
    assert _nothing_left(part)


def test_a_server_without_a_certificate_is_not_trusted(site: Site, part: Path) -> None:
    """It speaks plain http where https was asked for."""
    refused = _fetch(Site(url=site.url.replace("http", "https")), part)
    assert _code(refused) == "pack_no_network"
    assert isinstance(refused, PackRefused)
    assert "could not prove who it is" in refused.sentence


def test_a_server_that_is_none_is_refused(part: Path) -> None:
    """It closes the connection, or answers in another tongue."""
    for answer in (b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000):
        with _answering(answer) as url:
            assert _code(_fetch(Site(url=url), part)) == "pack_no_network"


class _answering:  # noqa: N801 - used like a function
    """Give the address of a server that says ``answer`` to one connection and goes."""

    def __init__(self, answer: bytes) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._answer, args=(answer,))

    def _answer(self, answer: bytes) -> None:
        connection, _ = self.listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.thread.join()
        self.listening.close()


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_error_of_the_server_is_told(site: Site, part: Path, status: int) -> None:
    """Its number helps whoever looks into it."""
    site.status = status
    refused = _fetch(site, part)
    assert _code(refused) == "pack_download_refused"
    assert isinstance(refused, PackRefused)
    assert str(status) in refused.sentence
    assert _nothing_left(part)


def test_a_redirect_is_followed(site: Site, part: Path) -> None:
    """Release files lie behind one or two."""
    site.redirects = {"/file": "/second", "/second": "third"}
    assert _fetch(site, part) == part
    assert [path for path, _ in site.asked] == ["/file", "/second", "/third"]


def test_a_resumed_download_asks_for_its_range_behind_a_redirect_too(
    site: Site, part: Path
) -> None:
    """The headers go with it."""
    site.redirects = {"/file": "/real"}
    site.cuts = [HALF]
    assert _fetch(site, part) == part
    assert part.read_bytes() == CONTENT
    assert site.asked[-1] == ("/real", f"bytes={HALF}-")


@pytest.mark.parametrize(
    "target",
    [
        "/file",
        "file:///etc/passwd",
        "ftp://127.0.0.1/file",
        "http://example.invalid/file",
        "data:text/plain,x",
        "",
    ],
)
def test_a_redirect_that_is_no_good_is_refused(site: Site, part: Path, target: str) -> None:
    """Round in circles, to another scheme, to plain http on another machine."""
    site.redirects = {"/file": target}
    assert _code(_fetch(site, part)) == "pack_redirect_refused"
    assert _nothing_left(part)


def test_redirects_without_end_are_refused(site: Site, part: Path) -> None:
    """Each to another place."""
    site.redirects = {"/file": "/0"} | {f"/{n}": f"/{n + 1}" for n in range(100)}
    assert _code(_fetch(site, part)) == "pack_redirect_refused"
    assert len(site.asked) < 10


def test_https_never_leads_to_plain_http() -> None:
    """Not even to this machine."""
    request = Request("https://example.invalid/file")
    redirects = fetch_module._Redirects()  # noqa: SLF001 - no https server stands here to ask
    for target in ("http://example.invalid/file", "http://127.0.0.1/file"):
        with io.BytesIO() as body, pytest.raises(OSError, match=target):
            redirects.redirect_request(request, body, 302, "", HTTPMessage(), target)


@pytest.mark.parametrize(
    "url",
    ["http://example.invalid/f", "file:///etc/passwd", "ftp://127.0.0.1/f", "/etc/passwd", ""],
)
def test_only_https_is_fetched(part: Path, url: str) -> None:
    """Plain http only from this machine itself, for tests."""
    assert _code(_fetch(Site(url=""), part, path=url)) == "pack_download_refused"


def test_a_size_that_is_not_the_recipes_is_refused_at_once(site: Site, part: Path) -> None:
    """Before the body is read; what an earlier run kept is left."""
    assert _code(_fetch(site, part, size=len(CONTENT) + 1)) == "pack_wrong_size"
    assert _nothing_left(part)


def test_a_body_that_does_not_say_its_size_is_fetched_and_checked(site: Site, part: Path) -> None:
    """Until the connection ends; a cut is then seen by the recipe's size."""
    site.length = False
    told: list[tuple[int, int | None]] = []
    assert _fetch(site, part, told=told) == part
    assert told[-1] == (len(CONTENT), None)
    part.unlink()
    site.cuts = [HALF]
    assert _fetch(site, part, size=len(CONTENT)) == part
    assert part.read_bytes() == CONTENT


def test_a_body_without_end_is_stopped(
    site: Site, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the recipe's size, or by the limit on all files, said beforehand or not."""
    site.length = False
    assert _code(_fetch(site, part, size=HALF)) == "pack_too_large"
    assert _nothing_left(part)
    monkeypatch.setattr(fetch_module, "MAX_FILE_BYTES", HALF)
    assert _code(_fetch(site, part)) == "pack_too_large"
    site.length = True
    assert _code(_fetch(site, part)) == "pack_too_large"
    assert _nothing_left(part)


def test_a_server_that_stands_still_is_left(part: Path) -> None:
    """What has come is kept."""
    site = Site(content=CONTENT, cuts=[HALF, 0], stall=threading.Event())
    with serve(site):
        wanted = Wanted(url=f"{site.url}/file", sha256=sha(CONTENT), size=None)
        refused = fetch(wanted, part, progress=lambda *_: None, stall_seconds=0.2)
    assert _code(refused) == "pack_download_stalled"
    assert part.read_bytes() == CONTENT[:HALF]


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_leaves_nothing(site: Site, part: Path) -> None:
    """A real limit of the system: no file may grow beyond half of it."""
    import resource  # noqa: PLC0415 - POSIX only
    import signal  # noqa: PLC0415

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, hard))
    try:
        refused = _fetch(site, part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert _code(refused) == "pack_disk_full"
    assert _nothing_left(part)


def test_a_run_that_is_interrupted_keeps_what_has_come(site: Site, part: Path) -> None:
    """Ctrl-C is no error of the download."""

    def interrupt(have: int, total: int | None) -> None:
        del total
        if have > HALF:
            raise KeyboardInterrupt

    wanted = Wanted(url=f"{site.url}/file", sha256=sha(CONTENT), size=None)
    with pytest.raises(KeyboardInterrupt):
        fetch(wanted, part, progress=interrupt)
    kept = part.stat().st_size
    assert kept > HALF
    site.asked.clear()
    assert _fetch(site, part) == part
    assert [asked for _, asked in site.asked] == [f"bytes={kept}-"]


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    site: Site, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test's own server is never asked through one."""
    monkeypatch.setenv("http_proxy", _closed())
    assert _fetch(site, part) == part
