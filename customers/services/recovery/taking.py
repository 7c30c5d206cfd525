"""Taking a backup while people work: database, keys and counts from one snapshot, files after it."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any, cast

import psycopg
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop
from psycopg import sql

from crm.local.locks import FileLock
from crm.models import User
from crm.sealing.streams import PIECE_BYTES, SealedWriter
from crm.services import audit
from customers.services.duties import ledger
from customers.services.recovery.keyrings import (
    PATIENCE_SECONDS,
    KeptKey,
    forget_erased,
    lock_path,
    write_keys,
)
from customers.services.recovery.places import (
    PARTIAL,
    STAMP,
    Backup,
    RecoveryError,
    backup_root,
    backups,
)
from customers.services.recovery.programs import parameters, program

FORMAT = 1
KEYS_TABLE = "customers_datakey"
# Keys have a file of their own; who was signed in then shall not be again.
WITHOUT_ROWS = (KEYS_TABLE, "django_session", "crm_signin", "crm_cache")
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relpersistence = 'p' ORDER BY c.relname
"""
Connection = psycopg.Connection[Any]


def take(*, actor: User | None = None, step: Callable[[str], None] = lambda _name: None) -> Backup:
    """Take a backup and return it; what began before and was not finished is removed.

    ``step`` hears the name of each part. Raises RecoveryError when another one is being taken, a program fails, or
    the disk is full; then there is no backup, and none of the older ones is touched.
    """
    ledger.write_down()
    root = backup_root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(lock_path())
    if not lock.take_within(PATIENCE_SECONDS):
        lock.close()
        raise RecoveryError("Another backup is being taken. Wait until it is done.")
    with lock:
        for left_over in root.glob(f"*{PARTIAL}"):
            shutil.rmtree(left_over, ignore_errors=True)
        backup = _take(root / f"{timezone.now():{STAMP}}{PARTIAL}", step)
    forget_erased()
    audit.record(actor, "backup.take", f"backup:{backup.name}", size=backup.size)
    return backup


def drop_old(*, now: datetime | None = None) -> int:
    """Delete the backups that are older than the settings keep them, but never the newest; return how many."""
    oldest = (now or timezone.now()) - timedelta(days=settings.BACKUP_KEEP_DAYS)
    gone = [backup for backup in backups()[1:] if backup.name < f"{oldest:{STAMP}}"]
    for backup in gone:
        # Renamed first: what is deleted half must not pass for a backup.
        away = backup.folder.with_name(f"{backup.name}{PARTIAL}")
        backup.folder.rename(away)
        shutil.rmtree(away)
    return len(gone)


def _take(folder: Path, step: Callable[[str], None]) -> Backup:
    folder.mkdir(mode=0o700)
    backup = Backup(folder)
    try:
        with _snapshot() as (connection, snapshot):
            step(gettext_noop("Copying the database"))
            manifest = _counted(connection)
            write_keys(backup, _keys(connection))
            _dump(backup, snapshot)
        step(gettext_noop("Copying the files"))
        manifest["files"] = _pack(backup)
        with _sealed(backup, backup.manifest) as target:
            target.write(json.dumps(manifest).encode())
        final = folder.with_name(backup.name)
        folder.rename(final)
    except OSError as error:
        raise RecoveryError(f"The backup could not be written: {error.strerror}.") from error
    except psycopg.Error as error:
        raise RecoveryError(f"The database could not be read ({type(error).__name__}). Try again.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Backup(final)


@contextmanager
def _snapshot() -> Iterator[tuple[Connection, str]]:
    """Hold one view of the database that pg_dump shares."""
    with psycopg.connect(**parameters()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        yield connection, snapshot


def _counted(connection: Connection) -> dict[str, Any]:
    """Count every table, and note the end of the audit trail."""
    last = connection.execute("SELECT id, hash FROM crm_auditentry ORDER BY id DESC LIMIT 1").fetchone()
    return {
        "format": FORMAT,
        "taken_at": timezone.now().isoformat(),
        "rows": count_rows(connection),
        "audit": list(last) if last else None,
    }


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has whose rows are in a backup."""
    counts = {}
    for (table,) in connection.execute(_TABLES).fetchall():
        if table not in WITHOUT_ROWS:
            counted = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            counts[table] = next(iter(counted))[0]
    return counts


def _keys(connection: Connection) -> list[KeptKey]:
    rows = connection.execute(
        "SELECT customer_id, master_key_id, encode(wrapped, 'hex'), created_at FROM customers_datakey"
    )
    return [KeptKey(customer, master, wrapped, at.isoformat()) for customer, master, wrapped, at in rows]


def _dump(backup: Backup, snapshot: str) -> None:
    left_out = [f"--exclude-table-data={table}" for table in WITHOUT_ROWS]
    options = ["--format=custom", "--compress=1", "--no-owner", "--no-acl", "--no-comments", *left_out]
    with (
        _sealed(backup, backup.database) as target,
        program("pg_dump", *options, f"--snapshot={snapshot}", stdin=DEVNULL, stdout=PIPE) as dumping,
    ):
        shutil.copyfileobj(cast(IO[bytes], dumping.stdout), target, PIECE_BYTES)


def _pack(backup: Backup) -> dict[str, int]:
    """Pack the files; one that is removed meanwhile is none."""
    count = size = 0
    with _sealed(backup, backup.files) as target, tarfile.open(fileobj=target, mode="w|") as archive:
        for path, name in stored_files():
            try:
                with path.open("rb") as file:
                    entry = archive.gettarinfo(arcname=name, fileobj=file)
                    entry.uid = entry.gid = 0
                    entry.uname = entry.gname = ""
                    archive.addfile(entry, file)
            except FileNotFoundError:
                continue
            count, size = count + 1, size + entry.size
    return {"count": count, "bytes": size}


def stored_files() -> Iterator[tuple[Path, str]]:
    """Yield every file that belongs to a record, with its name in the archive; half-written ones are left out."""
    for name, root in file_roots().items():
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.suffix not in {".part", PARTIAL}:
                yield path, f"{name}/{path.relative_to(root).as_posix()}"


def file_roots() -> dict[str, Path]:
    """Return the folders whose files are in a backup, by their places in its archive; what was exported is in none.

    The places are those that the folders have in a ``KEZHI_HOME``: what is restored is verified in one of its own.
    """
    return {"uploads": Path(settings.UPLOAD_FOLDER), "files/imports": Path(settings.MEDIA_ROOT, "imports")}


@contextmanager
def _sealed(backup: Backup, part: Path) -> Iterator[IO[bytes]]:
    """Open a part for writing; only a block that ends well makes it whole."""
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        sealed = SealedWriter(target, backup.place(part))
        try:
            yield cast(IO[bytes], sealed)
        except BaseException:
            sealed.abandon()
            raise
        sealed.close()
        target.flush()
        os.fsync(target.fileno())
