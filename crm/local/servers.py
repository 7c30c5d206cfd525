"""The embedded servers as their users see them: shared by several processes, stopped by the last one out."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crm.local.home import ROOT, Home
from crm.local.keeper import START_SECONDS, STOP_SECONDS
from crm.local.locks import FileLock
from crm.local.server import LocalServerError

# Server → the variable with its address. One that is set means: use that server, start none.
VARIABLES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
POLL_SECONDS = 0.02
LOG_LINES_SHOWN = 15


@dataclass
class Membership:
    """This process as one of the users of the server `name`; the lock is freed when the process ends, however."""

    name: str
    home: Home
    throwaway: bool = False
    users: FileLock = field(init=False)
    joined: bool = field(init=False, default=False)
    keeper: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.home.make()
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o711)
        self.users = FileLock(self.folder / "users.lock")

    @property
    def folder(self) -> Path:
        """Return the server's folder in the home."""
        return self.home.path / self.name

    def join(self) -> str:
        """Become a user, starting the server if it does not run, and return its address.

        Raises LocalServerError, with the end of the server's log, when it can't be started.
        """
        # Refused only while a keeper stops the server that the last user just left.
        if not self.users.take_within(STOP_SECONDS + 10, shared=True):
            raise LocalServerError(
                f"{self.name} in {self.folder} has been stopping for too long; look for it with ps."
            )
        self.joined = True
        return self.ensure()

    def ensure(self) -> str:
        """Return the server's address, starting it again if its keeper is gone."""
        with FileLock(self.folder / "start.lock"):
            if not self._has_keeper():
                self.keeper = self._start_keeper()
            return self._await_state()

    def leave(self) -> None:
        """Cease to be a user. When this was the last one, return only after the server has stopped."""
        self.users.close()
        self.joined = False
        if self._await_stop() and self.keeper:
            self.keeper.wait()  # it is ending: leave no zombie

    def _await_stop(self) -> bool:
        """Wait until the server has stopped; say False without waiting when others go on using it."""
        deadline = time.monotonic() + STOP_SECONDS + 10
        probe = FileLock(self.folder / "users.lock")
        try:
            while self._is_kept() and time.monotonic() < deadline:
                if probe.try_take(shared=True):
                    # Not being stopped yet: either others use it, or its keeper is about to notice that nobody does.
                    # Taking a lock gives up the one held before, hence the second look.
                    if not probe.try_take() and probe.try_take(shared=True):
                        return False
                    probe.drop()
                time.sleep(POLL_SECONDS)
            return not self._is_kept()
        finally:
            probe.close()

    def _is_kept(self) -> bool:
        with FileLock(self.folder / "start.lock"):
            return self._has_keeper()

    def _has_keeper(self) -> bool:
        """Try the keeper's lock; only under `start.lock`, for a trial looks like a keeper to another trial."""
        probe = FileLock(self.folder / "keeper.lock")
        try:
            return not probe.try_take()
        finally:
            probe.close()

    def _start_keeper(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "crm.local.keeper", self.name, str(self.home.path)]
        command += [] if self.home.durable else ["--fast"]
        command += ["--throwaway"] if self.throwaway else []
        (self.folder / "state.json").unlink(missing_ok=True)
        with self.home.log_file(self.name).open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _await_state(self) -> str:
        deadline = time.monotonic() + START_SECONDS + 10
        while time.monotonic() < deadline:
            try:
                state = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
            except FileNotFoundError:
                # One that was only just started may not hold its lock yet.
                ours = self.keeper is not None and self.keeper.poll() is None
                if not ours and not self._has_keeper():
                    break
                time.sleep(POLL_SECONDS)
            else:
                return str(state["url"])
        log = self.home.log_file(self.name)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        raise LocalServerError("\n".join([f"{self.name} could not be started. The end of {log}:", *lines]))


@dataclass
class LocalServers:
    """The servers that this process uses, started for it or shared with others."""

    members: list[Membership]

    @property
    def lock_handles(self) -> list[int]:
        """Return the handles to pass to children that go on using the servers if this process ends first."""
        return [member.users.fd for member in self.members]

    def ensure(self) -> None:
        """Start again what was killed. Ports and passwords are remembered, so that addresses stay the same."""
        for member in self.members:
            member.ensure()


# Process-wide, as the environment variables that they stand for; the innermost block's last.
_entered: list[LocalServers] = []


def servers_in_use() -> LocalServers:
    """Return the local servers that this process uses at the moment: none where addresses were given."""
    return _entered[-1] if _entered else LocalServers([])


@contextmanager
def local_servers(home: Home, *, throwaway: bool = False) -> Iterator[LocalServers]:
    """Have both servers run while the block does, and their addresses in the environment.

    A server whose variable is set already is somebody else's: it is left alone.
    """
    servers = LocalServers([])
    with ExitStack() as stack:
        joining = []
        for name, variable in VARIABLES.items():
            if not os.environ.get(variable):
                member = Membership(name, home, throwaway=throwaway)
                stack.callback(member.leave)
                joining.append((member, variable))
        for member, variable in joining:
            os.environ[variable] = member.join()
            stack.callback(os.environ.pop, variable, None)
            servers.members.append(member)
        _entered.append(servers)
        stack.callback(_entered.remove, servers)
        yield servers
