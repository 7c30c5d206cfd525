"""Revenue and margin of lines whose cost may be unknown.

A line's cost of goods is that at sale, reversed by a return. Where it was never recorded nothing is known of the margin
either: such a line counts in net revenue alone. So, over any group of lines,

- costed revenue = net revenue of the lines whose cost is known;
- gross margin = costed revenue − cost of goods;
- margin rate = gross margin ÷ costed revenue, where that is positive;
- cost coverage = costed revenue ÷ net revenue, within 0 and 1: how much of the revenue the margin speaks for.

Source: definition of this product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.frames import require_columns

SUMS = ("net_revenue", "costed_revenue", "gross_margin")


def margin_sums(lines: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Add up lines by some columns.

    Parameters
    ----------
    lines
        The columns ``by``, none missing; ``quantity``; ``revenue_cents`` and ``cost_cents`` int64, negative on returns;
        ``cost_known`` bool.

    Returns
    -------
    DataFrame
        Indexed by ``by``, ascending: ``quantity``, net of returns; int64 cents ``net_revenue``, ``costed_revenue`` and
        ``gross_margin``.
    """
    require_columns(lines, (*by, "quantity", "revenue_cents", "cost_cents", "cost_known"), "lines")
    costed = lines["revenue_cents"].where(lines["cost_known"], 0)
    sums = lines[list(by)].assign(
        quantity=lines["quantity"],
        net_revenue=lines["revenue_cents"],
        costed_revenue=costed,
        gross_margin=costed - lines["cost_cents"].where(lines["cost_known"], 0),
    )
    return sums.groupby(list(by)).sum()


def margin_rate(sums: pd.DataFrame) -> pd.Series:
    """Gross margin ÷ costed revenue of each row, float64; NaN where that is not positive."""
    require_columns(sums, SUMS, "sums")
    return _rate(sums["gross_margin"], sums["costed_revenue"]).rename("margin_rate")


def cost_coverage(sums: pd.DataFrame) -> pd.Series:
    """How much of each row's net revenue has a known cost, float64 from 0 to 1; 1 where nothing is uncosted."""
    require_columns(sums, SUMS, "sums")
    share = _rate(sums["costed_revenue"], sums["net_revenue"]).clip(0, 1).fillna(0.0)
    return share.where(sums["net_revenue"] != sums["costed_revenue"], 1.0).rename("cost_coverage")


def rank_by(values: pd.Series, within: npt.ArrayLike | None = None) -> pd.Series:
    """1 + how many are strictly greater, among all or those alike in ``within``; Int64, NA for what is missing."""
    ranked = values if within is None else values.groupby(np.asarray(within))
    return ranked.rank(method="min", ascending=False).astype("Int64").rename("rank")


def _rate(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part.astype("float64") / whole.where(whole > 0).astype("float64")
