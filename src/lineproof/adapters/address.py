"""Where something may be posted to: which URLs, and which addresses behind their names."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Address = IPv4Address | IPv6Address

LONGEST_URL: Final = 2048
PORTS: Final = frozenset({443, 8443})
"""Those of HTTPS. Another port is more likely somebody's database than somebody's web server."""

_USUAL: Final = {"https": 443, "http": 80}

_NAME: Final = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])",
    re.ASCII,
)
"""A name of at least two labels, the last of which begins with a letter (RFC 1123, 2.1)."""

_CLOSED_4: Final = tuple(
    IPv4Network(block)
    for block in (
        # IANA's special-purpose registry (RFC 6890), where it is not globally reachable, ...
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        # ... multicast (RFC 5771), ...
        "224.0.0.0/4",
        # ... and the host of every machine in one large cloud, inside which it answers.
        "168.63.129.16/32",
    )
)
_UNICAST_6: Final = IPv6Network("2000::/3")
"""The only block of IPv6 from which public addresses are given out (RFC 4291, 2.4)."""
_CLOSED_6: Final = tuple(
    IPv6Network(block)
    for block in (
        # Protocol assignments, Teredo and ORCHID among them; documentation; 6to4.
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "2002::/16",
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052, 2.1: the last 32 bits are an IPv4 address."""
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})
"""RFC 5214, 6.1: an interface identifier that begins so ends in an IPv4 address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that may be posted to, if the address behind its name may."""

    scheme: str
    host: str
    port: int
    path: str
    """With its query."""

    @property
    def authority(self) -> str:
        """What the Host header says (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UrlRefused:
    """The URL will not be posted to; ``code`` begins with ``webhook_url_``."""

    code: str


def target_of(url: str, *, private_hosts: frozenset[str]) -> Target | UrlRefused:
    """Check a URL before anything is looked up.

    ``private_hosts`` are those that whoever runs this names as their own, in small letters: they
    may be addresses, stand on any port and, where they are loopback addresses, speak HTTP.
    """
    target = _parsed(url)
    if isinstance(target, UrlRefused):
        return target
    own = target.host in private_hosts
    plain = target.scheme == "http" and own and _is_loopback(target.host)
    if target.scheme != "https" and not plain:
        return UrlRefused("webhook_url_scheme")
    if _NAME.fullmatch(target.host) is None and not own:
        return UrlRefused("webhook_url_host")
    return target if target.port in PORTS or own else UrlRefused("webhook_url_port")


def _parsed(url: str) -> Target | UrlRefused:
    """Take a URL apart, where every reader takes it apart alike."""
    plain = url.isascii() and url.isprintable() and len(url) <= LONGEST_URL
    if not plain or set(url) & set(" \\#"):
        return UrlRefused("webhook_url_malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return UrlRefused("webhook_url_malformed")
    if "@" in parts.netloc:
        return UrlRefused("webhook_url_credentials")
    return Target(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=port if port is not None else _USUAL.get(parts.scheme, 443),
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Look a name up as the system does; raises OSError where it finds nothing."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def addresses_of(
    target: Target,
    *,
    resolver: Callable[[str, int], Sequence[str]],
    private_hosts: frozenset[str],
) -> tuple[Address, ...]:
    """Look a target's name up, once; none where a single one of its addresses is not public.

    A name with a public and a private address is a name that somebody plays with. A private host
    may have any address. Raises OSError where the name has none.
    """
    found = []
    for written in resolver(target.host, target.port):
        try:
            address = ip_address(written)
        except ValueError:
            return ()
        if not is_public(address) and target.host not in private_hosts:
            return ()
        found.append(address)
    return tuple(found)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also the one that it has inside."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _CLOSED_4)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return False
    return address in _UNICAST_6 and not any(address in block for block in _CLOSED_6)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
