"""From source to profit: what came of the customers that each channel or campaign brought, and what it cost.

Over all customers known by the day of analysis, for each source:

- conversion = customers with a first order ÷ customers;
- acquisition cost = what its campaigns cost ÷ customers with a first order;
- return on cost = (gross margin ever − cost) ÷ cost;
- repeat rate = customers with a second order day ÷ customers with a first;
- retention = customers who first ordered before the window and again in it ÷ customers who first ordered before it.

Cost and margin are both counted from the beginning up to the day of analysis, so that a campaign is never charged with
a cost whose customers are left out. Customers without a known source are a group of their own.

Source: Farris, Bendle, Pfeifer & Reibstein (2010), Marketing Metrics, chapters 5 (acquisition cost, retention rate) and
10 (return on marketing investment).
"""

from __future__ import annotations

import datetime

import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio
from analysis.measures.windows import Window

CUSTOMER_COLUMNS = (
    "first_order_on",
    "last_order_on",
    "lifetime_order_days",
    "known_since",
    "net_revenue_ever",
    "gross_margin_ever",
)
CAMPAIGN_COLUMNS = ("channel_id", "cost", "started_on")


def source_returns(
    customers: pd.DataFrame, costs: pd.Series, source: str, window: Window, as_of: datetime.date
) -> pd.DataFrame:
    """Add up what the customers of each source brought, beside what the source cost.

    Parameters
    ----------
    customers
        One row per customer of the population: the column named by ``source`` (Int64 ids, NA: not known);
        ``first_order_on``, ``last_order_on`` and ``known_since`` datetime64 (NaT without); ``lifetime_order_days``
        int64; int64 cents ``net_revenue_ever`` and ``gross_margin_ever``, over all that is known by ``as_of``.
    costs
        What each source cost by ``as_of``, int64 cents, indexed by the same ids; one that brought nobody counts too.
    window
        The days in which a customer from before must have ordered to count as retained.

    Returns
    -------
    DataFrame
        Indexed by source, NA for customers without one, the greatest margin first. int64: ``customers``, ``new`` (known
        since a day in the window), ``buyers``, ``repeaters``, ``to_retain``, ``retained``, cents ``net_revenue``,
        ``gross_margin``, ``cost``; float64 ``conversion``, ``days_to_first_order`` (median), ``acquisition_cost``
        cents, ``return_on_cost``, ``repeat_rate``, ``retention``, NaN where not defined.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, (source, *CUSTOMER_COLUMNS), "customers")
    start, end = pd.Timestamp(window.start), pd.Timestamp(window.end)
    bought = customers["first_order_on"] <= pd.Timestamp(as_of)
    before = bought & (customers["first_order_on"] < start)
    again = before & (customers["last_order_on"] >= start) & (customers["last_order_on"] < end)
    frame = pd.DataFrame(
        {
            source: customers[source].astype("Int64"),
            "customers": 1,
            "new": (customers["known_since"] >= start) & (customers["known_since"] < end),
            "buyers": bought,
            "repeaters": bought & (customers["lifetime_order_days"] > 1),
            "to_retain": before,
            "retained": again,
            "net_revenue": customers["net_revenue_ever"],
            "gross_margin": customers["gross_margin_ever"],
            "days": (customers["first_order_on"] - customers["known_since"]).dt.days.clip(lower=0),
        }
    )
    groups = frame.groupby(source, dropna=False)
    sums = groups[[name for name in frame.columns if name not in {source, "days"}]].sum()
    spent = costs.rename_axis(source).astype("int64")
    spent.index = spent.index.astype("Int64")
    sums = sums.reindex(sums.index.union(spent.index[spent != 0], sort=False), fill_value=0).astype("int64")
    sums["cost"] = spent.reindex(sums.index, fill_value=0)
    sums["days_to_first_order"] = groups["days"].median().astype("float64").reindex(sums.index)
    return (
        _with_rates(sums)
        .sort_index(na_position="last")
        .sort_values("gross_margin", ascending=False, kind="stable")
    )


def campaign_costs(campaigns: pd.DataFrame, as_of: datetime.date) -> tuple[pd.Series, pd.Series]:
    """What was spent by ``as_of``: per campaign and, added up, per channel.

    Parameters
    ----------
    campaigns
        Indexed by campaign id: ``channel_id`` Int64, ``cost`` int64 cents, ``started_on`` datetime64; a campaign
        that had not started costs nothing yet, one without a day counts from the beginning.

    Returns
    -------
    tuple of Series
        int64 cents by campaign, and by channel.
    """
    require_columns(campaigns, CAMPAIGN_COLUMNS, "campaigns")
    begun = ~(campaigns["started_on"] > pd.Timestamp(as_of))
    spent = campaigns["cost"].where(begun, 0).astype("int64")
    by_channel = spent.groupby(campaigns["channel_id"].astype("Int64")).sum()
    return spent, by_channel


def _with_rates(sums: pd.DataFrame) -> pd.DataFrame:
    acquired = sums["cost"].where(sums["cost"] > 0)
    return sums.assign(
        conversion=ratio(sums["buyers"], sums["customers"]),
        acquisition_cost=pd.Series(ratio(sums["cost"], sums["buyers"]), index=sums.index).where(
            acquired.notna()
        ),
        return_on_cost=ratio(sums["gross_margin"] - sums["cost"], sums["cost"]),
        repeat_rate=ratio(sums["repeaters"], sums["buyers"]),
        retention=ratio(sums["retained"], sums["to_retain"]),
    )
