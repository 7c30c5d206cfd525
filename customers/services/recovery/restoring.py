"""Putting a backup into a database of its own, proving it there, and only then putting it in the place of another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any, cast

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop
from psycopg import sql

from crm.local.home import ROOT
from crm.models import User
from crm.sealing.envelope import SealError
from crm.sealing.streams import open_stream
from crm.services import audit
from customers.services.recovery.keyrings import read_keys
from customers.services.recovery.places import STAMP, Backup, RecoveryError
from customers.services.recovery.programs import database_url, parameters, program
from customers.services.recovery.taking import FORMAT, file_roots
from customers.services.recovery.verifying import Report

_MAINTENANCE = "postgres"
_INSERT_KEY = """
INSERT INTO customers_datakey (customer_id, master_key_id, wrapped, created_at)
SELECT %s, %s, decode(%s, 'hex'), %s WHERE EXISTS (SELECT FROM customers_customer WHERE id = %s)
"""
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put in the place of the database; ``before`` is what the one before is called now."""

    report: Report
    before: str


def drill(backup: Backup, *, actor: User | None = None, step: Step = lambda _name: None) -> Report:
    """Restore a backup beside everything that is in use, prove it, and throw it away; the verdict goes on record.

    Raises RecoveryError when it can't even be restored; that too goes on record.
    """
    name = f"{connection.settings_dict['NAME']}_drill_{os.getpid()}"
    try:
        with _own_database(name), tempfile.TemporaryDirectory(prefix="kezhi-drill-") as folder:
            report = _restore_into(backup, name, Path(folder), step)
    except RecoveryError:
        audit.record(actor, "backup.drill", f"backup:{backup.name}", passed=False)
        raise
    audit.record(actor, "backup.drill", f"backup:{backup.name}", passed=report.is_whole, **report.figures())
    return report


def restore(backup: Backup, *, replace: bool, step: Step = lambda _name: None) -> Restored:
    """Put a backup in the place of the database, and bring back the files that are missing.

    The database that is there is renamed and not deleted; the restored one has it on record. Raises RecoveryError when
    it holds anybody and ``replace`` was not said, or when the backup does not prove whole; then nothing has changed.
    """
    name = str(connection.settings_dict["NAME"])
    if not replace and _is_in_use():
        raise RecoveryError(
            f"The database {name} is not empty. Say --replace to put the backup in its place."
        )
    fresh = f"{name}_restoring"
    folder = Path(settings.KEZHI_HOME, "restoring")
    shutil.rmtree(folder, ignore_errors=True)
    with _own_database(fresh) as keep:
        report = _restore_into(backup, fresh, folder, step)
        if not report.is_whole:
            raise RecoveryError("\n".join(["The backup is not whole; nothing was changed.", *report.faults]))
        step(gettext_noop("Putting it in the place of the one before"))
        _bring_back(folder)
        before = _switch(name, fresh)
        keep()
    shutil.rmtree(folder, ignore_errors=True)
    audit.record(None, "backup.restore", f"backup:{backup.name}", before=before, **report.figures())
    return Restored(report, before)


def _restore_into(backup: Backup, database: str, folder: Path, step: Step) -> Report:
    """Restore a backup into an empty database and an empty folder, and verify both."""
    try:
        manifest = json.loads(b"".join(_opened(backup, backup.manifest)))
        if manifest["format"] != FORMAT:
            raise RecoveryError(f"The backup is of format {manifest['format']}; this program reads {FORMAT}.")
        step(gettext_noop("Restoring the database"))
        _load(backup, database)
        step(gettext_noop("Restoring the files"))
        _unpack(backup, folder)
    except SealError as error:
        raise RecoveryError(f"{backup.name}: {error}") from error
    except OSError as error:
        raise RecoveryError(f"{backup.name} could not be read: {error.strerror}.") from error
    step(gettext_noop("Verifying what was restored"))
    return _verify(database, folder, manifest)


