"""Which script a challenge asks for, and the public key of a session that signs its answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; what was asked before asks for no script."""
    op.add_column("tokens", sa.Column("capture_key", NAME, nullable=True))
    # The check in the column itself: SQLite would make the table anew for one beside it.
    ordered = 'COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(
        f"ALTER TABLE challenges ADD COLUMN variant TEXT {ordered} CONSTRAINT "
        "ck_challenges_variant CHECK (variant IN ('full', 'calm', 'still', 'assisted'))"
    )
