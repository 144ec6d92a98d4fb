"""Posting to receivers that nobody vouches for: slow, broken, moved, badly certified, or inside the network."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.webhooks import posting
from config.webhooks.posting import Outcome, post
from config.webhooks.vocabulary import Failure
from tests.webhooks.conftest import Receiver

HEADERS = {"Content-Type": "application/json"}
BODY = b'{"data":{"detail":"STOP"}}'


def send(url: str, **more: Any) -> Outcome:
    return post(url, headers=HEADERS, body=BODY, loopback=True, **more)


@contextlib.contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield the address of a server that does what `talk` does with its first connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    thread.join(10)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, None),
        (204, None),
        (301, "redirect"),
        (302, "redirect"),
        (307, "redirect"),
        (404, "status"),
        (500, "status"),
    ],
)
def test_a_2xx_is_an_arrival_and_nothing_else_is(receiver: Receiver, status: int, failure: str | None) -> None:
    receiver.answer = lambda _: status

    assert send(receiver.url) == Outcome(status, Failure(failure) if failure else None)
    assert len(receiver.posts) == 1


def test_an_answer_that_never_ends_is_left_at_its_status() -> None:
    def pour(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with listening(pour) as url:
        assert send(url) == Outcome(200)


def test_an_answer_that_drips_is_broken_off_at_the_deadline() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while connection.send(b"x"):
            connection.settimeout(0.02)
            with contextlib.suppress(TimeoutError):
                connection.recv(65536)

    with listening(drip) as url:
        assert send(url, total_seconds=0.3).failure == Failure.TIMEOUT


def test_silence_is_a_time_out() -> None:
    def listen_only(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with listening(listen_only) as url:
        assert send(url, total_seconds=0.3).failure == Failure.TIMEOUT


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200])
def test_what_is_no_http_is_broken(answer: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with listening(talk) as url:
        assert send(url).failure == Failure.BROKEN


def test_nobody_at_home() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

    assert send(url).failure == Failure.CONNECT


def looked_up(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the names of the world be these addresses, one answer after the other, and return what was asked."""
    asked: list[str] = []
    left = list(answers)

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in left.pop(0)]

    monkeypatch.setattr(posting.socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1"], ["1.1.1.1", "169.254.169.254"]], ids=str)
def test_a_name_that_leads_inside_is_not_connected_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    looked_up(monkeypatch, addresses)
    monkeypatch.setattr(posting.socket, "create_connection", lambda *_, **__: pytest.fail("connected"))

    outcome = post("https://shop.example.com/", headers=HEADERS, body=BODY)

    assert outcome == Outcome(failure=Failure.FORBIDDEN_ADDRESS)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when looked at and private the moment after is looked at once."""
    asked = looked_up(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    connected: list[Any] = []

    def refuse(address: Any, timeout: float) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(posting.socket, "create_connection", refuse)

    assert post("https://shop.example.com/", headers=HEADERS, body=BODY).failure == Failure.CONNECT
    assert (asked, connected) == (["shop.example.com"], [("93.184.216.34", 443)])


def test_an_endpoint_on_this_machine_is_refused_once_the_setting_is_off(receiver: Receiver) -> None:
    assert post(receiver.url, headers=HEADERS, body=BODY).failure == Failure.UNUSABLE_URL
    assert receiver.posts == []


def certificate(folder: Path, name: str) -> Path:
    """Write a key and a certificate that vouches for itself, for one name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    try:
        named: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        named = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize(
    ("name", "is_trusted", "failure"),
    [("localhost", True, None), ("localhost", False, "tls"), ("other.example.com", True, "tls")],
)
def test_the_certificate_must_be_trusted_and_of_the_name(
    receiver: Receiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_trusted: bool,
    failure: str | None,
) -> None:
    file = certificate(tmp_path, name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    names: list[str | None] = []
    server.sni_callback = lambda _, asked, __: names.append(asked)
    receiver.server.socket = server.wrap_socket(receiver.server.socket, server_side=True)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    posting.tls.cache_clear()

    try:
        outcome = send(receiver.url.replace("http://127.0.0.1", "https://localhost"))
    finally:
        posting.tls.cache_clear()

    assert outcome.failure == (Failure(failure) if failure else None)
    assert names == ["localhost"]
    assert len(receiver.posts) == (0 if failure else 1)
