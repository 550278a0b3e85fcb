from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from lineproof.domain.document import ChipFinding, Proof
from lineproof.domain.finding import Measured
from lineproof.reading.chip import read_chip
from lineproof.reading.issuers import NOBODY, Trust
from lineproof.reading.named_curves import NAMED, Domain
from tests.reading import pki

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reading.pki import Issuer, Key

TODAY = date(2026, 11, 24)
CHALLENGE = bytes(range(8))


@lru_cache(maxsize=16)
def key(kind: str = "P-256") -> Key:
    """Give a key of one kind, the same throughout."""
    curves: dict[str, ec.EllipticCurve] = {
        "P-192": ec.SECP192R1(),
        "P-224": ec.SECP224R1(),
        "P-256": ec.SECP256R1(),
        "P-384": ec.SECP384R1(),
        "P-521": ec.SECP521R1(),
        "BP-256": ec.BrainpoolP256R1(),
        "BP-384": ec.BrainpoolP384R1(),
        "BP-512": ec.BrainpoolP512R1(),
    }
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind[4:]))
    return ec.generate_private_key(curves[kind])


@lru_cache(maxsize=1)
def authority() -> Issuer:
    """Give Utopia's CA."""
    return pki.csca()


@lru_cache(maxsize=1)
def same_files() -> dict[str, bytes]:
    """Give one chip's files, the same throughout: signatures differ from one making to the next."""
    return Chip({1: pki.dg1()}).files()


def trusted(*issuers: Issuer, country: str = "UT") -> Trust:
    """Trust these CAs, Utopia's own if none is named."""
    return Trust(cscas={country: tuple(each.der for each in issuers or (authority(),))})


@dataclass(frozen=True)
class Chip:
    """A well-made chip of Utopia, to be spoilt."""

    groups: dict[int, bytes] = field(
        default_factory=lambda: {1: pki.dg1(), 2: pki.element(0x75, b"face")}
    )

    def files(self, sod: bytes | None = None) -> dict[str, bytes]:
        """Give its files by name."""
        made = sod or pki.sod(self.groups, key(), pki.signer(authority(), key()))
        return {f"DG{number}": stored for number, stored in self.groups.items()} | {"SOD": made}


def read(files: dict[str, bytes], trust: Trust | None = None) -> ChipFinding:
    """Read a chip with Utopia's CA trusted."""
    return read_chip(files, trust or trusted(), today=TODAY).finding


def test_a_chip_is_proven() -> None:
    """Signature, chain and both groups hold, and the zone is DG1's."""
    reading = read_chip(Chip().files(), trusted(), today=TODAY)
    found = reading.finding
    assert (found.passive_authentication, found.issuer, found.groups) == (
        Proof.PROVEN,
        "UT",
        (1, 2),
    )
    assert found.reasons == ("revocation_not_checked",)
    assert isinstance(found.mrz, Measured)
    assert found.mrz.value.proven
    assert reading.portrait == Chip().groups[2]
    assert "ERIKSSON" not in repr(reading)


@pytest.mark.parametrize(
    ("kind", "digest", "pss", "explicit"),
    [
        ("RSA-2048", "sha256", False, False),
        ("RSA-2048", "sha512", True, False),
        ("P-192", "sha256", False, True),
        ("P-224", "sha224", False, True),
        ("P-256", "sha256", False, True),
        ("P-384", "sha384", False, True),
        ("P-521", "sha512", False, True),
        ("BP-256", "sha256", False, True),
        ("BP-384", "sha384", False, False),
        ("BP-512", "sha512", False, True),
        ("P-256", "sha1", False, False),
    ],
)
def test_every_algorithm_of_real_passports(
    kind: str, digest: str, *, pss: bool, explicit: bool
) -> None:
    """RSA of both paddings, every curve, named or in numbers; SHA-1 and 192 bits are weak."""
    certificate = pki.signer(authority(), key(kind), explicit=explicit)
    made = pki.sod(Chip().groups, key(kind), certificate, digest=digest, pss=pss)
    found = read(Chip().files(made))
    assert found.passive_authentication is Proof.PROVEN
    assert ("weak_algorithm" in found.reasons) == (digest == "sha1" or kind == "P-192")


@pytest.mark.parametrize("domain", NAMED, ids=lambda domain: NAMED[domain].name)
def test_a_curve_s_numbers_are_those_the_library_computes_with(domain: Domain) -> None:
    """Once, twice and n - 1 times the generator give G, a, n, and with the equation b."""
    once, twice, last = (
        ec.derive_private_key(times, NAMED[domain]).public_key().public_numbers()
        for times in (1, 2, domain.n - 1)
    )
    p, x, y = domain.p, domain.x, domain.y
    assert (once.x, once.y, last.x, last.y) == (x, y, x, p - y)
    slope = (3 * x * x + domain.a) * pow(2 * y, -1, p) % p
    assert twice.x == (slope * slope - 2 * x) % p
    assert (y * y - x**3 - domain.a * x - domain.b) % p == 0


