"""Indexes by which it is found whether a SIM is taken."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the indexes."""
    for table in ("cases", "lines"):
        for column in ("iccid", "imsi"):
            op.create_index(f"ix_{table}_{column}", table, [column])
