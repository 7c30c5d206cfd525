"""Upsell: whose purchase cycle is about to end, and whose credit is good enough to offer more.

- next purchase due on = day of the last order + own median interval between order days, rounded to whole days;
- **due**: that day lies within the next 14 days, or has passed by no more than half an interval;
- **good credit**: of the payments settled in the window at most 10 % came late, and nothing stands overdue; where a
  credit limit is set, what is open leaves room for a typical order (net revenue ÷ orders).

A customer without a payment history has no bad one: whether that is enough the policy says.

Source: definition of this product; the interval is that of the overdue alert (:mod:`analysis.measures.churn_reasons`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns

COLUMNS = (
    "last_order_on",
    "median_interval_days",
    "order_days",
    "net_revenue",
    "orders",
    "payments_settled",
    "payments_late",
    "open_cents",
    "overdue_cents",
    "credit_limit_cents",
)


@dataclass(frozen=True, slots=True)
class UpsellPolicy:
    """Whom to offer more.

    Attributes
    ----------
    days_ahead
        How many days before the purchase is due the offer may be made.
    percent_past
        How far past due, in % of the own interval, it still makes sense.
    least_order_days
        Order days from which on an interval means anything.
    most_late_percent
        Share of settled payments that may have been late.
    least_payments
        Settled payments a customer must have; 0 trusts those without a history.

    Raises
    ------
    ValueError
        When a number makes no sense.
    """

    days_ahead: int = 14
    percent_past: int = 50
    least_order_days: int = 3
    most_late_percent: int = 10
    least_payments: int = 1

    def __post_init__(self) -> None:
        if self.days_ahead < 0 or self.percent_past < 0 or self.least_payments < 0:
            raise ValueError("days, percentages and counts must not be negative")
        if self.least_order_days < 2:
            raise ValueError("an interval needs two order days")
        if not 0 <= self.most_late_percent <= 100:
            raise ValueError("a share of payments must lie between 0 and 100 %")


def upsell(customers: pd.DataFrame, as_of: datetime.date, policy: UpsellPolicy | None = None) -> pd.DataFrame:
    """Find who is about to buy again and can be trusted with more.

    Parameters
    ----------
    customers
        Indexed by ``customer_id``: ``last_order_on`` datetime64, ``median_interval_days`` float64 (NaN with a single
        order day), ``order_days`` int64 (ever); over the window ``net_revenue`` int64 cents, ``orders``,
        ``payments_settled``, ``payments_late`` int64; as of the day ``open_cents``, ``overdue_cents`` int64 and
        ``credit_limit_cents`` Int64 (NA: none set).

    Returns
    -------
    DataFrame
        Those who are due with good credit, soonest first, then by ``customer_id``: ``due_on`` datetime64,
        ``days_until_due`` int64 (negative: past), ``typical_order`` int64 cents, ``late_share`` float64 (NaN without
        payments), ``room`` Int64 cents (credit limit − open, NA without a limit).
    """
    policy = policy or UpsellPolicy()
    require_columns(customers, COLUMNS, "customers")
    rhythm = customers[(customers["order_days"] >= policy.least_order_days) & (customers["orders"] > 0)]
    rhythm = rhythm[rhythm["last_order_on"].notna() & rhythm["median_interval_days"].notna()]
    interval = np.floor(rhythm["median_interval_days"] + 0.5).astype("int64")
    due_on = rhythm["last_order_on"] + pd.to_timedelta(interval, unit="D")
    until = (due_on - pd.Timestamp(as_of)).dt.days.astype("int64")
    is_due = (until <= policy.days_ahead) & (-100 * until <= policy.percent_past * interval)
    revenue, orders = rhythm["net_revenue"].astype("int64"), rhythm["orders"].astype("int64")
    typical = (2 * revenue + orders) // (2 * orders)
    settled, late = rhythm["payments_settled"], rhythm["payments_late"]
    room = rhythm["credit_limit_cents"] - rhythm["open_cents"]
    is_good = (
        (settled >= policy.least_payments)
        & (100 * late <= policy.most_late_percent * settled)
        & (rhythm["overdue_cents"] <= 0)
        & (room >= typical).fillna(True).astype(bool)
    )
    due = pd.DataFrame(
        {
            "due_on": due_on,
            "days_until_due": until,
            "typical_order": typical,
            "late_share": late / settled.where(settled > 0).astype("float64"),
            "room": room,
        }
    )
    found: pd.DataFrame = due[is_due & is_good & (typical > 0)].rename_axis("customer_id")
    return found.sort_values(["due_on", "customer_id"])
