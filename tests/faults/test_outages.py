"""PostgreSQL or the broker goes away and comes back: people are told, nothing is half done, and all heals by itself."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from crm.models import Role
from customers.models import Customer
from tests.cast import make_user
from tests.workers import environment

HEALED_SECONDS = 60
# Answers lines of "METHOD path" with the status; signed in as the user argv[1].
BROWSER = """
import sys
import django
django.setup()
from django.db import close_old_connections
from django.test import Client
from crm.models import User
client = Client(raise_request_exception=False)
client.force_login(User.objects.get(pk=int(sys.argv[1])), "django.contrib.auth.backends.ModelBackend")
fields = {"code": "NEW", "name": "新客户", "kind": "company", "lifecycle": "active"}
print("ready", flush=True)
for line in sys.stdin:
    method, path = line.split()
    close_old_connections()  # as a server does at the start of each request, and the test client does not
    answer = client.post(path, fields) if method == "POST" else client.get(path)
    print(answer.status_code, "<html" in answer.content.decode(), flush=True)
"""


class Line:
    """A way to a server that can be cut, with all that goes over it, and mended."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_cut = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Let nobody through any more."""
        self._is_cut = True
        for pair in self._pairs:
            for end in pair:
                with closing(end), suppress(OSError):  # the other side may have hung up before
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def mend(self) -> None:
        """Let people through again."""
        self._is_cut = False

    def _accept(self) -> None:
        while True:
            caller, _address = self._listener.accept()
            if self._is_cut:
                caller.close()
                continue
            pair = (caller, socket.create_connection(self._server))
            self._pairs.append(pair)
            threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        ways = {one: other, other: one}
        try:
            while True:
                for end in select.select([one, other], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    ways[end].sendall(data)
        except (OSError, ValueError):
            return


class Browser:
    """Somebody signed in on a web process whose servers are reached over lines that can be cut."""

    def __init__(self, user: int, **addresses: str) -> None:
        env = environment() | addresses | {"ALLOWED_HOSTS": "testserver", "SECOND_FACTOR_FOR": ""}
        self._process = subprocess.Popen(
            [sys.executable, "-c", BROWSER, str(user)],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._said() == "ready"

    def ask(self, method: str, path: str) -> str:
        """Return the status, and whether the answer is a page."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{method} {path}\n")
        self._process.stdin.flush()
        return self._said()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def ada(transactional_db: None) -> int:
    return make_user("ada", Role.ADMIN).pk


@pytest.fixture
def postgres() -> Line:
    test = connection.settings_dict
    return Line(test["HOST"], int(test["PORT"]))


@pytest.fixture
def broker() -> Line:
    address = urlsplit(settings.REDIS_URL)
    return Line(address.hostname or "", address.port or 0)


@pytest.fixture
def browser(ada: int, postgres: Line, broker: Line) -> Iterator[Browser]:
    opened = Browser(
        ada,
        DATABASE_URL=over(environment()["DATABASE_URL"], postgres),
        REDIS_URL=over(settings.REDIS_URL, broker),
    )
    yield opened
    opened.close()


def over(url: str, line: Line) -> str:
    """Return an address with the line's port."""
    address = urlsplit(url)
    return address._replace(netloc=address.netloc.replace(f":{address.port}", f":{line.port}")).geturl()


def heals(browser: Browser, path: str) -> float:
    """Wait until a page is shown again; return how long it took, in seconds."""
    began = time.monotonic()
    while browser.ask("GET", path) != "200 True" and time.monotonic() - began < HEALED_SECONDS:
        time.sleep(0.2)
    return time.monotonic() - began


def test_an_outage_of_postgresql_is_a_503_writes_nothing_and_heals(browser: Browser, postgres: Line) -> None:
    assert browser.ask("GET", "/customers/") == "200 True"
    postgres.cut()
    assert browser.ask("GET", "/customers/") == "503 True"
    assert browser.ask("POST", "/customers/new/") == "503 True"
    assert browser.ask("GET", "/readyz").startswith("503")
    postgres.mend()
    assert heals(browser, "/customers/") < HEALED_SECONDS
    assert not Customer.objects.filter(code="NEW").exists()
    assert browser.ask("POST", "/customers/new/").startswith("302")
    assert Customer.objects.filter(code="NEW").count() == 1


def test_pages_go_on_beside_a_broker_that_is_away_and_health_says_so(browser: Browser, broker: Line) -> None:
    assert browser.ask("GET", "/healthz") == "200 False"
    broker.cut()
    assert browser.ask("GET", "/healthz") == "503 False"
    assert browser.ask("GET", "/customers/") == "200 True"
    broker.mend()
    assert browser.ask("GET", "/healthz") == "200 False"
