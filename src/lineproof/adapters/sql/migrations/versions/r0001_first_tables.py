"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table, and the log's beginning."""
    op.create_table(
        "answers",
        sa.Column("client", NAME, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("request_hash", NAME, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("client", "key", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_at"), "answers", ["at"])
    op.create_table(
        "assertions",
        sa.Column("client", NAME, nullable=False),
        sa.Column("jti", NAME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("client", "jti", name=op.f("pk_assertions")),
    )
    op.create_index(op.f("ix_assertions_until"), "assertions", ["until"])
    op.create_table(
        "attempts",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("person", NAME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_at"), "attempts", ["at"])
    op.create_index("ix_attempts_person_at", "attempts", ["person", "at"])
    op.create_table(
        "cases",
        sa.Column("id", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("status", NAME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator", NAME, nullable=False),
        sa.Column("profile", NAME, nullable=False),
        sa.Column("msisdn", NAME, nullable=False),
        sa.Column("iccid", NAME, nullable=True),
        sa.Column("imsi", NAME, nullable=True),
        sa.Column("staff", NAME, nullable=True),
        sa.Column("shop", NAME, nullable=True),
        sa.Column("device", NAME, nullable=True),
        sa.Column("route", NAME, nullable=True),
        sa.Column("person", NAME, nullable=True),
        sa.Column("second_channel", NAME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_before_other_way", sa.Integer(), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("not_before", TIME, nullable=True),
        sa.CheckConstraint(
            _one_of("kind", "new_line sim_replacement transfer port_in recheck lock_release"),
            name=op.f("ck_cases_kind"),
        ),
        sa.CheckConstraint(_one_of("route", "face in_person chip"), name=op.f("ck_cases_route")),
        sa.CheckConstraint(
            _one_of(
                "status",
                "awaiting_holder opened capturing other_way referred approved ordered "
                "unfulfilled issued refused withdrawn expired",
            ),
            name=op.f("ck_cases_status"),
        ),
        sa.CheckConstraint("(iccid IS NULL) = (imsi IS NULL)", name=op.f("ck_cases_sim")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_cases_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"])
    op.create_index("ix_cases_msisdn_status", "cases", ["msisdn", "status"])
    op.create_index("ix_cases_operator_id", "cases", ["operator", "id"])
    op.create_index("ix_cases_person", "cases", ["person"])
    op.create_index("ix_cases_status_expires_at", "cases", ["status", "expires_at"])
    op.create_index("ix_cases_status_not_before", "cases", ["status", "not_before"])
    op.create_table(
        "clients",
        sa.Column("id", NAME, nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
    )
    op.create_table(
        "deployment",
        sa.Column("one_row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", NAME, nullable=False),
        sa.CheckConstraint("one_row = 1", name=op.f("ck_deployment_one_row")),
        sa.PrimaryKeyConstraint("one_row", name=op.f("pk_deployment")),
    )
    op.create_table(
        "lines",
        sa.Column("msisdn", NAME, nullable=False),
        sa.Column("operator", NAME, nullable=False),
        sa.Column("iccid", NAME, nullable=False),
        sa.Column("imsi", NAME, nullable=False),
        sa.Column("holder", NAME, nullable=False),
        sa.Column("status", NAME, nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("second_channel", NAME, nullable=True),
        sa.CheckConstraint("holder <> ''", name=op.f("ck_lines_holder")),
        sa.CheckConstraint(
            _one_of("status", "active barred suspended"), name=op.f("ck_lines_status")
        ),
        sa.PrimaryKeyConstraint("msisdn", name=op.f("pk_lines")),
    )
    op.create_index(op.f("ix_lines_holder"), "lines", ["holder"])
    op.create_table(
        "log",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", NAME, nullable=False),
        sa.Column("actor_kind", NAME, nullable=False),
        sa.Column("actor_id", NAME, nullable=False),
        sa.Column("action", NAME, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", NAME, nullable=False),
        sa.Column("hash", NAME, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log")),
        sa.UniqueConstraint("previous", name=op.f("uq_log_previous")),
    )
    op.create_index(op.f("ix_log_case_id"), "log", ["case_id"])
    op.create_table(
        "log_head",
        sa.Column("one_row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("hash", NAME, nullable=False),
        sa.CheckConstraint("one_row = 1", name=op.f("ck_log_head_one_row")),
        sa.PrimaryKeyConstraint("one_row", name=op.f("pk_log_head")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", NAME, nullable=False),
        sa.Column("topic", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("worker", NAME, nullable=True),
        sa.Column("free_at", TIME, nullable=False),
        sa.Column("code", NAME, nullable=True),
        sa.Column("died_at", TIME, nullable=True),
        sa.CheckConstraint(_one_of("topic", "order notice event"), name=op.f("ck_outbox_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_events",
        "outbox",
        ["free_at", "id"],
        sqlite_where=sa.text("died_at IS NULL AND topic = 'event'"),
        postgresql_where=sa.text("died_at IS NULL AND topic = 'event'"),
    )
    op.create_index(
        "ix_outbox_urgent",
        "outbox",
        ["free_at", "id"],
        sqlite_where=sa.text("died_at IS NULL AND topic <> 'event'"),
        postgresql_where=sa.text("died_at IS NULL AND topic <> 'event'"),
    )
    op.create_table(
        "staff",
        sa.Column("id", NAME, nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.Column("shop", NAME, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            _one_of("role", "agent reviewer auditor admin"), name=op.f("ck_staff_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "challenges",
        sa.Column("id", NAME, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("nonce_hash", NAME, nullable=False),
        sa.Column("binding", NAME, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("spent_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_challenges_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
        sa.UniqueConstraint("nonce_hash", name=op.f("uq_challenges_nonce_hash")),
    )
    op.create_index(op.f("ix_challenges_case_id"), "challenges", ["case_id"])
    op.create_table(
        "consents",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("purpose", NAME, nullable=False),
        sa.Column("text_version", NAME, nullable=False),
        sa.Column("language", NAME, nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.CheckConstraint(
            _one_of("purpose", "face_check keep_template"), name=op.f("ck_consents_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_consents_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_case_id"), "consents", ["case_id"])
    op.create_table(
        "decisions",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("route", NAME, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", NAME, nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=True),
        sa.Column("band", NAME, nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("authority", NAME, nullable=False),
        sa.Column("decided_by", sa.JSON(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.CheckConstraint(
            _one_of("outcome", "approve retry refer refuse"), name=op.f("ck_decisions_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_decisions_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_decisions")),
        sa.UniqueConstraint("id", name=op.f("uq_decisions_id")),
    )
    op.create_index(op.f("ix_decisions_case_id"), "decisions", ["case_id"])
    op.create_table(
        "endpoints",
        sa.Column("id", NAME, nullable=False),
        sa.Column("client", NAME, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed_first", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_second", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["clients.id"], name=op.f("fk_endpoints_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoints")),
    )
    op.create_index(op.f("ix_endpoints_client"), "endpoints", ["client"])
    op.create_table(
        "held",
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_held_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_held")),
    )
    op.create_index(op.f("ix_held_until"), "held", ["until"])
    op.create_table(
        "notices",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("channel", NAME, nullable=False),
        sa.Column("address", NAME, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.CheckConstraint(
            _one_of("channel", "old_sim second_channel"), name=op.f("ck_notices_channel")
        ),
        sa.CheckConstraint(
            _one_of(
                "kind", "change_asked holder_asked recheck_asked lock_released changed refused"
            ),
            name=op.f("ck_notices_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_notices_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_notices")),
        sa.UniqueConstraint("id", name=op.f("uq_notices_id")),
    )
    op.create_index(op.f("ix_notices_case_id"), "notices", ["case_id"])
    op.create_table(
        "orders",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("msisdn", NAME, nullable=False),
        sa.Column("iccid", NAME, nullable=True),
        sa.Column("imsi", NAME, nullable=True),
        sa.Column("old_iccid", NAME, nullable=True),
        sa.Column("old_imsi", NAME, nullable=True),
        sa.Column("until", NAME, nullable=True),
        sa.Column("authority", NAME, nullable=False),
        sa.CheckConstraint(
            _one_of(
                "kind", "activate change_sim change_holder hold_sms bar_outgoing suspend restore"
            ),
            name=op.f("ck_orders_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_orders_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_orders")),
        sa.UniqueConstraint("authority", name=op.f("uq_orders_authority")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_orders_case_id_kind")),
        sa.UniqueConstraint("id", name=op.f("uq_orders_id")),
    )
    op.create_table(
        "passkeys",
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("staff", NAME, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_passkeys_staff")),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkeys")),
    )
    op.create_index(op.f("ix_passkeys_staff"), "passkeys", ["staff"])
    op.create_table(
        "tokens",
        sa.Column("hash", NAME, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("use", NAME, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("spent_at", TIME, nullable=True),
        sa.CheckConstraint(
            _one_of("use", "client_secret session holder objection"), name=op.f("ck_tokens_use")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_tokens_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tokens")),
    )
    op.create_index(op.f("ix_tokens_case_id"), "tokens", ["case_id"])
    op.create_index(op.f("ix_tokens_expires_at"), "tokens", ["expires_at"])
    op.create_table(
        "verdicts",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("decision", NAME, nullable=False),
        sa.Column("staff", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("reason", NAME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint(_one_of("kind", "approve refuse"), name=op.f("ck_verdicts_kind")),
        sa.CheckConstraint(
            _one_of(
                "reason",
                "same_person not_the_same_person document_renewed document_forged "
                "document_genuine holder_confirmed holder_objected cannot_tell",
            ),
            name=op.f("ck_verdicts_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_verdicts_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_case_id"), "verdicts", ["case_id"])
    op.create_table(
        "witnesses",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_id", NAME, nullable=False),
        sa.Column("staff", NAME, nullable=False),
        sa.Column("person", NAME, nullable=False),
        sa.Column("same_person", sa.Boolean(), nullable=False),
        sa.Column("document_valid", sa.Boolean(), nullable=False),
        sa.Column("old_enough", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_witnesses_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_witnesses")),
        sa.UniqueConstraint("case_id", "staff", name=op.f("uq_witnesses_case_id_staff")),
    )
    head = sa.table("log_head", sa.column("one_row"), sa.column("number"), sa.column("hash"))
    op.bulk_insert(head, [{"one_row": 1, "number": 0, "hash": "0" * 64}])


def _one_of(column: str, words: str) -> str:
    listed = ", ".join(f"'{word}'" for word in words.split())
    return f"{column} IN ({listed})"
