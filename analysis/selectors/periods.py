"""The sales pages by month and year: each customer's sales in a period, their share and rank, beside other periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, Count, Q, QuerySet
from django.db.models.functions import Cast

from analysis.measures.pareto_curve import standing_among
from analysis.measures.periods import SALES_COLUMNS, Period, current_periods, period_sales
from analysis.models import AnalysisRun, CustomerMonth, PeriodSale
from analysis.selectors.listing import NAMED, Who, as_frame, records, who
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, anybody_left, sees_company, visible
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "periods"
KEYS = (Key("rank", integer), Key("customer_id", integer))
_FIGURES = ("net_revenue", "gross_margin", "orders", "net_revenue_before", "net_revenue_year_ago")


@dataclass(frozen=True, slots=True)
class Sale:
    """A customer's sales in a period, in cents. Rank and share are among the customers that the viewer may see."""

    customer: Who
    net_revenue: int
    gross_margin: int
    orders: int
    rank: int
    share: float | None
    net_revenue_before: int
    change: float | None
    net_revenue_year_ago: int
    change_year: float | None


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """All of the viewer's customers in a period, in cents; an incomplete one is compared with whole ones."""

    period: Period
    is_complete: bool
    buyers: int
    net_revenue: int
    gross_margin: int
    orders: int
    net_revenue_before: int
    change: float | None
    net_revenue_year_ago: int
    change_year: float | None


def periods_of(run: AnalysisRun) -> tuple[Period, ...]:
    """The periods that a run reports on: its month and the one before, its year and the one before."""
    return current_periods(run.as_of)


def sales(
    run: AnalysisRun,
    user: User,
    period: Period,
    filter: Filter | None = None,  # noqa: A002
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Sale]:
    """The viewer's customers by their sales in a period, the greatest first.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = _rows(run, user, period, filter)
    page = page_of(
        rows.values(*NAMED, "rank", "share", *_FIGURES), KEYS, after=after, before=before, size=size
    )
    standing = [(row["rank"], row["share"]) for row in page.rows]
    if not sees_company(user) or anybody_left(run):
        everybody = np.array(
            _rows(run, user, period, None).order_by().aggregate(found=ArrayAgg("net_revenue"))["found"] or [],
            dtype=np.int64,
        )
        asked = np.array([row["net_revenue"] for row in page.rows], dtype=np.int64)
        ranks, shares, _before = standing_among(everybody, asked)
        standing = [
            (int(rank), None if np.isnan(share) else float(share))
            for rank, share in zip(ranks, shares, strict=True)
        ]
    found = [
        Sale(
            customer=who(row),
            rank=rank,
            share=share,
            change=_change(row["net_revenue"], row["net_revenue_before"]),
            change_year=_change(row["net_revenue"], row["net_revenue_year_ago"]),
            **{name: row[name] for name in _FIGURES},
        )
        for row, (rank, share) in zip(page.rows, standing, strict=True)
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def total(
    run: AnalysisRun,
    user: User,
    period: Period,
    filter: Filter | None = None,  # noqa: A002
) -> PeriodTotal:
    """Add up the viewer's customers in a period."""
    sums = _rows(run, user, period, filter).aggregate(
        buyers=Count("customer_id", filter=Q(orders__gt=0)),
        net=Total("net_revenue"),
        margin=Total("gross_margin"),
        bought=Total(Cast("orders", BigIntegerField())),
        net_before=Total("net_revenue_before"),
        net_year_ago=Total("net_revenue_year_ago"),
    )
    net, before, year_ago = (sums[name] or 0 for name in ("net", "net_before", "net_year_ago"))
    return PeriodTotal(
        period=period,
        is_complete=period.is_complete(run.as_of),
        buyers=sums["buyers"],
        net_revenue=net,
        gross_margin=sums["margin"] or 0,
        orders=sums["bought"] or 0,
        net_revenue_before=before,
        change=_change(net, before),
        net_revenue_year_ago=year_ago,
        change_year=_change(net, year_ago),
    )


def past_sales(
    run: AnalysisRun,
    user: User,
    period: Period,
    filter: Filter | None = None,  # noqa: A002
    *,
    size: int = PAGE_SIZE,
) -> list[Sale]:
    """The viewer's greatest customers in any period that was complete by the run's day, from their months.

    Raises
    ------
    ValueError
        For a period that was not complete yet.
    """
    if not period.is_complete(run.as_of):
        raise ValueError(f"{period} was not complete by {run.as_of}")
    found = period_sales(_from_months(run, user, period, filter))
    top = found.sort_index().sort_values("rank", kind="stable").head(size)
    rows = visible(run, user).filter(customer__in=top.index).values(*NAMED)
    named = {row["customer_id"]: who(row) for row in rows}
    return [Sale(customer=named[row.pop("customer_id")], **row) for row in records(top)]


def _from_months(run: AnalysisRun, user: User, period: Period, wanted: Filter | None) -> pd.DataFrame:
    """The sales of the viewer's customers in a period, as ``period_sales`` takes them."""
    now, before, year_ago = (_within(which) for which in (period, period.before, period.year_ago))
    own = visible(run, user, wanted)
    months = CustomerMonth.objects.filter(now | before | year_ago)
    everybody = sees_company(user) and (wanted is None or wanted.is_empty)
    if not everybody:
        months = months.filter(customer__in=own.values("customer_id"))
    sums = months.values("customer_id").annotate(
        net=Total("net_revenue", filter=now),
        margin=Total("gross_margin", filter=now),
        bought=Total(Cast("orders", BigIntegerField()), filter=now),
        net_before=Total("net_revenue", filter=before),
        net_year_ago=Total("net_revenue", filter=year_ago),
    )
    names = ("customer_id", "net", "margin", "bought", "net_before", "net_year_ago")
    sales = as_frame(sums, dict.fromkeys(names, "int8")).set_index("customer_id")
    if everybody:  # adding up first and leaving out then is quicker than looking everybody up
        sales = sales[sales.index.isin(as_frame(own, {"customer_id": "int8"})["customer_id"])]
    return sales.set_axis(list(SALES_COLUMNS), axis=1)


def _within(period: Period) -> Q:
    return Q(month__gte=period.start, month__lt=period.end)


def _rows(run: AnalysisRun, user: User, period: Period, wanted: Filter | None) -> QuerySet[PeriodSale]:
    rows = visible_rows(PeriodSale, NAME, run, user, wanted)
    return rows.filter(kind=period.kind, starts_on=period.start)


def _change(now: int, before: int) -> float | None:
    return (now - before) / before if before > 0 else None
