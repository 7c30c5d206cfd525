"""One demo to a home: who runs it, where it answers, and what a killed one left behind."""

import json
import os
import signal
from dataclasses import asdict, dataclass
from typing import Self

from crm.local.home import Home
from crm.local.locks import FileLock

PATIENCE_SECONDS = 2.0
LEFTOVER_SECONDS = 15.0
NOTE = "demo.json"


class AlreadyRunningError(Exception):
    """Another process runs this home's demo; the message says where it answers."""


@dataclass(frozen=True)
class Note:
    """What a running demo tells about itself."""

    process: int
    address: str
    services: dict[str, int]


class Instance:
    """This process as the one that runs the home's demo.

    Two locks: `demo.lock` is ours alone, `demo-services.lock` is inherited by the services. When the first is free and
    the second is not, a demo was killed and its services live on, which happens where children can't be tied to their
    parent: they are ended, and the lock proves that the noted processes are still theirs.
    """

    def __init__(self, home: Home) -> None:
        home.make()
        self.own = FileLock(home.path / "demo.lock")
        self.services = FileLock(home.path / "demo-services.lock")
        self.home = home
        self.note = home.path / NOTE

    def __enter__(self) -> Self:
        if not self.own.try_take():
            self.own.close()
            self.services.close()
            raise AlreadyRunningError(self._describe_other())
        self._end_leftovers()
        return self

    def __exit__(self, *details: object) -> None:
        self.note.unlink(missing_ok=True)
        self.services.close()
        self.own.close()

    def announce(self, address: str, services: dict[str, int]) -> None:
        """Note where the demo answers and which processes it consists of."""
        note = Note(os.getpid(), address, services)
        self.note.write_text(json.dumps(asdict(note)), encoding="utf-8")

    def _end_leftovers(self) -> None:
        """Wait for services that are ending by themselves, then ask them to, then make them."""
        if self.services.take_within(PATIENCE_SECONDS):
            return
        note = announced(self.home)
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process_id in note.services.values() if note else ():
                _signal_group(process_id, number)
            if self.services.take_within(LEFTOVER_SECONDS):
                return
        raise AlreadyRunningError("Services of a former demo can't be ended; look for them with ps.")

    def _describe_other(self) -> str:
        running = announced(self.home)
        if running is None:
            return "This demo is just being started by another process."
        return (
            f"This demo runs already: {running.address} (process {running.process}). Ctrl-C there stops it."
        )


def announced(home: Home) -> Note | None:
    """Return what the home's demo told about itself, None without one; a killed demo's note is still there."""
    try:
        return Note(**json.loads((home.path / NOTE).read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def _signal_group(process_id: int, number: signal.Signals) -> None:
    try:
        os.killpg(process_id, number)
    except ProcessLookupError:
        return
