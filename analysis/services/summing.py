"""A run's sums, added up from its frame before it is stored: a million rows need not be read again for them.

They are those of ``analysis.selectors.slices`` and ``analysis.selectors.churn``, which add up the same from stored rows
for viewers who see a part; a test holds both to the same numbers.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.datasets.customers import TIERS
from analysis.measures.churn_reasons import ChurnReason
from analysis.selectors.slices import TENTHS

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class _Groups:
    """Rows in groups numbered from 0, counted and added up in whole numbers."""

    def __init__(self, number: Integers, count: int) -> None:
        self._number, self._count = number, count
        small = number.astype(np.int16) if count <= np.iinfo(np.int16).max else number  # sorted by its digits
        self._order = np.argsort(small, kind="stable")
        self._bounds = np.searchsorted(number[self._order], np.arange(count + 1))

    def count(self, mask: Mask) -> Integers:
        return np.bincount(self._number[mask], minlength=self._count).astype(np.int64)

    def total(self, values: npt.NDArray[Any], mask: Mask | None = None) -> npt.NDArray[Any]:
        counted = values if mask is None else np.where(mask, values, 0)
        running = np.zeros(len(counted) + 1, dtype=counted.dtype)
        np.cumsum(counted[self._order], out=running[1:])
        totals: npt.NDArray[Any] = running[self._bounds[1:]] - running[self._bounds[:-1]]
        return totals


class _Rows:
    """The columns of a run's frame as sums need them."""

    def __init__(self, found: pd.DataFrame) -> None:
        self._found = found

    def number(self, name: str) -> Integers:
        """A column of whole numbers, 0 where it is missing."""
        column = self._found[name]
        if isinstance(column.dtype, pd.api.extensions.ExtensionDtype):
            column = column.fillna(0)
        return column.to_numpy(dtype=np.int64)

    def place(self, name: str) -> Integers:
        """Where a tier stands in :data:`TIERS`, the lowest first; −1 where it is missing."""
        codes = self._found[name].cat.set_categories(list(TIERS)).cat.codes
        return np.asarray(codes, dtype=np.int64)

    @cached_property
    def flagged(self) -> Mask:
        return self._found["churn_flag"].fillna(value=False).to_numpy(dtype=bool)

    @cached_property
    def near(self) -> Mask:
        """Whose value is a tenth or less below the next tier's threshold."""
        value, tier = self.number("value"), self.place("tier")
        near = np.zeros(len(value), dtype=bool)
        for place, threshold in ((TIERS.index("B"), "threshold_a"), (TIERS.index("C"), "threshold_b")):
            known = self._found[threshold].notna().to_numpy(dtype=bool)
            limit = self.number(threshold)
            near |= (tier == place) & known & (value < limit) & (value >= limit * 9 // 10)
        return near


def sums_by_region_and_tier(found: pd.DataFrame) -> pd.DataFrame:
    """Add up a run's rows by region and tier.

    Parameters
    ----------
    found
        The published columns of a run (``analysis.registry.find``).

    Returns
    -------
    DataFrame
        A row per region (NA: none) and tier that has customers: ``region_id`` Int64, ``tier`` category, and int64
        columns named like ``analysis.selectors.slices.SUMS``, money in cents.
    """
    rows = _Rows(found)
    tier, before = rows.place("tier"), rows.place("tier_before")
    region, regions = pd.factorize(found["region_id"], use_na_sentinel=True)
    groups = _Groups((region + 1) * len(TIERS) + tier, (len(regions) + 1) * len(TIERS))
    value, everybody = rows.number("value"), np.ones(len(found), dtype=bool)
    fresh, down = before < 0, (before >= 0) & (tier < before)
    sums = {
        "customers": groups.count(everybody),
        "positive_customers": groups.count(rows.number("net_revenue") > 0),
        "total_value": groups.total(value),
        "total_positive_value": groups.total(value, value > 0),
        "total_net_revenue": groups.total(rows.number("net_revenue")),
        "total_gross_revenue": groups.total(rows.number("gross_revenue")),
        "total_gross_margin": groups.total(rows.number("gross_margin")),
        "total_costed_revenue": groups.total(rows.number("costed_revenue")),
        "total_net_revenue_before": groups.total(rows.number("net_revenue_before")),
        "total_orders": groups.total(rows.number("orders")),
        "up": groups.count((before >= 0) & (tier > before)),
        "down": groups.count(down),
        "down_from_a": groups.count(down & (before == TIERS.index("A"))),
        "down_from_b": groups.count(down & (before == TIERS.index("B"))),
        "fresh": groups.count(fresh),
        "near": groups.count(rows.near),
        "high_potential": groups.count((found["potential"] == "high").to_numpy(dtype=bool)),
        "scored": groups.count(found["churn_probability"].notna().to_numpy(dtype=bool)),
        "flagged": groups.count(rows.flagged),
        "flagged_value": groups.total(value, rows.flagged),
    }
    places = pd.array([pd.NA, *regions], dtype="Int64")
    keys = {
        "region_id": places.repeat(len(TIERS)),
        "tier": pd.Categorical(list(TIERS) * len(places), categories=list(TIERS)),
    }
    frame = pd.DataFrame({**keys, **sums})
    return frame[frame["customers"] > 0].reset_index(drop=True)


def sums_by_band(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Count and add up a run's rows by tenth of the probability, as ``analysis.selectors.churn.add_up_by_band``."""
    rows = _Rows(found)
    probability = found["churn_probability"].to_numpy(dtype=np.float64, na_value=np.nan)
    scored = ~np.isnan(probability)
    band = np.zeros(len(found), dtype=np.int64)  # 0 for those without a score, else one more than the tenth
    band[scored] = np.minimum(np.floor(probability[scored] * TENTHS), TENTHS - 1).astype(np.int64) + 1
    groups = _Groups(band, TENTHS + 1)
    value = rows.number("value")
    awaited = found["expected_orders"].to_numpy(dtype=np.float64, na_value=np.nan)
    sums: dict[str, npt.NDArray[Any]] = {
        "people": groups.count(np.ones(len(found), dtype=bool)),
        "worth": groups.total(value),
        "in_flag": groups.count(rows.flagged),
        "flag_worth": groups.total(value, rows.flagged),
        "never": groups.count((found["churn_status"] == "no_orders").to_numpy(dtype=bool)),
        "awaited": groups.total(np.nan_to_num(awaited)),
    }
    reasons = found["churn_reasons"].cat
    words, codes = list(reasons.categories), reasons.codes.to_numpy()
    for code in ChurnReason:
        having = np.array([code in word for word in words] + [False])[codes] & rows.flagged
        sums[f"with_{code}"], sums[f"worth_{code}"] = groups.count(having), groups.total(value, having)
    return [
        {"band": number - 1 if number else None, **{name: sums[name][number].item() for name in sums}}
        for number in range(TENTHS + 1)
        if sums["people"][number]
    ]
