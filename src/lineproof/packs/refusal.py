"""Why a pack is not used: a value with a stable code and one sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

PackCode: TypeAlias = Literal[
    "ocr_altered",
    "ocr_missing",
    "pack_carried",
    "pack_disk_full",
    "pack_download_cut",
    "pack_download_refused",
    "pack_download_stalled",
    "pack_exists",
    "pack_family_not_runnable",
    "pack_file_changed",
    "pack_file_missing",
    "pack_file_unreadable",
    "pack_manifest_invalid",
    "pack_manifest_missing",
    "pack_missing",
    "pack_model_broken",
    "pack_model_mismatch",
    "pack_name_reserved",
    "pack_no_network",
    "pack_not_writable",
    "pack_redirect_refused",
    "pack_role_missing",
    "pack_setting_missing",
    "pack_too_large",
    "pack_unknown_name",
    "pack_wrong_hash",
    "pack_wrong_size",
    "text_finder_altered",
    "text_finder_missing",
]
"""Every code that a pack can be refused with; docs/pack-format.md explains each. The recognisers
that read documents are in no pack, and are missing or altered under codes of their own."""


@dataclass(frozen=True, slots=True)
class PackRefused:
    """A pack, or one step with it, was refused: ``code`` for programs, ``sentence`` for people."""

    code: PackCode
    sentence: str
