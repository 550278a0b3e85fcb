"""Webhooks: CloudEvents, signed by Standard Webhooks, posted to where an operator's system said."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cloudevents.core.bindings.http import to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks.webhooks import Webhook

from lineproof.adapters.pinned_post import PinnedPost
from lineproof.ports import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lineproof.ports import Sealer
    from lineproof.storage_records import Endpoint

TYPE_PREFIX: Final = "org.lineproof."
"""CloudEvents 1.0, 3.1.1 ``type``: reversed DNS. What follows is the event's own type."""

TOLD: Final = ("case", "kind", "status")
"""All that an event's data may hold. Who wants more asks for the case, and that is logged."""

PURPOSE: Final = "webhook_secret"
"""What a sealed secret is sealed for; its context is the endpoint's id."""

_PREFIX: Final = "whsec_"
_BYTES: Final = 32
"""Standard Webhooks: 24 to 64 bytes."""


class Webhooks:
    """Announces events to endpoints. ``source`` names this deployment in every event (a URI)."""

    def __init__(
        self,
        *,
        source: str,
        sealer: Sealer,
        clock: Callable[[], datetime],
        post: PinnedPost | None = None,
    ) -> None:
        self._source, self._sealer, self._clock = source, sealer, clock
        self._post = post if post is not None else PinnedPost()

    def announce(self, endpoint: Endpoint, *, event_id: str, body: Mapping[str, str]) -> None:
        """Send one event; ``body`` has ``type`` and ``at``, and of the rest TOLD is sent on.

        The id is the same at every try, the time of signing is not. Raises Unavailable:
        ``answered_NNN`` where the answer was none of 2xx (410: the port's GONE), ``secret``
        where a secret does not open, and what PinnedPost raises.
        """
        opened = self._secrets(endpoint)
        headers, content = cloud_event(
            event_id,
            source=self._source,
            kind=TYPE_PREFIX + body["type"],
            subject=body["case"],
            at=datetime.fromisoformat(body["at"]),
            data={name: body[name] for name in TOLD if name in body},
        )
        posted_signed(
            self._post,
            endpoint.url,
            message_id=event_id,
            headers=headers,
            content=content,
            secrets=opened,
            now=self._clock(),
        )

    def _secrets(self, endpoint: Endpoint) -> list[str]:
        opened = [
            self._sealer.unseal(envelope, purpose=PURPOSE, context=endpoint.id)
            for envelope in endpoint.sealed_secrets
        ]
        known = [secret.decode() for secret in opened if secret is not None]
        if not known or len(known) < len(opened):
            raise Unavailable("secret")
        return known


def cloud_event(  # noqa: PLR0913 - one keyword for each attribute
    event_id: str, *, source: str, kind: str, subject: str, at: datetime, data: dict[str, str]
) -> tuple[dict[str, str], bytes]:
    """Give headers and content of an event: CloudEvents 1.0, JSON, structured mode."""
    attributes = {
        "id": event_id,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": at.astimezone(UTC),
        "datacontenttype": "application/json",
    }
    message = to_structured(CloudEvent(attributes, data), JSONFormat())
    return dict(message.headers), message.body


def posted_signed(  # noqa: PLR0913 - one keyword for each part of the post
    post: PinnedPost,
    url: str,
    *,
    message_id: str,
    headers: Mapping[str, str],
    content: bytes,
    secrets: Sequence[str],
    now: datetime,
) -> None:
    """Sign and post; raises Unavailable with ``answered_NNN`` where the answer is none of 2xx."""
    signature = signed(message_id, content, secrets=secrets, now=now)
    status = post.post(url, content=content, headers={**headers, **signature})
    if not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        raise Unavailable(f"answered_{status}")


def signed(
    message_id: str, content: bytes, *, secrets: Sequence[str], now: datetime
) -> dict[str, str]:
    """Give the headers of Standard Webhooks; one signature for each secret, for its rotation."""
    at = now.astimezone(UTC)
    signatures = [Webhook(each).sign(message_id, at, content.decode()) for each in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def new_secret() -> str:
    """Make an endpoint's secret: ``whsec_`` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether a text is a secret of Standard Webhooks: its prefix, and 24 to 64 bytes in base64."""
    try:
        content = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(_PREFIX) and 24 <= len(content) <= 64  # noqa: PLR2004 - as it says


def sealed(secret: str, *, endpoint_id: str, sealer: Sealer) -> bytes:
    """Seal a secret for one endpoint, as it is kept."""
    return sealer.seal(secret.encode(), purpose=PURPOSE, context=endpoint_id)
