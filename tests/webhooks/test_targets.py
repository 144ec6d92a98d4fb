"""Which addresses a webhook may go to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.webhooks.targets import UnusableUrl, is_allowed, target_of

INSIDE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c:0:0:80ff:fffe",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700::1111%eth0",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "192.0.1.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_is_sent_to_an_address_that_is_not_public(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address), loopback=False)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_sent_to(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), loopback=False)


def test_for_development_this_machine_is_allowed_and_nothing_else_inside() -> None:
    allowed = {each for each in INSIDE if is_allowed(ipaddress.ip_address(each), loopback=True)}

    assert allowed == {"127.0.0.1", "127.255.255.254", "::1"}


@given(st.ip_addresses(v=4))
def test_no_ipv6_address_carries_an_ipv4_one_past_the_check(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    mapped, nat64 = (ipaddress.IPv6Address(base + number) for base in (0xFFFF << 32, 0x64FF9B << 96))
    six_to_four = ipaddress.IPv6Address((0x2002 << 112) + (number << 80) + 1)

    assert not any(is_allowed(each, loopback=False) for each in (mapped, nat64, six_to_four))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://shop.example.com/", "not_https"),
        ("ftp://shop.example.com/", "not_https"),
        ("//shop.example.com/", "not_https"),
        ("https://shop.example.com:22/", "forbidden_port"),
        ("https://shop.example.com:0/", "forbidden_port"),
        ("https://shop.example.com:99999/", "malformed"),
        ("https://user:secret@shop.example.com/", "malformed"),
        ("https://shop.example.com/#part", "malformed"),
        ("https://shop.example.com\\@evil.example/", "malformed"),
        ("https://shop.example.com/a b", "malformed"),
        ("https://shop.example.com/\r\nX: y", "malformed"),
        ("https://bücher.example/", "malformed"),
        ("https:///path", "malformed"),
        ("https://[::1", "malformed"),
        ("https://localhost/", "forbidden_address"),
        ("https://localhost./", "malformed"),
        ("https://printer/", "forbidden_address"),
        ("https://metadata.google.internal/", "forbidden_address"),
        ("https://169.254.169.254/latest/", "forbidden_address"),
        ("https://[::ffff:127.0.0.1]/", "forbidden_address"),
        ("https://2130706433/", "malformed"),
        ("https://0x7f000001/", "malformed"),
        ("https://127.1/", "malformed"),
        ("https://0177.0.0.1/", "malformed"),
        ("https://shop.example.com/" + "a" * 500, "malformed"),
    ],
)
def test_an_address_that_leads_nowhere_good_is_refused(url: str, code: str) -> None:
    with pytest.raises(UnusableUrl) as no:
        target_of(url, loopback=False)

    assert no.value.code == code


def test_a_good_address_is_taken_apart() -> None:
    target = target_of("https://Shop.Example.com:8443/hook?a=1", loopback=False)

    assert (target.host, target.port, target.authority) == ("shop.example.com", 8443, "shop.example.com:8443")
    assert (target.path, target.is_https) == ("/hook?a=1", True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost:9000/", "https://[::1]:9000/"])
def test_plain_http_and_any_port_are_for_this_machine_in_development(url: str) -> None:
    assert target_of(url, loopback=True).port == 9000
    with pytest.raises(UnusableUrl):
        target_of(url, loopback=False)
    with pytest.raises(UnusableUrl):
        target_of("http://shop.example.com/", loopback=True)
