"""Since when an endpoint is gone: it answered 410, and its system may switch it on again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; what was taken out before stays taken out."""
    op.add_column("endpoints", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
