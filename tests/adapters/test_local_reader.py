from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

import lineproof
from lineproof.adapters import page_sight
from lineproof.adapters.local_reader import LocalReader
from lineproof.adapters.page_sight import begin_reading
from lineproof.domain.document import MrzFormat, PortraitSource, Proof, Strength, facts, strength
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.packs.refusal import PackRefused
from lineproof.ports import DocumentReading, PageRefused, Site
from lineproof.reading.csca_store import import_file
from lineproof.reading.ocr import open_ocr
from lineproof.specimen import specimen_document
from lineproof.specimen_zone import Holder
from lineproof.wiring import reader_for
from tests.reading import pki
from tests.samples import document, engine, photograph, stored

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)
ROSSI = Holder(surname="ROSSI")


def reader(csca: Path | None = None) -> LocalReader:
    """Give the reader of this installation, trusting the CAs of one folder."""
    found = reader_for(engine())
    if isinstance(found, PackRefused):
        pytest.skip(f"the text recogniser is not here ({found.code}): make test installs it")
    return LocalReader(recognisers=found.recognisers, detector=found.detector, csca=csca)


def read(
    *pages: bytes, chip: dict[str, bytes] | None = None, csca: Path | None = None
) -> DocumentReading:
    """Read pages and a chip that can be read."""
    found = reader(csca).read(pages, chip=chip or {}, today=TODAY)
    assert isinstance(found, DocumentReading)
    return found


def chip_of(portrait: bytes) -> tuple[dict[str, bytes], bytes]:
    """Give a chip of Utopia with this portrait, and its CA; its zone is the specimen's."""
    key, issuer = ec.generate_private_key(ec.SECP256R1()), pki.csca()
    groups = {1: pki.dg1(), 2: portrait}
    sod = pki.sod(groups, key, pki.signer(issuer, key))
    return {"SOD": sod, "DG1": groups[1], "DG2": groups[2]}, issuer.der


def test_a_specimen_page_is_read() -> None:
    """The zone's checked fields and the portrait are found; a photograph is weak, and says so."""
    found = read(document())
    assert isinstance(found.finding.mrz, Measured)
    assert found.finding.mrz.value.proven
    told = {fact.name: fact.value for fact in facts(found.finding)}
    assert told["document_number"] == "L898902C3"
    assert told["date_of_expiry"] == "2032-04-15"
    assert found.finding.portrait == Measured(PortraitSource.PAGE)
    assert strength(found.finding) is Strength.WEAK


def test_the_print_is_held_against_the_zone() -> None:
    """On the specimen every printed field agrees; a page that prints another name is found out."""
    genuine = read(document()).finding.printed
    assert isinstance(genuine, Measured)
    assert [(each.name, each.agrees) for each in genuine.value] == [
        ("document_number", True),
        ("surname", True),
        ("given_names", True),
        ("date_of_birth", True),
        ("date_of_expiry", True),
    ]
    portrait = np.full((90, 70, 3), 90, dtype=np.uint8)
    pages = [
        np.asarray(specimen_document(MrzFormat.TD3, holder, portrait)[0]).copy()
        for holder in (ROSSI, replace(ROSSI, surname="THIEF"))
    ]
    pages[1][-16 * 22 :] = pages[0][-16 * 22 :]
    forged = read(stored(Image.fromarray(pages[1]))).finding
    assert isinstance(forged.printed, Measured)
    assert [each.name for each in forged.printed.value if not each.agrees] == ["surname"]


def test_a_cards_front_is_held_against_the_zone_on_its_back() -> None:
    """In either order, a front that goes with the back agrees, and another one is found out."""
    portrait = np.full((90, 70, 3), 90, dtype=np.uint8)
    front, back = (stored(side) for side in specimen_document(MrzFormat.TD1, ROSSI, portrait))
    other = replace(ROSSI, surname="THIEF", number="X123456W9")
    forged = stored(specimen_document(MrzFormat.TD1, other, portrait)[0])
    for pages in ((front, back), (back, front)):
        printed = read(*pages).finding.printed
        assert isinstance(printed, Measured)
        assert [each.agrees for each in printed.value] == [True] * 5
    printed = read(forged, back).finding.printed
    assert isinstance(printed, Measured)
    wrong = [each.name for each in printed.value if not each.agrees]
    assert wrong == ["document_number", "surname"]
    assert read(back).finding.printed == Unmeasured("print_on_other_side")


