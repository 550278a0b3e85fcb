from __future__ import annotations

import re
from pathlib import Path

from lineproof.domain.policy import ReasonCode
from lineproof.face.picture import UnreadableCode
from lineproof.reading.chip_code import ChipCode
from lineproof.reading.record_code import RecordCode

ROOT = Path(__file__).parent.parent
SOURCES = (ROOT / "src" / "lineproof").rglob("*.py")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def test_every_reason_and_code_is_documented() -> None:
    """A code that a caller can meet stands in docs/reasons.md."""
    text = (ROOT / "docs" / "reasons.md").read_text("utf-8")
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    codes = {str(code) for code in (*ReasonCode, *UnreadableCode)}
    codes |= set(re.findall(r'Unmeasured\("([a-z_]+)"', source))
    codes |= {str(code) for code in (*ChipCode, *RecordCode)}
    codes |= set(re.findall(r'Unreadable\(\s*"([a-z_0-9]+)"', source))
    codes |= set(re.findall(r'Unusable\(\s*"([a-z_]+)"', source))
    codes |= set(re.findall(r'stop\(\s*Exit\.[A-Z_]+, "([a-z_]+)"', source))
    assert len(codes) > 40
    assert sorted(code for code in codes if f"`{code}`" not in text) == []


def test_every_link_leads_somewhere() -> None:
    """A reader who follows a link arrives."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_tests_run_what_the_readme_says() -> None:
    """Continuous integration runs the README's own test command."""
    assert "make test" in (ROOT / "README.md").read_text("utf-8")
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")
