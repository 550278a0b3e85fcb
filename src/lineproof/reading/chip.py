"""Reads a chip's files and proves what can be proven of them (ICAO 9303-11, 5.1 and 6.1).

The whole of passive authentication, in order:

1. open EF.SOD and verify its signature with the certificate that came along
2. read the hashes that were signed
3. lead the certificate to a trusted country signing CA
4. hold every data group that was given against its hash
5. hold the issuing State that DG1 names against the CA's country

EF.COM is not believed in anything: nobody signed it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lineproof.domain.document import DETAILS, IDENTITY, PORTRAIT, ChipFinding, Mrz, Proof
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.active_authentication import answered
from lineproof.reading.chip_authentication import key_shown
from lineproof.reading.chip_code import ChipCode, ChipError
from lineproof.reading.data_group_11 import holder_details
from lineproof.reading.der import body_of, well_formed
from lineproof.reading.issuers import Chained, chain, country_of
from lineproof.reading.mrz import parse
from lineproof.reading.security_object import (
    GROUPS,
    LDS_SECURITY_OBJECT,
    TAGS,
    check_group,
    read_security_object,
)
from lineproof.reading.signed_data import Signed, open_signed
from lineproof.reading.states import alpha_2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lineproof.reading.issuers import Trust

SOD_TAG = 0x77
ZONE_TAG = b"\x5f\x1f"
KEY = 15
"""The data group that holds the key of active authentication (DG15)."""

ALGORITHMS = 14
"""The data group that says which algorithms the chip uses, with its key of chip authentication
(DG14)."""

LINE_LENGTHS = {88: 44, 72: 36, 90: 30}
"""Characters of DG1's zone, and of each of its lines (ICAO 9303-10, 4.7.1)."""

MISSING = frozenset({ChipCode.NO_SOD, ChipCode.CSCA_NOT_KNOWN, ChipCode.ALGORITHM_NOT_SUPPORTED})
"""Codes that show nothing either way; every other ChipError is a contradiction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipReading:
    """What was proven, and the portrait group as it was given, for whoever may decode it."""

    finding: ChipFinding
    portrait: bytes | None = field(repr=False)
    """DG2, only where the issuer's signature covers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passive:
    proof: Proof
    reasons: tuple[ChipCode, ...]
    issuer: str | None = None
    groups: tuple[int, ...] = ()


def read_chip(
    files: Mapping[str, bytes],
    trust: Trust,
    *,
    today: date,
    challenge: bytes | None = None,
    secret: bytes | None = None,
) -> ChipReading:
    """Prove what a chip's files prove. ``files`` are named ``SOD``, ``DG1`` to ``DG16``, ``COM``.

    ``files["AA"]`` may hold the chip's answer to ``challenge``, the 8 bytes of active
    authentication, and ``files["CA"]`` its answer to the question that ``secret`` belongs to
    (``chip_authentication.ask``). Both must come from whoever asks for the proof and never from
    the reader: a recorded answer to an old challenge proves nothing. Never raises on bad input.
    """
    given = {n: files[f"DG{n}"] for n in GROUPS if f"DG{n}" in files}
    zone = _zone(given[IDENTITY], today) if IDENTITY in given else Unmeasured("no_dg1")
    try:
        passive = _passive(files.get("SOD"), given, zone, trust)
    except ChipError as error:
        proof = Proof.UNMEASURED if error.code in MISSING else Proof.FAILED
        passive = _Passive(proof=proof, reasons=(error.code,))
    active, why = _active(files.get("AA"), given, challenge, passive)
    chip, why_not = _chip(files.get("CA"), given, secret, passive)
    details = holder_details(given[DETAILS]) if DETAILS in given else Unmeasured("no_dg11")
    unread = [
        each.why
        for number, each in ((IDENTITY, zone), (DETAILS, details))
        if number in given and isinstance(each, Unmeasured)
    ]
    finding = ChipFinding(
        passive_authentication=passive.proof,
        active_authentication=active,
        chip_authentication=chip,
        reasons=tuple(
            dict.fromkeys(str(code) for code in (*passive.reasons, *why, *why_not, *unread))
        ),
        issuer=passive.issuer,
        groups=passive.groups,
        mrz=zone,
        details=details,
    )
    return ChipReading(finding=finding, portrait=given[PORTRAIT] if _covers(passive) else None)


def _covers(passive: _Passive) -> bool:
    return passive.proof is Proof.PROVEN and PORTRAIT in passive.groups


