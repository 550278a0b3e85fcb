"""Whether a message of the outbox was begun: until then a line's lock stops its order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what waits from before counts as begun, for nobody knows that it was not."""
    op.add_column("outbox", sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE outbox SET begun_at = due_at WHERE topic = 'order'")