def test_parameters_that_are_nearly_a_curves_are_refused() -> None:
    """A generator of one's own makes keys of one's own (CVE-2020-0601)."""
    certificate = pki.signer(authority(), key("P-256"), explicit=True)
    size = 32
    generator = next(d for d, c in NAMED.items() if c.name == "secp256r1").x.to_bytes(size)
    assert generator in certificate
    spoilt = certificate.replace(generator, generator[:-1] + bytes([generator[-1] ^ 1]))
    found = read(Chip().files(pki.sod(Chip().groups, key("P-256"), spoilt)))
    assert (found.passive_authentication, found.reasons) == (
        Proof.UNMEASURED,
        ("algorithm_not_supported",),
    )


def test_only_the_security_object_proves_nothing_of_a_person() -> None:
    """Without a data group the signature holds, and the answer says that none was checked."""
    found = read({"SOD": Chip().files()["SOD"]})
    assert found.passive_authentication is Proof.PROVEN
    assert "no_data_group_checked" in found.reasons
    assert found.groups == ()


def test_what_is_missing_is_unmeasured() -> None:
    """No security object, and nobody trusted, are no contradictions."""
    files = Chip().files()
    assert read(files, NOBODY).reasons == ("csca_not_known",)
    del files["SOD"]
    found = read(files)
    assert (found.passive_authentication, found.reasons) == (Proof.UNMEASURED, ("no_sod",))


def other_dg1() -> bytes:
    """Give DG1 of another person."""
    return pki.dg1(pki.ZONE.replace("ANNA", "OLGA"))


def foreign() -> dict[str, bytes]:
    """Give a chip whose DG1 says Germany, signed by Utopia."""
    german = pki.ZONE.replace("P<UTO", "P<D<<")
    return Chip({1: pki.dg1(german)}).files()


def self_made() -> dict[str, bytes]:
    """Give a chip signed under a CA of the same name that nobody trusts."""
    own = pki.csca(key("P-384"))
    return Chip().files(pki.sod(Chip().groups, key(), pki.signer(own, key())))


def signed_with(certificate: bytes, **options: object) -> dict[str, bytes]:
    """Give a chip whose security object was signed under this certificate."""
    return Chip().files(pki.sod(Chip().groups, key(), certificate, **options))  # type: ignore[arg-type]


