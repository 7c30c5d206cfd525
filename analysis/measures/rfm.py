"""RFM: when customers last ordered, how often and for how much, each as a score from 1 to 5.

- **R**ecency: days since the last order; the fewer, the better.
- **F**requency: orders in the window.
- **M**onetary: the value of contribution in the window, cents.

Each is scored by quintiles in which ties share a score (:mod:`analysis.measures.quintiles`), among the customers
with an order in the window; others have no score. High is a score of 4 or 5. High or not in each of the three makes
eight segments, by the names that the trade gives them: *key* customers (重要) are those of high value, others are
ordinary (一般); recent and frequent ones are of *value* (价值), recent ones alone to *develop* (发展), frequent ones
alone to *keep* (保持), the rest to *win back* (挽留).

Sources: Hughes (1994), Strategic Database Marketing; Bult & Wansbeek (1995), Optimal selection for direct mail,
Marketing Science 14(4).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.quintiles import QUINTILES, cut_points, score_by_rank

SEGMENTS = (
    "win_back",
    "keep",
    "develop",
    "value",
    "key_win_back",
    "key_keep",
    "key_develop",
    "key_value",
)
SEGMENT_DTYPE = pd.CategoricalDtype(list(SEGMENTS))


@dataclass(frozen=True, slots=True)
class RfmPolicy:
    """From which score on recency, frequency and value are high.

    Raises
    ------
    ValueError
        Unless the score lies between 2 and 5.
    """

    high_from: int = 4

    def __post_init__(self) -> None:
        if not 2 <= self.high_from <= QUINTILES:
            raise ValueError(f"high_from must lie between 2 and {QUINTILES}, not {self.high_from}")


def score_rfm(customers: pd.DataFrame, policy: RfmPolicy, as_of: datetime.date) -> pd.DataFrame:
    """Score every customer with an order in the window and name its segment.

    Parameters
    ----------
    customers
        ``last_order_on`` datetime64 (not after ``as_of``), ``orders`` in the window int64, ``value`` int64 cents.

    Returns
    -------
    DataFrame
        Indexed like ``customers``: ``recency_days``, ``recency``, ``frequency``, ``monetary`` (the scores) Int64 and
        ``segment`` category, all NA without an order in the window.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, ("last_order_on", "orders", "value"), "customers for RFM")
    scored = customers[customers["orders"] > 0]
    days = (pd.Timestamp(as_of) - scored["last_order_on"]).dt.days
    scores = {
        "recency_days": days.to_numpy(dtype=np.int64),
        "recency": score_by_rank(-days),
        "frequency": score_by_rank(scored["orders"]),
        "monetary": score_by_rank(scored["value"]),
    }
    found = pd.DataFrame(scores, index=scored.index)
    high = [found[name] >= policy.high_from for name in ("recency", "frequency", "monetary")]
    place = high[0] * 2 + high[1] + high[2] * 4
    segment = pd.Categorical.from_codes(place.to_numpy(dtype=np.int8), dtype=SEGMENT_DTYPE)
    return found.astype("Int64").assign(segment=segment).reindex(customers.index)


def rfm_cuts(customers: pd.DataFrame, scores: pd.DataFrame) -> dict[str, Any]:
    """What it took to get each score from 2 to 5: days for recency (the most), orders, cents (the least).

    None for a score that nobody has. ``customers`` and ``scores`` as in :func:`score_rfm`.
    """
    scored = scores.dropna(subset=["monetary"])
    worth = {
        "recency": -scored["recency_days"].astype("int64"),
        "frequency": customers.loc[scored.index, "orders"],
        "monetary": customers.loc[scored.index, "value"],
    }
    cuts = {name: cut_points(values, scored[name].to_numpy(np.int64)) for name, values in worth.items()}
    return {**cuts, "recency": [None if cut is None else -cut for cut in cuts["recency"]]}
