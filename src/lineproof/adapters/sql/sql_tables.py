"""Every table there is. No column holds a picture, an embedding, a score or a document number.

The columns of bytes are what the Sealer closed, and what a passkey shows of itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineproof.adapters.sql.column_types import Name, Sequence, Utc
from lineproof.domain.case import Kind, Route, Status
from lineproof.domain.consent import Purpose
from lineproof.domain.line import LineStatus
from lineproof.domain.notice import NoticeKind
from lineproof.domain.order import OrderKind
from lineproof.domain.profile import Channel
from lineproof.domain.reason import Outcome
from lineproof.domain.review import VerdictKind, VerdictReason
from lineproof.domain.script import Variant
from lineproof.domain.staff import Role
from lineproof.domain.token import TokenUse
from lineproof.storage_records import Topic

if TYPE_CHECKING:
    from collections.abc import Iterable

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _one_of(column: str, values: Iterable[str]) -> sa.CheckConstraint:
    """Let a column hold no word that the code does not know."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def _number() -> sa.Column[int]:
    return sa.Column("n", Sequence, primary_key=True, autoincrement=True)


def _of_case(*, index: bool = True) -> sa.Column[str]:
    """Give the column of a row that is deleted with its case."""
    kept_by = sa.ForeignKey("cases.id", ondelete="CASCADE")
    return sa.Column("case_id", Name, kept_by, nullable=False, index=index)


