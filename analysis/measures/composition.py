"""What the customers are made of: how many of each kind there are, and what each kind brings.

For every group of customers alike in one dimension (ownership, business model, industry, region, size):

- customer share = its customers ÷ all customers; revenue share = its net revenue ÷ net total; margin share alike;
- margin rate = gross margin ÷ net revenue;
- change = (net revenue − net revenue of the window before) ÷ the latter.

Groups partition the customers: those of whom the dimension is not known are a group of their own, so that every column
adds up to the company's figure. A share or change of nothing is not defined.

Size follows the industrial row of China's *Measures for classifying large, medium, small and micro enterprises in
statistics* (National Bureau of Statistics, 2017): a class is reached when head count **and** annual turnover both
reach its lower bounds; where only one of the two is known, that one decides.

Source: the classes of size are the National Bureau of Statistics' (2017), as above; shares and changes: definition of
this product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import change, ratio

MONEY = ("net_revenue", "gross_margin", "net_revenue_before")
SIZE_DTYPE = pd.CategoricalDtype(["micro", "small", "medium", "large"], ordered=True)


@dataclass(frozen=True, slots=True)
class SizePolicy:
    """The lower bounds of a small, a medium and a large company.

    Attributes
    ----------
    headcounts
        Employees.
    turnovers
        Cents of the company currency a year.

    Raises
    ------
    ValueError
        Unless each has three bounds, ascending from above zero.
    """

    headcounts: tuple[int, int, int] = (20, 300, 1_000)
    turnovers: tuple[int, int, int] = (3_000_000_00, 20_000_000_00, 400_000_000_00)

    def __post_init__(self) -> None:
        for name in ("headcounts", "turnovers"):
            small, medium, large = getattr(self, name)
            if not 0 < small < medium < large:
                raise ValueError(f"{name} must ascend from above zero, not {getattr(self, name)}")


def company_sizes(headcount: pd.Series, turnover: pd.Series, policy: SizePolicy) -> pd.Series:
    """Class each company by size.

    Parameters
    ----------
    headcount
        Employees, Int64, NA where not known.
    turnover
        The same companies in the same order: cents a year, Int64, NA where not known.

    Returns
    -------
    Series
        Indexed alike, ordered category micro < small < medium < large; NA where neither is known.
    """
    unknown = len(SIZE_DTYPE.categories)
    reached = [
        np.where(
            known.isna(),
            unknown,
            np.searchsorted(bounds, known.fillna(0).to_numpy(dtype=np.int64), side="right"),
        )
        for known, bounds in ((headcount, policy.headcounts), (turnover, policy.turnovers))
    ]
    least = np.minimum(*reached)
    codes = np.where(least == unknown, -1, least)
    return pd.Series(pd.Categorical.from_codes(codes, dtype=SIZE_DTYPE), index=headcount.index)


def composition(customers: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Count and add up the customers of each group.

    Parameters
    ----------
    customers
        One row per customer of the population: the column named by ``dimension`` (category or Int64, NA where not
        known); int64 cents ``net_revenue``, ``gross_margin``, ``net_revenue_before``; int64 ``orders`` in the window.
    dimension
        The column to group by.

    Returns
    -------
    DataFrame
        Indexed by the groups that occur, NA for the unknown, those of greatest net revenue first. int64:
        ``customers``, ``buyers`` (with an order in the window), cents ``net_revenue``, ``gross_margin``,
        ``net_revenue_before``; float64 ``customer_share``, ``revenue_share``, ``margin_share``, ``margin_rate``,
        ``change``, NaN where not defined.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, (dimension, *MONEY, "orders"), "customers")
    sums = (
        customers.assign(customers=1, buyers=(customers["orders"] > 0).astype("int64"))
        .groupby(dimension, dropna=False, observed=True)[["customers", "buyers", *MONEY]]
        .sum()
        .astype("int64")
    )
    sums = sums.sort_index(na_position="last").sort_values("net_revenue", ascending=False, kind="stable")
    return composition_rates(sums)


def composition_rates(sums: pd.DataFrame) -> pd.DataFrame:
    """Add shares, margin rate and change to the sums of all groups.

    ``sums`` has int64 ``customers``, ``net_revenue``, ``gross_margin`` and ``net_revenue_before``; the rest is as
    :func:`composition` describes it.
    """
    require_columns(sums, ("customers", *MONEY), "groups")
    return sums.assign(
        customer_share=ratio(sums["customers"], int(sums["customers"].sum())),
        revenue_share=ratio(sums["net_revenue"], int(sums["net_revenue"].sum())),
        margin_share=ratio(sums["gross_margin"], int(sums["gross_margin"].sum())),
        margin_rate=ratio(sums["gross_margin"], sums["net_revenue"]),
        change=change(sums["net_revenue"], sums["net_revenue_before"]),
    )
