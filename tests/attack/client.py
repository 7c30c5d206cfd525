"""A fast client of one server: connections that stay open, in a few threads, with a cookie jar for each role."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

THREADS = 6
SECONDS = 300.0
BROKEN = (http.client.HTTPException, ConnectionError)


@dataclass(frozen=True)
class Asked:
    """One request: who sends it, and what exactly."""

    role: str
    method: str
    target: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """What came back."""

    asked: Asked
    status: int
    headers: str
    body: str


class Attacker:
    """Sends requests to ``base`` with the cookies of each role."""

    def __init__(self, base: str, cookies: dict[str, str]) -> None:
        self.address = urlsplit(base).netloc
        self.cookies = cookies
        self.local = threading.local()

    def send_all(self, requests: Iterable[Asked]) -> Iterator[Answered]:
        """Yield the answers, as they come."""
        with ThreadPoolExecutor(THREADS) as pool:
            yield from pool.map(self.send, requests)

    def send(self, asked: Asked) -> Answered:
        """Send one request; a server that closes the connection is asked once more."""
        for attempt in (1, 2):
            connection = self._connection()
            try:
                connection.putrequest(asked.method, asked.target, skip_accept_encoding=True)
                for name, value in {**self._headers(asked), **asked.headers}.items():
                    connection.putheader(name, value)
                connection.endheaders(asked.body)
                answer = connection.getresponse()
                body = answer.read().decode("utf-8", "replace")
                return Answered(asked, answer.status, str(answer.headers), body)
            except BROKEN:
                connection.close()
                del self.local.connection
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _headers(self, asked: Asked) -> dict[str, str]:
        cookie = self.cookies.get(asked.role, "")
        headers = {"Cookie": cookie, "Accept-Language": "en", "Content-Length": str(len(asked.body))}
        if "csrftoken=" in cookie:
            headers["X-CSRFToken"] = cookie.partition("csrftoken=")[2].partition(";")[0]
        return headers

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection(self.address, timeout=SECONDS)
        connection: http.client.HTTPConnection = self.local.connection
        return connection
