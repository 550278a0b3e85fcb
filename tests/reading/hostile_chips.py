"""Chips made to break whoever reads them, and what a whole process spends on each.

``python -m tests.reading.hostile_chips`` writes them into a temporary folder, reads each with
`lineproof read-document --chip` in a process of its own, and prints code, time and memory.
"""

# ruff: noqa: T201 - it reports to whoever ran it
from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from asn1crypto import cms
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.reading import codestreams as j2k
from tests.reading import pki
from tests.reading.pki import element
from tests.reading.records import data_group_2, group_of, instance, jpeg2000, record_2005, tlv

MOST_SECONDS, MOST_MB = 5, 600
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("060667810801 0101")
_EXTENDED_KEY_USAGE = bytes.fromhex("0603551d25")
_KEY_OF_ECDH = bytes.fromhex("04007F000702020102")


@dataclass(frozen=True)
class Hostile:
    """One chip: its files by name (one JSON, where that is the name), and the code it must get."""

    files: dict[str, bytes]
    code: str


@lru_cache(maxsize=1)
def issuer() -> pki.Issuer:
    """Give the CA that the well-signed ones are under."""
    return pki.csca()


@lru_cache(maxsize=1)
def key() -> ec.EllipticCurvePrivateKey:
    """Give the signer's key."""
    return ec.generate_private_key(ec.SECP256R1())


def signed(groups: dict[int, bytes], certificate: bytes | None = None) -> dict[str, bytes]:
    """Give a chip's files, signed under a certificate of one's own or Utopia's."""
    made = pki.sod(groups, key(), certificate or pki.signer(issuer(), key()))
    return {f"DG{number}": stored for number, stored in groups.items()} | {"SOD": made}


def alone(sod: bytes) -> dict[str, bytes]:
    """Give DG1 beside an object."""
    return {"SOD": sod, "DG1": pki.dg1()}


def wrapped(content_type: bytes, certificates: bytes = b"") -> bytes:
    """Write an EF.SOD by hand, with whatever stands in it."""
    content = element(0x30, content_type + element(0xA0, element(4, b"x")))
    after = element(0xA0, certificates) + element(0x31, element(0x30, b""))
    data = element(0x30, b"\x02\x01\x03" + element(0x31, b"") + content + after)
    return element(0x77, element(0x30, _SIGNED_DATA + element(0xA0, data)))


def certified(part: str, stored: bytes) -> bytes:
    """Write the signer's certificate with one part of it exchanged."""
    made = Certificate.load(pki.signer(issuer(), key()))
    body = made["tbs_certificate"]
    names = ("version", "serial_number", "signature", "issuer", "validity", "subject")
    parts = (*names, "subject_public_key_info", "extensions")
    inside = b"".join(stored if name == part else body[name].dump() for name in parts)
    outside = made["signature_algorithm"].dump() + made["signature_value"].dump()
    return element(0x30, element(0x30, inside) + outside)


def long_number(tag: int, size: int) -> bytes:
    """Write an element of one number that fills it: an object identifier, or an integer."""
    filling = b"\x2a" + b"\xff" * (size - 2) + b"\x01" if tag == 6 else b"\x7f" * size
    return element(tag, filling)


