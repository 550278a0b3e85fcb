"""Where the data for measuring lie; nothing of them is in the repository."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("LINEPROOF_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data"
PACKS = SHARED / "packs"
OUT = ROOT / "out" / "bench"
EXAMPLES = ROOT / "src" / "lineproof" / "packs" / "examples"
