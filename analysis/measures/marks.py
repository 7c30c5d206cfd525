"""Share-of-customers marks beside the tiers: VIP for the very top, drag for the bottom.

- **VIP**: rank ≤ ⌈1 % of N⌉ with a positive value.
- **Drag**: rank from the bottom ≤ ⌊20 % of N⌋, ties included, where rank from the bottom = 1 + number of customers
  strictly smaller. Customers younger than 90 days are exempt, and marked as such; a top mark beats drag.

N is the whole population, zero-order customers included.

Source: definition of this product.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from analysis.measures.frames import aligned, require_columns

MARKS_DTYPE = pd.CategoricalDtype(["", "vip", "drag", "young"])


@dataclass(frozen=True, slots=True)
class MarkPolicy:
    """Which shares of the customers are marked, and how many days a customer counts as young.

    Raises
    ------
    ValueError
        Unless both shares lie between 0 and 1 and the days are not negative.
    """

    vip_share: Decimal = Decimal("0.01")
    drag_share: Decimal = Decimal("0.20")
    young_days: int = 90

    def __post_init__(self) -> None:
        if not (0 <= self.vip_share <= 1 and 0 <= self.drag_share <= 1):
            raise ValueError("shares of customers must lie between 0 and 1")
        if self.young_days < 0:
            raise ValueError("days must not be negative")


def assign_marks(
    contribution: pd.DataFrame, created_on: pd.Series, policy: MarkPolicy, as_of: datetime.date
) -> pd.DataFrame:
    """Mark the top and the bottom of the ranking.

    Parameters
    ----------
    contribution
        As :func:`analysis.measures.contribution.contribution` returns it.
    created_on
        The same customers in any order: datetime64, since when each could buy (NaT: long since).

    Returns
    -------
    DataFrame
        Indexed like ``contribution``: ``rank_from_bottom`` int64; bool ``mark_vip``, ``mark_drag`` and ``mark_young``
        (would be drag but is exempt); ``marks`` category, the mark or "".

    Raises
    ------
    ValueError
        When columns or customers do not match.
    """
    require_columns(contribution, ("value", "rank"), "contributions")
    created_on = aligned(created_on, contribution.index, "creation dates")
    value = contribution["value"].to_numpy(dtype=np.int64)
    rank = contribution["rank"].to_numpy(dtype=np.int64)
    count = len(value)
    rank_from_bottom = count + 2 - rank - np.bincount(rank, minlength=1)[rank]
    vip = (rank <= math.ceil(policy.vip_share * count)) & (value > 0)
    bottom = (rank_from_bottom <= math.floor(policy.drag_share * count)) & ~vip
    age = pd.Timestamp(as_of) - created_on
    young = (age < pd.Timedelta(days=policy.young_days)).to_numpy(dtype=bool)
    codes = np.select([vip, bottom & young, bottom], [1, 3, 2], default=0).astype(np.int8)
    return pd.DataFrame(
        {
            "rank_from_bottom": rank_from_bottom,
            "mark_vip": vip,
            "mark_drag": bottom & ~young,
            "mark_young": bottom & young,
            "marks": pd.Categorical.from_codes(codes, dtype=MARKS_DTYPE),
        },
        index=contribution.index,
    )
