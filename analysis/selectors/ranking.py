"""Ranked lists of a run's customers, a page at a time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from analysis.measures.pareto_curve import standing_among
from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors import explanations
from analysis.selectors.groups import values_seen
from analysis.selectors.kept import kept
from analysis.selectors.marks import marks_of, shown_gold
from analysis.selectors.slices import is_near, movement
from analysis.selectors.snapshots import Filter, sees_company, visible
from crm.models import User
from crm.paging import COUNT_CAP, PAGE_SIZE, Key, integer, keyset_page
from customers.models import Region

ORDERS: dict[str, tuple[Key, ...]] = {
    "value": (Key("rank", integer), Key("customer_id", integer)),
    **{
        column: (Key(column, integer, descending=True), Key("customer_id", integer))
        for column in ("gross_margin", "net_revenue_before", "orders")
    },
}

COLUMNS = (
    "customer_id",
    "customer__code",
    "customer__name",
    "customer__owner__name",
    "customer__owner__username",
    "region_id",
    "tier",
    "tier_raw",
    "tier_kept",
    "tier_before",
    "tier_scheme",
    "value",
    "net_revenue",
    "gross_margin",
    "costed_revenue",
    "net_revenue_before",
    "orders",
    "rank",
    "share",
    "cumulative_share_before",
    "threshold_a",
    "threshold_b",
    "threshold_region_id",
    "kept_above",
    "marks",
    "potential",
    "potential_rule",
    "churn_status",
    "churn_probability",
    "churn_flag",
    "churn_reasons",
    "expected_orders",
    "last_order_on",
    "lifetime_order_days",
    "median_interval_days",
    "categories",
    "categories_before",
    "payments_settled",
    "payments_late",
    "open_complaints",
    "elsewhere",
    "elsewhere_before",
)


@dataclass(frozen=True, slots=True)
class RankedCustomer:
    """One customer of a ranked list. Rank and shares are among the customers that the viewer may see."""

    customer_id: int
    code: str
    name: str
    region: str
    owner: str
    tier: str
    tier_raw: str
    tier_before: str
    moved: str
    value: int
    net_revenue: int
    gross_margin: int | None
    net_revenue_before: int
    orders: int
    rank: int
    share: float | None
    cumulative_share_before: float | None
    marks: tuple[str, ...]
    potential: str
    near: bool
    reason: str
    churn_probability: float | None
    churn_flag: bool | None
    churn_label: str
    churn_tone: str
    last_order_on: datetime.date | None
    days_since_last_order: int | None
    median_interval_days: float | None
    expected_orders: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RankedPage:
    """A page of a list, the cursors of its neighbours, and how many rows there are (capped)."""

    rows: list[RankedCustomer]
    before: str | None
    after: str | None
    count: int
    count_capped: bool


def ranking(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    order: str = "value",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    count: int | None = None,
) -> RankedPage:
    """The viewer's customers from the greatest down; ``order`` is a key of :data:`ORDERS`, ``count`` how many there
    are where that is known.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible(run, user, filter)
    return page_of(run, user, rows, ORDERS[order], after=after, before=before, size=size, count=count)


def some(
    run: AnalysisRun,
    user: User,
    customers: QuerySet[Any, Any] | Sequence[int],
    filter: Filter | None = None,  # noqa: A002
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RankedPage:
    """Those of some ``customers``, a query of ids or the ids, whom the viewer may see, from the greatest down.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible(run, user, filter).filter(customer__in=customers)
    return page_of(run, user, rows, ORDERS["value"], after=after, before=before, size=size)


def page_of(
    run: AnalysisRun,
    user: User,
    rows: QuerySet[CustomerSnapshot],
    keys: Sequence[Key],
    *,
    after: str,
    before: str,
    size: int,
    count: int | None = None,
) -> RankedPage:
    """One page of ``rows`` in the order of ``keys``, put into words."""
    if count is None:
        count = rows.order_by().values("customer_id")[: COUNT_CAP + 1].count()
    extra = [key.column for key in keys if key.column not in COLUMNS]
    page = keyset_page(
        rows.values(*COLUMNS, *extra, is_gold=shown_gold()), keys, after=after, before=before, size=size
    )
    found: list[dict[str, Any]] = list(page.rows)
    if not sees_company(user):
        _restate_among_visible(run, user, found)
    regions = Region.objects.in_bulk({row["region_id"] for row in found if row["region_id"]})
    words = explanations.Wording(run)
    customers = [_ranked(row, run, regions, words) for row in found]
    return RankedPage(customers, page.before, page.after, min(count, COUNT_CAP), count > COUNT_CAP)


def _restate_among_visible(run: AnalysisRun, user: User, rows: list[dict[str, Any]]) -> None:
    """Replace rank and shares by those among the viewer's customers: the company's would tell its total."""
    asked = np.array([row["value"] for row in rows], dtype=np.int64)
    ranks, shares, before = kept(
        f"standing {asked.tolist()}",
        run,
        user,
        Filter(),
        lambda: standing_among(values_seen(run, user, Filter()), asked),
    )
    for row, rank, share, cumulative in zip(rows, ranks, shares, before, strict=True):
        row["shown_rank"] = int(rank)
        row["share"] = None if np.isnan(share) else float(share)
        row["cumulative_share_before"] = None if np.isnan(cumulative) else float(cumulative)


def _ranked(
    row: dict[str, Any], run: AnalysisRun, regions: dict[int, Region], words: explanations.Wording
) -> RankedCustomer:
    label, tone = words.churn_label(row)
    last = row["last_order_on"]
    return RankedCustomer(
        customer_id=row["customer_id"],
        code=row["customer__code"],
        name=row["customer__name"],
        region=str(regions[row["region_id"]]) if row["region_id"] in regions else "",
        owner=row["customer__owner__name"] or row["customer__owner__username"] or "",
        moved=movement(row["tier"], row["tier_before"]),
        rank=row.get("shown_rank", row["rank"]),
        marks=marks_of(row),
        near=is_near(row),
        gross_margin=known_margin(row),
        reason=words.short_tier_reason(row),
        churn_label=label,
        churn_tone=tone,
        days_since_last_order=(run.as_of - last).days if last else None,
        reasons=words.churn_reasons(row),
        **{name: row[name] for name in _COPIED},
    )


def known_margin(row: dict[str, Any]) -> int | None:
    """A customer's margin; None while the cost of nothing that it bought is known. Older runs knew no such thing."""
    unknown = row["costed_revenue"] == 0 and row["net_revenue"] != 0
    return None if unknown else row["gross_margin"]


_COPIED = (
    "tier",
    "tier_raw",
    "tier_before",
    "value",
    "net_revenue",
    "net_revenue_before",
    "orders",
    "share",
    "cumulative_share_before",
    "potential",
    "churn_probability",
    "churn_flag",
    "last_order_on",
    "median_interval_days",
    "expected_orders",
)
