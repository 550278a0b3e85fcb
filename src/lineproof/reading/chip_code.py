"""Why a chip failed, was not measured, or deserves a look; stable, listed in docs/reasons.md."""

from __future__ import annotations

from enum import StrEnum


class ChipCode(StrEnum):
    """What is said about a chip's files and their signatures."""

    # The files contradict each other or themselves: passive authentication failed.
    SOD_MALFORMED = "sod_malformed"
    SOD_NOT_SIGNED_ONCE = "sod_not_signed_once"
    SOD_CONTENT_TYPE = "sod_content_type"
    SOD_DIGEST_WRONG = "sod_digest_wrong"
    SOD_SIGNATURE_WRONG = "sod_signature_wrong"
    SIGNER_CERTIFICATE_MISSING = "signer_certificate_missing"
    SIGNER_CERTIFICATE_WRONG = "signer_certificate_wrong"
    SIGNER_NOT_FOR_DOCUMENTS = "signer_not_for_documents"
    SIGNER_NOT_VALID_AT_SIGNING = "signer_not_valid_at_signing"
    SIGNER_REVOKED = "signer_revoked"
    ISSUER_NOT_OF_THIS_STATE = "issuer_not_of_this_state"
    GROUP_MALFORMED = "group_malformed"
    GROUP_NOT_LISTED = "group_not_listed"
    GROUP_HASH_WRONG = "group_hash_wrong"
    # Something is missing: nothing is shown either way.
    NO_SOD = "no_sod"
    CSCA_NOT_KNOWN = "csca_not_known"
    ALGORITHM_NOT_SUPPORTED = "algorithm_not_supported"
    # Proven, and worth knowing.
    NO_DATA_GROUP_CHECKED = "no_data_group_checked"
    REVOCATION_NOT_CHECKED = "revocation_not_checked"
    SIGNING_TIME_UNKNOWN = "signing_time_unknown"
    WEAK_ALGORITHM = "weak_algorithm"
    # Active and chip authentication.
    ACTIVE_AUTHENTICATION_WRONG = "active_authentication_wrong"
    ACTIVE_AUTHENTICATION_KEY_NOT_SIGNED = "active_authentication_key_not_signed"
    CHIP_AUTHENTICATION_WRONG = "chip_authentication_wrong"
    CHIP_AUTHENTICATION_KEY_NOT_SIGNED = "chip_authentication_key_not_signed"
    CHIP_AUTHENTICATION_KEY_MISSING = "chip_authentication_key_missing"


class ChipError(Exception):
    """Carries a code out of the depths of a parser. It never leaves the reading of the chip."""

    def __init__(self, code: ChipCode) -> None:
        super().__init__(code)
        self.code = code


MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What asn1crypto raises, as late as an element is first touched, for what is no such structure."""
