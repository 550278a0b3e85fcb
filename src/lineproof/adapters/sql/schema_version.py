"""Which version the tables are of, and bringing them to this one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 7_215_390_461
"""Any number: who upgrades PostgreSQL holds it; a second process waits and finds it done."""


def upgrade(engine: Engine) -> None:
    """Bring the tables to this version, in one transaction, whoever else tries at once."""
    with engine.begin() as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
        config = configured()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Whether the tables are of this version."""
    return MigrationContext.configure(connection).get_current_heads() == (newest(),)


@lru_cache(maxsize=1)
def newest() -> str:
    """Give the name of the newest revision."""
    return ScriptDirectory.from_config(configured()).get_current_head() or ""


def configured() -> Config:
    """Give Alembic's settings: where the revisions lie."""
    config = Config()
    # Alembic reads % as the beginning of a name.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
