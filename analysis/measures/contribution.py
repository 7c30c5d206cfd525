"""Who earns the money: rank, share and cumulative share of each customer.

Definitions, with value v of a customer by the chosen metric:

- rank = 1 + number of customers strictly greater;
- share = v ÷ net total, the sum of all values, negative ones included;
- cumulative share before = sum of the strictly greater positive values ÷ sum of all positive values.

Customers with equal values share a rank and a cumulative share. Sums are int64 cents; only the shares are floats.

Source: the cumulative share is a point of the concentration curve, counted from the top: Lorenz (1905), Methods of
measuring the concentration of wealth, Publications of the American Statistical Association 9(70). Rank and share:
definition of this product.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.frames import require_columns

Integers = npt.NDArray[np.int64]


class Metric(StrEnum):
    """What a customer's value is measured by; the column of the totals."""

    NET_REVENUE = "net_revenue"
    GROSS_REVENUE = "gross_revenue"
    GROSS_MARGIN = "gross_margin"


def contribution(totals: pd.DataFrame, metric: Metric = Metric.NET_REVENUE) -> pd.DataFrame:
    """Rank customers by a metric and give each its share.

    Parameters
    ----------
    totals
        One row per customer of the population, zero-order ones included, with the metric's column in int64 cents.

    Returns
    -------
    DataFrame
        Indexed like ``totals``: ``value`` int64 cents; ``rank`` int64; ``share`` float64 (NaN when the net total is
        not positive); ``positive_before`` int64 cents, the sum of the strictly greater positive values;
        ``cumulative_share_before`` float64 (NaN when the value is not positive).

    Raises
    ------
    ValueError
        When the metric's column is missing or not whole cents.
    """
    require_columns(totals, (metric.value,), "totals")
    if not pd.api.types.is_integer_dtype(totals[metric.value]):
        raise ValueError(f"{metric.value} must be whole cents (int64), not {totals[metric.value].dtype}")
    value = totals[metric.value].to_numpy(dtype=np.int64)
    rank, positive_before = _rank_and_positive_before(value)
    net_total, positive_total = int(value.sum()), positive_sum(value)
    share = value / net_total if net_total > 0 else np.full(len(value), np.nan)
    before = positive_before / positive_total if positive_total > 0 else np.full(len(value), np.nan)
    return pd.DataFrame(
        {
            "value": value,
            "rank": rank,
            "share": share,
            "positive_before": positive_before,
            "cumulative_share_before": np.where(value > 0, before, np.nan),
        },
        index=totals.index,
    )


def positive_sum(value: Integers) -> int:
    """Sum of the positive values, in cents."""
    return int(value[value > 0].sum())


def _rank_and_positive_before(value: Integers) -> tuple[Integers, Integers]:
    """Rank from the top and sum of strictly greater positive values, for each customer."""
    order = np.argsort(-value)
    descending = value[order]
    starts_group = np.ones(len(value), dtype=bool)
    starts_group[1:] = descending[1:] != descending[:-1]
    positions = np.arange(len(value), dtype=np.int64)
    group_start = np.maximum.accumulate(np.where(starts_group, positions, 0))
    sum_before = np.cumsum(np.maximum(descending, 0)) - np.maximum(descending, 0)
    rank, positive_before = np.empty_like(value), np.empty_like(value)
    rank[order] = group_start + 1
    positive_before[order] = sum_before[group_start]
    return rank, positive_before
