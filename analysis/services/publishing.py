"""Making a run visible: its table becomes a partition, its sums are stored, the one pointer moves."""

from __future__ import annotations

import datetime

import pandas as pd
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from analysis.datasets.customers import TIERS
from analysis.models import AnalysisRun, Publication, RunState, TierSummary
from analysis.selectors.slices import SUMS
from analysis.selectors.snapshots import read_left_out
from analysis.services import measures, storing, telling
from crm.copying import Kind, write_frame
from crm.services import audit
from crm.services.jobs import RunningJob

_SUMMARIES = sql.Identifier(TierSummary._meta.db_table)
_SUMMARY_KINDS: dict[str, Kind] = {
    "run_id": "int8",
    "region_id": "int8?",
    "tier": TIERS,
    **{name: "int8" if name.startswith("total_") or name == "flagged_value" else "int4" for name in SUMS},
}

# Each sum counts once for every region on the way up from its own, and once (NULL) for the whole company.
_WITH_BELOW = sql.SQL("""
    INSERT INTO {table} (run_id, region_id, tier, with_below, {names})
    SELECT own.run_id, above.id, own.tier, true, {sums}
    FROM {table} AS own
    LEFT JOIN customers_region AS place ON place.id = own.region_id
    CROSS JOIN LATERAL (
        SELECT NULL::bigint AS id
        UNION ALL
        SELECT id FROM customers_region WHERE code = ANY (string_to_array(trim(both '/' FROM place.path), '/'))
    ) AS above
    WHERE own.run_id = %s AND NOT own.with_below
    GROUP BY own.run_id, above.id, own.tier
""")


def run_before(run: AnalysisRun) -> AnalysisRun | None:
    """The run that ``run`` is compared with: the last one published for an earlier day.

    An earlier day, so that a day can be analysed again and gives what it gave.
    """
    return (
        AnalysisRun.objects.select_related("policy")
        .filter(state__in=[RunState.PUBLISHED, RunState.SUPERSEDED], as_of__lt=run.as_of)
        .order_by("-as_of", "-id")
        .first()
    )


def publish(run: AnalysisRun, job: RunningJob, table: str, sums: pd.DataFrame) -> None:
    """Show the run to its readers, or keep it as validated when that was not asked for or a newer one is out.

    ``sums`` are those by region and tier (``summing``).
    """
    with transaction.atomic():
        job.guard()
        connection.ensure_connection()
        storing.attach(connection.connection, run, table)
        _store_sums(run, sums)
        run.left_out_digest = read_left_out(before=run)
        now = timezone.now()
        run.finished_at = now
        run.state = RunState.VALIDATED
        if run.publish and _move_pointer(run, now):
            run.state, run.published_at = RunState.PUBLISHED, now
            audit.record(
                run.requested_by,
                "analysis.publish",
                f"run:{run.pk}",
                as_of=run.as_of.isoformat(),
                policy=run.policy.version,
                customers=run.customers,
            )
        run.save()
        if run.was_published:
            telling.tell_owners(run)
        if run.was_published and job.arguments.get("further"):
            measures.plan(run, actor=job.actor, hint=not job.in_foreground)


def _store_sums(run: AnalysisRun, sums: pd.DataFrame) -> None:
    """Store what the customers of each region add up to, and from those each region with everything below it."""
    names = [sql.Identifier(name) for name in SUMS]
    write_frame(connection.connection, _SUMMARIES, sums.assign(run_id=run.pk), _SUMMARY_KINDS)
    added_up = [sql.SQL("sum({})").format(name) for name in names]
    listed, sums_listed = sql.SQL(", ").join(names), sql.SQL(", ").join(added_up)
    connection.connection.execute(
        _WITH_BELOW.format(table=_SUMMARIES, names=listed, sums=sums_listed), [run.pk]
    )


def _move_pointer(run: AnalysisRun, now: datetime.datetime) -> bool:
    """Point to ``run`` unless a newer run is published already.

    What somebody starts on a page is a look back when its day is earlier than the published one: it replaces nothing
    that others see. The system may go back to an earlier day; the operator who asks it on the command line means it.
    """
    current = Publication.objects.select_for_update(of=("self",)).select_related("run").first()
    if current is None:
        Publication.objects.create(pk=Publication.ONLY, run=run, published_at=now)
        return True
    if current.run_id >= run.pk:
        return False
    if run.requested_by_id is not None and run.as_of < current.run.as_of:
        return False
    AnalysisRun.objects.filter(pk=current.run_id).update(state=RunState.SUPERSEDED)
    Publication.objects.filter(pk=Publication.ONLY).update(run=run, published_at=now)
    return True
