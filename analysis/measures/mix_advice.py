"""Mix advice: which of a customer's products to push, which to reprice, which to stop.

With r the customer's gross margin % on a product, R everybody's, s the product's share of the customer's revenue and S
its share of all revenue, the first rule that fits decides:

- **stop**: r < 0 and R < 0: the product loses money here as everywhere. Gain: the loss avoided.
- **reprice**: r < the thin margin (10 %). Gain: what the goods would bring at the margin R, but at least the thin one,
  less what they bring: cost ÷ (1 − max(R, thin)) − revenue.
- **push**: r ≥ the good margin (30 %) and s < S: it earns well and is bought less than usual. Gain: the margin on what
  is missing to the usual share, (S − s) · revenue of the customer · r.

Gains say how much there is to talk about; they are no forecasts. Where costs are mostly unknown there is no advice.

Source: definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.measures.costs import SUMS
from analysis.measures.frames import require_columns
from analysis.measures.product_margins import margins_within


class Advice(StrEnum):
    """What to do about a product with a customer. Pages translate the code."""

    PUSH = "push"
    REPRICE = "reprice"
    STOP = "stop"


ADVICE_DTYPE = pd.CategoricalDtype(list(Advice))


@dataclass(frozen=True, slots=True)
class MixPolicy:
    """Which margins are thin and good, from which cost coverage on there is advice, and how much of it a customer.

    Raises
    ------
    ValueError
        Unless 0 ≤ thin ≤ good < 1, the coverage lies between 0 and 1 and there is at least one piece of advice.
    """

    thin_margin: Decimal = Decimal("0.10")
    good_margin: Decimal = Decimal("0.30")
    least_coverage: Decimal = Decimal("0.80")
    per_customer: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.thin_margin <= self.good_margin < 1:
            raise ValueError("margins must be 0 ≤ thin ≤ good < 1")
        if not 0 <= self.least_coverage <= 1 or self.per_customer < 1:
            raise ValueError(
                "the least coverage must lie between 0 and 1, the advice per customer be at least 1"
            )


def mix_advice(sales: pd.DataFrame, products: pd.DataFrame, policy: MixPolicy | None = None) -> pd.DataFrame:
    """Advise on the products that customers bought.

    Parameters
    ----------
    sales
        All products of some customers, one row each: ``customer_id``, ``product_id``, int64 cents ``net_revenue``,
        ``costed_revenue``, ``gross_margin``.
    products
        As :func:`analysis.measures.product_margins.product_margins` returns it.

    Returns
    -------
    DataFrame
        The rows for which there is advice, at most ``policy.per_customer`` a customer, those of the greatest gain:
        ``sales`` with ``margin_rate``, ``revenue_share``, ``usual_rate`` (R), ``usual_share`` (S) float64, ``advice``
        category, ``gain`` int64 cents and ``place`` int64 from 1. Sorted by customer and place; equal gains go by
        ``product_id``.
    """
    policy = policy or MixPolicy()
    require_columns(sales, ("customer_id", "product_id", *SUMS), "sales")
    require_columns(products, ("margin_rate", "revenue_share"), "products")
    judged = margins_within(sales, "customer_id")
    usual = products[["margin_rate", "revenue_share"]].reindex(judged["product_id"])
    judged = judged.assign(
        usual_rate=usual["margin_rate"].to_numpy(), usual_share=usual["revenue_share"].to_numpy()
    )
    judged = judged.assign(advice=_advice(judged, policy), gain=_gain(judged, policy))
    judged = judged[judged["advice"].notna() & (judged["gain"] > 0)].astype({"gain": "int64"})
    judged = judged.sort_values(["customer_id", "gain", "product_id"], ascending=[True, False, True])
    judged = judged.assign(place=judged.groupby("customer_id").cumcount() + 1)
    columns = [*sales.columns, "margin_rate", "revenue_share", "usual_rate", "usual_share", "advice", "gain"]
    return judged.loc[judged["place"] <= policy.per_customer, [*columns, "place"]].reset_index(drop=True)


def _rules(sales: pd.DataFrame, policy: MixPolicy) -> list[pd.Series]:
    """Whether each piece of advice fits: stop, reprice, push; the first that does counts."""
    rate, covered = sales["margin_rate"], sales["cost_coverage"] >= float(policy.least_coverage)
    underweight = sales["revenue_share"] < sales["usual_share"]
    return [
        covered & (rate < 0) & (sales["usual_rate"] < 0),
        covered & (rate < float(policy.thin_margin)),
        covered & (rate >= float(policy.good_margin)) & underweight,
    ]


def _advice(sales: pd.DataFrame, policy: MixPolicy) -> pd.Categorical:
    order = [Advice.STOP, Advice.REPRICE, Advice.PUSH]
    codes = [list(ADVICE_DTYPE.categories).index(advice) for advice in order]
    found = np.select(_rules(sales, policy), codes, default=-1)
    return pd.Categorical.from_codes(found.astype(np.int8), dtype=ADVICE_DTYPE)


def _gain(sales: pd.DataFrame, policy: MixPolicy) -> pd.Series:
    """What following the advice would be worth, in whole cents rounded half up; NA without advice."""
    revenue, margin = sales["costed_revenue"], sales["gross_margin"]
    aim = sales["usual_rate"].clip(lower=float(policy.thin_margin)).fillna(float(policy.thin_margin))
    customer = sales.groupby("customer_id")["net_revenue"].transform("sum")
    gains = [
        -margin,
        (revenue - margin) / (1 - aim).where(aim < 1) - revenue,
        (sales["usual_share"] - sales["revenue_share"]) * customer * sales["margin_rate"],
    ]
    found = np.select(_rules(sales, policy), gains, default=np.nan)
    return pd.Series(np.floor(found + 0.5), index=sales.index).astype("Int64")
