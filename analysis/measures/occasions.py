"""Purchase occasions: all that a customer orders on one day, and what a customer's occasions say about rhythm.

The models of demand count occasions, not orders, since two orders on one day are one decision to buy.
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
    sold = (lines["quantity"] > 0) & (lines["revenue_cents"] >= 0) if free_counts else sold_for_money(lines)
    bought = sold & lines["customer_id"].notna()
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


def _median_intervals(occasions: pd.DataFrame) -> pd.Series:
    customer = occasions["customer_id"].to_numpy()
    day = occasions["ordered_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    same_customer = customer[1:] == customer[:-1]
    intervals = pd.Series(np.diff(day)[same_customer].astype(np.float64), index=customer[1:][same_customer])
    return intervals.groupby(level=0).median()
