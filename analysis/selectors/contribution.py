"""The contribution page: what the viewer's customers bring, how much hangs on how few, and month by month."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import BigIntegerField, QuerySet
from django.db.models.functions import Cast
from psycopg import sql

from analysis.measures.pareto_curve import top_shares
from analysis.measures.windows import month_of
from analysis.models import AnalysisRun, CustomerMonth, CustomerSnapshot, RunState
from analysis.selectors.groups import values_seen
from analysis.selectors.kept import kept
from analysis.selectors.live_sales import as_query, read
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import (
    Filter,
    anybody_left,
    left_out_since,
    sees_company,
    visible,
)
from analysis.selectors.sums import add, sums_by_tier
from crm.models import User
from customers.selectors.facts import later_in_month, months_query

TOP_PERCENTS = (1, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class TopShare:
    """What the top so many per cent of the customers bring, and its share of the net total."""

    percent: int
    customers: int
    value: int
    share: float | None


@dataclass(frozen=True, slots=True)
class ContributionSummary:
    """Money in cents over the window; ``change`` is against the window before, None when that held nothing.

    ``gross_margin`` is that of the revenue whose cost is known, and ``margin_rate`` is of that revenue: both None while
    no cost is known. ``cost_known`` is its share of net revenue, None when nothing tells (no revenue, an older run).
    """

    customers: int
    positive_customers: int
    net_revenue: int
    gross_revenue: int
    gross_margin: int | None
    margin_rate: float | None
    cost_known: float | None
    net_revenue_before: int
    change: float | None
    orders: int
    top: list[TopShare]
    unidentified_net_revenue: int | None


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """One month of the viewer's customers, money in cents."""

    month: datetime.date
    net_revenue: int
    gross_margin: int
    orders: int


def summary(run: AnalysisRun, user: User, filter: Filter | None = None) -> ContributionSummary:  # noqa: A002
    """Add up what the viewer's customers bring, and what the greatest of them do."""
    wanted = filter or Filter()
    sums = add(sums_by_tier(run, user, wanted).values())
    company = sees_company(user)
    net, before = sums["total_net_revenue"], sums["total_net_revenue_before"]
    costed = sums["total_costed_revenue"]
    stated = run.totals
    return ContributionSummary(
        customers=sums["customers"],
        positive_customers=sums["positive_customers"],
        net_revenue=net,
        gross_revenue=sums["total_gross_revenue"],
        gross_margin=sums["total_gross_margin"] if costed or not net else None,
        margin_rate=sums["total_gross_margin"] / costed if costed > 0 else None,
        cost_known=costed / net if net > 0 else None,
        net_revenue_before=before,
        change=(net - before) / before if before > 0 else None,
        orders=sums["total_orders"],
        top=_top(run, user, wanted, sums["customers"], sums["total_value"]),
        unidentified_net_revenue=(
            stated["net_revenue"] - stated["identified_net_revenue"] if company and wanted.is_empty else None
        ),
    )


def monthly(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    months: int = 24,
) -> list[MonthTotal]:
    """The last months up to the run's day; months without a line are there, with zeros."""
    if not run.months:
        return []
    last = run.as_of.replace(day=1)
    wanted = [month_of(last, -back) for back in range(months - 1, -1, -1)]
    found: Mapping[datetime.date, Sequence[int]]
    if sees_company(user) and (filter or Filter()).is_empty:
        gone = _by_month(run, left_out_since(run), wanted[0], last) if anybody_left(run) else {}
        found = {
            month: [whole - part for whole, part in zip(sums, gone.get(month, (0, 0, 0)), strict=True)]
            for month, sums in ((datetime.date.fromisoformat(month), sums) for month, *sums in run.months)
        }
    else:
        found = _of_viewer(run, user, filter or Filter(), wanted[0], last)
    return [MonthTotal(month, *found.get(month, (0, 0, 0))) for month in wanted]


def _of_viewer(
    run: AnalysisRun, user: User, wanted: Filter, first: datetime.date, last: datetime.date
) -> Mapping[datetime.date, Sequence[int]]:
    """The months of the viewer's customers: kept until another run begins, which may move what was sold when."""

    def read() -> dict[datetime.date, Sequence[int]]:
        return _by_month(run, visible(run, user, wanted), first, last)

    newest = AnalysisRun.objects.order_by("-pk").values_list("pk", flat=True).first()
    if run.state != RunState.PUBLISHED or newest != run.pk:
        return read()
    return kept(f"months from {first}", run, user, wanted, read)


def _by_month(
    run: AnalysisRun, rows: QuerySet[CustomerSnapshot], first: datetime.date, last: datetime.date
) -> dict[datetime.date, Sequence[int]]:
    """Net revenue, gross margin and orders of some customers, by month, of which the last ends with the run's day."""
    months = CustomerMonth.objects.filter(
        customer__in=rows.order_by().values("customer_id"), month__gte=first, month__lte=last
    )
    by_month = (
        months.order_by().values("month").annotate(net=Total("net_revenue"), margin=Total("gross_margin"))
    )
    by_month = by_month.annotate(bought=Total(Cast("orders", BigIntegerField())))
    found: dict[datetime.date, Sequence[int]] = {
        month: row for month, *row in by_month.values_list("month", "net", "margin", "bought")
    }
    if last <= run.as_of < month_of(last, 1) and last in found:
        later = _later(run, rows)
        found[last] = [whole - part for whole, part in zip(found[last], later, strict=True)]
    return found


def _later(run: AnalysisRun, rows: QuerySet[CustomerSnapshot]) -> list[int]:
    """The same of what was ordered after the run's day, yet in its month: the months kept hold it once it is known."""
    connection.ensure_connection()
    lines = sql.SQL("{} AND customer_id IN ({})").format(
        later_in_month(run.as_of), as_query(rows.values("customer_id"))
    )
    query = sql.SQL("""
        SELECT coalesce(sum_cents(net_revenue), 0) AS net_revenue,
            coalesce(sum_cents(gross_margin), 0) AS gross_margin, coalesce(sum_cents(orders), 0) AS orders
        FROM ({}) AS months
    """).format(months_query(connection.connection, lines))
    sums = read(query, {"net_revenue": "int8", "gross_margin": "int8", "orders": "int8"})
    return [int(total) for total in sums.iloc[0]]


def _top(run: AnalysisRun, user: User, wanted: Filter, customers: int, total: int) -> list[TopShare]:
    if sees_company(user) and wanted.is_empty and customers == run.customers:
        found = run.totals["top"]
    else:
        found = kept(
            "top shares",
            run,
            user,
            wanted,
            lambda: top_shares(values_seen(run, user, wanted), TOP_PERCENTS),
        )
    return [
        TopShare(percent, count, value, value / total if total > 0 else None)
        for percent, count, value in found
    ]
