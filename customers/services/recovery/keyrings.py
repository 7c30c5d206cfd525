"""The data keys that belong to backups: kept beside each one, so that a person's can be destroyed there too."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from crm.local.locks import FileLock
from crm.sealing.streams import SealedWriter, open_stream
from customers.models import Purge, PurgeKind
from customers.services.recovery.places import Backup, backup_root, backups


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


def forget_keys(customers: Collection[int]) -> int:
    """Destroy the keys of some customers in every backup within reach; return in how many there were any."""
    if not backups():
        return 0
    changed = 0
    with FileLock(lock_path()):
        for backup in backups():
            keys = read_keys(backup)
            left = [key for key in keys if key.customer_id not in customers]
            if len(left) < len(keys):
                write_keys(backup, left)
                changed += 1
    return changed


def forget_erased() -> int:
    """Destroy the keys of everybody on the ledger of erasures: once more, for what an outage left undone."""
    erased = Purge.objects.filter(kind=PurgeKind.ERASURE).values_list("customer_id", flat=True)
    return forget_keys(set(erased))


def lock_path() -> Path:
    """Return the lock that guards the backups' folder."""
    return backup_root() / "backups.lock"
