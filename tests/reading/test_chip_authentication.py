"""Chip authentication against a simulated chip, and secure messaging against the standard's own."""

from __future__ import annotations

from functools import lru_cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from lineproof.domain.document import ChipFinding, Proof
from lineproof.reading.chip import read_chip
from lineproof.reading.chip_authentication import ChipQuestion, ask, key_shown
from lineproof.reading.chip_code import ChipCode, ChipError
from lineproof.reading.issuers import NOBODY
from lineproof.reading.secure_messaging import (
    AES_128,
    TRIPLE_DES,
    code_key,
    protected_command,
    response_holds,
)
from lineproof.reading.security_infos import chip_key
from tests.reading import pki
from tests.reading.simulated_chip import SimulatedChip
from tests.reading.test_chip import TODAY, Chip, trusted
from tests.samples import SHARED

CURVES: dict[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-521": ec.SECP521R1(),
    "BP-256": ec.BrainpoolP256R1(),
    "BP-512": ec.BrainpoolP512R1(),
}


@lru_cache(maxsize=8)
def key(kind: str = "P-256") -> ec.EllipticCurvePrivateKey:
    """Give a chip's key on one curve, the same throughout."""
    return ec.generate_private_key(CURVES[kind])


def question(chip: SimulatedChip) -> ChipQuestion:
    """Ask what DG14 allows."""
    found = ask(chip.dg14())
    assert found is not None
    return found


def read(
    chip: SimulatedChip, response: bytes, secret: bytes | None, **spoilt: bytes
) -> ChipFinding:
    """Read the chip's signed files with its answer."""
    files = Chip({1: pki.dg1(), 14: chip.dg14()}).files() | {"CA": response} | spoilt
    return read_chip(files, trusted(), today=TODAY, secret=secret).finding


@pytest.mark.parametrize("cipher", [1, 2, 3, 4])
@pytest.mark.parametrize("curve", CURVES)
def test_the_chip_that_holds_the_key_is_proven(cipher: int, curve: str) -> None:
    """Triple DES and AES of three lengths, on curves of both families."""
    chip = SimulatedChip(key(curve), cipher)
    asked = question(chip)
    found = read(chip, chip.answer(asked.opening, asked.protected), asked.secret)
    assert (found.passive_authentication, found.chip_authentication) == (Proof.PROVEN,) * 2
    assert "key" not in repr(asked)


def test_a_chip_with_numbered_keys_is_told_which() -> None:
    """The number in DG14 goes out with the question, for either way of asking."""
    for cipher in (1, 2):
        chip = SimulatedChip(key(), cipher, identifier=0xC3)
        asked = question(chip)
        answer = chip.answer(asked.opening, asked.protected)
        assert read(chip, answer, asked.secret).chip_authentication is Proof.PROVEN


def test_of_several_keys_the_one_of_the_strongest_cipher_is_asked_for() -> None:
    """A cipher goes with the key of its own number, whichever stands first."""
    older = SimulatedChip(key("P-256"), 1, identifier=1)
    newer = SimulatedChip(key("BP-256"), 4, identifier=2)
    for infos in (older.infos() + newer.infos(), newer.infos() + older.infos()):
        group = pki.element(0x6E, pki.element(0x31, infos))
        asked = ask(group)
        assert asked is not None
        assert key_shown(group, asked.secret, newer.answer(asked.opening, asked.protected))


def test_a_chip_that_names_no_cipher_is_asked_in_triple_des() -> None:
    """A key without a protocol beside it is an older chip's."""
    chip = SimulatedChip(key(), 1, says_cipher=False)
    asked = question(chip)
    answer = chip.answer(asked.opening, asked.protected)
    assert read(chip, answer, asked.secret).chip_authentication is Proof.PROVEN


@pytest.mark.parametrize("cipher", [1, 2])
def test_a_copy_without_the_key_fails(cipher: int) -> None:
    """Signed files on another chip: it cannot open the session, and cannot make up an answer."""
    copied, own = SimulatedChip(key(), cipher), ec.generate_private_key(ec.SECP256R1())
    asked = question(copied)
    wrong = SimulatedChip(own, cipher).answer(asked.opening, asked.protected)
    forged = asked.protected[5:-1] + b"\x90\x00"
    for answer in (wrong, forged, b"", b"\x90\x00", b"\x99\x02\x90\x00\x8e\x08" + bytes(10)):
        found = read(copied, answer, asked.secret)
        assert found.chip_authentication is Proof.FAILED
        assert "chip_authentication_wrong" in found.reasons


@pytest.mark.parametrize("cipher", [1, 2])
def test_a_recorded_answer_fails_under_a_fresh_question(cipher: int) -> None:
    """The right chip's answer of yesterday does not answer today's question."""
    chip = SimulatedChip(key(), cipher)
    yesterday, today = question(chip), question(chip)
    recorded = chip.answer(yesterday.opening, yesterday.protected)
    assert read(chip, recorded, yesterday.secret).chip_authentication is Proof.PROVEN
    assert read(chip, recorded, today.secret).chip_authentication is Proof.FAILED


