"""Customer lifetime value: what a customer's future orders are worth today, beside last year's margin going on.

    CLV = Σ ΔE[orders]_t · E[M] · margin ÷ (1 + d)^t

over quarters: ΔE[orders]_t are the order days to be expected in the t-th coming quarter
(:mod:`analysis.measures.demand`), E[M] the expected spend per order day (:mod:`analysis.measures.spend`), margin the
company's gross margin ÷ net revenue over the window, d the discount rate a year, t in years at the quarter's end.

The **naive rival** takes the customer's gross margin over the last year and lets it go on unchanged:
Σ margin_last_year ÷ 4 ÷ (1 + d)^t over the same quarters; revenue whose cost nobody knows is taken to earn the
company's margin, in the rival as in the value. A model that a manager should trust has to say something else than this,
and be right (:mod:`analysis.measures.gold` keeps the score).

Sources: Fader, Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of
Marketing Research 42(4); Fader & Hardie (2013), note 025, for E[M].
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from analysis.measures.demand import DemandParameters, expected_orders
from analysis.measures.demand_fit import DAYS_PER_WEEK, demand_rows
from analysis.measures.frames import require_columns
from analysis.measures.likelihood import Floats
from analysis.measures.spend import SpendFit, SpendParameters, expected_spend, fit_spend

QUARTERS_A_YEAR = 4
WEEKS_A_QUARTER = 365.25 / QUARTERS_A_YEAR / DAYS_PER_WEEK
HISTORY_COLUMNS = ("first_order_on", "last_order_on", "order_days", "repeat_revenue")


@dataclass(frozen=True, slots=True)
class ClvPolicy:
    """How far to look ahead, and what a year's waiting costs.

    Raises
    ------
    ValueError
        Unless there are 1 to 10 years and the rate lies between 0 and 1.
    """

    years: int = 3
    discount_rate: Decimal = Decimal("0.10")

    def __post_init__(self) -> None:
        if not 1 <= self.years <= 10:
            raise ValueError(f"years must lie between 1 and 10, not {self.years}")
        if not 0 <= self.discount_rate < 1:
            raise ValueError(f"discount_rate must lie between 0 and 1, not {self.discount_rate}")

    @property
    def factors(self) -> Floats:
        """(1 + d)^−t at the end of each quarter: float64."""
        ends = np.arange(1, self.years * QUARTERS_A_YEAR + 1) / QUARTERS_A_YEAR
        return np.asarray((1 + float(self.discount_rate)) ** -ends)


def lifetime_value(
    customers: pd.DataFrame,
    demand: DemandParameters,
    spend: SpendParameters,
    margin_share: float,
    policy: ClvPolicy,
    as_of: datetime.date,
) -> pd.DataFrame:
    """Value every customer with an order.

    Parameters
    ----------
    customers
        ``first_order_on``, ``last_order_on`` datetime64 and ``order_days`` int64 (NaT and 0 without orders);
        ``repeat_revenue`` int64 cents, what was bought on all order days but the first; ``margin_last_year`` int64
        cents, gross margin of the year that ends with ``as_of``.
    demand, spend
        Fits at ``as_of`` that may be published; ``spend`` in cents.
    margin_share
        Gross margin ÷ net revenue.

    Returns
    -------
    DataFrame
        Indexed like ``customers``: ``expected_orders`` float64, order days to be expected over the policy's years;
        ``expected_value`` float64 cents per order day; ``clv`` float64 cents: NaN without orders. ``naive`` float64
        cents, for everybody.

    Raises
    ------
    ValueError
        When a column is missing, an order lies after ``as_of`` or the expected spend is infinite.
    """
    require_columns(customers, (*HISTORY_COLUMNS, "margin_last_year"), "customers for CLV")
    ordered = customers[customers["order_days"] > 0]
    factors = policy.factors
    orders, discounted = _orders_ahead(ordered, demand, factors, as_of)
    value = value_per_order_day(ordered, spend)
    found = {
        "expected_orders": orders,
        "expected_value": value,
        "clv": discounted * value * margin_share,
    }
    naive = customers["margin_last_year"] / QUARTERS_A_YEAR * factors.sum()
    return pd.DataFrame(found, index=ordered.index).reindex(customers.index).assign(naive=naive)


def value_per_order_day(customers: pd.DataFrame, spend: SpendParameters) -> Floats:
    """E[M]: expected spend per order day in cents, from ``order_days`` and ``repeat_revenue`` of customers with orders.

    Whose repeat orders came to nothing (given away, or free ones alone) is taken for somebody without any.
    """
    repeats = customers["order_days"].to_numpy(dtype=np.float64) - 1
    revenue = customers["repeat_revenue"].to_numpy(dtype=np.float64)
    repeats = np.where(revenue > 0, repeats, 0.0)
    mean = np.divide(revenue, repeats, out=np.zeros(len(repeats)), where=repeats > 0)
    return expected_spend(spend, repeats, mean)


def fit_repeat_spend(customers: pd.DataFrame) -> SpendFit:
    """Fit the model of spend to customers' ``order_days`` and ``repeat_revenue`` (cents), of those with any."""
    known = customers[(customers["order_days"] > 1) & (customers["repeat_revenue"] > 0)]
    repeats = known["order_days"] - 1
    return fit_spend(repeats, known["repeat_revenue"] / repeats)


def _orders_ahead(
    customers: pd.DataFrame, demand: DemandParameters, factors: Floats, as_of: datetime.date
) -> tuple[Floats, Floats]:
    """Order days over all quarters, plain and discounted, of customers with orders."""
    rows = demand_rows(customers, as_of)
    total, discounted = np.zeros(len(rows.x)), np.zeros(len(rows.x))
    for quarter, factor in enumerate(factors, start=1):
        so_far = expected_orders(demand, rows.x, rows.t_x, rows.T, quarter * WEEKS_A_QUARTER)
        discounted += (so_far - total) * factor
        total = so_far
    return total[rows.row_of_customer], discounted[rows.row_of_customer]
