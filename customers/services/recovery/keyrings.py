"""The data keys that belong to backups: kept beside each one, so that a person's can be destroyed there too."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from crm.local.locks import FileLock
from crm.sealing.envelope import SealError
from crm.sealing.streams import SealedWriter, open_stream
from customers.models import Purge, PurgeKind
from customers.services.recovery.places import Backup, backup_root, backups

log = structlog.get_logger(__name__)

# Whoever holds the lock for longer takes a backup, and forgets keys itself once it is taken.
PATIENCE_SECONDS = 1


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A customer's data key as its row has it; ``wrapped`` in hexadecimal, the time ISO 8601."""

    customer_id: int
    master_key_id: str
    wrapped: str
    created_at: str


def write_keys(backup: Backup, keys: Collection[KeptKey]) -> None:
    """Write the keys of a backup anew, in place of the ones before."""
    partial = backup.keys.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        with SealedWriter(target, backup.place(backup.keys)) as sealed:
            sealed.write(json.dumps([asdict(key) for key in keys]).encode())
        target.flush()
        os.fsync(target.fileno())
    partial.replace(backup.keys)


def read_keys(backup: Backup) -> list[KeptKey]:
    """Return the keys of a backup; raises SealError."""
    with backup.keys.open("rb") as source:
        written = b"".join(open_stream(source, backup.place(backup.keys)))
    return [KeptKey(**each) for each in json.loads(written)]


def forget_keys(customers: Collection[int]) -> list[str]:
    """Destroy the keys of some customers in every backup within reach; return the names of those that do not open.

    While a backup is being taken nothing is done: ``forget_erased`` follows once it is.
    """
    if not backups():
        return []
    lock = FileLock(lock_path())
    try:
        if not lock.take_within(PATIENCE_SECONDS):
            log.info("keys in backups are left for later")
            return []
        return [backup.name for backup in backups() if not _forget_in(backup, customers)]
    finally:
        lock.close()


def _forget_in(backup: Backup, customers: Collection[int]) -> bool:
    """Destroy keys in one backup; False when it does not open: its master key is away, or it is damaged."""
    try:
        keys = read_keys(backup)
        left = [key for key in keys if key.customer_id not in customers]
        if len(left) < len(keys):
            write_keys(backup, left)
    except (SealError, OSError) as error:
        log.warning("keys of a backup could not be destroyed", backup=backup.name, reason=str(error))
        return False
    return True


def reseal_keys() -> list[str]:
    """Seal the keys' file of every backup under the current master key; return the names of those that do not open.

    So the keys of people who are erased later can be destroyed in it when the older master key has been put away.
    """
    unopened = []
    with FileLock(lock_path()):
        for backup in backups():
            try:
                write_keys(backup, read_keys(backup))
            except (SealError, OSError):
                unopened.append(backup.name)
    return unopened


def forget_erased() -> list[str]:
    """Destroy in backups the keys of everybody on the ledger of erasures; returns as ``forget_keys``."""
    erased = Purge.objects.filter(kind=PurgeKind.ERASURE).values_list("customer_id", flat=True)
    return forget_keys(set(erased))


def lock_path() -> Path:
    """Return the lock that guards the backups' folder."""
    return backup_root() / "backups.lock"
