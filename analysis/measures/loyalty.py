"""Loyalty: who comes back, for how long, how broadly, and with how much of what they spend.

Per customer, over the window unless said otherwise:

- **repeat**: more than one order day ever;
- **tenure**: days from the first order to ``as_of``;
- **pace**: order days after the first ÷ tenure in years, ever;
- **breadth**: categories bought ÷ categories offered;
- **share of wallet**: bought from us ÷ (bought from us + bought elsewhere), summed over the categories for which
  purchases elsewhere are on record; unknown without a record, not one. A record without a category stands for all.

Of a company: the **repeat rate**, repeat customers ÷ customers with an order.

A record of what was bought elsewhere covers a period of its own: the window gets its share by days, half cents up.

Sources: Ehrenberg (1988), Repeat-buying (repeat rate, share of category requirements); Cooil, Keiningham, Aksoy & Hsu
(2007), A longitudinal analysis of customer satisfaction and share of wallet, Journal of Marketing 71(1).
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.narrow_buyers import recorded_elsewhere
from analysis.measures.ratios import ratio
from analysis.measures.windows import Window

DAYS_A_YEAR = 365.25
CUSTOMER_COLUMNS = ("first_order_on", "order_days", "categories")
ELSEWHERE_COLUMNS = ("customer_id", "category_id", "period_start", "period_end", "amount")
EVERYTHING = -1


def loyalty(
    customers: pd.DataFrame, wallet: pd.DataFrame, categories_offered: int, as_of: datetime.date
) -> pd.DataFrame:
    """Put each customer's signs of loyalty beside each other.

    Parameters
    ----------
    customers
        ``first_order_on`` datetime64 and ``order_days`` int64, ever (NaT and 0 without orders); ``categories`` int64,
        bought in the window.
    wallet
        As :func:`share_of_wallet` returns it; customers missing from it have no record.
    categories_offered
        Categories of merchandise that were on sale.

    Returns
    -------
    DataFrame
        Indexed like ``customers``: ``is_repeat`` bool, ``tenure_days`` Int64 (NA without orders), float64
        ``orders_a_year`` (NaN without tenure), ``breadth`` (NaN when nothing is offered) and ``share_of_wallet`` (NaN
        without a record), ``elsewhere`` Int64 cents (NA without a record).

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, CUSTOMER_COLUMNS, "customers for loyalty")
    tenure = (pd.Timestamp(as_of) - customers["first_order_on"]).dt.days.astype("Int64")
    years = tenure.to_numpy(dtype=np.float64, na_value=0) / DAYS_A_YEAR
    known = wallet.reindex(customers.index)
    return pd.DataFrame(
        {
            "is_repeat": customers["order_days"] > 1,
            "tenure_days": tenure,
            "orders_a_year": ratio(customers["order_days"] - 1, years),
            "breadth": ratio(customers["categories"], categories_offered),
            "elsewhere": known["elsewhere"].astype("Int64"),
            "share_of_wallet": known["share_of_wallet"].astype("float64"),
        },
        index=customers.index,
    )


def repeat_rate(customers: pd.DataFrame) -> float:
    """Share of the customers with an order who have more than one order day; NaN when nobody has ordered."""
    ordered = customers["order_days"] > 0
    return float((customers.loc[ordered, "order_days"] > 1).mean()) if ordered.any() else float("nan")


def share_of_wallet(own: pd.DataFrame, elsewhere: pd.DataFrame) -> pd.DataFrame:
    """Share of each customer's recorded spend that is ours.

    Parameters
    ----------
    own
        Bought from us in the window: ``customer_id`` int64, ``category_id`` Int64 (NA for none), ``net_revenue`` int64
        cents; one row per customer and category.
    elsewhere
        As :func:`bought_elsewhere` returns it.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, for customers with a record: int64 cents ``own`` (in the recorded categories, not
        below zero) and ``elsewhere``; ``share_of_wallet`` float64, NaN when both are zero.
    """
    require_columns(own, ("customer_id", "category_id", "net_revenue"), "own sales")
    totals = own.groupby("customer_id", as_index=False)["net_revenue"].sum().assign(category_id=EVERYTHING)
    ours = pd.concat([own.dropna(subset=["category_id"]), totals]).astype({"category_id": "int64"})
    recorded = elsewhere.merge(ours, how="left", on=["customer_id", "category_id"])
    whole = recorded.loc[recorded["category_id"] == EVERYTHING, "customer_id"]
    counted = ~recorded["customer_id"].isin(whole) | (recorded["category_id"] == EVERYTHING)
    mine = recorded["net_revenue"].fillna(0).clip(lower=0).where(counted, 0).astype("int64")
    sums = recorded.assign(own=mine).groupby("customer_id")[["own", "elsewhere"]].sum()
    return sums.assign(share_of_wallet=ratio(sums["own"], sums["own"] + sums["elsewhere"]))


def bought_elsewhere(records: pd.DataFrame, window: Window) -> pd.DataFrame:
    """What customers bought elsewhere in the window, by category.

    Parameters
    ----------
    records
        ``customer_id`` int64, ``category_id`` Int64 (NA: everything), ``period_start`` and ``period_end`` datetime64 (a
        half-open period), ``amount`` int64 cents.

    Returns
    -------
    DataFrame
        ``customer_id``, ``category_id`` (:data:`EVERYTHING` for NA) and ``elsewhere`` int64 cents: one row per customer
        and category with a record that overlaps the window.
    """
    require_columns(records, ELSEWHERE_COLUMNS, "purchases elsewhere")
    category = records["category_id"].fillna(EVERYTHING).astype("int64")
    pairs = records[["customer_id"]].assign(category_id=category)
    number = pairs.groupby(["customer_id", "category_id"]).ngroup()
    found = recorded_elsewhere(records.assign(customer_id=number), window)
    named = pairs.assign(number=number).drop_duplicates("number").set_index("number")
    return named.join(found.rename_axis("number"), how="inner").sort_values(
        ["customer_id", "category_id"], ignore_index=True
    )
