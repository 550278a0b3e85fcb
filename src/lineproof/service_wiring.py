"""Settings to a Service, in one function: the parts of ``lineproof serve``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lineproof.adapters.file_sealer import FileSealer
from lineproof.adapters.key_file import Key, KeyRefused, load_or_make
from lineproof.adapters.keyed_hasher import KeyedHasher
from lineproof.adapters.liveness_check import TableRefused, simulated_tables, tables_of
from lineproof.adapters.memory_desk import MemoryDesk
from lineproof.adapters.message_check import SignedMessages
from lineproof.adapters.operator_messenger import OperatorMessenger
from lineproof.adapters.operators.osmo_hlr import OsmoHlr
from lineproof.adapters.operators.simulated_operator import SimulatedOperator
from lineproof.adapters.pinned_post import PinnedPost
from lineproof.adapters.platform_attestation import NoAttestation
from lineproof.adapters.simulated_messenger import SimulatedMessenger
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.webhooks import Webhooks, is_secret
from lineproof.packs.refusal import PackRefused
from lineproof.ports import Service, Site
from lineproof.profiles.read_profile import ProfileRefused, read_profile
from lineproof.storage import StoreDown
from lineproof.wiring import site_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lineproof.ports import Messenger, Operator
    from lineproof.settings import Settings

DATABASE, KEY, NETWORK, INBOX = "lineproof.sqlite", "key", "network.sqlite", "inbox.sqlite"
"""Files of the data folder; all of them 0600."""

CONNECTIONS = 16
"""Of the database, for the routes' threads and the workers together."""


@dataclass(frozen=True, slots=True)
class ServiceRefused:
    """The service cannot start: ``code`` for programs, ``sentence`` for whoever starts it."""

    code: str
    sentence: str


def service_for(
    settings: Settings, *, clock: Callable[[], datetime], site: Site | None = None
) -> Service | ServiceRefused:
    """Make the service; its folder, its keys and its tables are made where they are not there.

    ``site`` None loads the pack that the settings name.
    """
    profile = read_profile(settings.profile)
    if isinstance(profile, ProfileRefused):
        return ServiceRefused(profile.code, profile.sentence)
    if settings.messenger_url and not is_secret(settings.messenger_secret):
        sentence = "messenger_url needs a messenger_secret: whsec_ and 24 to 64 bytes in base64."
        return ServiceRefused("messenger_secret_missing", sentence)
    found = site if site is not None else _site(settings)
    if isinstance(found, PackRefused | TableRefused):
        return ServiceRefused(found.code, found.sentence)
    store = store_for(settings)
    if isinstance(store, ServiceRefused):
        return store
    key = _key_for(settings, store)
    if isinstance(key, ServiceRefused):
        return key
    sealer, post = FileSealer(key), PinnedPost(private_hosts=settings.private_hosts)
    return Service(
        site=found,
        store=store,
        desk=MemoryDesk(),
        operator=_operator(settings),
        sealer=sealer,
        hasher=KeyedHasher(key),
        messenger=_messenger(settings, post, clock),
        announcer=Webhooks(source=settings.address, sealer=sealer, clock=clock, post=post),
        messages=SignedMessages(),
        attestation=NoAttestation(),
        profile=profile,
    )


def _site(settings: Settings) -> Site | PackRefused | TableRefused:
    """Load the pack, with the operator's own liveness tables or those that ship."""
    own = settings.liveness_table
    tables = tables_of(Path(own)) if own else simulated_tables()
    if isinstance(tables, TableRefused):
        return tables
    return site_for(settings.pack, settings.setting or None, tables=tables)


def store_for(settings: Settings) -> SqlStore | ServiceRefused:
    """Open the database and bring its tables to this version."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if settings.database:
            url: object = settings.database
        else:
            (settings.data / DATABASE).touch(mode=0o600)
            url = sqlite_url(settings.data / DATABASE)
        store = SqlStore(url, connections=CONNECTIONS)  # type: ignore[arg-type]
        store.upgrade()
    except OSError as error:
        sentence = f"The data folder {settings.data} cannot be written: {error.strerror}."
        return ServiceRefused("data_not_written", sentence)
    except ValueError as error:
        return ServiceRefused("database_url", f"The setting database is no such URL: {error}.")
    except StoreDown as down:
        return ServiceRefused(str(down.trouble), "The database does not answer. Start it first.")
    return store


def _key_for(settings: Settings, store: SqlStore) -> Key | ServiceRefused:
    """Load the key, or make the first one; a database that was begun with another is refused."""
    file = settings.data / KEY
    key = load_or_make(file)
    if isinstance(key, KeyRefused):
        return ServiceRefused(key.code, key.sentence)
    if not store.belongs_to(key.id):
        sentence = (
            f"{file} is not the key that this database was begun with: every person would look "
            "new. Put that key back from its backup."
        )
        return ServiceRefused("key_of_another_database", sentence)
    return key


def _operator(settings: Settings) -> Operator:
    if settings.operator == "simulated":
        return SimulatedOperator(settings.data / NETWORK)
    host, _, port = settings.operator_address.rpartition(":")
    return OsmoHlr(host, int(port))


def _messenger(settings: Settings, post: PinnedPost, clock: Callable[[], datetime]) -> Messenger:
    answers_at = f"{settings.address}/answer"
    if not settings.messenger_url:
        return SimulatedMessenger(answers_at=answers_at, path=settings.data / INBOX)
    return OperatorMessenger(
        url=settings.messenger_url,
        secrets=[settings.messenger_secret],
        source=settings.address,
        answers_at=answers_at,
        clock=clock,
        post=post,
    )