LIES: dict[str, Callable[[], tuple[dict[str, bytes], str]]] = {
    "another person's DG1": lambda: (Chip().files() | {"DG1": other_dg1()}, "group_hash_wrong"),
    "another group under a name": lambda: (
        Chip().files() | {"DG2": Chip().groups[1]},
        "group_malformed",
    ),
    "a group that nobody signed": lambda: (
        Chip().files() | {"DG11": pki.element(0x6B, b"x")},
        "group_not_listed",
    ),
    "trailing bytes": lambda: (
        Chip().files() | {"DG1": pki.dg1() + b"\0"},
        "group_malformed",
    ),
    "another State's document": lambda: (foreign(), "issuer_not_of_this_state"),
    "a CA of one's own": lambda: (self_made(), "signer_certificate_wrong"),
    "the CA as signer": lambda: (
        Chip().files(pki.sod(Chip().groups, authority().key, authority().der)),
        "signer_not_for_documents",
    ),
    "a web server's certificate": lambda: (
        signed_with(pki.signer(authority(), key(), purpose=True)),
        "signer_not_for_documents",
    ),
    "another's certificate": lambda: (
        signed_with(pki.signer(authority(), key("P-384"))),
        "sod_signature_wrong",
    ),
    "signed before the signer was": lambda: (
        signed_with(pki.signer(authority(), key()), at=datetime(2020, 1, 1, tzinfo=UTC)),
        "signer_not_valid_at_signing",
    ),
    "signed for another purpose": lambda: (
        signed_with(pki.signer(authority(), key()), content_type="2.23.136.1.1.2"),
        "sod_content_type",
    ),
    "a group listed twice": lambda: (
        signed_with(
            pki.signer(authority(), key()),
            content=pki.security_object({1: pki.dg1()}, times=2),
        ),
        "sod_malformed",
    ),
    "an empty list": lambda: (
        signed_with(pki.signer(authority(), key()), content=pki.security_object({})),
        "sod_malformed",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_gets_past(lie: str) -> None:
    """Each fails with its reason, and neither portrait nor group is believed."""
    files, reason = LIES[lie]()
    reading = read_chip(files, trusted(), today=TODAY)
    assert reading.finding.passive_authentication is Proof.FAILED
    assert reason in reading.finding.reasons
    assert reading.finding.groups == ()
    assert reading.portrait is None


def test_a_ca_that_is_none_signs_nobody() -> None:
    """A trusted certificate that says it is no CA is not taken for one."""
    nobody = pki.csca(ca=False)
    files = Chip().files(pki.sod(Chip().groups, key(), pki.signer(nobody, key())))
    assert read(files, trusted(nobody)).passive_authentication is Proof.FAILED


def test_a_flip_of_any_byte_is_refused_or_changes_nothing_that_was_signed() -> None:
    """Every byte of the security object and of DG1, flipped one at a time.

    What stays proven was flipped outside everything signed (CMS repeats its digest algorithm and
    version unsigned): then the groups proven are still exactly those that were given.
    """
    files = Chip({1: pki.dg1()}).files()
    harmless = []
    for name in ("SOD", "DG1"):
        for place in range(len(files[name])):
            spoilt = bytearray(files[name])
            spoilt[place] ^= 0x01
            found = read(files | {name: bytes(spoilt)})
            if found.passive_authentication is Proof.PROVEN:
                harmless.append((name, place))
                assert (found.groups, found.issuer) == ((1,), "UT")
    assert all(name == "SOD" for name, _ in harmless)
    assert len(harmless) < 25


@settings(max_examples=300, deadline=None)
@given(junk=st.binary(max_size=300), name=st.sampled_from(["SOD", "DG1", "DG2", "DG15"]))
def test_junk_proves_nothing_and_raises_nothing(junk: bytes, name: str) -> None:
    """Whatever the bytes are, there is an answer, and it is not proven."""
    files = same_files() | {name: junk, "AA": junk}
    found = read_chip(files, trusted(), today=TODAY, challenge=CHALLENGE).finding
    assert found.passive_authentication is not Proof.PROVEN
    assert found.active_authentication is not Proof.PROVEN


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_cut_or_spoilt_object_proves_nothing_else(data: st.DataObject) -> None:
    """Bytes replaced at random, lengths included, never prove another person's DG1."""
    files = same_files()
    spoilt = bytearray(files["SOD"])
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(spoilt), len(spoilt) // 2]))
    found = read({"SOD": bytes(spoilt[:end]), "DG1": other_dg1()})
    assert found.passive_authentication is not Proof.PROVEN


def active(kind: str, challenge: bytes = CHALLENGE, *, listed: bool = True) -> dict[str, bytes]:
    """Give a chip that answered ``challenge`` with its own key."""
    own, groups = key(kind), {1: pki.dg1()}
    if listed:
        groups[15] = pki.dg15(own)
    answer = _plain(own, challenge) if kind.startswith("P") else _recoverable(own, challenge)
    files = Chip(groups).files()
    return files | {"DG15": pki.dg15(own), "AA": answer} if listed else files | {"AA": answer}


def _plain(own: Key, challenge: bytes) -> bytes:
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(own.sign(challenge, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _recoverable(own: Key, challenge: bytes) -> bytes:
    """Sign by ISO/IEC 9796-2 scheme 1 with SHA-256 (trailer 34CC)."""
    assert isinstance(own, rsa.RSAPrivateKey)
    numbers, size = own.private_numbers(), own.key_size // 8
    message = bytes(size - 1 - 32 - 2)
    digest = hashlib.sha256(message + challenge).digest()
    opened = int.from_bytes(b"\x6a" + message + digest + b"\x34\xcc")
    return pow(opened, numbers.d, numbers.public_numbers.n).to_bytes(size)


@pytest.mark.parametrize("kind", ["P-256", "RSA-2048"])
def test_active_authentication(kind: str) -> None:
    """The right answer to this challenge proves the chip; to another one, it fails."""
    good = read_chip(active(kind), trusted(), today=TODAY, challenge=CHALLENGE).finding
    assert good.active_authentication is Proof.PROVEN
    replayed = active(kind, bytes(8))
    found = read_chip(replayed, trusted(), today=TODAY, challenge=CHALLENGE).finding
    assert found.active_authentication is Proof.FAILED
    assert "active_authentication_wrong" in found.reasons


def test_a_key_that_nobody_signed_proves_no_chip() -> None:
    """An answer counts only where passive authentication covers DG15; unasked, it counts never."""
    found = read_chip(
        active("P-256", listed=False), trusted(), today=TODAY, challenge=CHALLENGE
    ).finding
    assert found.active_authentication is Proof.UNMEASURED
    assert read(active("P-256")).active_authentication is Proof.UNMEASURED
