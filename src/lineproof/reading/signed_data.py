"""Opens CMS SignedData with one signer: documents' security objects and master lists (RFC 5652)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asn1crypto.cms import ContentInfo

from lineproof.reading.chip_code import MALFORMED, ChipCode, ChipError
from lineproof.reading.der import MOST_BYTES, MOST_CERTIFICATE_BYTES, well_formed
from lineproof.reading.public_keys import HASHES, public_key, scheme, verifies, weak

if TYPE_CHECKING:
    from datetime import datetime

    from asn1crypto.x509 import Certificate

_SET_OF = b"\x31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was signed, by which of the certificates that came along, and when."""

    content: bytes
    signer: Certificate
    certificates: tuple[Certificate, ...]
    signing_time: datetime | None
    weak: bool


def open_signed(data: bytes, content_type: str, *, most_bytes: int = MOST_BYTES) -> Signed:
    """Verify the signature of a SignedData over a content of this type (an object identifier).

    Raises ChipError where it is malformed, has not exactly one signer, or does not verify. Whether
    the signer may sign at all is not asked here.
    """
    if not well_formed(data, most_bytes=most_bytes):
        raise ChipError(ChipCode.SOD_MALFORMED)
    try:
        return _open(ContentInfo.load(data, strict=True), content_type)
    except MALFORMED:
        raise ChipError(ChipCode.SOD_MALFORMED) from None


def _open(info: ContentInfo, content_type: str) -> Signed:
    if info["content_type"].native != "signed_data":
        raise ChipError(ChipCode.SOD_CONTENT_TYPE)
    signed = info["content"]
    wrapped = signed["encap_content_info"]
    if wrapped["content_type"].dotted != content_type:
        raise ChipError(ChipCode.SOD_CONTENT_TYPE)
    if len(signed["signer_infos"]) != 1:
        raise ChipError(ChipCode.SOD_NOT_SIGNED_ONCE)
    (signer,) = signed["signer_infos"]
    # In indefinite form the octets come in pieces; bytes() joins them.
    content = bytes(wrapped["content"])
    certificates = tuple(each.chosen for each in signed["certificates"])
    certificate = _signer(signer["sid"], certificates)
    attributes = _attributes(signer)
    digest = signer["digest_algorithm"]["algorithm"].native
    message = _signed_bytes(signer, attributes, content, digest, content_type)
    key = public_key(certificate.public_key)
    how = scheme(signer["signature_algorithm"], digest)
    if how.hash != digest:
        raise ChipError(ChipCode.SOD_DIGEST_WRONG)
    if not verifies(key, signer["signature"].native, message, how):
        raise ChipError(ChipCode.SOD_SIGNATURE_WRONG)
    time = attributes.get("signing_time")
    return Signed(
        content=content,
        signer=certificate,
        certificates=certificates,
        signing_time=time.native if time is not None else None,
        weak=weak(key, how),
    )


def _signer(sid: Any, certificates: tuple[Certificate, ...]) -> Certificate:  # noqa: ANN401
    """Find the one certificate that the signer identifier names (RFC 5652, 5.3)."""
    if sid.name == "issuer_and_serial_number":
        issuer, serial = sid.chosen["issuer"], sid.chosen["serial_number"].native
        found = [
            each
            for each in certificates
            if each.serial_number == serial and _parts(each.issuer) == _parts(issuer)
        ]
    else:
        found = [each for each in certificates if each.key_identifier == sid.chosen.native]
    if not found:
        raise ChipError(ChipCode.SIGNER_CERTIFICATE_MISSING)
    # What its extensions wrap was not walked with the rest: their size bounds it.
    if len(found[0].dump()) > MOST_CERTIFICATE_BYTES:
        raise ChipError(ChipCode.SIGNER_CERTIFICATE_WRONG)
    return found[0]


def _parts(name: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - asn1crypto has no types
    """Give the parts of a name in one order: Malaysia's objects write theirs in another."""
    return sorted((part, str(value)) for part, value in name.native.items())


def _attributes(signer: Any) -> dict[str, Any]:  # noqa: ANN401 - asn1crypto has no types
    """Give each signed attribute's one value; a type or a value that stands twice is refused."""
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"] or ():
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise ChipError(ChipCode.SOD_MALFORMED)
        found[name] = attribute["values"][0]
    return found


def _signed_bytes(
    signer: Any,  # noqa: ANN401 - asn1crypto has no types
    attributes: dict[str, Any],
    content: bytes,
    digest: str,
    content_type: str,
) -> bytes:
    """Give the bytes under the signature: the content, or its hash within the attributes.

    RFC 5652, 5.4: the attributes are signed as a SET OF, whatever tag they stand under.
    """
    if digest not in HASHES:
        raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)
    if not attributes:
        return content
    if "content_type" not in attributes or "message_digest" not in attributes:
        raise ChipError(ChipCode.SOD_MALFORMED)
    if attributes["content_type"].dotted != content_type:
        raise ChipError(ChipCode.SOD_CONTENT_TYPE)
    computed = hashlib.new(digest, content).digest()
    if not hmac.compare_digest(attributes["message_digest"].native, computed):
        raise ChipError(ChipCode.SOD_DIGEST_WRONG)
    stored: bytes = signer["signed_attrs"].dump()
    return _SET_OF + stored[1:]
