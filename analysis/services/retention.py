"""Letting go of the rows of old runs: their ledger stays, and so do the rows that tier histories are told by.

Kept are all runs of the last days (setting ANALYSIS_KEEP_DAYS), the published one and the one it is compared with, and
of every month the last run published for it. Of all others the customers' rows go, partition by partition.
"""

from __future__ import annotations

import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from analysis.models import AnalysisRun, MeasureResult, Publication, RunState, TierSummary
from analysis.registry import FURTHER, Table
from analysis.services import storing

log = structlog.get_logger(__name__)

SECONDS_TO_WAIT_FOR_READERS = 5


def runs_to_keep(today: datetime.date) -> set[int]:
    """The runs whose rows stay."""
    since = today - datetime.timedelta(days=settings.ANALYSIS_KEEP_DAYS)
    recent = AnalysisRun.objects.filter(
        Q(as_of__gt=since) | Q(created_at__date__gt=since) | Q(state__in=[RunState.QUEUED, RunState.RUNNING])
    )
    kept = set(recent.values_list("pk", flat=True))
    for shown in Publication.objects.select_related("run"):
        kept |= {shown.run_id, shown.run.previous_id or shown.run_id}
    month_ends: dict[tuple[int, int], int] = {}
    were_published = AnalysisRun.objects.filter(state__in=[RunState.PUBLISHED, RunState.SUPERSEDED])
    for pk, as_of in were_published.order_by("as_of", "pk").values_list("pk", "as_of"):
        month_ends[as_of.year, as_of.month] = pk
    return kept | set(month_ends.values())


def drop_old_rows() -> list[int]:
    """Drop the rows of runs that are not kept; return those runs. Safe to repeat."""
    kept = runs_to_keep(timezone.localdate())
    dropped = []
    for run in AnalysisRun.objects.exclude(pk__in=kept).order_by("pk"):
        try:
            if _drop(run):
                dropped.append(run.pk)
        except LockNotAvailable:
            # Somebody reads: the next night will do.
            log.info("rows of a run are being read and stay another day", run=run.pk)
    return dropped


def _drop(run: AnalysisRun) -> bool:
    """Drop a run's rows, in one short transaction; whether there were any."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [f"{SECONDS_TO_WAIT_FOR_READERS}s"])
        raw = connection.connection
        had_rows = bool(storing.tables_of(raw, storing.SNAPSHOTS, run))
        for table in _tables():
            storing.remove_rows(raw, table, run)
        had_rows |= bool(TierSummary.objects.filter(run=run).delete()[0])
        had_rows |= bool(MeasureResult.objects.filter(run=run).delete()[0])
    return had_rows


def _tables() -> list[Table]:
    return [storing.SNAPSHOTS, *(table for measure in FURTHER.values() for table in measure.tables)]
