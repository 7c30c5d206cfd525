"""Resources against return: what we put into each tier and customer, beside what comes back.

Over the window, for each tier:

- service cost = visits + discounts + support, as recorded; cost share = service cost ÷ that of all tiers;
- margin share = gross margin ÷ that of all tiers; return = gross margin ÷ service cost;
- intensity = cost share ÷ margin share: above 1 a tier gets more of our effort than it gives back.

A tier is *overserved* when its intensity is at or above the policy's limit, *underserved* when it is at or below the
limit's inverse. For one customer the mismatch is the first that holds:

- *costs more than it brings*: service cost above zero and above the gross margin;
- *neglected*: a key account (by tier) that nobody visited in the window;
- *courted in vain*: visited at least the policy's times without an order.

Source: Kaplan & Cooper (1998), Cost & Effect, Harvard Business School Press, for cost to serve beside margin;
intensity, balance and mismatches: definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio
from analysis.measures.tiers import TIER_DTYPE

COSTS = ("visit_cost", "discount_cost", "support_cost")
SUMS = ("visits", *COSTS, "service_cost", "net_revenue", "gross_margin")
CUSTOMER_COLUMNS = ("tier", "visits", *COSTS, "net_revenue", "gross_margin", "orders")
MISMATCH_DTYPE = pd.CategoricalDtype(["costs_more", "neglected", "courted_in_vain", ""])
BALANCE_DTYPE = pd.CategoricalDtype(["overserved", "underserved", "balanced", ""])


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """When effort and return do not match.

    Attributes
    ----------
    limit
        Intensity from which on a tier is overserved; its inverse is where it is underserved.
    key_tiers
        Tiers whose customers are to be visited.
    vain_visits
        Visits without an order from which on a customer is courted in vain.

    Raises
    ------
    ValueError
        Unless the limit is above 1 and the visits above zero.
    """

    limit: Decimal = Decimal("1.5")
    key_tiers: tuple[str, ...] = ("A",)
    vain_visits: int = 3

    def __post_init__(self) -> None:
        if self.limit <= 1:
            raise ValueError(f"limit must be above 1, not {self.limit}")
        if self.vain_visits < 1:
            raise ValueError(f"vain_visits must be above zero, not {self.vain_visits}")


def customer_resources(customers: pd.DataFrame, policy: ResourcePolicy) -> pd.DataFrame:
    """Compare what each customer took with what it gave.

    Parameters
    ----------
    customers
        Indexed by customer id: ``tier`` category; int64 ``visits`` and ``orders``; int64 cents ``visit_cost``,
        ``discount_cost``, ``support_cost``, ``net_revenue``, ``gross_margin``.

    Returns
    -------
    DataFrame
        Indexed like ``customers``: their columns but ``orders``, int64 cents ``service_cost`` and ``profit`` (gross
        margin less service cost), and ``mismatch`` category, "" without one.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, CUSTOMER_COLUMNS, "customers")
    cost = customers[list(COSTS)].sum(axis=1).astype("int64")
    code = np.select(
        [
            (cost > 0) & (cost > customers["gross_margin"]),
            customers["tier"].isin(policy.key_tiers) & (customers["visits"] == 0),
            (customers["visits"] >= policy.vain_visits) & (customers["orders"] == 0),
        ],
        [0, 1, 2],
        default=3,
    )
    return customers.drop(columns="orders").assign(
        service_cost=cost,
        profit=customers["gross_margin"] - cost,
        mismatch=pd.Categorical.from_codes(code, dtype=MISMATCH_DTYPE),
    )


def resources_by_tier(customers: pd.DataFrame, policy: ResourcePolicy) -> pd.DataFrame:
    """Add up effort and return by tier.

    ``customers`` is what :func:`customer_resources` returns. The result is that of :func:`tier_balance`.
    """
    groups = customers.groupby(customers["tier"].astype(TIER_DTYPE), observed=False)
    return tier_balance(groups[list(SUMS)].sum().assign(customers=groups.size()), policy)


def tier_balance(sums: pd.DataFrame, policy: ResourcePolicy) -> pd.DataFrame:
    """Say of which tiers effort and return do not match.

    Parameters
    ----------
    sums
        Indexed by tier: int64 ``customers`` and the columns of :data:`SUMS`.

    Returns
    -------
    DataFrame
        A row for every tier, A first: the columns of ``sums``; float64 ``cost_share``, ``margin_share``, ``intensity``,
        ``return_on_cost``, NaN where not defined; ``balance`` category, "" where shares are not defined.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(sums, ("customers", *SUMS), "tiers")
    tiers = sums.reindex(["A", "B", "C"], fill_value=0).astype("int64")
    tiers.index = pd.Index(["A", "B", "C"], name="tier")
    cost_share = ratio(tiers["service_cost"], int(tiers["service_cost"].sum()))
    margin_share = ratio(tiers["gross_margin"], int(tiers["gross_margin"].clip(lower=0).sum()))
    with np.errstate(divide="ignore", invalid="ignore"):
        intensity = np.where(margin_share > 0, cost_share / margin_share, np.nan)
    limit = float(policy.limit)
    unpaid = (cost_share > 0) & ~(margin_share > 0)
    code = np.select(
        [
            np.isnan(cost_share) | np.isnan(margin_share),
            unpaid | (intensity >= limit),
            intensity <= 1 / limit,
        ],
        [3, 0, 1],
        default=2,
    )
    return tiers.assign(
        cost_share=cost_share,
        margin_share=margin_share,
        intensity=intensity,
        return_on_cost=ratio(tiers["gross_margin"], tiers["service_cost"]),
        balance=pd.Categorical.from_codes(code, dtype=BALANCE_DTYPE),
    )
