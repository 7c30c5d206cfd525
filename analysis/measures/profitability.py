"""Profitability: what is left of a customer's revenue after the goods and the service.

- customer profit = net revenue − cost of goods at sale − service cost, over one window;
- profit rate = profit ÷ net revenue.

Returns reverse revenue and cost. Revenue whose cost of goods is unknown is left out of the profit and stated beside it:
cost coverage says how much of the revenue the profit speaks for (:mod:`analysis.measures.costs`). Below the policy's
coverage a customer is neither said to earn nor to lose money, and has no rank.

Source: customer profitability analysis of management accounting, Horngren, Datar & Rajan, Cost Accounting: A Managerial
Emphasis; coverage and standing: definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.measures.costs import SUMS, cost_coverage, rank_by
from analysis.measures.frames import require_columns


class Standing(StrEnum):
    """What a customer's profit says. Pages translate the code."""

    EARNS = "earns"
    EVEN = "even"
    LOSES = "loses"
    UNKNOWN = "unknown"


STANDING_DTYPE = pd.CategoricalDtype(list(Standing))


@dataclass(frozen=True, slots=True)
class ProfitPolicy:
    """From which cost coverage on a profit is judged.

    Raises
    ------
    ValueError
        Unless it lies between 0 and 1.
    """

    least_coverage: Decimal = Decimal("0.80")

    def __post_init__(self) -> None:
        if not 0 <= self.least_coverage <= 1:
            raise ValueError("the least coverage must lie between 0 and 1")


def profitability(customers: pd.DataFrame, policy: ProfitPolicy | None = None) -> pd.DataFrame:
    """Work out each customer's profit.

    Parameters
    ----------
    customers
        One row per customer of the population, zero-order ones included; int64 cents ``net_revenue``,
        ``costed_revenue``, ``gross_margin`` (:func:`analysis.measures.costs.margin_sums`) and ``service_cost``.

    Returns
    -------
    DataFrame
        Indexed like ``customers``; int64 cents ``net_revenue``, ``uncosted_revenue``, ``cost_of_goods``,
        ``gross_margin``, ``service_cost`` and ``profit``; float64 ``profit_rate`` of the costed revenue (NaN where that
        is not positive) and ``cost_coverage``; ``standing`` category; ``rank`` Int64 by profit, NA when unknown.
    """
    policy = policy or ProfitPolicy()
    require_columns(customers, (*SUMS, "service_cost"), "customers")
    profit = customers["gross_margin"] - customers["service_cost"]
    coverage = cost_coverage(customers)
    known = coverage >= float(policy.least_coverage)
    codes = np.select([~known, profit > 0, profit < 0], [3, 0, 2], default=1)
    costed = customers["costed_revenue"]
    return pd.DataFrame(
        {
            "net_revenue": customers["net_revenue"],
            "uncosted_revenue": customers["net_revenue"] - costed,
            "cost_of_goods": costed - customers["gross_margin"],
            "gross_margin": customers["gross_margin"],
            "service_cost": customers["service_cost"],
            "profit": profit,
            "profit_rate": profit / costed.where(costed > 0).astype("float64"),
            "cost_coverage": coverage,
            "standing": pd.Categorical.from_codes(codes.astype(np.int8), dtype=STANDING_DTYPE),
            "rank": rank_by(profit.where(known)),
        },
        index=customers.index,
    )
