"""Which imports there are: one, a page of them, and those of the same file."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from crm.models import User
from customers.models import ImportBatch, ImportState
from customers.models.imports import FINISHED_STATES

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ImportPage:
    """A page of imports, the newest first, and the number before which the next page begins (None at the end)."""

    rows: list[ImportBatch]
    before: int | None


def find_import(user: User, pk: int) -> ImportBatch | None:
    """Return an import, with who brought it and its job; None out of scope."""
    return (
        ImportBatch.objects.visible_to(user)
        .select_related("created_by", "job", "repeats")
        .filter(pk=pk)
        .first()
    )


def import_page(user: User, *, state: str = "", kind: str = "", before: int | None = None) -> ImportPage:
    """Return the imports that ``user`` may see, of one state or kind if either is given."""
    rows = ImportBatch.objects.visible_to(user).select_related("created_by").order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    return ImportPage(found[:PAGE_SIZE], found[PAGE_SIZE - 1].pk if more else None)


def same_file(user: User, batch: ImportBatch) -> ImportBatch | None:
    """Return the last other import of the same bytes that is done, else the last that has begun."""
    others = (
        ImportBatch.objects.visible_to(user)
        .filter(sha256=batch.sha256)
        .filter(Q(state__in=FINISHED_STATES) | Q(state__in=(ImportState.RUNNING, ImportState.PAUSED)))
        .exclude(pk=batch.pk)
        .select_related("created_by")
    )
    return others.filter(state__in=FINISHED_STATES).first() or others.first()


def unbegun_twin(user: User, batch: ImportBatch) -> ImportBatch | None:
    """Return an earlier import of the same bytes by the same person that was never begun."""
    return (
        ImportBatch.objects.visible_to(user)
        .filter(sha256=batch.sha256, created_by=batch.created_by, started_at=None)
        .exclude(pk=batch.pk)
        .first()
    )
