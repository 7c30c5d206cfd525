"""The process that looks after one embedded server: `python -m crm.local.keeper NAME HOME [--fast] [--throwaway]`.

It starts the server, restarts it when it crashes, and stops it when nobody uses it any more. Users hold a shared lock
on `users.lock` for as long as they live; the keeper waits for the exclusive one, which the kernel grants when the last
user has ended, in whatever way. Three locks in the server's folder:

- `users.lock`: shared by the users; the keeper takes it exclusively and from then on only stops.
- `keeper.lock`: held while a keeper lives. Given up first at its end, so that whoever gets `users.lock` next sees that.
- `server.lock`, beside the data: inherited by the server's own processes: free only when none of them is left.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from crm.local.home import Home
from crm.local.leash import tied_to_parent
from crm.local.locks import FileLock
from crm.local.server import LocalServerError, Server, clean_environment

START_SECONDS = 300  # replaying the log of a large database after a power cut takes its time
STOP_SECONDS = 60
LEFTOVER_SECONDS = 15
POLL_SECONDS = 0.02
WATCH_SECONDS = 0.5
MAX_QUICK_CRASHES = 3
STEADY_SECONDS = 30


def make_server(name: str, home: Home) -> Server:
    """Return the server called `name`."""
    if name == "postgres":
        from crm.local.postgres import Postgres

        return Postgres(home)
    from crm.local.valkey import Valkey

    return Valkey(home)


class Keeper:
    """Starts, watches and stops one server."""

    def __init__(self, server: Server, *, throwaway: bool) -> None:
        self.server = server
        self.throwaway = throwaway
        self.state = server.folder / "state.json"
        self.alive = FileLock(server.folder / "keeper.lock")
        self.users = FileLock(server.folder / "users.lock")
        self.server_lock = FileLock(server.data.parent / "server.lock")
        self.unused = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Keep the server until nobody uses it."""
        if not self.alive.take_within(LEFTOVER_SECONDS):
            raise LocalServerError(
                f"another process already looks after {self.server.name} in {self.server.folder}"
            )
        signal.signal(signal.SIGTERM, self._on_terminate)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=self._await_disuse, daemon=True).start()
        try:
            self._start()
            self._watch()
        finally:
            self.state.unlink(missing_ok=True)
            self._stop()
            if self.throwaway:
                self.server.remove_data()
            self.alive.close()

    def _start(self) -> None:
        self._end_leftovers()
        self.server.prepare()
        port = self.server.choose_port()
        launch = self.server.launch(port)
        self.server_lock.take()
        self.process = subprocess.Popen(
            launch.arguments,
            cwd="/",
            env=clean_environment(),
            stdin=subprocess.PIPE,
            pass_fds=[self.server_lock.fd],
            start_new_session=True,
            umask=0o077,
            preexec_fn=tied_to_parent(self.server.stop),
            **self.server.account.options(),
        )
        self.server_lock.write(str(self.process.pid))
        assert self.process.stdin is not None  # noqa: S101 - for the type checker
        self.process.stdin.write(launch.stdin)
        self.process.stdin.close()
        self._await_ready(port)
        self.server.complete(port)
        self._publish({"url": self.server.url(port), "keeper": os.getpid(), "server": self.process.pid})

    def _await_ready(self, port: int) -> None:
        assert self.process is not None  # noqa: S101 - for the type checker
        deadline = time.monotonic() + START_SECONDS
        while not self.server.is_ready(port):
            if self.process.poll() is not None:
                raise LocalServerError(
                    f"{self.server.name} ended at once with status {self.process.returncode}"
                )
            if self.unused.is_set() or time.monotonic() > deadline:
                raise LocalServerError(f"{self.server.name} was not ready in time")
            time.sleep(POLL_SECONDS)

    def _watch(self) -> None:
        crashes = 0
        while not self.unused.is_set():
            assert self.process is not None  # noqa: S101 - for the type checker
            started = time.monotonic()
            while not self.unused.wait(WATCH_SECONDS):
                if self.process.poll() is not None:
                    break
            else:
                return
            crashes = 1 if time.monotonic() - started > STEADY_SECONDS else crashes + 1
            if crashes > MAX_QUICK_CRASHES:
                raise LocalServerError(f"{self.server.name} crashed {crashes} times in a row")
            self.state.unlink(missing_ok=True)
            _log(f"{self.server.name} ended with status {self.process.returncode}; starting it again")
            # Not merely dropped: processes that survived the crash must keep their hold on it.
            self.server_lock.close()
            self.server_lock = FileLock(self.server.data.parent / "server.lock")
            self._start()

    def _stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.server.stop)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _log(f"{self.server.name} did not stop within {STOP_SECONDS} s; killing it")
                self.process.kill()
                self.process.wait()

    def _end_leftovers(self) -> None:
        """End what a killed keeper left running; its lock proves that the noted process is still the server."""
        if self.server_lock.try_take():
            self.server_lock.drop()
            return
        process_id = int(self.server_lock.read() or 0)
        for number in (self.server.stop, signal.SIGKILL):
            if process_id:
                _signal(process_id, number)
            if self.server_lock.take_within(LEFTOVER_SECONDS):
                self.server_lock.drop()
                return
        raise LocalServerError(
            f"a former {self.server.name} (process {process_id}) can't be ended; end it by hand"
        )

    def _publish(self, state: dict[str, str | int]) -> None:
        partial = self.state.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(state), encoding="utf-8")
        partial.replace(self.state)

    def _await_disuse(self) -> None:
        self.users.take()
        self.unused.set()

    def _on_terminate(self, number: int, frame: FrameType | None) -> None:
        self.unused.set()


def _signal(process_id: int, number: signal.Signals) -> None:
    try:
        os.kill(process_id, number)
    except ProcessLookupError:
        return


def _log(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} keeper: {text}\n")
    sys.stderr.flush()


def main() -> None:
    """Run the keeper that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["postgres", "valkey"])
    parser.add_argument("home", type=Path)
    parser.add_argument("--fast", action="store_true", help="no safety against power loss")
    parser.add_argument(
        "--throwaway", action="store_true", help="delete the data when nobody uses it any more"
    )
    options = parser.parse_args()
    try:
        server = make_server(options.name, Home(options.home, durable=not options.fast))
        Keeper(server, throwaway=options.throwaway).run()
    except (LocalServerError, OSError) as error:
        _log(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
