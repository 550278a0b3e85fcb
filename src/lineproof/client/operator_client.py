"""An operator's system: it signs in with its key, opens cases, and reads what became of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from joserfc import jwt

from lineproof.client.answers_read import (
    CaseAnswer,
    DecisionAnswer,
    LineAnswer,
    ListedCaseAnswer,
    OpenedAnswer,
    SimAnswer,
    answered,
    read,
    told_by,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from joserfc.jwk import ECKey, OKPKey, RSAKey

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

ASSERTED = timedelta(minutes=1)
"""How long an assertion holds: it is used at once."""

EARLY = timedelta(seconds=30)
"""A token is renewed so long before it is over."""

ALGORITHM = {"EC": "ES256", "OKP": "Ed25519", "RSA": "PS256"}


@dataclass(slots=True, kw_only=True)
class OperatorClient:
    """Speaks for one system. ``key`` is its private JWK, with the kid that the service knows.

    ``http`` has the service's address as its ``base_url``; ``origin`` is what the service calls
    itself, where that differs. It may be used by many threads.
    """

    http: httpx.Client
    client_id: str
    key: ECKey | OKPKey | RSAKey = field(repr=False)
    origin: str = ""
    _token: str = field(default="", init=False, repr=False)
    _until: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    def open_case(  # noqa: PLR0913 - one keyword for each thing that is asked for
        self,
        kind: str,
        msisdn: str,
        *,
        sim: SimAnswer | None = None,
        handled_by: Mapping[str, str] | None = None,
        second_channel: str | None = None,
        key: str | None = None,
    ) -> OpenedAnswer:
        """Open a case. ``key`` is the Idempotency-Key, the same when the request is repeated.

        ``handled_by`` has ``staff``, ``shop`` and ``device``; ``second_channel`` is such as
        ``mailto:somebody@example.org``.
        """
        asked = {
            "kind": kind,
            "msisdn": msisdn,
            "sim": {"iccid": sim.iccid, "imsi": sim.imsi} if sim is not None else None,
            "handled_by": dict(handled_by) if handled_by is not None else None,
            "second_channel": second_channel,
        }
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return answered(self._call("POST", "/v1/cases", json=asked, headers=headers), OpenedAnswer)

    def renew_secret(self, case_id: str) -> OpenedAnswer:
        """Make a new secret for a link that was lost."""
        return answered(self._call("POST", f"/v1/cases/{case_id}/secrets"), OpenedAnswer)

    def case(self, case_id: str) -> CaseAnswer:
        """Read a case."""
        return answered(self._call("GET", f"/v1/cases/{case_id}"), CaseAnswer)

    def cases(self, *statuses: str) -> Iterator[ListedCaseAnswer]:
        """Go through this system's cases, page by page."""
        after: str | None = ""
        while after is not None:
            asked = {"status": list(statuses), "after": after}
            response = self._call("GET", "/v1/cases", params=asked)
            told = told_by(response)
            for each in told["cases"]:
                yield read(ListedCaseAnswer, each)
            after = told["next"]

    def decisions(self, case_id: str) -> tuple[DecisionAnswer, ...]:
        """Read what was decided about a case."""
        told = told_by(self._call("GET", f"/v1/cases/{case_id}/decisions"))
        return tuple(read(DecisionAnswer, each) for each in told["decisions"])

    def line(self, msisdn: str) -> LineAnswer:
        """Read a line."""
        return answered(self._call("GET", f"/v1/lines/{msisdn}"), LineAnswer)

    def lock(self, msisdn: str) -> LineAnswer:
        """Lock a line because its subscriber asks."""
        return answered(self._call("PUT", f"/v1/lines/{msisdn}/lock"), LineAnswer)

    def _call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - what httpx takes
    ) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self._access()}", **(headers or {})}
        return self.http.request(method, path, headers=sent, **more)

    def _access(self) -> str:
        """Give an access token that is good for a while yet."""
        now = datetime.now(UTC)
        if now + EARLY < self._until:
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self._assertion(now),
        }
        told = told_by(self.http.post("/v1/oauth/token", data=form))
        self._token = str(told["access_token"])
        self._until = now + timedelta(seconds=int(told["expires_in"]))
        return self._token

    def _assertion(self, now: datetime) -> str:
        """Sign that it is us (RFC 7523, 3)."""
        origin = self.origin or str(self.http.base_url).rstrip("/")
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{origin}/v1/oauth/token",
            "jti": secrets.token_urlsafe(16),
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTED).timestamp()),
        }
        algorithm = ALGORITHM[str(self.key.key_type)]
        header = {"alg": algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[algorithm])
