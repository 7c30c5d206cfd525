"""Narrow buyers: customers who buy one or two of our categories, and buy elsewhere what else they need.

A customer is narrow with at most two categories of merchandise in the window. What they spend elsewhere is

- **recorded**: the wallet shares that somebody noted, each counted for the part of its period that lies in the window;
- **estimated**, where nothing is recorded: if the customer's money were split like that of their peers, who are the
  customers of the same industry, then spend elsewhere = R ÷ σ − R, with R the customer's revenue in the categories
  bought and σ the share of the peers' revenue that falls into these categories.

An estimate is made only among enough peers and when σ is not tiny: it says where to ask, not what is there.

Source: Du, Kamakura & Mela (2007), Size and share of customer wallet, Journal of Marketing 71(2), for the share of
wallet; who is narrow and the estimate: definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.windows import Window


class Basis(StrEnum):
    """What the spend elsewhere rests on. Pages translate the code."""

    RECORDED = "recorded"
    ESTIMATED = "estimated"


BASIS_DTYPE = pd.CategoricalDtype(list(Basis))


@dataclass(frozen=True, slots=True)
class NarrowPolicy:
    """Who counts as narrow, and when spend elsewhere is estimated.

    Attributes
    ----------
    most_categories
        Categories up to which a customer is narrow.
    least_peers
        Customers with revenue that an industry must have, the customer included.
    least_share
        The least σ from which an estimate is made.

    Raises
    ------
    ValueError
        When a count is below 1 or the share is not above 0 and at most 1.
    """

    most_categories: int = 2
    least_peers: int = 20
    least_share: Decimal = Decimal("0.10")

    def __post_init__(self) -> None:
        if self.most_categories < 1 or self.least_peers < 1:
            raise ValueError("most_categories and least_peers must be at least 1")
        if not 0 < self.least_share <= 1:
            raise ValueError("least_share must be above 0 and at most 1")


def recorded_elsewhere(shares: pd.DataFrame, window: Window) -> pd.Series:
    """Add up what customers are known to have bought elsewhere within the window.

    Parameters
    ----------
    shares
        ``customer_id`` int64; ``period_start`` and ``period_end`` datetime64, half-open; ``amount`` int64 cents.

    Returns
    -------
    Series
        By ``customer_id``, int64 cents: each amount × days of its period in the window ÷ days of its period, rounded
        half up; customers whose periods all lie outside are not there.
    """
    require_columns(shares, ("customer_id", "period_start", "period_end", "amount"), "wallet shares")
    first, after = pd.Timestamp(window.start), pd.Timestamp(window.end)
    start = shares["period_start"].where(shares["period_start"] > first, first)
    end = shares["period_end"].where(shares["period_end"] < after, after)
    inside = (end - start).dt.days
    days = (shares["period_end"] - shares["period_start"]).dt.days
    counted = (2 * shares["amount"] * inside + days) // (2 * days)
    found = shares[["customer_id"]].assign(amount=counted)[inside > 0]
    sums: pd.Series = found.groupby("customer_id")["amount"].sum()
    return sums.astype("int64").rename("elsewhere")


def narrow_buyers(
    sales: pd.DataFrame, industries: pd.Series, recorded: pd.Series, policy: NarrowPolicy | None = None
) -> pd.DataFrame:
    """Find the customers who buy little of our range and more elsewhere.

    Parameters
    ----------
    sales
        One row per customer and category of merchandise bought in the window: ``customer_id``, ``category_id``,
        ``net_revenue`` int64 cents.
    industries
        By ``customer_id``: each one's industry, NA when unknown.
    recorded
        As :func:`recorded_elsewhere` returns it.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, ascending; only narrow buyers with positive revenue here and spend elsewhere:
        ``categories`` int64, ``net_revenue`` and ``elsewhere`` int64 cents, ``basis`` category, ``our_share`` float64
        (revenue here ÷ revenue here and elsewhere), ``peers`` Int64 and ``peer_share`` float64 (σ) of an estimate, and
        ``lacking_id`` Int64, the category lacking on which the peers spend most (NA without enough peers).
    """
    policy = policy or NarrowPolicy()
    require_columns(sales, ("customer_id", "category_id", "net_revenue"), "sales")
    bought = sales[sales["net_revenue"] > 0].assign(
        industry=lambda frame: industries.reindex(frame["customer_id"]).to_numpy()
    )
    by_customer = bought.groupby("customer_id")
    customers = pd.DataFrame(
        {
            "categories": by_customer["category_id"].nunique(),
            "net_revenue": by_customer["net_revenue"].sum(),
            "industry": by_customer["industry"].first(),
        }
    )
    narrow = customers[customers["categories"] <= policy.most_categories]
    narrow = narrow.join(_peers(bought, narrow.index, policy)).join(recorded.astype("Int64"))
    estimated = _estimate(narrow, policy)
    is_recorded = narrow["elsewhere"].notna()
    narrow = narrow.assign(
        elsewhere=narrow["elsewhere"].fillna(estimated),
        basis=pd.Categorical.from_codes(np.where(is_recorded, 0, 1), dtype=BASIS_DTYPE),
        peers=narrow["peers"].mask(is_recorded),
        peer_share=narrow["peer_share"].mask(is_recorded),
    )
    found = narrow[(narrow["elsewhere"] > 0).fillna(False)].astype({"elsewhere": "int64"})
    found = found.assign(our_share=found["net_revenue"] / (found["net_revenue"] + found["elsewhere"]))
    columns = ["categories", "net_revenue", "elsewhere", "basis", "our_share", "peers", "peer_share"]
    return found[[*columns, "lacking_id"]].sort_index()


def _peers(bought: pd.DataFrame, narrow: pd.Index, policy: NarrowPolicy) -> pd.DataFrame:
    """How the money of each narrow customer's industry falls into the categories they buy, and what they lack most."""
    sizes = bought.groupby("industry")["customer_id"].nunique()
    sizes = sizes[sizes >= policy.least_peers]
    spent = bought.groupby(["industry", "category_id"])["net_revenue"].sum()
    split = (spent / spent.groupby(level="industry").transform("sum")).rename("split").reset_index()
    split = split[split["industry"].isin(sizes.index)]
    theirs = bought[bought["customer_id"].isin(narrow) & bought["industry"].isin(sizes.index)]
    mine = theirs.merge(split, on=["industry", "category_id"])
    share = mine.groupby("customer_id")["split"].sum()
    industry = theirs.groupby("customer_id")["industry"].first()
    return pd.DataFrame(
        {
            "peers": sizes.reindex(industry).set_axis(industry.index).astype("Int64"),
            "peer_share": share,
            "lacking_id": _lacking(theirs, industry, split, policy.most_categories + 1),
        }
    )


def _lacking(theirs: pd.DataFrame, industry: pd.Series, split: pd.DataFrame, depth: int) -> pd.Series:
    """The category of greatest weight in the industry that each customer does not buy: one of the first few."""
    order = split.sort_values(["industry", "split", "category_id"], ascending=[True, False, True])
    first = order.groupby("industry").head(depth)[["industry", "category_id", "split"]]
    offered = industry.reset_index().merge(first, on="industry")
    offered = offered.merge(theirs[["customer_id", "category_id"]], how="left", indicator=True)
    lacking = offered[offered["_merge"] == "left_only"].sort_values(
        ["customer_id", "split", "category_id"], ascending=[True, False, True]
    )
    return pd.Series(lacking.groupby("customer_id")["category_id"].first(), dtype="Int64")


def _estimate(narrow: pd.DataFrame, policy: NarrowPolicy) -> pd.Series:
    """Revenue ÷ σ − revenue in whole cents, rounded half up; NA where no estimate is made."""
    share = narrow["peer_share"].where(narrow["peer_share"] >= float(policy.least_share))
    rounded = np.floor(narrow["net_revenue"] / share - narrow["net_revenue"] + 0.5)
    return pd.Series(rounded, dtype="Int64")
