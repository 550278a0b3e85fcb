"""A verdict's reason for what was no living person before the camera."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

BEFORE = (
    "reason IN ('same_person', 'not_the_same_person', 'document_renewed', 'document_forged', "
    "'document_genuine', 'holder_confirmed', 'holder_objected', 'cannot_tell')"
)
AFTER = (
    "reason IN ('same_person', 'not_the_same_person', 'not_a_living_person', 'document_renewed', "
    "'document_forged', 'document_genuine', 'holder_confirmed', 'holder_objected', 'cannot_tell')"
)


def upgrade() -> None:
    """Let the column hold one word more; every verdict there is stays."""
    # SQLite makes the table anew, and its reflection would leave the other checks behind: so it is
    # told how the table is.
    with op.batch_alter_table("verdicts", copy_from=_verdicts()) as table:
        table.drop_constraint(op.f("ck_verdicts_reason"), type_="check")
        table.create_check_constraint(op.f("ck_verdicts_reason"), sa.text(AFTER))


def _verdicts() -> sa.Table:
    """Give the table as the revisions before leave it."""
    return sa.Table(
        "verdicts",
        sa.MetaData(),
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("decision", NAME, nullable=False),
        sa.Column("staff", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("reason", NAME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('approve', 'refuse')", name=op.f("ck_verdicts_kind")),
        sa.CheckConstraint(BEFORE, name=op.f("ck_verdicts_reason")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_verdicts_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_verdicts")),
        sa.Index(op.f("ix_verdicts_case_id"), "case_id"),
    )
