"""Regional affinity: do people of a certain place, or a certain kind of home, like a category more than others?

Over the customers who bought any merchandise in the window and whose place is known:

- share = buyers of the category in the place ÷ customers in the place;
- overall share = the same over all places;
- lift = share ÷ overall share;
- log-likelihood ratio of "lives there" and "bought it" (Dunning 1993, :mod:`analysis.measures.association`).

A lift is told only where the place has enough customers and, by chance alone, enough of them would have bought: a
lift of 3 over two customers is nothing. That also keeps single people from being recognised in the figures.

Source: Dunning (1993) for the ratio, :mod:`analysis.measures.association` for the lift; what is enough to be told:
definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.association import lift, log_likelihood_ratio
from analysis.measures.frames import require_columns


@dataclass(frozen=True, slots=True)
class AffinityPolicy:
    """How many customers a place must have, and how many buyers there were to expect, for a lift to be told.

    Raises
    ------
    ValueError
        When a count is below 1.
    """

    least_customers: int = 30
    least_expected: int = 5

    def __post_init__(self) -> None:
        if self.least_customers < 1 or self.least_expected < 1:
            raise ValueError("least_customers and least_expected must be at least 1")


def regional_affinity(
    bought: pd.DataFrame, places: pd.Series, policy: AffinityPolicy | None = None
) -> pd.DataFrame:
    """Compare what is bought in each place with what is bought everywhere.

    Parameters
    ----------
    bought
        ``customer_id`` and ``category_id``: who bought something of which category; each pair once.
    places
        By ``customer_id``: where each lives, or in what kind of property; NA when unknown.

    Returns
    -------
    DataFrame
        One row per place and category that can be told, sorted by both: ``place``, ``category_id``, ``customers`` (in
        the place), ``buyers`` int64; ``share``, ``overall_share``, ``lift``, ``llr`` float64.
    """
    policy = policy or AffinityPolicy()
    require_columns(bought, ("customer_id", "category_id"), "what was bought")
    known = bought.assign(place=places.reindex(bought["customer_id"]).to_numpy()).dropna(subset=["place"])
    customers = known.groupby("place", observed=True)["customer_id"].nunique()
    by_category = known.groupby("category_id").size()
    cells = pd.MultiIndex.from_product([customers.index, by_category.index], names=["place", "category_id"])
    buyers = known.groupby(["place", "category_id"], observed=True).size().reindex(cells, fill_value=0)
    return _told(buyers.rename("buyers").reset_index(), customers, by_category, policy)


def _told(
    cells: pd.DataFrame, customers: pd.Series, by_category: pd.Series, policy: AffinityPolicy
) -> pd.DataFrame:
    total = int(customers.sum())
    there = customers.reindex(cells["place"]).to_numpy(dtype=np.int64)
    everywhere = by_category.reindex(cells["category_id"]).to_numpy(dtype=np.int64)
    buyers = cells["buyers"].to_numpy(dtype=np.int64)
    found = cells.assign(
        customers=there,
        share=buyers / np.maximum(there, 1),
        overall_share=everywhere / max(total, 1),
        lift=lift(buyers, there, everywhere, total),
        llr=log_likelihood_ratio(buyers, there, everywhere, total),
    )
    enough = (there >= policy.least_customers) & (there * everywhere >= policy.least_expected * total)
    columns = ["place", "category_id", "customers", "buyers", "share", "overall_share", "lift", "llr"]
    told: pd.DataFrame = found.loc[enough, columns]
    return told.sort_values(["place", "category_id"], ignore_index=True)
