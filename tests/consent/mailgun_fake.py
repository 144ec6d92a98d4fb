"""Mailgun's suppression API on this machine, answering as its reference documents."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"
NOT_THERE = {
    "bounces": "Address not found in bounces table",
    "unsubscribes": "Address not found in unsubscribers table",
    "complaints": "No spam complaints found for this address",
}
REMOVED = {
    "bounces": "Bounced address has been removed",
    "unsubscribes": "Unsubscribe event has been removed",
    "complaints": "Spam complaint has been removed",
}


class Mailgun:
    """The lists per sending domain. `troubles` are answered first, once each; `page_size` entries come at a time."""

    def __init__(self) -> None:
        self.lists: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self.troubles: list[tuple[int, dict[str, str]]] = []
        self.asked: list[tuple[str, str]] = []
        self.page_size = 2
        self.next_elsewhere = ""
        self.base = ""

    def has(self, domain: str, listing: str, address: str, **more: Any) -> None:
        item = {"address": address, "created_at": "Fri, 20 Nov 2026 11:02:55 UTC", **more}
        self.lists.setdefault((domain, listing), {})[address.lower()] = item

    def answer(self, method: str, path: str, authorization: str) -> tuple[int, dict[str, str], object]:
        self.asked.append((method, path))
        if self.troubles:
            status, headers = self.troubles.pop(0)
            return status, headers, {"message": "Too many requests"}
        if authorization != "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode():
            return 401, {}, {"message": "Invalid private key"}
        parts = urlsplit(path)
        _, version, domain, listing, *address = parts.path.split("/")
        held = self.lists.get((domain, listing))
        if version != "v3" or held is None:
            return 404, {}, {"message": f"Domain not found: {domain}"}
        if method == "DELETE":
            gone = held.pop(unquote(address[0]).lower(), None)
            return (200, {}, {"message": REMOVED[listing]}) if gone else (404, {}, {"message": NOT_THERE[listing]})
        return 200, {}, self._page(domain, listing, parse_qs(parts.query))

    def _page(self, domain: str, listing: str, asked: dict[str, list[str]]) -> object:
        after = asked.get("address", [""])[0]
        rows = [item for name, item in sorted(self.lists[domain, listing].items()) if name > after]
        rows = rows[: self.page_size]
        last = rows[-1]["address"].lower() if rows else after
        here = f"{self.next_elsewhere or self.base}/v3/{domain}/{listing}?limit={self.page_size}"
        return {
            "items": rows,
            "paging": {"first": here, "last": f"{here}&page=last", "next": f"{here}&page=next&address={last}"},
        }

    @contextmanager
    def serving(self) -> Iterator[Mailgun]:
        mailgun = self

        class Handler(BaseHTTPRequestHandler):
            def _say(self) -> None:
                authorization = self.headers.get("Authorization", "")
                status, headers, told = mailgun.answer(self.command, self.path, authorization)
                body = json.dumps(told).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_DELETE = _say

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
