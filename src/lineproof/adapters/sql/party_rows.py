"""Rows of who may act: staff with passkeys, operators' systems, the deployment's own key."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_tables import (
    ASSERTIONS,
    CLIENTS,
    DEPLOYMENT,
    ENDPOINTS,
    PASSKEYS,
    STAFF,
)
from lineproof.domain.staff import Role, Staff
from lineproof.storage import Taken
from lineproof.storage_records import Client, Endpoint, Passkey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST_SECRETS = 2
"""Of one endpoint, while they are rotated."""


class PartyRows(Rows):
    """Keeps staff, passkeys, operators' systems and their endpoints."""

    def put_staff(self, staff: Staff) -> None:
        """Keep a member of staff, or change them."""
        columns = {
            "id": staff.id,
            "role": staff.role,
            "shop": staff.shop,
            "active": staff.active,
        }
        self._put(STAFF, columns)

    def staff(self, staff_id: str) -> Staff | None:
        """Give a member of staff."""
        row = self._one(sa.select(STAFF).where(STAFF.c.id == staff_id))
        return _staff(row) if row is not None else None

    def all_staff(self) -> Sequence[Staff]:
        """Give every member of staff, by id."""
        return [_staff(row) for row in self._all(sa.select(STAFF).order_by(STAFF.c.id))]

    def put_passkey(self, passkey: Passkey) -> None:
        """Keep a passkey, or its new count. Taken if it is somebody else's."""
        theirs = sa.select(PASSKEYS.c.staff).where(
            PASSKEYS.c.credential_id == passkey.credential_id
        )
        row = self._one(self._locked(theirs))
        if row is not None and row.staff != passkey.staff:
            raise Taken("passkey")
        columns = {
            "credential_id": passkey.credential_id,
            "staff": passkey.staff,
            "public_key": passkey.public_key,
            "sign_count": passkey.sign_count,
        }
        self._put(PASSKEYS, columns)

    def passkeys(self, staff_id: str) -> Sequence[Passkey]:
        """Give a member's passkeys."""
        theirs = sa.select(PASSKEYS).where(PASSKEYS.c.staff == staff_id)
        return [
            Passkey(
                credential_id=row.credential_id,
                staff=row.staff,
                public_key=row.public_key,
                sign_count=row.sign_count,
            )
            for row in self._all(theirs.order_by(PASSKEYS.c.credential_id))
        ]

    def drop_passkey(self, passkey: Passkey) -> None:
        """Forget a passkey: nobody signs in with it again."""
        self._delete(PASSKEYS, PASSKEYS.c.credential_id == passkey.credential_id)

    def put_client(self, client: Client) -> None:
        """Keep an operator's system, or change it."""
        columns = {"id": client.id, "keys": client.keys, "active": client.active}
        self._put(CLIENTS, columns)

    def client(self, client_id: str) -> Client | None:
        """Give an operator's system."""
        row = self._one(sa.select(CLIENTS).where(CLIENTS.c.id == client_id))
        if row is None:
            return None
        # By name: a row has a method keys() of its own.
        found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
        return Client(id=found["id"], keys=found["keys"], active=found["active"])

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Keep where an operator's system is told of events, or change it."""
        secrets = endpoint.sealed_secrets
        if not 0 < len(secrets) <= MOST_SECRETS:
            raise ValueError("an endpoint has one secret, or two while they are rotated")
        columns = {
            "id": endpoint.id,
            "client": endpoint.client,
            "url": endpoint.url,
            "sealed_first": secrets[0],
            "sealed_second": secrets[1] if len(secrets) == MOST_SECRETS else None,
            "active": endpoint.active,
            "gone_at": endpoint.gone_at,
        }
        self._put(ENDPOINTS, columns)

    def endpoints(self, client_id: str) -> Sequence[Endpoint]:
        """Give where an operator's system is told of events."""
        theirs = sa.select(ENDPOINTS).where(ENDPOINTS.c.client == client_id)
        return [_endpoint(row) for row in self._all(theirs.order_by(ENDPOINTS.c.id))]

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Give one of them; in a writing transaction nobody else changes it meanwhile."""
        one = sa.select(ENDPOINTS).where(ENDPOINTS.c.id == endpoint_id)
        row = self._one(self._locked(one))
        return _endpoint(row) if row is not None else None

    def endpoints_gone(self, *, limit: int) -> Sequence[Endpoint]:
        """Give the endpoints of every system that answered that they are gone, by id."""
        gone = sa.select(ENDPOINTS).where(ENDPOINTS.c.gone_at.is_not(None))
        return [_endpoint(row) for row in self._all(gone.order_by(ENDPOINTS.c.id).limit(limit))]

    def spend_once(self, scope: str, name: str, *, until: datetime) -> None:
        """Keep that something was used that may be used once. Taken if it was used already."""
        self._add(ASSERTIONS, {"client": scope, "jti": name, "until": until})

    def spent(self, scope: str) -> Sequence[str]:
        """Give what was used under a scope, as long as it is kept."""
        used = sa.select(ASSERTIONS.c.jti).where(ASSERTIONS.c.client == scope)
        return [row.jti for row in self._all(used)]

    def key_noted(self, key_id: str) -> str:
        """Note the deployment's key by its id, unless one is noted; give the one that is."""
        with suppress(Taken):
            self._add(DEPLOYMENT, {"one_row": 1, "key_id": key_id})
        noted: str = self._connection.execute(sa.select(DEPLOYMENT.c.key_id)).scalar_one()
        return noted


def _staff(row: sa.Row[Any]) -> Staff:
    return Staff(id=row.id, role=Role(row.role), shop=row.shop, active=row.active)


def _endpoint(row: sa.Row[Any]) -> Endpoint:
    secrets = (row.sealed_first, row.sealed_second)
    return Endpoint(
        id=row.id,
        client=row.client,
        url=row.url,
        sealed_secrets=tuple(secret for secret in secrets if secret is not None),
        active=row.active,
        gone_at=row.gone_at,
    )