def test_what_was_begun_on_other_pages_is_not_used() -> None:
    """A reading that was begun counts for the very pages it is of, and for no others."""
    made = reader()
    begun = begin_reading([photograph("obama.jpg")], made.recognisers, today=TODAY)
    found = replace(made, begun=begun).read([document()], chip={}, today=TODAY)
    assert isinstance(found, DocumentReading)
    assert isinstance(found.finding.mrz, Measured)


def test_a_missing_recogniser_is_refused_under_its_own_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No pack is blamed for a file that no pack holds."""
    (tmp_path / "other.onnx").write_bytes(b"other")
    for name, code in (("none.onnx", "ocr_missing"), ("other.onnx", "ocr_altered")):
        monkeypatch.setattr(page_sight, "open_ocr", partial(open_ocr, tmp_path / name))
        refused = page_sight.open_recognisers()
        assert isinstance(refused, PackRefused)
        assert refused.code == code


def test_a_face_alone_is_no_document() -> None:
    """A photograph of a person has no zone, and nothing of it is proven."""
    found = read(photograph("obama.jpg"))
    assert found.finding.mrz == Unmeasured("no_mrz")
    assert strength(found.finding) is Strength.NONE


def test_the_chips_zone_is_held_against_the_pages(tmp_path: Path) -> None:
    """A signed chip of another document than the one photographed makes both worthless."""
    files, csca = chip_of(pki.element(0x75, b"no portrait"))
    import_file(csca, tmp_path, root=None)
    alone = read(chip=files, csca=tmp_path)
    assert strength(alone.finding) is Strength.STRONG
    other = {"DG1": pki.dg1(pki.ZONE.replace("L898902C36UTO7408122F", "D231458907UTO7408122F"))}
    key, issuer = ec.generate_private_key(ec.SECP256R1()), pki.csca()
    other["SOD"] = pki.sod({1: other["DG1"]}, key, pki.signer(issuer, key))
    import_file(issuer.der, tmp_path, root=None)
    both = read(document(), chip=other, csca=tmp_path)
    assert isinstance(both.finding.chip, Measured)
    assert both.finding.chip.value.passive_authentication is Proof.PROVEN
    assert strength(both.finding) is Strength.NONE


def test_a_chip_with_an_unusable_portrait_does_not_fall_back_to_the_page(tmp_path: Path) -> None:
    """Where the issuer signed a portrait, a face on the page counts for nothing."""
    files, csca = chip_of(pki.element(0x75, b"no portrait"))
    import_file(csca, tmp_path, root=None)
    found = read(document(), chip=files, csca=tmp_path)
    assert isinstance(found.finding.portrait, Unmeasured)
    assert found.portrait is None


def test_a_page_that_cannot_be_read_is_named() -> None:
    """The caller learns which of the pictures it was."""
    found = reader().read([document(), b"%PDF-1.7 junk"], chip={}, today=TODAY)
    assert isinstance(found, PageRefused)
    assert (found.page, found.why.code) == (1, "image_format_unsupported")


def test_the_library_gives_facts_and_no_portrait() -> None:
    """`read_document` has the finding; no picture of a face leaves it."""
    site = Site(engine=engine(), reader=reader())
    found = lineproof.read_document(document(), today=TODAY, site=site)
    assert isinstance(found, lineproof.DocumentFinding)
    rules = lineproof.DocumentRules(
        least_strength=Strength.STRONG, accepted_types=("",), least_age=18, validity_required=True
    )
    decided = lineproof.decide_on_document(found, rules, today=TODAY)
    assert [str(reason) for reason in decided.reasons] == ["document_too_weak.strong"]
    refused = lineproof.read_document([b"junk"], today=TODAY, site=site)
    assert isinstance(refused, lineproof.PictureRefused)
