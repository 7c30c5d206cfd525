"""Servers for tests: fresh ones for `manage.py test`, lasting ones for pytest called by hand."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from crm.local.defaults import export_local_settings
from crm.local.home import ROOT, Home
from crm.local.locks import FileLock
from crm.local.server import LocalServerError
from crm.local.servers import local_servers

MAX_CONCURRENT_RUNS = 16  # Valkey's numbered databases
MOST_PROCESSES = 4
# Set by `manage.py test`: its servers and its home are there already.
SET_UP = "KEZHI_TEST_SET_UP"


def run_tests(arguments: list[str]) -> int:
    """Run pytest with `arguments` against servers of its own, and return pytest's exit code.

    Raises LocalServerError when the servers can't be started.
    """
    import pytest

    # Asked to end, leave as after Ctrl-C: by the way that stops the servers and deletes their data.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.chdir(ROOT)
    with _throwaway_home() as home, local_servers(home, throwaway=True):
        _export(home)
        os.environ[SET_UP] = "1"
        return int(pytest.main([*_side_by_side(), *arguments]))


def _side_by_side() -> list[str]:
    """Return the options that share the tests out over processes, file by file; `-n 0` given later undoes them."""
    processes = min(MOST_PROCESSES, os.cpu_count() or 1)
    return ["-n", str(processes), "--dist", "loadfile"] if processes > 1 else []


@contextmanager
def lasting_servers() -> Iterator[None]:
    """Have the test servers of `.local/test` run, with databases that no concurrent test run uses.

    Their data stays, so that `pytest --reuse-db` skips the migrations. Variables that are set win.
    """
    if os.environ.get(SET_UP):
        _keep_apart(os.environ.get("PYTEST_XDIST_WORKER", ""))
        yield
        return
    home = Home(ROOT / ".local" / "test", durable=False)
    with local_servers(home) as servers:
        _export(home)
        if not servers.members:
            yield
            return
        number, lock = _take_number(home)
        try:
            started = {member.name for member in servers.members}
            if "postgres" in started:
                os.environ["DATABASE_URL"] = _with_path(os.environ["DATABASE_URL"], f"/kezhi_{number}")
            if "valkey" in started:
                os.environ["REDIS_URL"] = _with_path(os.environ["REDIS_URL"], f"/{number}")
                _empty(os.environ["REDIS_URL"])
            yield
        finally:
            lock.close()


def _keep_apart(process: str) -> None:
    """Give one of several processes (`gw0`, `gw1` …) a queue and a folder of its own; pytest-django gives databases."""
    if not process:
        return
    os.environ["REDIS_URL"] = _with_path(os.environ["REDIS_URL"], f"/{int(process.removeprefix('gw'))}")
    folder = Path(os.environ["KEZHI_HOME"]) / process
    folder.mkdir(mode=0o711, exist_ok=True)
    os.environ["KEZHI_HOME"] = str(folder)


@contextmanager
def _throwaway_home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="kezhi-test-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # the servers' account passes through
    try:
        yield Home(folder, durable=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _export(home: Home) -> None:
    """Export the settings of a test run; its local state never mixes with that of an instance."""
    os.environ["KEZHI_HOME"] = str(home.path)
    export_local_settings(home)


def _take_number(home: Home) -> tuple[int, FileLock]:
    for number in range(MAX_CONCURRENT_RUNS):
        lock = FileLock(home.path / f"run-{number}.lock")
        if lock.try_take():
            return number, lock
        lock.close()
    raise LocalServerError(f"{MAX_CONCURRENT_RUNS} test runs share {home.path} already; wait for one to end.")


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))


def _empty(url: str) -> None:
    import redis

    with redis.Redis.from_url(url) as client:
        client.flushdb()
