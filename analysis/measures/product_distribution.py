"""Product distribution: what is sold where and when, region × period × category, in pieces and in money.

- region share = revenue of the category ÷ revenue of all categories, in the same region and period;
- category share = revenue of the region ÷ revenue of all regions, in the same category and period;
- location quotient = region share ÷ the category's share everywhere: above 1 the category is stronger here than
  elsewhere (Isard 1960, *Methods of Regional Analysis*, ch. 7).

Merchandise alone; returns are subtracted.

Source: Isard (1960), as above, for the quotient; the cells: definition of this product.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns

CELL = ("region_id", "period", "category_id")
NONE = -1
THOUSANDTHS = 1_000


def monthly_cells(lines: pd.DataFrame) -> pd.DataFrame:
    """Add up lines of merchandise by region, month and category.

    Quantities are added up as whole thousandths, so that parts of the customers add up to the same as all of them.

    Parameters
    ----------
    lines
        ``region_id`` and ``category_id`` int64, −1 for none; ``day`` datetime64; int64 ``thousandths`` of the quantity
        and cents ``net_revenue``, negative on returns.

    Returns
    -------
    DataFrame
        One row per cell, sorted: ``region_id``, ``category_id`` int64, ``month`` datetime64[s] (its first day),
        ``thousandths`` and ``net_revenue`` int64.
    """
    require_columns(lines, ("region_id", "category_id", "day", "thousandths", "net_revenue"), "lines")
    month = lines["day"].to_numpy().astype("datetime64[M]").astype(np.int64)
    keyed = lines[["region_id", "category_id", "thousandths", "net_revenue"]].assign(month=month)
    found = keyed.groupby(["region_id", "month", "category_id"], as_index=False).sum()
    first_day = found["month"].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
    return found.assign(month=first_day)


def add_cells(parts: pd.DataFrame) -> pd.DataFrame:
    """Add up the cells of several parts of the customers, laid one below the other, as a run keeps them.

    Returns
    -------
    DataFrame
        ``region_id`` and ``category_id`` Int64 (NA: none), ``month``, ``quantity`` float64, ``net_revenue`` int64.
    """
    found = parts.groupby(["region_id", "month", "category_id"], as_index=False).sum()
    ids = {name: found[name].astype("Int64") for name in ("region_id", "category_id")}
    return pd.DataFrame(
        {
            **{name: known.mask(known == NONE) for name, known in ids.items()},
            "month": found["month"],
            "quantity": found["thousandths"] / THOUSANDTHS,
            "net_revenue": found["net_revenue"],
        }
    )


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
