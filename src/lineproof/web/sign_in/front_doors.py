"""Whose token a request carries: what the rest of the service asks of signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.web.sign_in.access_token import granted
from lineproof.web.sign_in.staff_route import bearer
from lineproof.web.sign_in.staff_session import staff_of

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request

    from lineproof.domain.staff import Staff
    from lineproof.storage_records import Client
    from lineproof.web.sign_in.door import Door


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoors:
    """Knows systems by their access tokens and staff by their sessions (``web.context.Doors``)."""

    door: Door
    unsafe_dev_login: bool

    def system(self, request: Request, *, now: datetime) -> Client | None:
        """Give the operator's system whose access token this is."""
        return granted(self.door, bearer(request), now=now)

    def staff(self, request: Request, *, now: datetime) -> Staff | None:
        """Give the member of staff who is signed in."""
        unsafe = self.unsafe_dev_login
        return staff_of(self.door, bearer(request), now=now, unsafe_dev_login=unsafe)
