from __future__ import annotations

from ipaddress import ip_address

import pytest

from lineproof.adapters.address import Target, UrlRefused, addresses_of, is_public, target_of


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.operator.example/a/b?c=d", "hooks.operator.example", "/a/b?c=d"),
        ("https://hooks.operator.example:8443", "hooks.operator.example:8443", "/"),
        ("HTTPS://Hooks.Operator.Example:443/A", "hooks.operator.example", "/A"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", "/"),
    ],
)
def test_a_plain_https_url_may_be_posted_to(url: str, authority: str, path: str) -> None:
    """Names of the public internet on the ports of HTTPS."""
    target = target_of(url, private_hosts=frozenset())
    assert isinstance(target, Target)
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.operator.example/", "webhook_url_scheme"),
        ("file:///etc/passwd", "webhook_url_scheme"),
        ("gopher://hooks.operator.example/", "webhook_url_scheme"),
        ("//hooks.operator.example/", "webhook_url_scheme"),
        ("", "webhook_url_scheme"),
        ("https://user:word@hooks.operator.example/", "webhook_url_credentials"),
        ("https://user@hooks.operator.example/", "webhook_url_credentials"),
        ("https://@hooks.operator.example/", "webhook_url_credentials"),
        ("https://hooks.operator.example:25/", "webhook_url_port"),
        ("https://hooks.operator.example:0/", "webhook_url_port"),
        ("https://hooks.operator.example:99999/", "webhook_url_malformed"),
        ("https://hooks.operator.example:port/", "webhook_url_malformed"),
        ("https://hooks.operator.example/#here", "webhook_url_malformed"),
        ("https://hooks.operator.example\\@10.0.0.1/", "webhook_url_malformed"),
        ("https://hooks.operator.example/a b", "webhook_url_malformed"),
        ("https://hooks.operator.example/\r\nhost: x", "webhook_url_malformed"),
        ("https://bücher.example/", "webhook_url_malformed"),
        ("https://[::1/", "webhook_url_malformed"),
        ("https://hooks.operator.example/" + "a" * 2048, "webhook_url_malformed"),
        ("https:///hooks", "webhook_url_host"),
        ("https://localhost/", "webhook_url_host"),
        ("https://127.0.0.1/", "webhook_url_host"),
        ("https://93.184.216.34/", "webhook_url_host"),
        ("https://[2606:4700::1111]/", "webhook_url_host"),
        ("https://2130706433/", "webhook_url_host"),
        ("https://0x7f.0.0.1/", "webhook_url_host"),
        ("https://127.1/", "webhook_url_host"),
        ("https://hooks_1.example/", "webhook_url_host"),
        ("https://hooks.operator.example./", "webhook_url_host"),
    ],
)
def test_any_other_url_is_refused(url: str, code: str) -> None:
    """Each with the code that says what to change."""
    assert target_of(url, private_hosts=frozenset()) == UrlRefused(code)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/",
        "http://[::1]:8080/",
        "https://127.0.0.1:9/",
        "https://hooks:9443/",
        "https://10.0.0.1/",
    ],
)
def test_ones_own_hosts_may_be_posted_to_where_they_are_named(url: str) -> None:
    """Naming one opens that one, and HTTP only on this machine."""
    own = frozenset({"127.0.0.1", "::1", "hooks", "10.0.0.1"})
    assert isinstance(target_of(url, private_hosts=own), Target)
    assert isinstance(target_of(url, private_hosts=frozenset()), UrlRefused)
    for other in ("http://10.0.0.1/", "http://hooks/", "https://10.0.0.2/", "https://localhost/"):
        assert isinstance(target_of(other, private_hosts=own), UrlRefused)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - it is compared, not bound
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "2002:5db8:d822::1",
        "2606:4700::5efe:10.0.0.1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_what_is_not_of_the_public_internet(address: str) -> None:
    """Private, shared, loopback, link-local, multicast, reserved, and any of them inside IPv6."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "172.32.0.1",
        "100.128.0.1",
        "168.63.129.17",
        "2606:4700::1111",
        "2a00:1450:4001::200e",
        "64:ff9b::93.184.216.34",
        "::ffff:93.184.216.34",
    ],
)
def test_what_is_of_the_public_internet(address: str) -> None:
    """The neighbours of the closed blocks are open."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "answer",
    [
        ["10.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["93.184.216.34", "::ffff:127.0.0.1"],
        ["not an address"],
        [],
    ],
)
def test_a_name_with_one_private_address_is_not_posted_to(answer: list[str]) -> None:
    """A public address beside it does not help."""
    target = target_of("https://hooks.operator.example/", private_hosts=frozenset())
    assert isinstance(target, Target)
    found = addresses_of(target, resolver=lambda _, __: answer, private_hosts=frozenset({"other"}))
    assert found == ()
