"""A client that keeps a server busy: python -m benchmarks.load_client PORT CLIENTS FILE.

Small enough to leave the machine to the server: one thread, requests written before, answers hardly looked at.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Client:
    """One connection that stays open, one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = bytearray()
        self.whole: int | None = None

    def send(self, request: bytes) -> None:
        self.answer = bytearray()
        self.whole = None
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take in what has come, and return whether the answer is whole."""
        came = self.socket.recv(65536)
        if not came:
            raise ConnectionError(f"The server hung up after {self.answer!r}.")
        self.answer += came
        if self.whole is None:
            # Its head is looked for until it is there, and not again with every piece of a long answer.
            end = self.answer.find(b"\r\n\r\n")
            if end < 0:
                return False
            length = _LENGTH.search(self.answer, 0, end)
            self.whole = end + 4 + (int(length[1]) if length else 0)
        return len(self.answer) >= self.whole


def run(*, port: int, clients: int, requests: Sequence[bytes]) -> dict[str, object]:
    """Send all requests, and return the seconds until the last answer and what was not answered 2xx."""
    waiting: Iterator[bytes] = iter(requests)
    refused = []
    with selectors.DefaultSelector() as busy:
        all_clients = [Client(port) for _ in range(min(clients, len(requests)))]
        started = time.perf_counter()
        for client in all_clients:
            client.send(next(waiting))
            busy.register(client.socket, selectors.EVENT_READ, client)
        while busy.get_map():
            for key, _ in busy.select():
                client = key.data
                if not client.receive():
                    continue
                if not client.answer.startswith(b"HTTP/1.1 2"):
                    refused.append(client.answer.decode("latin-1")[:300])
                request = next(waiting, None)
                if request is None:
                    busy.unregister(client.socket)
                else:
                    client.send(request)
        seconds = time.perf_counter() - started
    for client in all_clients:
        client.socket.close()
    return {"seconds": seconds, "refused": len(refused), "first": refused[:1]}


if __name__ == "__main__":
    port, clients, file = sys.argv[1:]
    written = [request.encode("latin-1") for request in json.loads(Path(file).read_text())]
    print(json.dumps(run(port=int(port), clients=int(clients), requests=written)))
