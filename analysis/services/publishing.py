"""Making a run visible: its table becomes a partition, its sums are stored, the one pointer moves."""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.utils import timezone

from analysis.models import AnalysisRun, CustomerSnapshot, Publication, RunState, TierSummary
from analysis.selectors.churn import add_up_by_band
from analysis.selectors.slices import SUMS
from analysis.selectors.snapshots import digest_of_left_out
from analysis.services import measures, storing
from analysis.services.connections import WHERE_PARALLEL_PLANS_PAY
from crm.services import audit
from crm.services.jobs import RunningJob

# Each sum counts once for every region on the way up from its own, and once (NULL) for the whole company.
_WITH_BELOW = """
    INSERT INTO {table} ({into})
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
"""


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


def publish(run: AnalysisRun, job: RunningJob, table: str) -> None:
    """Show the run to its readers, or keep it as validated when that was not asked for or a newer one is out."""
    with transaction.atomic():
        job.guard()
        connection.ensure_connection()
        storing.attach(connection.connection, run, table)
        with connection.cursor() as cursor:
            for setting in WHERE_PARALLEL_PLANS_PAY:
                cursor.execute(f"SET LOCAL {setting} = 0")
        _store_sums(run)
        run.left_out_digest = digest_of_left_out(before=run)
        run.churn["by_band"] = add_up_by_band(CustomerSnapshot.objects.filter(run=run))
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
        if run.was_published and job.arguments.get("further"):
            measures.plan(run, actor=job.actor, hint=not job.in_foreground)


def _store_sums(run: AnalysisRun) -> None:
    """Add up the run's rows by region and tier, within the database: the sums are those that selectors ask for.

    Once for the customers of each region itself, and from those for each region with everything below it.
    """
    columns = ("region_id", "tier", *SUMS)
    sums = CustomerSnapshot.objects.filter(run=run).order_by().values("region_id", "tier").annotate(**SUMS)
    query, parameters = sums.values_list(*columns).query.sql_with_params()
    table = connection.ops.quote_name(TierSummary._meta.db_table)
    names = ", ".join(map(connection.ops.quote_name, ("run_id", *columns)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT %s, sums.* FROM ({query}) AS sums",  # noqa: S608 - names of our own
            [run.pk, *parameters],
        )
        into = ", ".join(map(connection.ops.quote_name, ("run_id", "region_id", "tier", "with_below", *SUMS)))
        added_up = ", ".join(f"sum({connection.ops.quote_name(name)})" for name in SUMS)
        cursor.execute(_WITH_BELOW.format(table=table, into=into, sums=added_up), [run.pk])


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
