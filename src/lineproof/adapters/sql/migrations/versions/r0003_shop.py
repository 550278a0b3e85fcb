"""An index for a shop's open cases."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_cases_shop_status_id", "cases", ["shop", "status", "id"])
