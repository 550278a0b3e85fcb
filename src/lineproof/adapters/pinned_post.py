"""Posts to a URL that somebody else chose, without letting them choose whom it reaches.

The name is looked up once, its addresses are checked, and the connection goes to one of them: a
second look-up, which could give another answer, does not happen. TLS still asks for the
certificate of the name. No redirect is followed and no proxy is used.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import httpx

from lineproof.adapters.address import UrlRefused, addresses_of, system_resolver, target_of
from lineproof.ports import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lineproof.adapters.address import Address, Target

MOST_ADDRESSES: Final = 2
"""Addresses of one name that are tried, where the first does not answer at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedPost:
    """How to post. Every field has a safe default."""

    timeout: float = 10.0
    """Seconds for the whole of one post, from the connection to the answer's headers. A look-up of
    the name comes before it and is bounded by the system's resolver."""
    private_hosts: frozenset[str] = frozenset()
    """Hosts, in small letters, whose addresses need not be public; see ``target_of``."""
    resolver: Callable[[str, int], Sequence[str]] = system_resolver
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """Whom to trust instead of the usual authorities."""

    def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> int:
        """Post and give the answer's status. What the answer says beyond that is not read.

        Raises Unavailable with ``address_refused``, ``address_unknown``, ``unreachable``,
        ``tls_failed``, ``timeout`` or ``answer_unreadable``.
        """
        target = target_of(url, private_hosts=self.private_hosts)
        if isinstance(target, UrlRefused):
            raise Unavailable("address_refused")
        try:
            addresses = addresses_of(
                target, resolver=self.resolver, private_hosts=self.private_hosts
            )
        except (OSError, UnicodeError) as unknown:
            raise Unavailable("address_unknown") from unknown
        if not addresses:
            raise Unavailable("address_refused")
        return asyncio.run(self._within(target, addresses, content, headers))

    async def _within(
        self,
        target: Target,
        addresses: Sequence[Address],
        content: bytes,
        headers: Mapping[str, str],
    ) -> int:
        # The client's own timeouts begin anew with every byte; this one does not.
        try:
            async with asyncio.timeout(self.timeout):
                return await self._first(target, addresses, content, headers)
        except (TimeoutError, httpx.TimeoutException) as late:
            raise Unavailable("timeout") from late
        except httpx.ConnectError as unreachable:
            raise Unavailable(
                "tls_failed" if _is_of_tls(unreachable) else "unreachable"
            ) from unreachable
        except httpx.HTTPError as broken:
            raise Unavailable("answer_unreadable") from broken

    async def _first(
        self,
        target: Target,
        addresses: Sequence[Address],
        content: bytes,
        headers: Mapping[str, str],
    ) -> int:
        """Post to the first address; to the next only where no connection was made."""
        tried = addresses[:MOST_ADDRESSES]
        for address in tried[:-1]:
            try:
                return await self._once(target, address, content, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._once(target, tried[-1], content, headers)

    async def _once(
        self, target: Target, address: Address, content: bytes, headers: Mapping[str, str]
    ) -> int:
        literal = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
        url = f"{target.scheme}://{literal}:{target.port}{target.path}"
        sent = {**headers, "host": target.authority, "user-agent": "Lineproof"}
        async with (
            httpx.AsyncClient(
                verify=self.tls if self.tls is not None else True,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self.timeout, connect=self.timeout / 3),
            ) as client,
            client.stream(
                "POST",
                url,
                content=content,
                headers=sent,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return answer.status_code


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None