def rsa_key(bits: int) -> bytes:
    """Write a public key of so many bits, all of them ones."""
    numbers = element(2, b"\0" + b"\xff" * (bits // 8)) + b"\x02\x03\x01\x00\x01"
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    return element(0x30, algorithm + element(3, b"\0" + element(0x30, numbers)))


def many_keys(count: int) -> bytes:
    """Write a DG14 of one key so many times."""
    public = key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    info = element(0x30, element(6, _KEY_OF_ECDH) + public)
    return element(0x6E, element(0x31, info * count))


def corrupted(sod: bytes, which: str) -> bytes:
    """Spoil one byte of an object: of what was signed, of the signature, or of the certificate."""
    info = cms.ContentInfo.load(sod[4:])["content"]
    (signer,) = info["signer_infos"]
    spoilt = {
        "content": bytes(info["encap_content_info"]["content"])[-1:-33:-1][::-1],
        "signature": signer["signature"].native[-8:],
        "certificate": info["certificates"][0].chosen["signature_value"].native[-8:],
    }[which]
    at = sod.rindex(spoilt) if which == "certificate" else sod.index(spoilt)
    return sod[: at + 7] + bytes([sod[at + 7] ^ 1]) + sod[at + 8 :]


def huge_picture() -> bytes:
    """Write a DG2 whose JPEG 2000 picture says that it is 60,000 pixels wide and high."""
    picture = j2k.stream(j2k.size(60_000, 60_000), j2k.coding(5), j2k.steps(5))
    return group_of([instance(record_2005(picture))])


def purpose(size: int) -> bytes:
    """Write a certificate whose purpose is one object identifier of this size."""
    extension = element(0x30, _EXTENDED_KEY_USAGE + element(4, element(0x30, long_number(6, size))))
    return certified("extensions", element(0xA3, element(0x30, extension)))


def chips() -> dict[str, Hostile]:
    """Make all of them."""
    one, other = pki.dg1(), pki.dg1(pki.ZONE.replace("ANNA", "OLGA"))
    good = signed({1: one})
    nested = b""
    for _ in range(40):
        nested = element(0x30, nested)
    return {
        "a sound chip, to compare with": Hostile(good, "revocation_not_checked"),
        "an object identifier of 250 KB": Hostile(
            alone(wrapped(long_number(6, 250_000))), "sod_malformed"
        ),
        "120,000 sequences that never end": Hostile(
            alone(b"\x77\x80" + b"\x30\x80" * 120_000), "sod_malformed"
        ),
        "40 sequences in each other": Hostile(alone(element(0x77, nested)), "sod_malformed"),
        "a length of 4 GB": Hostile(
            alone(b"\x77\x84\xff\xff\xff\xff" + bytes(90)), "sod_malformed"
        ),
        "a length of 2 to the 1,000": Hostile(
            alone(b"\x77\xfd" + b"\xff" * 125 + bytes(90)), "sod_malformed"
        ),
        "59,000 empty certificates": Hostile(
            alone(wrapped(_CONTENT_TYPE, b"\x30\0" * 59_000)), "sod_malformed"
        ),
        "a signer's purpose of 30 KB": Hostile(
            signed({1: one}, purpose(30_000)), "signer_not_for_documents"
        ),
        "a signer's purpose of 200 KB": Hostile(
            signed({1: one}, purpose(200_000)), "signer_certificate_wrong"
        ),
        "a signer's key of 200,000 bits": Hostile(
            signed({1: one}, certified("subject_public_key_info", rsa_key(200_000))),
            "algorithm_not_supported",
        ),
        "an object of 300 KB": Hostile(alone(element(0x77, bytes(300_000))), "chip_too_large"),
        "DG1 under the name of DG2": Hostile(good | {"DG2": one}, "group_malformed"),
        "the object of another document": Hostile(
            signed({1: other}) | {"DG1": one}, "group_hash_wrong"
        ),
        "what was signed is changed": Hostile(
            good | {"SOD": corrupted(good["SOD"], "content")}, "sod_digest_wrong"
        ),
        "the signature is changed": Hostile(
            good | {"SOD": corrupted(good["SOD"], "signature")}, "sod_signature_wrong"
        ),
        "the certificate is changed": Hostile(
            good | {"SOD": corrupted(good["SOD"], "certificate")}, "signer_certificate_wrong"
        ),
        "DG1 of a zone of 200 KB": Hostile(
            signed({1: element(0x61, tlv(0x5F1F, b"<" * 200_000))}), "dg1_malformed"
        ),
        "DG11 of a name of 200 KB": Hostile(
            signed({1: one, 11: element(0x6B, tlv(0x5F0E, b"A" * 200_000))}),
            "revocation_not_checked",
        ),
        "DG14 of 1,500 keys": Hostile(
            signed({1: one, 14: many_keys(1500)}) | {"CA": b"\x90\0"}, "revocation_not_checked"
        ),
        "DG15 of a key of 200,000 bits": Hostile(
            signed({1: one, 15: element(0x6F, rsa_key(200_000))}) | {"AA": bytes(25_000)},
            "algorithm_not_supported",
        ),
        "a JPEG 2000 picture of 60,000 pixels a side": Hostile(
            signed({1: one, 2: huge_picture()}), "image_too_large"
        ),
        "a JPEG 2000 picture of all passes there can be": Hostile(
            signed({1: one, 2: group_of([instance(record_2005(j2k.deep(1000, 1000)))])}),
            "revocation_not_checked",
        ),
        "a JPEG 2000 picture that is cut": Hostile(
            signed({1: one, 2: data_group_2(jpeg2000()[:900])}), "image_truncated"
        ),
        "JSON nested 100,000 deep": Hostile({"chip.json": b"[" * 100_000}, "chip_json"),
        "JSON that is not base64": Hostile({"chip.json": b'{"SOD": "%%%"}'}, "chip_json"),
        "JSON of an object of 300 KB": Hostile(
            {"chip.json": json.dumps({"SOD": base64.b64encode(bytes(300_000)).decode()}).encode()},
            "chip_too_large",
        ),
        "JSON of 5 MB": Hostile({"chip.json": b" " * 5_000_000 + b"{}"}, "chip_too_large"),
    }


def write(hostile: Hostile, folder: Path) -> Path:
    """Write a chip's files into a new folder, and give what ``--chip`` is to name."""
    folder.mkdir()
    for name, stored in hostile.files.items():
        (folder / (name if "." in name else f"EF.{name}.bin")).write_bytes(stored)
    return folder / "chip.json" if "chip.json" in hostile.files else folder


def main() -> int:
    """Read each in a process of its own; 1 where one takes too long, too much, or another code."""
    bad = 0
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        home = {**os.environ, "LINEPROOF_HOME": str(root / "home")}
        program = str(Path(sys.executable).with_name("lineproof"))
        (root / "csca.cer").write_bytes(issuer().der)
        trusted = [program, "csca", "import", str(root / "csca.cer")]
        subprocess.run(trusted, env=home, check=True, capture_output=True)
        for number, (name, hostile) in enumerate(chips().items()):
            chip = write(hostile, root / f"chip{number}")
            words = [program, "read-document", "--chip", str(chip), "--json"]
            words += ["--challenge", "0001020304050607"]
            said, seconds, megabytes = spent(words, home, root / "said")
            told = f'"{hostile.code}"' in said
            bad += not told or seconds > MOST_SECONDS or megabytes > MOST_MB
            code = f"`{hostile.code}`{'' if told else ' NOT TOLD'}"
            print(f"| {name} | {code} | {seconds:.2f} | {megabytes} |", flush=True)
    return 1 if bad else 0


def spent(words: list[str], environment: dict[str, str], said: Path) -> tuple[str, float, int]:
    """Run a command, and give what it said, the seconds it took and its highest memory in MB."""
    begun = time.monotonic()
    with said.open("wb") as out:
        process = subprocess.Popen(words, env=environment, stdout=out, stderr=subprocess.STDOUT)
        # Not wait(): the highest memory of one child, not of all so far.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return said.read_text("utf-8"), time.monotonic() - begun, used.ru_maxrss >> 10


if __name__ == "__main__":
    sys.exit(main())
