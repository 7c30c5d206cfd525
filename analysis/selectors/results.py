"""What the further measures of a run found, for one viewer: rows of customers whom they may see, or the company's.

A measure that is not done has no rows, whatever its tables hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from analysis.models import AnalysisRun, MeasureResult, MeasureShard, MeasureState, RunRow
from analysis.selectors.snapshots import Filter, sees_company, shown_to, visible
from crm.models import Job, User
from crm.models.jobs import REPEATABLE_STATES
from crm.once import once
from crm.paging import COUNT_CAP, PAGE_SIZE, Key, capped_count, keyset_page
from crm.policy import can

Row = TypeVar("Row", bound=RunRow)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class RowsPage(Generic[Found]):
    """One page of rows, the cursors of its neighbours, and how many rows there are: more when ``count_capped``."""

    rows: list[Found]
    before: str | None
    after: str | None
    count: int
    count_capped: bool


def result_of(name: str, run: AnalysisRun) -> MeasureResult | None:
    """Where a measure of a run stands; None when it was not asked for."""
    return MeasureResult.objects.filter(run=run, name=name).first()


def results_of(run: AnalysisRun) -> dict[str, MeasureResult]:
    """Where each measure of a run stands, by name."""
    return {result.name: result for result in MeasureResult.objects.filter(run=run).select_related("job")}


def broken_jobs(run: AnalysisRun) -> list[tuple[str, Job]]:
    """The jobs of a run's measures that broke or were stopped and can be tried again, each with its measure's name."""
    failed = MeasureResult.objects.filter(run=run, state=MeasureState.FAILED)
    own = failed.filter(job__state__in=REPEATABLE_STATES).select_related("job")
    shards = MeasureShard.objects.filter(result__in=failed, job__state__in=REPEATABLE_STATES)
    found = [(result.name, result.job) for result in own.order_by("name")]
    found += [
        (shard.result.name, shard.job) for shard in shards.select_related("job", "result").order_by("pk")
    ]
    return [(name, job) for name, job in found if job is not None]


def visible_rows(
    model: type[Row],
    name: str,
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
) -> QuerySet[Row]:
    """A measure's rows of customers whom the viewer may see scored today, narrowed down by the core run's filter."""
    rows: QuerySet[Row] = model._default_manager.filter(run=run)
    if not can(user, "analysis.view") or not _is_done(name, run):
        return rows.none()
    if filter is not None and not filter.is_empty:
        return rows.filter(customer__in=visible(run, user, filter).values("customer_id"))
    return rows.filter(shown_to(user))


def company_rows(model: type[Row], name: str, run: AnalysisRun, user: User) -> QuerySet[Row]:
    """A measure's company-wide rows, for whoever sees the company; nobody else is shown any."""
    rows: QuerySet[Row] = model._default_manager.filter(run=run)
    return rows if sees_company(user) and _is_done(name, run) else rows.none()


def summary_of(name: str, run: AnalysisRun, user: User) -> dict[str, Any] | None:
    """A measure's company-wide figures, for whoever sees the company; None for others and until it is done."""
    if not sees_company(user):
        return None
    result = MeasureResult.objects.filter(run=run, name=name, state=MeasureState.DONE).first()
    return result.summary if result else None


def page_of(
    rows: QuerySet[Any, Found],
    keys: Sequence[Key],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Found]:
    """One keyset page of rows, with a count that is capped.

    Raises
    ------
    CursorError
        For a cursor of another list.
    """
    page = keyset_page(rows, keys, after=after, before=before, size=size)
    count = capped_count(rows)
    return RowsPage(page.rows, page.before, page.after, min(count, COUNT_CAP), count > COUNT_CAP)


def _is_done(name: str, run: AnalysisRun) -> bool:
    done = MeasureResult.objects.filter(run=run, name=name, state=MeasureState.DONE)
    return once(("measure is done", run.pk, name), done.exists)
