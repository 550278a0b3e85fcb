"""The folder of country signing CAs that this installation trusts.

One file a certificate, ``DE-<sha256>.list.cer`` or ``DE-<sha256>.single.cer``, so that an import
that is interrupted leaves whole certificates only, each of them already verified. A ``single`` one
was trusted by a person by name; it may also answer for master lists.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.finding import Unreadable
from lineproof.reading.chip_code import ChipError
from lineproof.reading.issuers import Trust, country_of, read_certificate, read_revocation_list
from lineproof.reading.master_list import MOST_LIST_BYTES, fingerprint, open_master_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(r"([A-Z]{2})-([0-9a-f]{64})\.(list|single)\.(cer|crl)")
_PEM = re.compile(rb"-----BEGIN (?:CERTIFICATE|X509 CRL|CMS|PKCS7)-----([\s\S]+?)-----END ")


class Origin(StrEnum):
    """How a certificate came into the folder."""

    LIST = "list"
    SINGLE = "single"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One certificate of the folder."""

    country: str
    fingerprint: str
    origin: Origin
    subject: str
    not_before: str
    not_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import brought: ``added`` new ones of ``found``, and the root of a list."""

    kind: str
    """``master_list``, ``certificate`` or ``revocation_list``."""
    found: int
    added: int
    countries: int
    root: str | None


def read_trust(folder: Path) -> Trust:
    """Read the folder; one that is not there trusts nobody."""
    cscas: dict[str, list[bytes]] = {}
    crls: dict[str, list[bytes]] = {}
    for path, country, _, kind in _entries(folder):
        (cscas if kind == "cer" else crls).setdefault(country, []).append(path.read_bytes())
    return Trust(
        cscas={country: tuple(each) for country, each in cscas.items()},
        crls={country: tuple(each) for country, each in crls.items()},
    )


def stored(folder: Path) -> tuple[Stored, ...]:
    """List the certificates of the folder, by country."""
    found = []
    for path, country, origin, kind in _entries(folder):
        if kind != "cer":
            continue
        certificate = read_certificate(path.read_bytes())
        found.append(
            Stored(
                country=country,
                fingerprint=path.name[3:67],
                origin=origin,
                subject=certificate.subject.human_friendly,
                not_before=str(certificate.not_valid_before.date()),
                not_after=str(certificate.not_valid_after.date()),
            )
        )
    return tuple(found)


def import_file(content: bytes, folder: Path, *, root: bytes | None) -> Imported | Unreadable:
    """Bring a master list, a certificate or a revocation list (DER or PEM) into the folder.

    A list's own signature must hold and lead to ``root``, to a certificate that was imported
    singly, or to one of the pinned ones; else nothing is imported. A single certificate is
    believed because a person named its file. Raises OSError where the folder cannot be written.
    """
    if not 0 < len(content) <= MOST_LIST_BYTES:
        return Unreadable(
            "csca_not_recognised",
            f"The file is empty or larger than {MOST_LIST_BYTES >> 20} MB; name a master list, "
            "a certificate or a revocation list.",
        )
    content = _unwrapped(content)
    single = _certificate(content)
    if single is not None:
        return _import_single(content, single, folder)
    if (revocation := read_revocation_list(content)) is not None:
        country = str(revocation.issuer.native.get("country_name", "")).upper()
        added = _write(folder, country, content, Origin.SINGLE, "crl")
        return Imported(kind="revocation_list", found=1, added=added, countries=1, root=None)
    return _import_list(content, folder, root)


def remove(folder: Path, which: str) -> int:
    """Remove the certificates whose fingerprint begins with ``which``; give how many."""
    gone = [path for path, *_ in _entries(folder) if path.name[3:67].startswith(which.lower())]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _import_single(content: bytes, country: str, folder: Path) -> Imported | Unreadable:
    if not re.fullmatch(r"[A-Z]{2}", country):
        return Unreadable(
            "csca_without_country",
            "The certificate names no country; a country signing CA's subject has one.",
        )
    added = _write(folder, country, content, Origin.SINGLE, "cer")
    return Imported(kind="certificate", found=1, added=added, countries=1, root=None)


def _import_list(content: bytes, folder: Path, root: bytes | None) -> Imported | Unreadable:
    singles = [
        path.read_bytes()
        for path, _, origin, kind in _entries(folder)
        if origin is Origin.SINGLE and kind == "cer"
    ]
    named = [] if root is None else [_unwrapped(root)]
    try:
        opened = open_master_list(content, [*named, *singles])
    except ChipError as error:
        return Unreadable(
            "csca_not_recognised",
            f"This is no certificate, revocation list or master list whose signature holds "
            f"({error.code}); get the file again from its publisher.",
        )
    if opened is None:
        return Unreadable(
            "csca_root_not_known",
            "The list is signed by nobody who is trusted here. Name its root with --root FILE, "
            "after comparing that file's fingerprint with the one its publisher shows.",
        )
    listed = [(each, _certificate(each)) for each in opened.certificates]
    usable = [(each, land) for each, land in listed if land and re.fullmatch(r"[A-Z]{2}", land)]
    added = sum(_write(folder, land, each, Origin.LIST, "cer") for each, land in usable)
    countries = len({land for _, land in usable})
    return Imported(
        kind="master_list", found=len(usable), added=added, countries=countries, root=opened.root
    )


def _certificate(content: bytes) -> str | None:
    """Give the country of a certificate; None where it is none."""
    try:
        return country_of(read_certificate(content))
    except ChipError:
        return None


def _unwrapped(content: bytes) -> bytes:
    """Take the PEM armour off, where there is one (RFC 7468)."""
    found = _PEM.search(content)
    if found is None:
        return content
    try:
        return base64.b64decode(found[1])
    except (binascii.Error, ValueError):
        return content


def _entries(folder: Path) -> Iterator[tuple[Path, str, Origin, str]]:
    """Give the folder's files with country, origin and kind, in one order."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        named = _NAME.fullmatch(path.name)
        if named and path.is_file():
            yield path, named[1], Origin(named[3]), named[4]


def _write(folder: Path, country: str, content: bytes, origin: Origin, kind: str) -> int:
    """Write one file whole or not at all; 0 where it is there already."""
    name = f"{country}-{fingerprint(content)}"
    if any((folder / f"{name}.{each}.{kind}").exists() for each in Origin):
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    staged = folder / f".staging-{secrets.token_hex(8)}"
    try:
        with staged.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # What is renamed is whole: a crash before this line leaves a file that no name matches.
        staged.replace(folder / f"{name}.{origin}.{kind}")
    finally:
        staged.unlink(missing_ok=True)
    return 1
