"""What signing in needs of the world: the store, a sealer, a clock, an origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lineproof.ports import Sealer
    from lineproof.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where people and systems sign in."""

    store: Store
    sealer: Sealer
    clock: Callable[[], datetime]
    """Gives the time, in UTC."""
    origin: str
    """What a browser shows before the path, such as ``https://lines.example``."""

    def __post_init__(self) -> None:
        """Refuse an origin that is none (RFC 6454), or that is not safe from listeners."""
        parts = urlsplit(self.origin)
        plain = f"{parts.scheme}://{parts.netloc}" == self.origin and bool(parts.hostname)
        if not plain or "@" in parts.netloc:
            raise ValueError("origin is a scheme, a host and perhaps a port, without a path")
        local = parts.scheme == "http" and parts.hostname == "localhost"
        if parts.scheme != "https" and not local:
            raise ValueError("origin is https; http only for localhost (W3C Secure Contexts)")

    @property
    def host(self) -> str:
        """The relying party's id (WebAuthn Level 3, 5.1.2): the host alone."""
        return urlsplit(self.origin).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether cookies travel over TLS only."""
        return self.origin.startswith("https:")

    @property
    def token_endpoint(self) -> str:
        """What an assertion must name as its audience (RFC 7523, 3)."""
        return f"{self.origin}/v1/oauth/token"
