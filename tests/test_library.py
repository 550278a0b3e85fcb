from __future__ import annotations

import pytest

import lineproof
from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.adapters.unread_documents import UnreadDocuments


def test_one_picture_instead_of_a_list_is_an_error() -> None:
    """A text is a sequence of texts: each letter would be looked for as a file."""
    site = lineproof.Site(
        engine=SimulatedEngine(sights={}, band=lineproof.Unmeasured("x")),
        reader=UnreadDocuments(),
    )
    for live in ("selfie.jpg", b"selfie"):
        with pytest.raises(TypeError, match="list of pictures"):
            lineproof.verify(
                document=b"id",
                live=live,  # type: ignore[arg-type]
                policy=lineproof.two_pictures(),
                site=site,
            )