@pytest.mark.parametrize("cipher", [1, 2])
def test_no_bit_of_an_answer_may_differ(cipher: int) -> None:
    """The code covers data and status, and the status in the open is the covered one."""
    chip = SimulatedChip(key(), cipher)
    asked = question(chip)
    answer = chip.answer(asked.opening, asked.protected)
    for place in range(8 * len(answer)):
        spoilt = bytearray(answer)
        spoilt[place // 8] ^= 1 << place % 8
        assert not key_shown(chip.dg14(), asked.secret, bytes(spoilt))


def test_unasked_or_unsigned_it_is_not_measured() -> None:
    """Without our secret, without DG14 under the issuer's signature, or without trust: nothing."""
    chip = SimulatedChip(key())
    asked = question(chip)
    answer = chip.answer(asked.opening, asked.protected)
    assert read(chip, answer, None).chip_authentication is Proof.UNMEASURED
    nobody = Chip({1: pki.dg1(), 14: chip.dg14()}).files() | {"CA": answer}
    without = Chip({1: pki.dg1()}).files() | {"CA": answer}
    for files, trust in ((nobody, NOBODY), (without, trusted())):
        found = read_chip(files, trust, today=TODAY, secret=asked.secret).finding
        assert found.chip_authentication is Proof.UNMEASURED
        assert "chip_authentication_key_not_signed" in found.reasons


def test_another_dg14_than_the_signed_one_fails_the_chip() -> None:
    """An attacker's own DG14, for which it has the key, is not the one that was signed."""
    genuine, own = SimulatedChip(key()), SimulatedChip(ec.generate_private_key(ec.SECP256R1()))
    asked = question(own)
    answer = own.answer(asked.opening, asked.protected)
    found = read(genuine, answer, asked.secret, DG14=own.dg14())
    assert found.passive_authentication is Proof.FAILED
    assert found.chip_authentication is Proof.UNMEASURED


def test_a_secret_of_another_curve_or_none_fails() -> None:
    """What is no private key on the chip's curve answers nothing."""
    chip, other = SimulatedChip(key()), SimulatedChip(key("BP-256"))
    asked = question(chip)
    answer = chip.answer(asked.opening, asked.protected)
    for secret in (question(other).secret, b"", b"\x30\x00", asked.secret[:-1]):
        assert not key_shown(chip.dg14(), secret, answer)


def test_a_dg14_without_such_a_key_is_not_measured() -> None:
    """Only PACE in it: there is nothing to ask, and an answer counts for nothing."""
    pace = pki.element(0x30, bytes.fromhex("060A04007F00070202040202020102 02010D"))
    group = pki.element(0x6E, pki.element(0x31, pace))
    assert ask(group) is None
    files = Chip({1: pki.dg1(), 14: group}).files() | {"CA": bytes(30)}
    found = read_chip(files, trusted(), today=TODAY, secret=b"x").finding
    assert found.chip_authentication is Proof.UNMEASURED
    assert "chip_authentication_key_missing" in found.reasons


def test_the_standard_s_worked_examples() -> None:
    """ICAO 9303-11: keys of appendix G.1, a command and two responses of appendix D.4."""
    shared = "28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925"
    found = code_key(AES_128, bytes.fromhex(shared))
    assert found.hex().upper() == "FE251C7858B356B24514B3BD5F4297D1"
    code, counter = bytes.fromhex("F1CB1F1FB5ADF208806B89DC579DC1F8"), 0x887022120C06C226
    command = protected_command(TRIPLE_DES, code, bytes.fromhex("00B00000"), 4, counter + 2)
    assert command.hex().upper() == "0CB000000D9701048E08ED6705417E96BA5500"
    selected = bytes.fromhex("990290008E08FA855A5D4C50A8ED9000")
    told = bytes.fromhex("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000")
    assert response_holds(TRIPLE_DES, code, selected, counter + 1)
    assert response_holds(TRIPLE_DES, code, told, counter + 3)
    assert not response_holds(TRIPLE_DES, code, told, counter + 1)


def test_published_groups_give_their_key_or_say_that_it_is_not_read() -> None:
    """The standard's example is AES-256 on a Brainpool curve; the BSI's is a curve not read."""
    folder = SHARED / "data" / "emrtd"
    if not folder.is_dir():
        pytest.skip("the published data groups are not here")
    found = chip_key((folder / "icao9303p10_sample" / "EF.DG14.bin").read_bytes())
    assert found is not None
    assert (found.key.curve.name, found.protocol[-1]) == ("brainpoolP384r1", "4")
    with pytest.raises(ChipError) as caught:
        chip_key((folder / "bsi_tr03105_5" / "Datagroup14.bin").read_bytes())
    assert caught.value.code is ChipCode.ALGORITHM_NOT_SUPPORTED


@settings(max_examples=200, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), value=st.binary(min_size=1, max_size=4))
def test_a_broken_dg14_is_a_code(place: float, value: bytes) -> None:
    """Whatever is broken in it, there is a key, none, or a stable code."""
    group = bytearray(SimulatedChip(key(), 2, identifier=7).dg14())
    at = int(place * len(group))
    group[at : at + len(value)] = value
    assert chosen(bytes(group)) in {"secp256r1", "none", *ChipCode}


def chosen(group: bytes) -> str:
    """Give the curve of the key that is chosen, ``none``, or why there can be none."""
    try:
        found = chip_key(group)
    except ChipError as error:
        return error.code
    return "none" if found is None else found.key.curve.name
