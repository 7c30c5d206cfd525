"""Who is leaving: the probability of no order within the horizon, a flag and its named reasons.

The probability is that of a model of demand (:mod:`analysis.measures.demand`) or, under the model "auto" and where it
may be used, its blend with a logistic model (:mod:`analysis.measures.churn_auto`). Customers who never ordered are
outside the model: they have no score and no flag, and their status says so. When no fit may be published nobody has a
score.

Source: Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
International Journal of Research in Marketing 24(3), for the probability; the flag, its status and its reasons:
definition of this product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.measures.churn_auto import AutoFit, auto_probability
from analysis.measures.churn_reasons import ReasonPolicy, churn_reasons, days_since, named_reasons
from analysis.measures.demand import DemandModel
from analysis.measures.demand_fit import DemandFit, score_demand
from analysis.measures.frames import require_columns

STATUS_DTYPE = pd.CategoricalDtype(["scored", "no_orders", "not_published"])


class ChurnModel(StrEnum):
    """Where the probability comes from: a model of demand, or "auto"."""

    MBG_NBD = "mbg_nbd"
    BG_NBD = "bg_nbd"
    NBD = "nbd"
    AUTO = "auto"

    @property
    def demand(self) -> DemandModel:
        """The model of demand to fit; auto stands on the MBG/NBD."""
        return DemandModel.MBG_NBD if self is ChurnModel.AUTO else DemandModel(self.value)


@dataclass(frozen=True, slots=True)
class ChurnFit:
    """What the scores of a run rest on: the fit of the model of demand and, under "auto", that of its other half."""

    demand: DemandFit
    auto: AutoFit | None = None


@dataclass(frozen=True, slots=True)
class ChurnPolicy:
    """How churn is judged.

    Attributes
    ----------
    model
        Where the probability comes from.
    horizon_days
        How far the probability of no order looks ahead.
    flag_at
        Probability from which on a customer is flagged.
    reasons
        When a signal counts as a reason.

    Raises
    ------
    ValueError
        Unless the horizon is at least one day and the cut lies in (0, 1].
    """

    model: ChurnModel = ChurnModel.MBG_NBD
    horizon_days: int = 90
    flag_at: float = 0.80
    reasons: ReasonPolicy = field(default_factory=ReasonPolicy)

    def __post_init__(self) -> None:
        if self.horizon_days < 1:
            raise ValueError(f"the horizon must be at least one day, not {self.horizon_days}")
        if not 0 < self.flag_at <= 1:
            raise ValueError(f"the flag's cut must be above 0 and at most 1, not {self.flag_at}")


def assess_churn(
    customers: pd.DataFrame, fit: ChurnFit, policy: ChurnPolicy, as_of: datetime.date
) -> pd.DataFrame:
    """Score, flag and explain every customer of the population.

    Parameters
    ----------
    customers
        ``first_order_on``, ``last_order_on`` datetime64 and ``order_days`` int64 (NaT and 0 without orders), the
        history up to ``as_of``; beside them any columns that :func:`churn_reasons` reads, and under "auto"
        ``lifetime_lines`` and ``lifetime_net_revenue`` (cents) int64.
    fit
        The fits at ``as_of``.

    Returns
    -------
    DataFrame
        Indexed like ``customers``. ``churn_status``: scored, no_orders or not_published. ``churn_probability`` (of no
        order in the horizon), ``p_alive``, ``expected_orders`` (order days in the horizon): float64, NaN unless
        scored. ``churn_flag`` boolean, NA unless scored. ``days_since_last_order`` Int64. ``reason_<code>`` boolean
        columns for all customers, flagged or not. ``churn_reasons``: category, the codes of a flagged customer's
        reasons joined by ``|``, else "".

    Raises
    ------
    ValueError
        When columns are missing or an order lies after ``as_of``.
    """
    require_columns(customers, ("first_order_on", "last_order_on", "order_days"), "customers for churn")
    ordered = (customers["order_days"] > 0).to_numpy(dtype=bool)
    scores = _scores(customers, ordered, fit, policy, as_of)
    probability = scores["p_no_order"]
    flag = (probability >= policy.flag_at).astype("boolean").where(probability.notna())
    reasons = churn_reasons(customers, policy.reasons, as_of)
    leading = {
        "churn_status": _status(ordered, fit.demand.published),
        "churn_probability": probability,
        "p_alive": scores["p_alive"],
        "expected_orders": scores["expected_orders"],
        "churn_flag": flag,
        "days_since_last_order": days_since(customers["last_order_on"], as_of),
    }
    result = pd.DataFrame(leading, index=customers.index).join(reasons)
    return result.assign(churn_reasons=named_reasons(reasons, flag.fillna(False)))


def _scores(
    customers: pd.DataFrame, ordered: np.ndarray, fit: ChurnFit, policy: ChurnPolicy, as_of: datetime.date
) -> pd.DataFrame:
    if fit.demand.parameters is None or not fit.demand.published:
        return pd.DataFrame(
            np.nan, index=customers.index, columns=["p_alive", "p_no_order", "expected_orders"]
        )
    known = customers[ordered]
    scores = score_demand(known, fit.demand.parameters, as_of, policy.horizon_days)
    if fit.auto is not None:
        scores["p_no_order"] = auto_probability(
            scores["p_no_order"], known, fit.auto, as_of, policy.horizon_days
        )
    return scores.reindex(customers.index)


def _status(ordered: np.ndarray, published: bool) -> pd.Categorical:
    with_orders = 0 if published else 2
    return pd.Categorical.from_codes(np.where(ordered, with_orders, 1), dtype=STATUS_DTYPE)