def _passive(
    sod: bytes | None, given: Mapping[int, bytes], zone: Finding[Mrz], trust: Trust
) -> _Passive:
    # 1. The signature. Whose certificate it is, is asked later.
    if sod is None:
        raise ChipError(ChipCode.NO_SOD)
    signed = open_signed(_contents(sod), LDS_SECURITY_OBJECT)

    # 2. What was signed, and 4. whether that is what was given. Nobody's trust is needed for
    # that, so a group that was changed fails even where the issuer is not known.
    hashes = read_security_object(signed.content)
    wrong = [check_group(number, stored, hashes) for number, stored in given.items()]
    if reasons := tuple(dict.fromkeys(code for code in wrong if code is not None)):
        return _Passive(proof=Proof.FAILED, reasons=reasons)

    # 3. Who signed.
    chained = chain(signed.signer, trust, signed_at=signed.signing_time)

    # 5. A State signs its own documents only.
    country = country_of(chained.csca)
    if not _of_state(zone, country):
        return _Passive(
            proof=Proof.FAILED, reasons=(ChipCode.ISSUER_NOT_OF_THIS_STATE,), issuer=country
        )
    return _Passive(
        proof=Proof.PROVEN,
        reasons=_worth_knowing(signed, chained, given),
        issuer=country,
        groups=tuple(sorted(given)),
    )


def _contents(sod: bytes) -> bytes:
    """Take EF.SOD's own tag away (ICAO 9303-10, 4.6.2)."""
    if not well_formed(sod) or sod[0] != SOD_TAG:
        raise ChipError(ChipCode.SOD_MALFORMED)
    return body_of(sod)


def _zone(group: bytes, today: date) -> Finding[Mrz]:
    """Parse the zone in DG1: 61 { 5F1F characters }."""
    if not well_formed(group) or group[0] != TAGS[IDENTITY - 1]:
        return Unmeasured("dg1_malformed")
    inner = body_of(group)
    if not inner.startswith(ZONE_TAG):
        return Unmeasured("dg1_malformed")
    # The tag's second byte stands where body_of expects the first: both have one length after it.
    text = body_of(inner[1:]).decode("ascii", errors="replace")
    if len(text) not in LINE_LENGTHS:
        return Unmeasured("dg1_malformed")
    length = LINE_LENGTHS[len(text)]
    return parse([text[at : at + length] for at in range(0, len(text), length)], today=today)


def _of_state(zone: Finding[Mrz], country: str) -> bool:
    """Whether DG1's issuing State is the CA's country; true where DG1 tells none to compare."""
    if isinstance(zone, Unmeasured):
        return True
    state = zone.value.fields.get("issuing_state", Unmeasured("not_settled"))
    told = alpha_2(state.value) if isinstance(state, Measured) else None
    return told is None or told == country


def _worth_knowing(
    signed: Signed, chained: Chained, given: Mapping[int, bytes]
) -> tuple[ChipCode, ...]:
    noted = {
        ChipCode.NO_DATA_GROUP_CHECKED: not given,
        ChipCode.WEAK_ALGORITHM: signed.weak or chained.weak,
        ChipCode.SIGNING_TIME_UNKNOWN: signed.signing_time is None,
        ChipCode.REVOCATION_NOT_CHECKED: not chained.revocation_checked,
    }
    return tuple(code for code, holds in noted.items() if holds)


def _active(
    response: bytes | None,
    given: Mapping[int, bytes],
    challenge: bytes | None,
    passive: _Passive,
) -> tuple[Proof, tuple[ChipCode, ...]]:
    """Verify the chip's answer to a challenge, with a key that the issuer signed."""
    if response is None or challenge is None:
        return Proof.UNMEASURED, ()
    if passive.proof is not Proof.PROVEN or KEY not in passive.groups:
        return Proof.UNMEASURED, (ChipCode.ACTIVE_AUTHENTICATION_KEY_NOT_SIGNED,)
    try:
        good = answered(body_of(given[KEY]), challenge, response, given.get(ALGORITHMS))
    except ChipError as error:
        return Proof.UNMEASURED, (error.code,)
    if good:
        return Proof.PROVEN, ()
    return Proof.FAILED, (ChipCode.ACTIVE_AUTHENTICATION_WRONG,)


def _chip(
    response: bytes | None,
    given: Mapping[int, bytes],
    secret: bytes | None,
    passive: _Passive,
) -> tuple[Proof, tuple[ChipCode, ...]]:
    """Verify the chip's answer within the session that it opened, with a key the issuer signed."""
    if response is None or secret is None:
        return Proof.UNMEASURED, ()
    if passive.proof is not Proof.PROVEN or ALGORITHMS not in passive.groups:
        return Proof.UNMEASURED, (ChipCode.CHIP_AUTHENTICATION_KEY_NOT_SIGNED,)
    try:
        good = key_shown(given[ALGORITHMS], secret, response)
    except ChipError as error:
        return Proof.UNMEASURED, (error.code,)
    if good:
        return Proof.PROVEN, ()
    return Proof.FAILED, (ChipCode.CHIP_AUTHENTICATION_WRONG,)


def without_portrait(reading: ChipReading) -> ChipReading:
    """Let go of the portrait group once it has been decoded."""
    return replace(reading, portrait=None)
