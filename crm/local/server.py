"""What PostgreSQL and Valkey have in common as servers that live in KEZHI_HOME."""

import os
import shutil
import socket
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from signal import Signals
from typing import ClassVar

from crm.local.account import Account, reachable_folder, server_account
from crm.local.home import Home

HOST = "127.0.0.1"


class LocalServerError(Exception):
    """A local server can't be started; the message says why and what to do."""


@dataclass(frozen=True)
class Launch:
    """How to start the program: its arguments and what it reads from standard input (secrets stay off both `ps`)."""

    arguments: list[str]
    stdin: bytes = b""


class Server(ABC):
    """One embedded server: where it lives and how it is made, started and recognised as ready."""

    name: ClassVar[str]
    variable: ClassVar[str]  # the environment variable that carries its address
    stop: ClassVar[Signals]  # ends it in order, without waiting for clients

    def __init__(self, home: Home) -> None:
        self.home = home

    @cached_property
    def folder(self) -> Path:
        """Return the server's own folder in the home: data, locks and state."""
        self.home.make()
        folder = self.home.path / self.name
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
        return folder

    @cached_property
    def account(self) -> Account:
        """Return the account that the server runs as."""
        try:
            return server_account()
        except LookupError as error:
            raise LocalServerError(str(error)) from error

    @cached_property
    def data(self) -> Path:
        """Return the real folder of the server's data."""
        try:
            return reachable_folder(self.account, self.folder / "data")
        except LookupError as error:
            raise LocalServerError(str(error)) from error

    def check_owner(self) -> None:
        """Refuse data of another account before the server does so in less helpful words."""
        if self.data.exists() and self.data.stat().st_uid != self.account.uid:
            raise LocalServerError(
                f"{self.data} belongs to user id {self.data.stat().st_uid}, and {self.name} would run as "
                f"{self.account.uid}. Run the command as the user who made it, or set KEZHI_HOME to another folder."
            )

    def choose_port(self) -> int:
        """Return the port used last time if it is free, else a free one, and remember it."""
        note = self.folder / "port"
        if note.exists() and _is_free(port := int(note.read_text(encoding="ascii"))):
            return port
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = int(probe.getsockname()[1])
        note.write_text(str(port), encoding="ascii")
        return port

    def remove_data(self) -> None:
        """Delete what the server stored."""
        link = self.folder / "data"
        if link.is_symlink():  # the folder around the real one holds nothing else
            shutil.rmtree(self.data.parent, ignore_errors=True)
            link.unlink()
        shutil.rmtree(link, ignore_errors=True)

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder if it is missing."""

    @abstractmethod
    def launch(self, port: int) -> Launch:
        """Return how to start the server on `port`."""

    @abstractmethod
    def is_ready(self, port: int) -> bool:
        """Say whether the server answers."""

    @abstractmethod
    def complete(self, port: int) -> None:
        """Do what needs the running server, once after its data was made."""

    @abstractmethod
    def url(self, port: int) -> str:
        """Return the address for `variable`, password included."""


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def clean_environment() -> dict[str, str]:
    """Return an environment for the servers that no foreign locale, time zone or PG variable reaches."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
