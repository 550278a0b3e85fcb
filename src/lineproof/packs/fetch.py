"""Downloads one file of known SHA-256: resumable, bounded, over https only.

Nothing downloaded is ever loaded from where it is written. It is handed to ``install``, which
hashes it again.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import ssl
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import MAX_FILE_BYTES
from lineproof.packs.writing import not_written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Progress: TypeAlias = Callable[[int, int | None], None]
    """Told the bytes that are here and the bytes in all, None where the server does not say."""

STALL_SECONDS = 30.0
"""So long without one byte ends an attempt; what has come is kept."""

MAX_ATTEMPTS = 5
"""How often a broken connection is taken up again in one run, while each attempt brings bytes."""

MAX_REDIRECTS = 5

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_CHUNK = 256 * 1024
_CUT: Final = frozenset({"pack_download_cut", "pack_download_stalled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file on the network. ``size`` in bytes is None where its publisher does not say."""

    url: str
    sha256: str
    size: int | None


def fetch(
    wanted: Wanted, part: Path, *, progress: Progress, stall_seconds: float = STALL_SECONDS
) -> Path | PackRefused:
    """Download ``wanted`` to ``part`` and give ``part`` when its SHA-256 is right.

    A part that is already there is taken up where it ends, if the server still has the same file.
    What turns out to be wrong is deleted; what is only incomplete is kept for the next run.
    """
    if not _may_fetch(wanted.url, plain=_is_loopback(wanted.url)):
        sentence = f"{wanted.url} is not an https address, so nothing was fetched."
        return PackRefused("pack_download_refused", sentence)
    resumed = _size_of(part) > 0
    refused = _complete(wanted, part, progress, stall_seconds)
    if refused is None and resumed and not _is_right(wanted, part):
        # The two halves may be of two files: begin again, once.
        _discard(part)
        refused = _complete(wanted, part, progress, stall_seconds)
    if refused is not None:
        return refused
    if not _is_right(wanted, part):
        _discard(part)
        return PackRefused(
            "pack_wrong_hash",
            f"What {wanted.url} holds is not the file that the recipe means (SHA-256 differs); "
            "it was deleted.",
        )
    return part


def _is_right(wanted: Wanted, part: Path) -> bool:
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == wanted.sha256


def _complete(
    wanted: Wanted, part: Path, progress: Progress, stall_seconds: float
) -> PackRefused | None:
    """Go on until the part is complete, an attempt brings nothing, or there were enough."""
    if wanted.size is not None and _size_of(part) == wanted.size:
        return None
    refused: PackRefused | None = None
    for _ in range(MAX_ATTEMPTS):
        before = _size_of(part)
        refused = _attempt(wanted, part, progress, stall_seconds)
        if refused is None or refused.code not in _CUT or _size_of(part) <= before:
            break
    return refused


def _attempt(
    wanted: Wanted, part: Path, progress: Progress, stall_seconds: float
) -> PackRefused | None:
    """Ask once for what is still missing and write what comes."""
    have, tag = _resume_from(part)
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked, and _Redirects checks on
        wanted.url, headers={"User-Agent": "lineproof", "Accept-Encoding": "identity"}
    )
    if have:
        # With If-Range, a server whose file has changed sends all of the new one.
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", tag)
    try:
        answer = _opener(wanted.url).open(request, timeout=stall_seconds)
    except urllib.error.HTTPError as error:
        with error:
            return _refused_by_server(wanted, part, error)
    except (OSError, http.client.HTTPException) as error:
        return _no_way(wanted, error)
    with answer:
        return _take(wanted, part, answer, have, progress)


def _take(
    wanted: Wanted,
    part: Path,
    answer: http.client.HTTPResponse,
    have: int,
    progress: Progress,
) -> PackRefused | None:
    """Check an answer's head and write its body behind the ``have`` bytes, or in their place."""
    start = have if have and _continues(answer, have) else 0
    length = answer.headers.get("Content-Length", "")
    total = start + int(length) if re.fullmatch(r"[0-9]{1,15}", length) else None
    if wanted.size is not None and total not in (None, wanted.size):
        return PackRefused(
            "pack_wrong_size",
            f"{wanted.url} holds {total} bytes where the recipe says {wanted.size}; "
            "nothing was kept.",
        )
    limit = wanted.size or MAX_FILE_BYTES
    if (total or 0) > limit:
        return _too_large(wanted, part, limit)
    try:
        if start == 0:
            _begin(part, answer.headers.get("ETag", ""))
        with part.open("ab") as file:
            return _body(wanted, part, answer, file, total=total or wanted.size, progress=progress)
    except OSError as error:
        _discard(part)
        return not_written(part, error)


