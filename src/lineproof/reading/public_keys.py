"""Public keys of issuers, with the explicit curve parameters that real passports use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from lineproof.reading.chip_code import MALFORMED, ChipCode, ChipError
from lineproof.reading.named_curves import NAMED, Domain
from lineproof.reading.old_curves import OldCurveKey, old_curve_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asn1crypto.keys import PublicKeyInfo

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | OldCurveKey

HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - old passports are signed with it; it is reported as weak
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

RSA_BITS = range(1024, 8193)
"""Shorter keys prove nothing; longer ones are nobody's and would only cost time."""

STRONG_RSA_BITS = 2048
STRONG_CURVE_BITS = 224
MOST_EXPONENT = 2**64


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a signature was made: ``rsassa_pkcs1v15``, ``rsassa_pss`` or ``ecdsa``, and its hash."""

    name: str
    hash: str
    mask_hash: str
    salt: int


def public_key(info: PublicKeyInfo) -> PublicKey:
    """Load a key; ChipError(ALGORITHM_NOT_SUPPORTED) for one that is not read here."""
    try:
        domain = _explicit_domain(info)
        found = _on_old_curve(info, domain) or _loaded(info, domain)
    except (*MALFORMED, UnsupportedAlgorithm):
        raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED) from None
    if isinstance(found, rsa.RSAPublicKey):
        exponent = found.public_numbers().e
        if found.key_size in RSA_BITS and exponent % 2 and 1 < exponent < MOST_EXPONENT:
            return found
    elif isinstance(found, ec.EllipticCurvePublicKey | OldCurveKey):
        return found
    raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)


def _explicit_domain(info: PublicKeyInfo) -> Domain | None:
    """Read the parameters of an EC key whose parameters are written out; None for other keys."""
    if info["algorithm"]["algorithm"].native != "ec":
        return None
    parameters = info["algorithm"]["parameters"]
    return _domain(parameters.chosen) if parameters.name == "specified" else None


def _on_old_curve(info: PublicKeyInfo, domain: Domain | None) -> OldCurveKey | None:
    if info["algorithm"]["algorithm"].native != "ec":
        return None
    return old_curve_key(info, domain)


def _loaded(info: PublicKeyInfo, domain: Domain | None) -> object:
    """Load a key, one with written-out parameters by the named curve they are equal to.

    cryptography refuses such keys, and rightly: parameters that are nearly a curve's have broken
    implementations (CVE-2020-0601). Here every one of them must be equal.
    """
    if domain is None:
        return load_der_public_key(info.dump())
    curve = NAMED.get(domain)
    if curve is None:
        raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, info["public_key"].native)


def _domain(specified: Any) -> Domain:  # noqa: ANN401 - asn1crypto has no types
    point = specified["base"].native
    size = (len(point) - 1) // 2
    if point[0] != 4 or len(point) != 2 * size + 1:  # noqa: PLR2004 - an uncompressed point
        raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)
    return Domain(
        p=specified["field_id"]["parameters"].native,
        a=int.from_bytes(specified["curve"]["a"].native),
        b=int.from_bytes(specified["curve"]["b"].native),
        x=int.from_bytes(point[1 : size + 1]),
        y=int.from_bytes(point[size + 1 :]),
        n=specified["order"].native,
    )


def scheme(algorithm: Any, digest: str) -> Scheme:  # noqa: ANN401 - asn1crypto has no types
    """Read a signature algorithm; ``digest`` is the hash where the algorithm names none.

    RFC 5652 lets a bare ``rsaEncryption`` stand for RSA with the digest algorithm beside it.
    """
    name = algorithm.signature_algo
    if name == "rsassa_pss":
        parameters = algorithm["parameters"]
        mask = parameters["mask_gen_algorithm"]
        if mask["algorithm"].native != "mgf1" or parameters["trailer_field"].native != (
            "trailer_field_bc"
        ):
            raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)
        return Scheme(
            name,
            parameters["hash_algorithm"]["algorithm"].native,
            mask["parameters"]["algorithm"].native,
            parameters["salt_length"].native,
        )
    bare = algorithm["algorithm"].native in {"rsassa_pkcs1v15", "ecdsa"}
    named = digest if bare else algorithm.hash_algo
    return Scheme(name, named, named, 0)


def weak(key: PublicKey, how: Scheme) -> bool:
    """Whether a signature is accepted and no longer called strong (SHA-1, short keys)."""
    if isinstance(key, rsa.RSAPublicKey):
        return how.hash == "sha1" or key.key_size < STRONG_RSA_BITS
    return how.hash == "sha1" or curve_bits(key) < STRONG_CURVE_BITS


def curve_bits(key: ec.EllipticCurvePublicKey | OldCurveKey) -> int:
    """Give the size of a key's curve in bits."""
    return key.bits if isinstance(key, OldCurveKey) else key.curve.key_size


def verifies(key: PublicKey, signature: bytes, signed: bytes, how: Scheme) -> bool:
    """Whether the signature over the signed bytes is this key's."""
    chosen = HASHES.get(how.hash)
    mask = HASHES.get(how.mask_hash)
    if chosen is None or mask is None:
        raise ChipError(ChipCode.ALGORITHM_NOT_SUPPORTED)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            if how.name != "ecdsa":
                return False
            key.verify(signature, signed, ec.ECDSA(chosen))
        elif isinstance(key, OldCurveKey):
            digest = hashlib.new(how.hash, signed).digest()
            return how.name == "ecdsa" and key.verifies(signature, digest)
        elif how.name == "rsassa_pss":
            filling = padding.PSS(mgf=padding.MGF1(mask), salt_length=how.salt)
            key.verify(signature, signed, filling, chosen)
        elif how.name == "rsassa_pkcs1v15":
            key.verify(signature, signed, padding.PKCS1v15(), chosen)
        else:
            return False
    except (InvalidSignature, ValueError, OverflowError, UnsupportedAlgorithm):
        return False
    return True
