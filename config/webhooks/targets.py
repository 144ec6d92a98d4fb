"""Which addresses a webhook may go to: public ones over HTTPS, and nothing inside anybody's network. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 500
PORTS = frozenset({443, 8443})
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NEVER = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own, and Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's metadata, in public space
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # Teredo, ORCHID and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All else is loopback, private, link-local, multicast, or has an IPv4 address inside (mapped, NAT64)."""


class UnusableUrl(ValueError):
    """A webhook can't go to this address. `code` is stable, the message tells the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """An address in its parts. `authority` is what the Host header says."""

    is_https: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(url: str, *, loopback: bool) -> Target:
    """Return the parts of a webhook's address. `loopback` allows this machine, over plain HTTP and at any port.

    Raises: UnusableUrl.
    """
    if len(url) > LONGEST or not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        raise UnusableUrl("malformed", f"Send at most {LONGEST} ASCII characters without spaces; names in punycode.")
    try:
        parts = urlsplit(url)
        given_port = parts.port
        host = (parts.hostname or "").lower()
    except ValueError as wrong:
        raise UnusableUrl("malformed", "This is no web address. Send one such as https://example.com/hook.") from wrong
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UnusableUrl("malformed", "Leave out user names, passwords and what follows “#”.")
    here = loopback and host in _LOOPBACK_NAMES
    if parts.scheme != "https" and not (here and parts.scheme == "http"):
        raise UnusableUrl("not_https", f"Send an address that begins with https://.{_while_developing(host)}")
    _check_host(host, here=here)
    is_https = parts.scheme == "https"
    port = given_port if given_port is not None else 443 if is_https else 80
    if port not in PORTS and not here:
        ports = " or ".join(map(str, sorted(PORTS)))
        raise UnusableUrl("forbidden_port", f"Webhooks go to port {ports}.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_https, host, port, parts.netloc.lower(), path)


def _while_developing(host: str) -> str:
    """Return the way out of whoever tries this on their own machine."""
    return " A Desk that runs with WEBHOOKS_TO_LOOPBACK=true takes this one." if host in _LOOPBACK_NAMES else ""


def _check_host(host: str, *, here: bool) -> None:
    if here:
        return
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is not None:
        if not is_allowed(address, loopback=False):
            raise UnusableUrl(
                "forbidden_address", f"{host} is not a public address. Send one that the internet reaches."
            )
        return
    last = host.rpartition(".")[2]
    if not _HOST.fullmatch(host) or _NUMBER.fullmatch(last):
        raise UnusableUrl("malformed", "The host's name can't be read. Send one such as https://example.com/hook.")
    if last == host or last in {"localhost", "local", "internal", "intranet", "lan", "home", "corp"}:
        told = f"“{host}” is a name inside a network. Send a public one.{_while_developing(host)}"
        raise UnusableUrl("forbidden_address", told)


def is_allowed(address: IpAddress, *, loopback: bool) -> bool:
    """Return whether a connection may be made to an address. In doubt it may not."""
    if loopback and address.is_loopback:
        return True
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address not in _PUBLIC_IPV6):
        return False
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and not address.is_multicast
