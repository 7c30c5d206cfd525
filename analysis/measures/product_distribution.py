"""Product distribution: what is sold where and when, region × period × category, in pieces and in money.

- region share = revenue of the category ÷ revenue of all categories, in the same region and period;
- category share = revenue of the region ÷ revenue of all regions, in the same category and period;
- location quotient = region share ÷ the category's share everywhere: above 1 the category is stronger here than
  elsewhere (Isard 1960, *Methods of Regional Analysis*, ch. 7).

Merchandise alone; returns are subtracted.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.frames import require_columns

CELL = ("region_id", "period", "category_id")


def product_distribution(cells: pd.DataFrame) -> pd.DataFrame:
    """Put cells of sales beside each other.

    Parameters
    ----------
    cells
        ``region_id`` Int64 (NA: no region), ``period`` (any that compares), ``category_id`` Int64 (NA: no category),
        ``quantity``, ``net_revenue`` int64 cents. Several rows of one cell are added up, so ids may have been replaced
        by those of wider regions or periods.

    Returns
    -------
    DataFrame
        One row per cell, sorted: the five columns, with ``region_share``, ``category_share`` and ``quotient`` float64;
        NaN where what is divided by is not positive.
    """
    require_columns(cells, (*CELL, "quantity", "net_revenue"), "cells")
    found = cells.groupby(list(CELL), dropna=False)[["quantity", "net_revenue"]].sum().reset_index()
    region_share = _share(found, ["region_id", "period"])
    category_share = _share(found, ["category_id", "period"])
    region_total = found.groupby(["region_id", "period"], dropna=False)["net_revenue"].transform("sum")
    total = found.groupby("period")["net_revenue"].transform("sum")
    region_everywhere = region_total / total.where(total > 0).astype("float64")
    return found.assign(
        region_share=region_share,
        category_share=category_share,
        quotient=category_share / region_everywhere.where(region_everywhere > 0),
    )


def _share(cells: pd.DataFrame, within: list[str]) -> pd.Series:
    total = cells.groupby(within, dropna=False)["net_revenue"].transform("sum")
    return cells["net_revenue"] / total.where(total > 0).astype("float64")