def _body(  # noqa: PLR0913 - one loop, and each name says what it is
    wanted: Wanted,
    part: Path,
    answer: http.client.HTTPResponse,
    file: IO[bytes],
    *,
    total: int | None,
    progress: Progress,
) -> PackRefused | None:
    """Write a body to ``file``; errors of writing are raised as OSError, others are refusals."""
    limit = wanted.size or MAX_FILE_BYTES
    have = file.tell()
    while True:
        progress(have, total)
        try:
            chunk = answer.read1(_CHUNK)
        except TimeoutError:
            return _cut(wanted, have, total, code="pack_download_stalled")
        except (OSError, http.client.HTTPException):
            return _cut(wanted, have, total, code="pack_download_cut")
        if not chunk:
            break
        have += len(chunk)
        if have > limit:
            return _too_large(wanted, part, limit)
        file.write(chunk)
    if total is not None and have < total:
        return _cut(wanted, have, total, code="pack_download_cut")
    return None


def _continues(answer: http.client.HTTPResponse, have: int) -> bool:
    """Tell whether this answer is what follows our ``have`` bytes (RFC 9110, 14.4)."""
    place = answer.headers.get("Content-Range", "")
    return answer.status == http.HTTPStatus.PARTIAL_CONTENT and place.startswith(f"bytes {have}-")


def _resume_from(part: Path) -> tuple[int, str]:
    """Give how many bytes are here and the server's tag for their file; 0 without a strong tag."""
    try:
        tag = _tag_file(part).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return 0, ""
    return (_size_of(part), tag) if re.fullmatch(r'"[!-~]{1,200}"', tag) else (0, "")


def _begin(part: Path, tag: str) -> None:
    """Empty the part and note the server's tag; weak tags promise nothing about single bytes."""
    _tag_file(part).unlink(missing_ok=True)
    part.write_bytes(b"")
    if re.fullmatch(r'"[!-~]{1,200}"', tag):
        _tag_file(part).write_text(tag, "ascii")


def _tag_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _size_of(part: Path) -> int:
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _discard(part: Path) -> None:
    for path in (part, _tag_file(part)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Make an opener that knows http and https and nothing else; no file, no ftp."""
    opener = urllib.request.OpenerDirector()
    # None: the proxies that the environment names. None of them stands between us and ourselves.
    proxies: dict[str, str] | None = {} if _is_loopback(url) else None
    for handler in (
        urllib.request.ProxyHandler(proxies),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


def _may_fetch(url: str, *, plain: bool) -> bool:
    """Tell whether ``url`` may be asked: https, or with ``plain`` also this machine itself."""
    scheme = urlsplit(url).scheme
    return scheme == "https" or (plain and scheme == "http" and _is_loopback(url))


class _RedirectError(OSError):
    """A server pointed to where nothing is fetched from."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, and never from https to anything else."""

    max_redirections = MAX_REDIRECTS
    max_repeats = 2

    def redirect_request(  # noqa: PLR0913, PLR0917 - the base class's own form
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not _may_fetch(newurl, plain=_is_loopback(req.full_url) and req.type == "http"):
            fp.close()
            raise _RedirectError(newurl[:200])
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refused_by_server(wanted: Wanted, part: Path, error: urllib.error.HTTPError) -> PackRefused:
    if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        # Our part is as long as the server's file or longer, so it is not a part of it.
        _discard(part)
        return _cut(wanted, 0, None, code="pack_download_cut")
    if error.code // 100 == 3:  # noqa: PLR2004 - a redirect that was not followed
        return _redirect_refused(wanted, "its redirects lead in circles or nowhere")
    sentence = f"The server answered {error.code} for {wanted.url}."
    return PackRefused("pack_download_refused", sentence)


def _redirect_refused(wanted: Wanted, why: str) -> PackRefused:
    sentence = f"{wanted.url} was not fetched: {why}."
    return PackRefused("pack_redirect_refused", sentence)


def _no_way(wanted: Wanted, error: OSError | http.client.HTTPException) -> PackRefused:
    """Say why no answer came at all."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, _RedirectError):
        return _redirect_refused(wanted, "it leads to an address that is not https")
    if isinstance(reason, TimeoutError):
        return _cut(wanted, 0, None, code="pack_download_stalled")
    host = urlsplit(wanted.url).hostname
    if isinstance(reason, ssl.SSLError):
        why = f"{host} could not prove who it is (TLS)."
    elif isinstance(reason, http.client.HTTPException):
        why = f"{host} does not answer as a web server does."
    else:
        why = f"There is no way to {host} from here; is there a network?"
    return PackRefused("pack_no_network", why)


def _too_large(wanted: Wanted, part: Path, limit: int) -> PackRefused:
    _discard(part)
    sentence = f"{wanted.url} sends more than {limit} bytes; it was stopped and deleted."
    return PackRefused("pack_too_large", sentence)


def _cut(wanted: Wanted, have: int, total: int | None, *, code: str) -> PackRefused:
    of = "" if total is None else f" of {total}"
    what = "stopped" if code == "pack_download_cut" else "stood still"
    sentence = (
        f"The download of {wanted.url} {what} after {have}{of} bytes; "
        "run the same command again to go on."
    )
    if code == "pack_download_cut":
        return PackRefused("pack_download_cut", sentence)
    return PackRefused("pack_download_stalled", sentence)
