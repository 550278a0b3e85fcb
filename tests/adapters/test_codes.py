from __future__ import annotations

import re
from pathlib import Path

from lineproof.domain.case import Status

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    *(ROOT / "src" / "lineproof" / "adapters" / "operators").glob("*.py"),
    *(ROOT / "src" / "lineproof" / "adapters").glob("*.py"),
]
CODE = re.compile(r'(?:Unavailable|Rejected|UrlRefused)\(\s*"([a-z_]+)"')


def test_every_code_of_the_network_and_of_posts_is_documented() -> None:
    """An engineer who meets a code in the outbox or in a case finds it in docs/reasons.md."""
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    codes = set(CODE.findall(source)) | {"tls_failed", "unreachable", "answered_NNN"}
    text = (ROOT / "docs" / "reasons.md").read_text("utf-8")
    assert len(codes) > 20
    assert sorted(code for code in codes if f"`{code}`" not in text) == []


def test_every_event_type_is_documented() -> None:
    """Whoever receives webhooks finds every status that may follow `org.lineproof.case.`."""
    text = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
    assert [str(status) for status in Status if f"`{status}`" not in text] == []
