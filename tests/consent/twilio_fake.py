"""Twilio's consent service on this machine: what it was asked, and what it answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Twilio:
    url: str = ""
    status: int = 201
    error_code: int = 0
    body: bytes | None = None
    asked: list[tuple[str, str, list[dict[str, str]]]] = field(default_factory=list)

    def answer(self, items: list[dict[str, str]]) -> bytes:
        if self.body is not None:
            return self.body
        told = [{"correlation_id": item["correlation_id"], "error_code": self.error_code} for item in items]
        return json.dumps({"items": told}).encode()


@contextmanager
def twilio_serving(settings: Any) -> Iterator[Twilio]:
    """Serve in Twilio's place, with an account in the settings that it knows."""
    fake = Twilio()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
            items = [json.loads(value) for name, value in form if name == "Items"]
            fake.asked.append((self.path, self.headers["Authorization"], items))
            answer = fake.answer(items)
            self.send_response(fake.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    settings.TWILIO_ACCOUNTS_URL = fake.url
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC123", "secret"
    settings.TWILIO_CONSENT_SENDER = "MG123"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