def _load(backup: Backup, database: str) -> None:
    options = ["--no-owner", "--no-acl", "--exit-on-error", f"--dbname={database}"]
    with program("pg_restore", *options, database=database, stdin=PIPE, stdout=DEVNULL) as restoring:
        target = cast(IO[bytes], restoring.stdin)
        try:
            for piece in _opened(backup, backup.database):
                target.write(piece)
        except BrokenPipeError:
            return  # it ended early, and says why by its code
    with psycopg.connect(**parameters(database)) as restored, restored.cursor() as cursor:
        rows = [
            (key.customer_id, key.master_key_id, key.wrapped, key.created_at, key.customer_id)
            for key in read_keys(backup)
        ]
        cursor.executemany(_INSERT_KEY, rows)


def _unpack(backup: Backup, folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True, parents=True)
    with tempfile.TemporaryFile(dir=folder) as plain:
        for piece in _opened(backup, backup.files):
            plain.write(piece)
        plain.seek(0)
        with tarfile.open(fileobj=plain, mode="r:") as archive:
            # The filter refuses what leads out of the folder, links and devices.
            archive.extractall(folder, filter="data")


def _opened(backup: Backup, part: Path) -> Iterator[bytes]:
    with part.open("rb") as source:
        yield from open_stream(source, backup.place(part))


def _verify(database: str, folder: Path, manifest: dict[str, Any]) -> Report:
    """Ask a process of its own, which works on the restored database and folder alone."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(database),
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "KEZHI_HOME": str(folder),
        "UPLOAD_FOLDER": str(folder / "uploads"),
        "BACKUP_FOLDER": str(folder / "no-backups"),
        "PURGE_LEDGER": str(settings.PURGE_LEDGER),
    }
    command = [sys.executable, "-m", "django", "verify_restored"]
    asked = subprocess.run(
        command,
        input=json.dumps(manifest),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        lines = asked.stderr.splitlines() or [""]
        raise RecoveryError(f"The restored database could not be looked at: {lines[-1]}")
    return Report(**json.loads(asked.stdout.splitlines()[-1]))


@contextmanager
def _own_database(name: str) -> Iterator[Callable[[], None]]:
    """Make an empty database and drop it afterwards, unless the block says to keep it."""
    kept = False

    def keep() -> None:
        nonlocal kept
        kept = True

    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    try:
        with psycopg.connect(**parameters(_MAINTENANCE), autocommit=True) as server:
            server.execute(drop)
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise RecoveryError(
            f"The database {name} could not be made ({type(error).__name__}). "
            "The role of DATABASE_URL needs the right to create databases (CREATEDB)."
        ) from error
    try:
        yield keep
    finally:
        if not kept:
            with psycopg.connect(**parameters(_MAINTENANCE), autocommit=True) as server:
                server.execute(drop)


def _switch(name: str, fresh: str) -> str:
    """Put the fresh database in the place of the one before, whose new name is returned."""
    before = f"{name}_before_{timezone.now():{STAMP}}".lower()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    connection.close()
    with psycopg.connect(**parameters(_MAINTENANCE), autocommit=True) as server:
        for old, new in ((name, before), (fresh, name)):
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [old])
            server.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
    return before


def _bring_back(folder: Path) -> None:
    """Put the restored files where they belong; those that are there already stay as they are."""
    for name, root in file_roots().items():
        for path in sorted((folder / name).rglob("*")):
            target = root / path.relative_to(folder / name)
            if path.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _copy(path, target)


def _copy(path: Path, target: Path) -> None:
    partial = target.with_name(f"{target.name}.part")
    with (
        path.open("rb") as source,
        os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file,
    ):
        _copy_bytes(source, file)
    partial.replace(target)


def _copy_bytes(source: IO[bytes], file: IO[bytes]) -> None:
    shutil.copyfileobj(source, file)
    file.flush()
    os.fsync(file.fileno())


def _is_in_use() -> bool:
    """Whether anybody has an account in the database that the settings name."""
    with psycopg.connect(**parameters()) as current:
        found = current.execute("SELECT to_regclass('public.crm_user')").fetchone()
        if found is None or found[0] is None:
            return False
        return current.execute("SELECT FROM crm_user LIMIT 1").fetchone() is not None
