"""The ledger of what was destroyed for good, kept in the database and, for restores from backups, beside it.

A backup brings back what was erased after it was taken. So every purge is also a line of a file outside the
database, one JSON object each, appended and forced to the disk; ``replay`` does again those that a restored database
has forgotten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crm.local.locks import FileLock
from crm.models import User
from customers.models import Customer, Purge, PurgeKind


class LedgerError(Exception):
    """The ledger's file is damaged; str() names the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A purge as the file has it; times are ISO 8601 with offset."""

    kind: str
    customer_id: int
    customer_created_at: str
    field: str
    done_at: str


def note(
    kind: PurgeKind,
    customer: Customer,
    *,
    actor: User | None,
    field: str = "",
    reason: str = "",
    counts: dict[str, int] | None = None,
    done_at: datetime | None = None,
) -> Purge:
    """Put a purge on the ledger, within the caller's transaction; once that is committed, in the file too."""
    purge = Purge.objects.create(
        kind=kind,
        customer_id=customer.pk,
        customer_created_at=customer.created_at,
        field=field,
        reason=reason,
        counts=counts or {},
        done_by=actor,
        done_at=done_at or timezone.now(),
    )
    transaction.on_commit(write_down, robust=True)
    return purge


def write_down() -> int:
    """Append to the file what the database's ledger has and the file has not; return how many lines."""
    path = ledger_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(path.with_suffix(".lock")):
        known = set(lines())
        missing = [line for line in _in_database() if line not in known]
        if missing:
            _append(path, [json.dumps(asdict(line)) + "\n" for line in missing])
    return len(missing)


def lines() -> list[Line]:
    """Return the file's lines; a last one that was cut off by a crash counts as not written. Raises LedgerError."""
    try:
        written = ledger_path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    *whole, _cut_off = written.split("\n")
    found = []
    for number, text in enumerate(whole, start=1):
        try:
            found.append(Line(**json.loads(text)))
        except (ValueError, TypeError) as error:
            raise LedgerError(f"{ledger_path()}, line {number}: not an entry of the ledger.") from error
    return found


def replay(redo: dict[str, Callable[[Customer, Line], Any]]) -> int:
    """Do again each purge of the file that the database has forgotten; return how many.

    ``redo`` does a purge of each kind on a customer. A customer who is not in the database, or whose number was given
    to another since, needs none.
    """
    known = set(_in_database())
    done = 0
    for line in lines():
        if line in known:
            continue
        with transaction.atomic():
            customer = (
                Customer.objects.select_for_update(of=("self",))
                .filter(pk=line.customer_id, created_at=datetime.fromisoformat(line.customer_created_at))
                .first()
            )
            if customer is not None:
                redo[line.kind](customer, line)
                done += 1
    return done


def ledger_path() -> Path:
    """Return where the file stands."""
    return Path(settings.PURGE_LEDGER)


def _append(path: Path, written: list[str]) -> None:
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        # What a crash cut off is no line.
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write("".join(written).encode())
        file.flush()
        os.fsync(file.fileno())


def _in_database() -> Iterator[Line]:
    for purge in Purge.objects.order_by("id").iterator():
        yield Line(
            kind=purge.kind,
            customer_id=purge.customer_id,
            customer_created_at=purge.customer_created_at.isoformat(),
            field=purge.field,
            done_at=purge.done_at.isoformat(),
        )
