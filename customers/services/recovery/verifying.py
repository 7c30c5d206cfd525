"""Proving a restored database: counts, audit chain, a decrypted sample, files; and erasing again who was erased."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.utils import timezone

from crm.models import ApiToken, AuditEntry
from crm.sealing.envelope import SealError
from crm.services.audit import first_broken_entry
from customers.models import Attachment, DataKey
from customers.selectors.sealed import sealed_columns
from customers.services.attachments import path_of
from customers.services.duties.replaying import replay_purges
from customers.services.recovery.programs import parameters
from customers.services.recovery.taking import count_rows
from customers.services.sealing import open_value

SAMPLE = 200
MOST_FAULTS = 20


@dataclass(slots=True)
class Report:
    """What was found in a restored database; no fault means that it is whole.

    ``opened`` is how many sealed values of the sample could be opened, ``replayed`` how many purges were done again,
    ``revoked`` how many tokens of programs were revoked: some may have been since the backup was taken.
    """

    rows: int = 0
    entries: int = 0
    files: int = 0
    opened: int = 0
    replayed: int = 0
    revoked: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and nothing was changed."""
        return not self.faults

    def figures(self) -> dict[str, int]:
        """The figures by name."""
        names = ("rows", "entries", "files", "opened", "replayed", "revoked")
        return {name: getattr(self, name) for name in names} | {"faults": len(self.faults)}


def verify(manifest: dict[str, Any]) -> Report:
    """Verify the database and files of this process's settings against a backup's manifest."""
    report = Report()
    _counts(report, manifest["rows"])
    _trail(report, manifest["audit"])
    # Before files are looked for: of who was erased while the backup was taken, they are gone already.
    report.replayed = replay_purges()
    _files(report)
    _sample(report)
    report.revoked = ApiToken.objects.filter(revoked_at=None).update(revoked_at=timezone.now())
    report.faults = report.faults[:MOST_FAULTS]
    return report


def _counts(report: Report, expected: dict[str, int]) -> None:
    with psycopg.connect(**parameters()) as connection:
        found = count_rows(connection)
    report.rows = sum(found.values())
    for table in sorted(expected.keys() | found.keys()):
        if expected.get(table) != found.get(table):
            report.faults.append(f"{table}: {found.get(table)} rows instead of {expected.get(table)}.")


def _trail(report: Report, last: list[Any] | None) -> None:
    report.entries = AuditEntry.objects.count()
    broken = first_broken_entry()
    if broken is not None:
        report.faults.append(f"The audit trail is broken at entry {broken.pk}.")
    found = AuditEntry.objects.order_by("-id").values_list("id", "hash").first()
    if found != (tuple(last) if last else None):
        report.faults.append("The audit trail does not end where it ended when the backup was taken.")


def _files(report: Report) -> None:
    for attachment in Attachment.objects.iterator():
        path = path_of(attachment.stored_as)
        report.files += 1
        if not path.is_file():
            report.faults.append(f"The file of attachment {attachment.pk} is missing.")
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != attachment.sha256:
                report.faults.append(f"The file of attachment {attachment.pk} is another one.")


def _sample(report: Report) -> None:
    """Open sealed values of up to ``SAMPLE`` customers, chosen at random."""
    keyed = list(DataKey.objects.values_list("customer_id", flat=True))
    chosen = random.SystemRandom().sample(keyed, min(SAMPLE, len(keyed)))
    for row, column in _sealed_values(chosen):
        try:
            open_value(row, column, row.customer_id)
        except SealError:
            report.faults.append(
                f"{row._meta.label_lower}.{column} of customer {row.customer_id} does not open."
            )
        else:
            report.opened += 1


def _sealed_values(customers: list[int]) -> Iterator[tuple[Any, str]]:
    for model, columns in sealed_columns():
        for row in model._default_manager.filter(customer__in=customers):
            for column in columns:
                if getattr(row, column) is not None:
                    yield row, column
