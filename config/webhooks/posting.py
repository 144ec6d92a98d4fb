"""Post a notice to a receiver that nobody vouches for.

The name is looked up once, every address found is checked, and the connection is made to a checked one: a name that
leads elsewhere the next moment changes nothing. Redirects are not followed, and of the answer only the status is read.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException

from config.webhooks.targets import Target, UnusableUrl, is_allowed, target_of
from config.webhooks.vocabulary import Failure

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
"""From the first packet to the status of the answer, however slowly it drips."""
MOST_ADDRESSES = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try. `status` is the answer's, if there was one."""

    status: int | None = None
    failure: Failure | None = None

    @property
    def is_delivered(self) -> bool:
        return self.failure is None

    @property
    def is_gone(self) -> bool:
        return self.status == 410


class _Unreachable(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def post(
    url: str, *, headers: Mapping[str, str], body: bytes, loopback: bool = False, total_seconds: float = TOTAL_SECONDS
) -> Outcome:
    """Post a body and return what became of it. Raises nothing that a receiver can cause."""
    try:
        target = target_of(url, loopback=loopback)
        addresses = _addresses(target, loopback=loopback)
        return _post(target, addresses, headers, body, time.monotonic() + total_seconds)
    except UnusableUrl:
        return Outcome(failure=Failure.UNUSABLE_URL)
    except _Unreachable as no:
        return Outcome(failure=no.failure)


def _addresses(target: Target, *, loopback: bool) -> list[str]:
    """Return the checked addresses of a host. Raises: _Unreachable where any of them is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as no:
        raise _Unreachable(Failure.DNS) from no
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not all(is_allowed(ipaddress.ip_address(each), loopback=loopback) for each in addresses):
        raise _Unreachable(Failure.FORBIDDEN_ADDRESS)
    return addresses[:MOST_ADDRESSES]


def _post(target: Target, addresses: list[str], headers: Mapping[str, str], body: bytes, deadline: float) -> Outcome:
    sock = _connected(addresses, target.port)
    with _closed_at(deadline, sock) as watched:
        try:
            if target.is_https:
                # The handshake waits until the deadline watches the socket that it reads from.
                watched.sock = tls().wrap_socket(sock, server_hostname=target.host, do_handshake_on_connect=False)
                watched.sock.do_handshake()
            watched.sock.settimeout(max(deadline - time.monotonic(), 0.001))
            connection = HTTPConnection(target.host, target.port)
            connection.sock = watched.sock
            connection.request("POST", target.path, body, {"Host": target.authority, "Connection": "close", **headers})
            status = connection.getresponse().status
            # Headers that the deadline cut off read as if they had ended.
            return Outcome(failure=Failure.TIMEOUT) if watched.is_over else _outcome(status)
        except TimeoutError:
            return Outcome(failure=Failure.TIMEOUT)
        except ssl.SSLError:
            return Outcome(failure=Failure.TIMEOUT if watched.is_over else Failure.TLS)
        except (OSError, HTTPException, ValueError):
            return Outcome(failure=Failure.TIMEOUT if watched.is_over else Failure.BROKEN)


@cache
def tls() -> ssl.SSLContext:
    """Return how certificates are checked: against the machine's authorities, by name. Reading them takes a while."""
    return ssl.create_default_context()


def _connected(addresses: list[str], port: int) -> socket.socket:
    until = time.monotonic() + CONNECT_SECONDS
    failure = Failure.CONNECT
    for number, address in enumerate(addresses):
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            # Each address gets its share, so that a dead one leaves time for the next.
            sock = socket.create_connection((address, port), timeout=left / (len(addresses) - number))
        except TimeoutError:
            failure = Failure.TIMEOUT
        except OSError:
            failure = Failure.CONNECT
        else:
            sock.settimeout(CONNECT_SECONDS)
            return sock
    raise _Unreachable(failure)


@dataclass
class _Watched:
    sock: socket.socket
    is_over: bool = False

    def end(self) -> None:
        self.is_over = True
        try:
            # Past the TLS layer, whose own shutdown would have both threads in one session.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        except OSError:
            return


@contextmanager
def _closed_at(deadline: float, sock: socket.socket) -> Iterator[_Watched]:
    """Break the connection at the deadline: a socket's own time-out begins anew with every byte."""
    watched = _Watched(sock)
    timer = threading.Timer(max(deadline - time.monotonic(), 0), watched.end)
    timer.daemon = True
    timer.start()
    try:
        yield watched
    finally:
        timer.cancel()
        watched.sock.close()


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status)
    return Outcome(status, Failure.REDIRECT if 300 <= status < 400 else Failure.STATUS)
