"""Purchase occasions: all that a customer orders on one day, and what a customer's occasions say about rhythm.

The models of demand count occasions, not orders, since two orders on one day are one decision to buy.

Source: one occasion a day as in the models of :mod:`analysis.measures.demand`; which lines count: definition of this
product.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns, sold_for_money


def purchase_occasions(lines: pd.DataFrame, *, free_counts: bool = False) -> pd.DataFrame:
    """One row per customer and day on which something was bought.

    A line makes an occasion when something was sold for money: quantity > 0 and revenue > 0. Returns, samples and
    corrections alone do not. With ``free_counts`` goods given away count too, as in the CDNOW literature.

    Parameters
    ----------
    lines
        ``customer_id`` Int64 (NA: unidentified, left out), ``ordered_on`` datetime64, ``quantity``,
        ``revenue_cents`` int64.

    Returns
    -------
    DataFrame
        ``customer_id`` int64, ``ordered_on`` datetime64, ``revenue_cents`` int64, sorted by the first two.
    """
    require_columns(lines, ("customer_id", "ordered_on", "quantity", "revenue_cents"), "lines")
    bought = _sold(lines, free_counts=free_counts) & lines["customer_id"].notna()
    columns = lines.loc[bought, ["customer_id", "ordered_on", "revenue_cents"]].astype(
        {"customer_id": "int64"}
    )
    return columns.groupby(["customer_id", "ordered_on"], sort=True).sum().reset_index()


def purchase_histories(occasions: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """Each customer's history up to and including ``as_of``.

    Parameters
    ----------
    occasions
        As :func:`purchase_occasions` returns them: distinct customers and days, sorted.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, for customers with an occasion by then: ``first_order_on`` and ``last_order_on``
        datetime64, ``order_days`` int64, ``median_interval_days`` float64 (days between consecutive occasions; NaN
        with a single one).
    """
    require_columns(occasions, ("customer_id", "ordered_on"), "occasions")
    known = occasions.loc[occasions["ordered_on"] <= pd.Timestamp(as_of), ["customer_id", "ordered_on"]]
    by_customer = known.groupby("customer_id")["ordered_on"]
    histories = {
        "first_order_on": by_customer.min(),
        "last_order_on": by_customer.max(),
        "order_days": by_customer.size(),
    }
    return pd.DataFrame(histories).assign(median_interval_days=_median_intervals(known))


def customer_days(lines: pd.DataFrame, *, free_counts: bool = False) -> pd.DataFrame:
    """One row per customer and day with a line, bought or given back: what every past day can be told from.

    Parameters
    ----------
    lines, free_counts
        As for :func:`purchase_occasions`.

    Returns
    -------
    DataFrame
        ``customer_id`` int64, ``ordered_on`` datetime64, ``lines`` int64, ``net_revenue`` int64 cents (returns
        subtracted), ``bought`` bool (a purchase occasion), sorted by the first two.
    """
    require_columns(lines, ("customer_id", "ordered_on", "quantity", "revenue_cents"), "lines")
    known = lines[lines["customer_id"].notna()]
    days = pd.DataFrame(
        {
            "customer_id": known["customer_id"].astype("int64"),
            "ordered_on": known["ordered_on"],
            "lines": 1,
            "net_revenue": known["revenue_cents"],
            "bought": _sold(known, free_counts=free_counts),
        }
    ).groupby(["customer_id", "ordered_on"], sort=True)
    return days.agg({"lines": "sum", "net_revenue": "sum", "bought": "any"}).reset_index()


def purchase_records(days: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """Each customer's history and all-time sums up to and including ``as_of``.

    Parameters
    ----------
    days
        As :func:`customer_days` returns them.

    Returns
    -------
    DataFrame
        As :func:`purchase_histories` returns it, with int64 ``lifetime_lines`` and ``lifetime_net_revenue`` (cents).
    """
    require_columns(days, ("customer_id", "ordered_on", "lines", "net_revenue", "bought"), "customers' days")
    known = days[days["ordered_on"] <= pd.Timestamp(as_of)]
    histories = purchase_histories(known[known["bought"]], as_of)
    sums = known.groupby("customer_id")[["lines", "net_revenue"]].sum().reindex(histories.index)
    return histories.assign(lifetime_lines=sums["lines"], lifetime_net_revenue=sums["net_revenue"])


def _sold(lines: pd.DataFrame, *, free_counts: bool) -> pd.Series:
    if free_counts:
        return (lines["quantity"] > 0) & (lines["revenue_cents"] >= 0)
    return sold_for_money(lines)


def _median_intervals(occasions: pd.DataFrame) -> pd.Series:
    customer = occasions["customer_id"].to_numpy()
    day = occasions["ordered_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    same_customer = customer[1:] == customer[:-1]
    intervals = pd.Series(np.diff(day)[same_customer].astype(np.float64), index=customer[1:][same_customer])
    return intervals.groupby(level=0).median()
