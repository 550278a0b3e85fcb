"""From a document's signer to a trusted country signing CA (ICAO 9303-12, 4 and 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asn1crypto.crl import CertificateList
from asn1crypto.x509 import Certificate, Name

from lineproof.reading.chip_code import MALFORMED, ChipCode, ChipError
from lineproof.reading.der import MOST_CERTIFICATE_BYTES, well_formed
from lineproof.reading.public_keys import public_key, scheme, verifies, weak

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_DSC_USAGE, _CSCA_USAGE, _CRL_USAGE = "digital_signature", "key_cert_sign", "crl_sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The country signing CAs that are trusted, and revocation lists, as DER, by country."""

    cscas: Mapping[str, tuple[bytes, ...]] = field(repr=False)
    """ISO 3166-1 alpha-2 in capitals, as the subject names it, to certificates."""
    crls: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict, repr=False)


NOBODY = Trust(cscas={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """The CSCA that a signer leads to, and what is worth knowing of the way there."""

    csca: Certificate
    weak: bool
    revocation_checked: bool


def read_certificate(data: bytes) -> Certificate:
    """Parse one certificate; ChipError where it is none."""
    if not well_formed(data, most_bytes=MOST_CERTIFICATE_BYTES):
        raise ChipError(ChipCode.SIGNER_CERTIFICATE_WRONG)
    try:
        found = Certificate.load(data, strict=True)
        # asn1crypto parses late: touching these here keeps its exceptions in this place.
        _ = found.subject.native, found.issuer.native, found.public_key.algorithm
        _ = found.not_valid_before, found.not_valid_after, found.key_identifier
    except MALFORMED:
        raise ChipError(ChipCode.SIGNER_CERTIFICATE_WRONG) from None
    return found


def chain(signer: Certificate, trust: Trust, *, signed_at: datetime | None) -> Chained:
    """Lead a document signer to a trusted CSCA.

    Raises ChipError: CSCA_NOT_KNOWN where none of the trusted ones issued it, and what is wrong
    with the signer otherwise. A certificate that came with the document is never trusted.
    """
    try:
        _may_sign_documents(signer)
        # A State's signers are issued by its own CA (ICAO 9303-12, 4.1): no other is looked at.
        issuer = _country(signer.issuer)
        known = [read_certificate(each) for each in trust.cscas.get(issuer, ())]
        candidates = [each for each in known if _names_issuer(signer, each)]
        csca = next((each for each in candidates if issued_by(signer, each)), None)
        if csca is None:
            raise ChipError(
                ChipCode.SIGNER_CERTIFICATE_WRONG if candidates else ChipCode.CSCA_NOT_KNOWN
            )
        _valid(signer, csca, signed_at)
        checked = _not_revoked(signer, csca, trust)
        key = public_key(csca.public_key)
        frail = weak(key, scheme(signer["signature_algorithm"], ""))
    except MALFORMED:
        raise ChipError(ChipCode.SIGNER_CERTIFICATE_WRONG) from None
    return Chained(csca=csca, weak=frail, revocation_checked=checked)


def _may_sign_documents(signer: Certificate) -> None:
    """Refuse a CA, and a certificate for another purpose, as the signer (ICAO 9303-12, 7.1.1)."""
    constraints, usage = signer.basic_constraints_value, signer.key_usage_value
    is_ca = constraints is not None and constraints["ca"].native
    wrong_usage = usage is not None and _DSC_USAGE not in usage.native
    # Web servers, master list signers and the like name their purpose; document signers do not.
    if is_ca or wrong_usage or signer.extended_key_usage_value is not None:
        raise ChipError(ChipCode.SIGNER_NOT_FOR_DOCUMENTS)


def _names_issuer(signer: Certificate, csca: Certificate) -> bool:
    """Whether a certificate says it was issued by this CSCA: by key identifier, else by name."""
    named, own = signer.authority_key_identifier, csca.key_identifier
    return bool(named == own if named and own else signer.issuer == csca.subject)


def issued_by(issued: Certificate, issuer: Certificate) -> bool:
    """Whether a CA signed a certificate: key, purpose and the two algorithm identifiers hold."""
    constraints, usage = issuer.basic_constraints_value, issuer.key_usage_value
    if constraints is not None and not constraints["ca"].native:
        return False
    if usage is not None and _CSCA_USAGE not in usage.native:
        return False
    inner = issued["tbs_certificate"]["signature"].dump()
    if inner != issued["signature_algorithm"].dump():
        return False
    signed = issued["tbs_certificate"].dump()
    how = scheme(issued["signature_algorithm"], "")
    return verifies(public_key(issuer.public_key), issued["signature_value"].native, signed, how)


def _valid(signer: Certificate, csca: Certificate, signed_at: datetime | None) -> None:
    """Hold the validity of both against the time of signing, or of the signer's own issue."""
    moment = signed_at or signer.not_valid_before
    if not signer.not_valid_before <= moment <= signer.not_valid_after:
        raise ChipError(ChipCode.SIGNER_NOT_VALID_AT_SIGNING)
    if not csca.not_valid_before <= signer.not_valid_before <= csca.not_valid_after:
        raise ChipError(ChipCode.SIGNER_NOT_VALID_AT_SIGNING)


def country_of(certificate: Certificate) -> str:
    """Give the country in a certificate's subject, in capitals, or nothing."""
    return _country(certificate.subject)


def _country(name: Name) -> str:
    country = name.native.get("country_name", "")
    return country.upper() if isinstance(country, str) else ""


def _not_revoked(signer: Certificate, csca: Certificate, trust: Trust) -> bool:
    """Look for the signer in its CSCA's revocation lists; False where there is no list to look in.

    A list whose own signature does not hold is no list.
    """
    checked = False
    for stored in trust.crls.get(country_of(csca), ()):
        found = read_revocation_list(stored)
        if found is None or not _signed_by(found, csca):
            continue
        checked = True
        revoked = found["tbs_cert_list"]["revoked_certificates"]
        serials = {each["user_certificate"].native for each in revoked or ()}
        if signer.serial_number in serials:
            raise ChipError(ChipCode.SIGNER_REVOKED)
    return checked


def read_revocation_list(data: bytes) -> CertificateList | None:
    """Parse a revocation list; None where it is none."""
    if not well_formed(data):
        return None
    try:
        found = CertificateList.load(data, strict=True)
        _ = found.issuer.native, found["tbs_cert_list"]["revoked_certificates"].native
    except MALFORMED:
        return None
    return found


def _signed_by(found: CertificateList, csca: Certificate) -> bool:
    usage = csca.key_usage_value
    if usage is not None and _CRL_USAGE not in usage.native:
        return False
    how = scheme(found["signature_algorithm"], "")
    signed = found["tbs_cert_list"].dump()
    return verifies(public_key(csca.public_key), found["signature"].native, signed, how)
