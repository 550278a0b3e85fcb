"""Old document signers have keys on Brainpool curves that the usual library does not have."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import lru_cache

import ecdsa
import pytest
from asn1crypto.keys import PublicKeyInfo
from ecdsa.util import sigencode_der

from lineproof.domain.document import Proof
from lineproof.reading.active_authentication import answered
from lineproof.reading.public_keys import Scheme, public_key, verifies
from tests.reading import pki
from tests.reading.test_chip import CHALLENGE, Chip, authority, key, read

CURVES = {
    "160": ecdsa.BRAINPOOLP160r1,
    "192": ecdsa.BRAINPOOLP192r1,
    "224": ecdsa.BRAINPOOLP224r1,
    "320": ecdsa.BRAINPOOLP320r1,
}


@lru_cache
def signing_key(size: str) -> ecdsa.SigningKey:
    """Give a key on one of the curves, the same throughout."""
    return ecdsa.SigningKey.generate(CURVES[size])


def info(size: str, how: str = "named_curve") -> PublicKeyInfo:
    """Give its public key as certificates hold it."""
    written: bytes = signing_key(size).verifying_key.to_der(curve_parameters_encoding=how)
    return PublicKeyInfo.load(written)


def security_object(size: str, how: str, digest: str = "sha256") -> bytes:
    """Make a chip's EF.SOD that such a key signed."""
    certificate = pki.signer(authority(), key())
    certificate = pki.with_public_key(certificate, authority(), info(size, how))
    return pki.sod(Chip().groups, signing_key(size), certificate, digest=digest)


@pytest.mark.parametrize("how", ["named_curve", "explicit"])
@pytest.mark.parametrize(
    ("size", "digest"), [("160", "sha1"), ("192", "sha256"), ("224", "sha224"), ("320", "sha384")]
)
def test_a_chip_of_such_a_signer_is_proven(size: str, digest: str, how: str) -> None:
    """Named or in numbers, with a hash that is longer than the order as well; short ones weak."""
    found = read(Chip().files(security_object(size, how, digest)))
    assert found.passive_authentication is Proof.PROVEN
    assert ("weak_algorithm" in found.reasons) == (size in {"160", "192"})


def test_no_changed_bit_of_a_signature_passes() -> None:
    """Neither does another message, nor numbers outside the order."""
    how, message = Scheme("ecdsa", "sha256", "sha256", 0), b"signed"
    signer, public = signing_key("224"), public_key(info("224"))
    digest = bytes.fromhex("2b4c1d6f") * 8
    signature = signer.sign(message, hashfunc=hashlib.sha256, sigencode=sigencode_der)
    assert verifies(public, signature, message, how)
    assert not verifies(public, signature, digest, how)
    for bit in range(8 * len(signature)):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        assert not verifies(public, bytes(changed), message, how), bit
    order = signer.curve.order
    for r, s in ((0, 1), (1, 0), (order, 1), (1, order), (0, 0)):
        assert not verifies(public, sigencode_der(r, s, order), message, how)


def test_parameters_nearly_a_curves_are_not_read() -> None:
    """A generator of one's own makes keys of one's own (CVE-2020-0601)."""
    made = security_object("224", "explicit")
    generator = int(CURVES["224"].generator.x()).to_bytes(28)
    assert generator in made
    found = read(Chip().files(made.replace(generator, generator[:-1] + b"\0")))
    assert found.passive_authentication is Proof.UNMEASURED
    assert "algorithm_not_supported" in found.reasons


def test_without_the_extra_such_a_chip_stays_unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is neither proven nor failed, and says why."""
    found_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name == "ecdsa" else found_spec(name, *more),
    )
    found = read(Chip().files(security_object("224", "named_curve")))
    assert (found.passive_authentication, found.reasons) == (
        Proof.UNMEASURED,
        ("algorithm_not_supported",),
    )


def test_a_chip_s_own_key_may_be_on_such_a_curve() -> None:
    """Active authentication: bare r and s over the challenge, each as long as the order."""
    r, s = signing_key("320").sign_digest(
        hashlib.sha256(CHALLENGE).digest(), sigencode=lambda r, s, _: (r, s)
    )
    size = 40
    response = int(r).to_bytes(size) + int(s).to_bytes(size)
    stored = info("320").dump()
    assert answered(stored, CHALLENGE, response, None)
    assert not answered(stored, bytes(8), response, None)
