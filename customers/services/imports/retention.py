"""How long the files of imports are kept: those that were never begun a fortnight, those of ended ones a quarter."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import ImportBatch, ImportCorrection, ImportState, RowOutcome
from customers.models.imports import FINISHED_STATES
from customers.services.imports.batches import FOLDER, forget, stored_path

UNBEGUN_DAYS = 14
# A folder that no import names may be one that is being written just now.
_LEAST_AGE = timedelta(days=1)
_CORRECTIONS = ImportCorrection.objects.filter(batch=OuterRef("pk"))
_ENDED = (*FINISHED_STATES, ImportState.CANCELLED, ImportState.FAILED, ImportState.REVERTED)


def sweep() -> None:
    """Forget imports that nobody began, and delete the files of those that ended long ago; their counts stay."""
    now = timezone.now()
    for batch in ImportBatch.objects.filter(
        started_at=None, created_at__lt=now - timedelta(days=UNBEGUN_DAYS)
    ).iterator():
        forget(batch)
    ended = ImportBatch.objects.filter(~Q(stored_as="") | Exists(_CORRECTIONS), state__in=_ENDED)
    long_ago = now - timedelta(days=settings.IMPORT_KEPT_DAYS)
    old = Q(finished_at__lt=long_ago) | Q(finished_at=None, started_at__lt=long_ago)
    for batch in ended.filter(old).iterator():
        drop_files(batch)
    _sweep_strays((now - _LEAST_AGE).timestamp())


def drop_files(batch: ImportBatch) -> None:
    """Delete the copy of an import's file, the file of its rejected rows, and what else quotes its cells."""
    if batch.stored_as:
        shutil.rmtree(stored_path(batch).parent, ignore_errors=True)
    batch.corrections.all().delete()
    batch.fates.filter(outcome=RowOutcome.REJECTED).update(reason=_("The reason is no longer kept."))
    batch.stored_as, batch.rejected_file = "", ""
    batch.save(update_fields=["stored_as", "rejected_file"])


def _sweep_strays(youngest: float) -> None:
    """Delete folders that no import names: an upload broke off before its row was written."""
    named = {Path(path).parent.name for path in ImportBatch.objects.values_list("stored_as", flat=True)}
    for folder in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*"):
        if folder.name not in named and folder.stat().st_mtime < youngest:
            shutil.rmtree(folder, ignore_errors=True)
