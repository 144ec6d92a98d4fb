"""Amazon SNS on this machine: real certificates, real signatures, and a real HTTPS server in Amazon's name.

The product's HTTP session gets an adapter that connects to the loopback instead, and trusts a CA of our own. All the
rest, from the URL to the check of the host's name, is as in production.
"""

from __future__ import annotations

import base64
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from requests.adapters import HTTPAdapter

from consent.services import sns as sns_service

HOST = "sns.eu-west-1.amazonaws.com"
TOPIC_ARN = "arn:aws:sns:eu-west-1:123456789012:ses-events"
CERTIFICATE_PATH = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
CERTIFICATE_URL = f"https://{HOST}{CERTIFICATE_PATH}"
SUBSCRIBE_URL = f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC_ARN}&Token=2336412f37fb687f5d51e6e2425e"


@cache
def signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def make_certificate(
    common_name: str,
    key: rsa.RSAPrivateKey,
    *,
    issuer: str = "",
    issuer_key: rsa.RSAPrivateKey | None = None,
    is_ca: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(_name(issuer or common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365 * 20))
        .not_valid_after(now + timedelta(days=365 * 20))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer_key or key).public_key()), critical=False
        )
    )
    if is_ca:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(common_name)]), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256())


@cache
def signing_certificate() -> bytes:
    """Return the certificate of the key that signs messages, as PEM."""
    return make_certificate("sns.amazonaws.com", signing_key()).public_bytes(serialization.Encoding.PEM)


def sns_message(text: str, *, kind: str = "Notification", version: str = "2", **fields: str) -> dict[str, Any]:
    """Return a signed SNS message."""
    message: dict[str, Any] = {
        "Type": kind,
        "MessageId": str(uuid.uuid4()),
        "TopicArn": TOPIC_ARN,
        "Message": text,
        "Timestamp": "2026-11-20T10:30:01.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": f"https://{HOST}/?Action=Unsubscribe",
        **fields,
    }
    if kind != "Notification":
        message |= {"Token": "2336412f37fb687f5d51e6e2425e", "SubscribeURL": fields.get("SubscribeURL", SUBSCRIBE_URL)}
    return sign(message)


def sign(message: dict[str, Any], key: rsa.RSAPrivateKey | None = None) -> dict[str, Any]:
    """Return the message with a signature over its fields as they are now."""
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    if message["Type"] == "Notification":
        names = [name for name in names if name not in {"SubscribeURL", "Token"}]
    else:
        names.remove("Subject")
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    algorithm = hashes.SHA1() if message["SignatureVersion"] == "1" else hashes.SHA256()
    signature = (key or signing_key()).sign(text.encode(), padding.PKCS1v15(), algorithm)
    return {**message, "Signature": base64.b64encode(signature).decode()}


class Amazon:
    """The server, and what was asked of it."""

    def __init__(self, folder: Path, *, server_name: str = HOST) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.certificate = signing_certificate()
        ca_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        server_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        ca = make_certificate("A CA of the tests", ca_key, is_ca=True)
        server = make_certificate(server_name, server_key, issuer="A CA of the tests", issuer_key=ca_key)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
        chain, key_file = folder / "server.pem", folder / "server.key"
        chain.write_bytes(server.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            server_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(chain, key_file)

    @contextmanager
    def serving(self) -> Iterator[Amazon]:
        amazon = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                amazon.asked.append(f"https://{HOST}{self.path}")
                self.send_response(amazon.status)
                if amazon.status == 302:
                    self.send_header("Location", "https://127.0.0.1/elsewhere")
                self.end_headers()
                self.wfile.write(amazon.certificate if self.path == CERTIFICATE_PATH else b"<Confirmed/>")

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = self._tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        adapter = LoopbackAdapter(server.server_address[1], self.ca_file)
        before = sns_service.http.adapters.get("https://sns.")
        sns_service.http.mount("https://sns.", adapter)
        sns_service.forget_certificates()
        try:
            yield self
        finally:
            del sns_service.http.adapters["https://sns."]
            if before is not None:
                sns_service.http.mount("https://sns.", before)
            sns_service.forget_certificates()
            adapter.close()
            server.shutdown()
            server.server_close()


class LoopbackAdapter(HTTPAdapter):
    """Connects to this machine whatever the URL's host, whose name the server's certificate must still bear."""

    def __init__(self, port: int, ca_file: Path) -> None:
        self._port, self._ca_file = port, ca_file
        super().__init__()

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        pool |= {"server_hostname": host["host"], "assert_hostname": host["host"]}
        return {**host, "host": "127.0.0.1", "port": self._port}, pool

    def send(self, request: Any, **options: Any) -> Any:
        return super().send(request, **{**options, "verify": str(self._ca_file), "proxies": {}})
