"""A country signing CA, document signers and chips made for tests: nobody's, and of Utopia (UT)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from asn1crypto import cms
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.core import ParsableOctetString, UTCTime
from asn1crypto.keys import PublicKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from ecdsa import SigningKey
from ecdsa.util import sigencode_der

from lineproof.reading.named_curves import NAMED
from lineproof.reading.security_object import LDS_SECURITY_OBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Signer: TypeAlias = "Key | SigningKey"
"""A document signer may also have a key on a curve that only `ecdsa` has."""
SIGNED = datetime(2025, 6, 1, 12, tzinfo=UTC)
ISSUED = SIGNED - timedelta(days=100)
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153<<<<<<<<<<<<<<<4"


@dataclass(frozen=True)
class Issuer:
    """A CA's key and certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.DER)


def csca(key: Key | None = None, *, country: str = "UT", ca: bool = True) -> Issuer:
    """Make a self-signed country signing CA."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    name = _name(country, "CSCA Utopia")
    builder = _builder(name, name, own, days=5000).add_extension(
        x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True
    )
    usage = _usage(key_cert_sign=True, crl_sign=True)
    certificate = builder.add_extension(usage, critical=True).sign(own, hashes.SHA256())
    return Issuer(own, certificate)


def signer(  # noqa: PLR0913 - one keyword for each way to spoil it
    issuer: Issuer,
    key: Key,
    *,
    country: str = "UT",
    purpose: bool = False,
    explicit: bool = False,
    usage: x509.KeyUsage | None = None,
) -> bytes:
    """Make a document signer's certificate, DER; ``purpose`` makes it a web server's."""
    builder = _builder(_name(country, "Signer"), issuer.certificate.subject, key, days=3700)
    builder = builder.add_extension(usage or _usage(digital_signature=True), critical=True)
    if purpose:
        web = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(web, critical=False)
    made = builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)
    return _with_explicit_parameters(made, issuer, key) if explicit else made


def sod(  # noqa: PLR0913 - one keyword for each way to spoil it
    groups: Mapping[int, bytes],
    key: Signer,
    certificate: bytes,
    *,
    digest: str = "sha256",
    pss: bool = False,
    at: datetime | None = SIGNED,
    content_type: str = LDS_SECURITY_OBJECT,
    content: bytes | None = None,
) -> bytes:
    """Make an EF.SOD over data groups: LDS security object, signed attributes, CMS, tag 77."""
    stored = content if content is not None else security_object(groups, digest)
    attributes = [
        {"type": "content_type", "values": [content_type]},
        {"type": "message_digest", "values": [hashlib.new(digest, stored).digest()]},
    ]
    if at is not None:
        attributes.append({"type": "signing_time", "values": [cms.Time({"utc_time": UTCTime(at)})]})
    signed = cms.CMSAttributes(attributes)
    owner = Certificate.load(certificate)
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {
                "issuer_and_serial_number": {
                    "issuer": owner.issuer,
                    "serial_number": owner.serial_number,
                }
            },
            "digest_algorithm": {"algorithm": digest},
            "signed_attrs": signed,
            "signature_algorithm": _algorithm(key, digest, pss=pss),
            "signature": _sign(key, signed.dump(), digest, pss=pss),
        }
    )
    wrapped = {"content_type": content_type, "content": ParsableOctetString(stored)}
    data = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": wrapped,
            "certificates": [owner],
            "signer_infos": [info],
        }
    )
    whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return element(0x77, whole)


def security_object(
    groups: Mapping[int, bytes], digest: str = "sha256", *, times: int = 1
) -> bytes:
    """Make an LDS security object, version 0, that lists its groups so many times."""
    hashed = b"".join(
        element(0x30, bytes([2, 1, number]) + element(4, hashlib.new(digest, stored).digest()))
        for number, stored in groups.items()
    )
    algorithm = cms.DigestAlgorithm({"algorithm": digest}).dump()
    return element(0x30, b"\x02\x01\x00" + algorithm + element(0x30, hashed * times))


def element(tag: int, body: bytes) -> bytes:
    """Wrap a body in a tag of one byte and a definite length."""
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 + size]) + len(body).to_bytes(size) + body


def dg1(zone: str = ZONE) -> bytes:
    """Make DG1 of a zone."""
    return element(0x61, b"\x5f" + element(0x1F, zone.encode()))


def dg15(key: Key) -> bytes:
    """Make DG15 of an active authentication key."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return element(0x6F, public)


def _name(country: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, *, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ISSUED)
        .not_valid_after(ISSUED + timedelta(days=days))
    )


def _usage(**granted: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: granted.get(name, False) for name in names})


def _with_explicit_parameters(certificate: bytes, issuer: Issuer, key: Key) -> bytes:
    """Write a certificate's curve out in numbers and sign it again, as several States do."""
    made = Certificate.load(certificate)
    info = made["tbs_certificate"]["subject_public_key_info"]
    named = {curve.name: domain for domain, curve in NAMED.items()}
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    domain = named[key.curve.name]
    size = (domain.p.bit_length() + 7) // 8
    point = b"\x04" + domain.x.to_bytes(size) + domain.y.to_bytes(size)
    specified = {
        "version": "ecdpVer1",
        "field_id": {"field_type": "prime_field", "parameters": domain.p},
        "curve": {"a": domain.a.to_bytes(size), "b": domain.b.to_bytes(size)},
        "base": point,
        "order": domain.n,
        "cofactor": 1,
    }
    return with_public_key(
        certificate,
        issuer,
        PublicKeyInfo(
            {
                "algorithm": {"algorithm": "ec", "parameters": {"specified": specified}},
                "public_key": info["public_key"].native,
            }
        ),
    )


def with_public_key(certificate: bytes, issuer: Issuer, info: PublicKeyInfo) -> bytes:
    """Put another public key into a certificate and sign it again."""
    made = Certificate.load(certificate)
    made["tbs_certificate"]["subject_public_key_info"] = info
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    signed = made["tbs_certificate"].dump(force=True)
    made["signature_value"] = issuer.key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return bytes(made.dump(force=True))


def _algorithm(key: Signer, digest: str, *, pss: bool) -> SignedDigestAlgorithm:
    if isinstance(key, ec.EllipticCurvePrivateKey | SigningKey):
        return SignedDigestAlgorithm({"algorithm": f"{digest}_ecdsa"})
    if not pss:
        return SignedDigestAlgorithm({"algorithm": f"{digest}_rsa"})
    parameters = {
        "hash_algorithm": {"algorithm": digest},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
        "salt_length": hashlib.new(digest).digest_size,
    }
    return SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})


def _sign(key: Signer, message: bytes, digest: str, *, pss: bool) -> bytes:
    if isinstance(key, SigningKey):
        digested = hashlib.new(digest, message).digest()
        made = key.sign_digest(digested, sigencode=sigencode_der, allow_truncate=True)
        return bytes(made)
    chosen: Any = getattr(hashes, digest.upper())()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(chosen))
    if pss:
        filling = padding.PSS(padding.MGF1(chosen), chosen.digest_size)
        return key.sign(message, filling, chosen)
    return key.sign(message, padding.PKCS1v15(), chosen)