CASES = sa.Table(
    "cases",
    METADATA,
    sa.Column("id", Name, primary_key=True),
    sa.Column("kind", Name, nullable=False),
    sa.Column("status", Name, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("operator", Name, nullable=False),
    sa.Column("profile", Name, nullable=False),
    sa.Column("msisdn", Name, nullable=False),
    sa.Column("iccid", Name),
    sa.Column("imsi", Name),
    sa.Column("staff", Name),
    sa.Column("shop", Name),
    sa.Column("device", Name),
    sa.Column("route", Name),
    sa.Column("person", Name),
    sa.Column("second_channel", Name),
    sa.Column("attempts", sa.Integer, nullable=False),
    # Captures begun before the face check was first left: for counting, not part of the case.
    sa.Column("attempts_before_other_way", sa.Integer),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("not_before", Utc),
    _one_of("kind", Kind),
    _one_of("status", Status),
    _one_of("route", Route),
    sa.CheckConstraint("attempts >= 0", name="attempts"),
    sa.CheckConstraint("(iccid IS NULL) = (imsi IS NULL)", name="sim"),
    sa.Index("ix_cases_operator_id", "operator", "id"),
    # Of a shop only what is open is asked for, of its thousands.
    sa.Index("ix_cases_shop_status_id", "shop", "status", "id"),
    sa.Index("ix_cases_status_expires_at", "status", "expires_at"),
    sa.Index("ix_cases_status_not_before", "status", "not_before"),
    sa.Index("ix_cases_person", "person"),
    sa.Index("ix_cases_iccid", "iccid"),
    sa.Index("ix_cases_imsi", "imsi"),
    sa.Index("ix_cases_msisdn_status", "msisdn", "status"),
    sa.Index("ix_cases_opened_at", "opened_at"),
)

CONSENTS = sa.Table(
    "consents",
    METADATA,
    _number(),
    _of_case(),
    sa.Column("purpose", Name, nullable=False),
    sa.Column("text_version", Name, nullable=False),
    sa.Column("language", Name, nullable=False),
    sa.Column("given_at", Utc, nullable=False),
    sa.Column("withdrawn_at", Utc),
    _one_of("purpose", Purpose),
)

CHALLENGES = sa.Table(
    "challenges",
    METADATA,
    sa.Column("id", Name, primary_key=True),
    _of_case(),
    sa.Column("nonce_hash", Name, nullable=False, unique=True),
    sa.Column("binding", Name, nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("spent_at", Utc),
    sa.Column("variant", Name),
    _one_of("variant", Variant),
)

TOKENS = sa.Table(
    "tokens",
    METADATA,
    sa.Column("hash", Name, primary_key=True),
    _of_case(),
    sa.Column("use", Name, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False, index=True),
    sa.Column("spent_at", Utc),
    # Of a session: the public half of the key with which its captures are signed.
    sa.Column("capture_key", Name),
    _one_of("use", TokenUse),
)

WITNESSES = sa.Table(
    "witnesses",
    METADATA,
    _number(),
    _of_case(index=False),
    sa.Column("staff", Name, nullable=False),
    sa.Column("person", Name, nullable=False),
    sa.Column("same_person", sa.Boolean, nullable=False),
    sa.Column("document_valid", sa.Boolean, nullable=False),
    sa.Column("old_enough", sa.Boolean, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.UniqueConstraint("case_id", "staff"),
)

ASSISTANCES = sa.Table(
    "assistances",
    METADATA,
    _number(),
    sa.Column("id", Name, nullable=False, unique=True),
    _of_case(),
    sa.Column("staff", Name, nullable=False),
    sa.Column("binding", Name, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("spent_at", Utc),
)

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    _number(),
    sa.Column("id", Name, nullable=False, unique=True),
    _of_case(),
    sa.Column("route", Name, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("outcome", Name, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("change", sa.JSON(none_as_null=True)),
    # A band's name, such as <=1e-4: too short for a score's digits to be smuggled into.
    sa.Column("band", Name, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("authority", Name, nullable=False),
    sa.Column("decided_by", sa.JSON, nullable=False),
    sa.Column("decided_at", Utc, nullable=False),
    _one_of("outcome", Outcome),
)

VERDICTS = sa.Table(
    "verdicts",
    METADATA,
    _number(),
    _of_case(),
    sa.Column("decision", Name, nullable=False),
    sa.Column("staff", Name, nullable=False),
    sa.Column("kind", Name, nullable=False),
    sa.Column("reason", Name, nullable=False),
    sa.Column("at", Utc, nullable=False),
    _one_of("kind", VerdictKind),
    _one_of("reason", VerdictReason),
)

HELD = sa.Table(
    "held",
    METADATA,
    sa.Column("case_id", Name, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", Name, primary_key=True),
    sa.Column("envelope", sa.LargeBinary, nullable=False),
    sa.Column("until", Utc, nullable=False, index=True),
)

ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    _number(),
    # Kept longer than its case may be, and never longer than its own time: so not bound to it.
    sa.Column("case_id", Name, nullable=False),
    sa.Column("person", Name, nullable=False),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Index("ix_attempts_person_at", "person", "at"),
)

LINES = sa.Table(
    "lines",
    METADATA,
    sa.Column("msisdn", Name, primary_key=True),
    sa.Column("operator", Name, nullable=False),
    sa.Column("iccid", Name, nullable=False),
    sa.Column("imsi", Name, nullable=False),
    # There is no line without a verified holder (promise of the whole product).
    sa.Column("holder", Name, nullable=False, index=True),
    sa.Column("status", Name, nullable=False),
    sa.Column("locked", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("second_channel", Name),
    sa.Index("ix_lines_iccid", "iccid"),
    sa.Index("ix_lines_imsi", "imsi"),
    _one_of("status", LineStatus),
    sa.CheckConstraint("holder <> ''", name="holder"),
)

ORDERS = sa.Table(
    "orders",
    METADATA,
    _number(),
    sa.Column("id", Name, nullable=False, unique=True),
    _of_case(index=False),
    sa.Column("kind", Name, nullable=False),
    sa.Column("msisdn", Name, nullable=False),
    sa.Column("iccid", Name),
    sa.Column("imsi", Name),
    sa.Column("old_iccid", Name),
    sa.Column("old_imsi", Name),
    sa.Column("until", Name),
    # One capture, or one decision, authorises one order: the schema itself refuses a second.
    sa.Column("authority", Name, nullable=False, unique=True),
    _one_of("kind", OrderKind),
    sa.UniqueConstraint("case_id", "kind"),
)

NOTICES = sa.Table(
    "notices",
    METADATA,
    _number(),
    sa.Column("id", Name, nullable=False, unique=True),
    _of_case(),
    sa.Column("kind", Name, nullable=False),
    sa.Column("channel", Name, nullable=False),
    sa.Column("address", Name, nullable=False),
    sa.Column("written_at", Utc, nullable=False),
    sa.Column("sent_at", Utc),
    _one_of("kind", NoticeKind),
    _one_of("channel", Channel),
)

URGENT = sa.text("died_at IS NULL AND topic <> 'event'")
EVENTS = sa.text("died_at IS NULL AND topic = 'event'")
"""Messages that wait: those that no number of events may hold up, and events.

As text, word for word what the indexes say: with a value in its place SQLite would not use them.
"""

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("id", Name, primary_key=True),
    sa.Column("topic", Name, nullable=False),
    sa.Column("subject", Name, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("worker", Name),
    # When it may be claimed: when it is due, or when the lease of who has it ends.
    sa.Column("free_at", Utc, nullable=False),
    # When it was first about to be done: from then on it may have been.
    sa.Column("begun_at", Utc),
    sa.Column("code", Name),
    sa.Column("died_at", Utc),
    _one_of("topic", Topic),
    *(
        sa.Index(name, "free_at", "id", sqlite_where=which, postgresql_where=which)
        for name, which in (("ix_outbox_urgent", URGENT), ("ix_outbox_events", EVENTS))
    ),
)

LOG = sa.Table(
    "log",
    METADATA,
    sa.Column("number", Sequence, primary_key=True, autoincrement=False),
    # Text as it is hashed, so that what is verified is what is stored.
    sa.Column("at", Name, nullable=False),
    sa.Column("actor_kind", Name, nullable=False),
    sa.Column("actor_id", Name, nullable=False),
    sa.Column("action", Name, nullable=False),
    sa.Column("case_id", Name, nullable=False, index=True),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("previous", Name, nullable=False, unique=True),
    sa.Column("hash", Name, nullable=False),
)

LOG_HEAD = sa.Table(
    "log_head",
    METADATA,
    sa.Column("one_row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", Sequence, nullable=False),
    sa.Column("hash", Name, nullable=False),
    sa.CheckConstraint("one_row = 1", name="one_row"),
)

DEPLOYMENT = sa.Table(
    "deployment",
    METADATA,
    sa.Column("one_row", sa.Integer, primary_key=True, autoincrement=False),
    # Under another key every person would look new, and nobody would have a line.
    sa.Column("key_id", Name, nullable=False),
    sa.CheckConstraint("one_row = 1", name="one_row"),
)

STAFF = sa.Table(
    "staff",
    METADATA,
    sa.Column("id", Name, primary_key=True),
    sa.Column("role", Name, nullable=False),
    sa.Column("shop", Name, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    _one_of("role", Role),
)

PASSKEYS = sa.Table(
    "passkeys",
    METADATA,
    sa.Column("credential_id", sa.LargeBinary, primary_key=True),
    sa.Column("staff", Name, sa.ForeignKey("staff.id"), nullable=False, index=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
)

CLIENTS = sa.Table(
    "clients",
    METADATA,
    sa.Column("id", Name, primary_key=True),
    sa.Column("keys", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)

ENDPOINTS = sa.Table(
    "endpoints",
    METADATA,
    sa.Column("id", Name, primary_key=True),
    sa.Column("client", Name, sa.ForeignKey("clients.id"), nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("sealed_first", sa.LargeBinary, nullable=False),
    sa.Column("sealed_second", sa.LargeBinary),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("gone_at", Utc),
)

ASSERTIONS = sa.Table(
    "assertions",
    METADATA,
    sa.Column("client", Name, primary_key=True),
    sa.Column("jti", Name, primary_key=True),
    sa.Column("until", Utc, nullable=False, index=True),
)

ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("client", Name, primary_key=True),
    sa.Column("key", Name, primary_key=True),
    sa.Column("request_hash", Name, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False, index=True),
)
