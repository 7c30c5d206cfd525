"""Retention: whom each branch keeps, and its customers listed by orders a month, amount a month and payment cycle.

A customer bought in a period with net revenue above zero in it. Over the window and the equal one before it:

- **kept**: bought in both; **lost**: before, not now; **regained**: now, not before, but earlier; **new**: the first
  order ever lies in the window; everybody else is **idle**.
- **retention of customers** = kept ÷ (kept + lost); **retention of revenue** = the window's revenue from the kept ÷ the
  revenue before from the kept and the lost.

Within a branch, and among its customers with an order in the window:

- **orders a month** and **amount a month** = orders and net revenue ÷ the months of the window in which they were a
  customer (365.25 ÷ 12 days each, at least one), ranked from the most;
- **payment cycle** = mean days from order to payment over the window, ranked from the shortest; unknown without
  payments.

Ranks are 1 + the number of the branch's customers strictly better. Customers without a branch make one of their own.

Source: Reichheld & Sasser (1990), Zero defections, Harvard Business Review 68(5), for retention of customers and
revenue.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio
from analysis.measures.windows import Window

DAYS_A_MONTH = 365.25 / 12
NO_BRANCH = -1
STATUS_DTYPE = pd.CategoricalDtype(["idle", "kept", "lost", "new", "regained"])
CUSTOMER_COLUMNS = (
    "branch_id",
    "first_order_on",
    "orders",
    "net_revenue",
    "net_revenue_before",
    "days_to_pay",
)


def retention_lists(customers: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Say who was kept, and rank each branch's customers.

    Parameters
    ----------
    customers
        ``branch_id`` Int64 (NA: none); ``first_order_on`` datetime64, ever; ``orders`` int64 and ``net_revenue`` int64
        cents in the window, ``net_revenue_before`` in the window before; ``days_to_pay`` float64, the mean over the
        window (NaN without payments).

    Returns
    -------
    DataFrame
        Indexed like ``customers``: ``retention_status`` category; ``orders_a_month`` float64, ``amount_a_month`` Int64
        cents (rounded half up), ``payment_cycle`` float64 days; ``orders_rank``, ``amount_rank``, ``payment_rank``
        Int64: all but the first NA without an order in the window.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, CUSTOMER_COLUMNS, "customers for retention")
    active = customers[customers["orders"] > 0]
    months = _months_a_customer(active["first_order_on"], window)
    branch = active["branch_id"].fillna(NO_BRANCH).astype("int64")
    orders = active["orders"] / months
    # Ranked before it is rounded: whoever brings a tenth of a cent more is the better one, in any currency.
    amount = active["net_revenue"] / months
    found = {
        "orders_a_month": orders,
        "amount_a_month": np.floor(amount + 0.5).astype("Int64"),
        "payment_cycle": active["days_to_pay"],
        "orders_rank": _rank(orders, branch, ascending=False),
        "amount_rank": _rank(amount, branch, ascending=False),
        "payment_rank": _rank(active["days_to_pay"], branch, ascending=True),
    }
    listed = pd.DataFrame(found, index=active.index).reindex(customers.index)
    return listed.assign(retention_status=_status(customers, window))


def branch_retention(customers: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """Add up each branch.

    Returns
    -------
    DataFrame
        Indexed by ``branch_id`` (:data:`NO_BRANCH` for none), ascending: int64 ``customers`` and ``kept``, ``lost``,
        ``new``, ``regained``; float64 ``customer_retention`` and ``revenue_retention``, NaN where nobody bought before.
    """
    status = lists["retention_status"]
    before = customers["net_revenue_before"].where(status.isin(["kept", "lost"]), 0)
    sums = pd.DataFrame(
        {
            "customers": 1,
            **{name: (status == name).astype("int64") for name in ("kept", "lost", "new", "regained")},
            "revenue_kept": customers["net_revenue"].where(status == "kept", 0),
            "revenue_before": before,
        },
        index=customers.index,
    )
    branch = customers["branch_id"].fillna(NO_BRANCH).astype("int64")
    found = sums.groupby(branch.to_numpy()).sum().rename_axis("branch_id")
    return found.assign(
        customer_retention=ratio(found["kept"], found["kept"] + found["lost"]),
        revenue_retention=ratio(found["revenue_kept"], found["revenue_before"]),
    ).drop(columns=["revenue_kept", "revenue_before"])


def _status(customers: pd.DataFrame, window: Window) -> pd.Categorical:
    now, before = customers["net_revenue"] > 0, customers["net_revenue_before"] > 0
    is_new = customers["first_order_on"] >= pd.Timestamp(window.start)
    codes = np.select([now & before, before, now & is_new, now], [1, 2, 3, 4], default=0)
    return pd.Categorical.from_codes(codes.astype(np.int8), dtype=STATUS_DTYPE)


def _months_a_customer(first_order_on: pd.Series, window: Window) -> pd.Series:
    start = pd.Timestamp(window.start)
    days = (pd.Timestamp(window.end) - first_order_on.where(first_order_on > start, start)).dt.days
    months: pd.Series = (days / DAYS_A_MONTH).clip(lower=1.0)
    return months


def _rank(values: pd.Series, branch: pd.Series, *, ascending: bool) -> pd.Series:
    ranks = values.astype("float64").groupby(branch).rank(method="min", ascending=ascending)
    return ranks.astype("Int64")
