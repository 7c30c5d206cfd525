"""Homes with servers of their own, and other processes that use them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm.local.home import ROOT, Home
from crm.local.servers import VARIABLES, Membership

# Prints the address that it got, then waits to be told (by the end of its input) to leave.
USER = """
import sys
from pathlib import Path
from crm.local.home import Home
from crm.local.servers import Membership
member = Membership(sys.argv[1], Home(Path(sys.argv[2]), durable=False))
print(member.join(), flush=True)
sys.stdin.read()
member.leave()
"""

Join = Callable[[str], Membership]
StartUser = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def home() -> Iterator[Home]:
    """Yield a home at a path with a space and Chinese characters, like a newcomer's folder may have."""
    with tempfile.TemporaryDirectory(prefix="kezhi 客知 ") as folder:
        Path(folder).chmod(0o711 if os.geteuid() == 0 else 0o700)
        yield Home(Path(folder) / "home", durable=False)


@pytest.fixture
def join(home: Home) -> Iterator[Join]:
    """Return a function that makes this process a user of a server; whoever still is one leaves at the end."""
    members: list[Membership] = []

    def join(name: str) -> Membership:
        members.append(Membership(name, home, throwaway=True))
        members[-1].join()
        return members[-1]

    yield join
    for member in members:
        if member.joined:
            member.leave()


@pytest.fixture
def start_user(home: Home) -> Iterator[StartUser]:
    """Return a function that starts another process that uses a server; it has joined once its output has a line."""
    users: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", USER, name, str(home.path)]
        users.append(
            subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        return users[-1]

    yield start
    for user in users:
        user.communicate(timeout=60)


@pytest.fixture
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the servers that this test run uses."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable)
