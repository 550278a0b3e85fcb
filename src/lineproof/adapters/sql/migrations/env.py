"""What Alembic runs: the revisions, on the connection that schema_version.py opened."""

from __future__ import annotations

from alembic import context

from lineproof.adapters.sql.sql_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes a table by making it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
