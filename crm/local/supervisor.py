"""Runs the product's long-lived processes: starts them, restarts what crashes, stops all in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from crm.local.home import ROOT, Home
from crm.local.leash import tied_to_parent

FIRST_DELAY_SECONDS = 1.0
LAST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0


class StopRequestedError(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM, or the terminal was closed."""


@dataclass(frozen=True)
class Service:
    """One process to run: its command, how long it may take to end after SIGTERM, and how it ends if orphaned."""

    name: str
    command: list[str]
    patience: float = 10.0
    orphaned: signal.Signals = signal.SIGTERM


@dataclass
class Child:
    """A service as it runs, with its own session: a Ctrl-C at the terminal reaches the supervisor alone."""

    service: Service
    process: subprocess.Popen[bytes]
    started: float
    delay: float = FIRST_DELAY_SECONDS / 2
    restart_at: float | None = None

    def kill_group(self) -> None:
        """Kill the process and whatever it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


@dataclass
class Supervisor:
    """Runs services and stops them in the order in which they were started.

    Children inherit `handles`, the locks on the servers that they use.
    """

    home: Home
    say: Callable[[str], None]
    handles: Sequence[int] = ()
    children: list[Child] = field(default_factory=list)

    def heed_signals(self) -> None:
        """Turn the usual signals into StopRequestedError from here on."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _request_stop)

    def start(self, *services: Service) -> None:
        """Start services beside those that run already."""
        for service in services:
            self.children.append(Child(service, self._spawn(service), time.monotonic()))

    def look_after_all(self) -> bool:
        """Restart, after a pause that grows, what has ended; say whether a process was replaced."""
        replaced = [self._look_after(child) for child in self.children]
        return any(replaced)

    def stop(self) -> None:
        """End the services one by one, the first started first; asked to stop once more, kill what is left."""
        try:
            while self.children:
                self._end(self.children[0])
                del self.children[0]
        except StopRequestedError:
            self.say("Stopping at once.")
            for child in self.children:
                child.kill_group()

    def process_ids(self) -> dict[str, int]:
        """Return the process id of each service."""
        return {child.service.name: child.process.pid for child in self.children}

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        with self._open_log(service) as log:
            return subprocess.Popen(
                service.command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.handles,
                start_new_session=True,
                preexec_fn=tied_to_parent(service.orphaned),
            )

    def _open_log(self, service: Service) -> IO[bytes]:
        return self.home.log_file(service.name).open("ab")

    def _look_after(self, child: Child) -> bool:
        now = time.monotonic()
        if child.restart_at is not None and now >= child.restart_at:
            child.process, child.started, child.restart_at = self._spawn(child.service), now, None
            return True
        if child.restart_at is None and child.process.poll() is not None:
            child.kill_group()  # what it left behind must not work beside its successor
            steady = now - child.started > STEADY_SECONDS
            child.delay = FIRST_DELAY_SECONDS if steady else min(child.delay * 2, LAST_DELAY_SECONDS)
            child.restart_at = now + child.delay
            name, status = child.service.name, child.process.returncode
            log = self.home.log_file(name)
            self.say(
                f"{name} ended with status {status}; starting it again in {child.delay:.0f} s (see {log})"
            )
        return False

    def _end(self, child: Child) -> None:
        if child.process.poll() is None:
            child.process.terminate()
            try:
                child.process.wait(child.service.patience)
            except subprocess.TimeoutExpired:
                self.say(
                    f"{child.service.name} is still busy after {child.service.patience:.0f} s; ending it."
                )
        child.kill_group()
        child.process.wait()


def _request_stop(number: int, frame: FrameType | None) -> None:
    raise StopRequestedError(signal.Signals(number).name)
