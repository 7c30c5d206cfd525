"""What imports keep of people: uploaded files, corrected cells, rejected rows, and checks that were not run yet."""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from psycopg import sql

from crm.models import JobState
from customers.models import (
    Complaint,
    ContactPoint,
    Customer,
    ImportBatch,
    ImportCorrection,
    ImportKind,
    ImportRow,
    ImportState,
    Interaction,
    OrderLine,
    Payment,
)
from customers.services.imports.batches import forget
from customers.services.imports.retention import drop_files
from customers.services.imports.staging import Staging

# What the rows of each kind are about, and how that leads to a customer; products are about nobody.
_SUBJECTS: dict[str, tuple[type[models.Model], str]] = {
    ImportKind.CUSTOMERS: (Customer, "pk"),
    ImportKind.ORDERS: (OrderLine, "customer"),
    ImportKind.PAYMENTS: (Payment, "customer"),
    ImportKind.INTERACTIONS: (Interaction, "customer"),
    ImportKind.COMPLAINTS: (Complaint, "customer"),
}
# What undoing such a row would need tells of the customer; that of orders and payments does not.
_CHANGES_TELL = (ImportKind.CUSTOMERS, ImportKind.INTERACTIONS, ImportKind.COMPLAINTS)
# They still need their file: it goes when they have ended and IMPORT_KEPT_DAYS are over.
_AT_WORK = (ImportState.RUNNING, ImportState.PAUSED, ImportState.REVERTING)


def forget_imported(records: Collection[int], *, kinds: Collection[str] = tuple(_SUBJECTS)) -> None:
    """Delete, once this is committed, the files of the imports in which some customers stand.

    With a file go its corrected cells and what its rejections quote. It goes where a row made, changed or confirmed
    a record of theirs, and where a rejected row has a cell with their code, name, number or address. An import that
    was only checked so far, and has a row like that, is forgotten whole.
    """
    keeping = ~Q(batch__stored_as="") | Exists(ImportCorrection.objects.filter(batch=OuterRef("batch")))
    rows = ImportRow.objects.filter(keeping, _about(records, kinds))
    batches = set(rows.values_list("batch", flat=True))
    transaction.on_commit(partial(_drop_copies, batches, kinds, own_words(records)), robust=True)


def forget_changes(records: Collection[int]) -> None:
    """Forget what undoing would need of the rows about some customers."""
    ImportRow.objects.filter(_about(records, _CHANGES_TELL)).update(changes=None)


def _about(records: Collection[int], kinds: Collection[str]) -> Q:
    found = Q()
    for kind in kinds:
        model, link = _SUBJECTS[kind]
        ids = model._default_manager.filter(**{f"{link}__in": records}).values_list("pk", flat=True)
        # By their numbers: whoever is erased has no such rows any more once this is committed.
        found |= Q(batch__kind=kind, subject_id__in=list(ids))
    return found


def own_words(records: Collection[int]) -> set[str]:
    """Return by what a file may name some customers."""
    names = Customer.objects.filter(pk__in=records).values_list("code", "name", "english_name")
    contacts = ContactPoint.objects.filter(customer__in=records).values_list("value", flat=True)
    return {_folded(word) for word in (*contacts, *(word for row in names for word in row)) if word}


def _folded(cell: str) -> str:
    return cell.strip().removeprefix("'").casefold()


def _drop_copies(batches: set[int], kinds: Collection[str], words: set[str]) -> None:
    concerned = Q(pk__in=batches) | ~Q(rejected_file="") | Q(started_at=None)
    for batch in ImportBatch.objects.filter(concerned, kind__in=kinds).exclude(state__in=_AT_WORK):
        if batch.pk in batches or _rejects(batch, words):
            drop_files(batch)
        elif batch.started_at is None and _awaits(batch, words):
            forget(batch)


def _rejects(batch: ImportBatch, words: set[str]) -> bool:
    """Whether a rejected row of an import names somebody by a word of theirs."""
    if not batch.rejected_file:
        return False
    try:
        with Path(settings.MEDIA_ROOT, batch.rejected_file).open(encoding="utf-8-sig", newline="") as file:
            return any(_folded(cell) in words for row in csv.reader(file) for cell in row)
    except FileNotFoundError:
        return False


def _awaits(batch: ImportBatch, words: set[str]) -> bool:
    """Whether a row of an import that was checked and not run names somebody; false while a worker is at it."""
    staging = Staging.of_check(batch.pk)
    at_work = batch.job is not None and batch.job.state in (JobState.QUEUED, JobState.RUNNING)
    if at_work or not staging.exists():
        return False
    statement = sql.SQL(
        "SELECT EXISTS (SELECT FROM {}, unnest(cells) AS cell WHERE lower(btrim(cell)) = ANY(%s))"
    ).format(sql.Identifier(staging.schema, "source"))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), [list(words)])
        return bool(cursor.fetchone()[0])
