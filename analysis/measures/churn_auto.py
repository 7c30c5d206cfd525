"""The "auto" method of churn: a model of demand and a logistic model of simple features, each with half a say.

The model of demand knows when customers order and nothing else; what and for how much they bought tells a little more.
Auto averages the log odds of both with equal weights:

    logit P = ½ · logit P_demand + ½ · logit P_logistic

Equal weights need no data to find and are hard to beat by fitted ones (Clemen 1989, Combining forecasts, International
Journal of Forecasting 5(4)). The logistic model is trained strictly one horizon H earlier: features as they stood at
``as_of`` − H, outcome whether an order came in the H days that end with ``as_of``. Its features:

- √(days since the last order ÷ H);
- ln of the order days;
- ln of the lines per order day;
- ln of the net revenue per order day, relative to the median customer's, at least 1 % of it.

Auto is used only when the history spans 2 H, the training holds ≥ 300 customers and ≥ 50 of either outcome, and auto
had a better Brier score than the model of demand in the window that it learnt from. There each customer is judged by
logistic weights fitted to the other nine tenths (customers fall into tenths by the order of their ids), and by
parameters of demand fitted before the window began. Otherwise auto is the model of demand, and says why.

Source: Clemen (1989), as above; features and the conditions of use: definition of this product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.measures.demand import DemandModel
from analysis.measures.demand_fit import fit_demand, score_demand
from analysis.measures.frames import require_columns
from analysis.measures.likelihood import Floats
from analysis.measures.logistic import LogisticModel, fit_logistic

RECORD_COLUMNS = (
    "first_order_on",
    "last_order_on",
    "order_days",
    "lifetime_lines",
    "lifetime_net_revenue",
)
HORIZONS_OF_HISTORY = 2
LEAST_CUSTOMERS = 300
LEAST_OF_EITHER = 50
FOLDS = 10
LEAST_RELATIVE_VALUE = 0.01
SUREST = 1e-9
"""No probability is surer than this, lest one model's certainty silence the other."""


class AutoProblem(StrEnum):
    """Why auto falls back to the model of demand. Pages translate the code."""

    SHORT_HISTORY = "short_history"
    FEW_CUSTOMERS = "few_customers"
    FEW_OUTCOMES = "few_outcomes"
    NO_DEMAND_MODEL = "no_demand_model"
    NO_BETTER = "no_better"


@dataclass(frozen=True, slots=True)
class AutoFit:
    """The logistic half of auto, or why it is not used.

    Attributes
    ----------
    logistic
        None when it could not be trained.
    typical_value
        Median net revenue per order day of the training customers, cents: the unit of the fourth feature.
    customers, stayed_away
        Training customers, and those of them without an order in the window.
    brier, demand_brier
        Brier scores of auto and of the model of demand in the training window; NaN when not judged.
    """

    logistic: LogisticModel | None
    typical_value: float
    customers: int
    stayed_away: int
    brier: float
    demand_brier: float
    problem: AutoProblem | None

    @property
    def used(self) -> bool:
        """Whether auto may speak; otherwise the model of demand does alone."""
        return self.problem is None


def fit_auto(
    records: pd.DataFrame,
    earlier: pd.DataFrame,
    as_of: datetime.date,
    horizon_days: int,
    model: DemandModel = DemandModel.MBG_NBD,
) -> AutoFit:
    """Train the logistic half on the horizon that ends with ``as_of`` and judge auto there.

    Parameters
    ----------
    records, earlier
        As :func:`analysis.measures.occasions.purchase_records` returns them for ``as_of`` and for ``as_of`` − H; the
        customers of ``earlier`` are all in ``records``.
    model
        The model of demand that auto stands on.

    Raises
    ------
    ValueError
        When a column or a customer is missing.
    """
    require_columns(records, RECORD_COLUMNS, "purchase records")
    require_columns(earlier, RECORD_COLUMNS, "earlier purchase records")
    if not earlier.index.isin(records.index).all():
        raise ValueError("customers of the earlier purchase records are missing from the later ones")
    cut = as_of - datetime.timedelta(days=horizon_days)
    earlier = earlier.sort_index()
    stayed_away = (records["order_days"].reindex(earlier.index) == earlier["order_days"]).to_numpy(dtype=bool)
    counts = (len(earlier), int(stayed_away.sum()))
    problem = _problem_in_data(records, counts, as_of, horizon_days)
    if problem:
        return AutoFit(None, float("nan"), *counts, float("nan"), float("nan"), problem)
    unit = _typical_value(earlier)
    features = churn_features(earlier, cut, horizon_days, unit)
    logistic = fit_logistic(features, stayed_away)
    demand = fit_demand(earlier, cut, model)
    if demand.parameters is None:
        problem = AutoProblem.NO_DEMAND_MODEL
        return AutoFit(logistic, unit, *counts, float("nan"), float("nan"), problem)
    by_demand = score_demand(earlier, demand.parameters, cut, horizon_days)["p_no_order"].to_numpy()
    by_auto = mean_of_log_odds(by_demand, _cross_fitted(features, stayed_away))
    brier, demand_brier = (float(np.mean((p - stayed_away) ** 2)) for p in (by_auto, by_demand))
    problem = None if brier < demand_brier else AutoProblem.NO_BETTER
    return AutoFit(logistic, unit, *counts, brier, demand_brier, problem)


def auto_probability(
    by_demand: pd.Series, records: pd.DataFrame, fit: AutoFit, as_of: datetime.date, horizon_days: int
) -> pd.Series:
    """Probability of no order within the horizon: auto's where it is used, else ``by_demand`` as it is.

    Parameters
    ----------
    by_demand
        The model of demand's probability by customer.
    records
        The same customers, in the same order, as they stand at ``as_of``.
    """
    if fit.logistic is None or not fit.used:
        return by_demand
    features = churn_features(records, as_of, horizon_days, fit.typical_value)
    blended = mean_of_log_odds(by_demand.to_numpy(dtype=np.float64), fit.logistic.probability(features))
    return pd.Series(blended, index=by_demand.index)


def churn_features(
    records: pd.DataFrame, as_of: datetime.date, horizon_days: int, typical_value: float
) -> pd.DataFrame:
    """The features of customers with an order, as of a day: float64, one row each."""
    since = (pd.Timestamp(as_of) - records["last_order_on"]).dt.days.to_numpy(dtype=np.float64)
    days = records["order_days"].to_numpy(dtype=np.float64)
    value = records["lifetime_net_revenue"].to_numpy(dtype=np.float64) / days
    return pd.DataFrame(
        {
            "recency": np.sqrt(since / horizon_days),
            "order_days": np.log(days),
            "lines_per_day": np.log(records["lifetime_lines"].to_numpy(dtype=np.float64) / days),
            "value_per_day": np.log(np.maximum(value / typical_value, LEAST_RELATIVE_VALUE)),
        },
        index=records.index,
    )


def mean_of_log_odds(one: Floats, other: Floats) -> Floats:
    """The probability whose log odds are the mean of those of two probabilities."""
    odds = [logit(np.clip(probability, SUREST, 1 - SUREST)) for probability in (one, other)]
    return np.asarray(expit((odds[0] + odds[1]) / 2))


def _problem_in_data(
    records: pd.DataFrame, counts: tuple[int, int], as_of: datetime.date, horizon_days: int
) -> AutoProblem | None:
    customers, stayed_away = counts
    if customers < LEAST_CUSTOMERS:
        return AutoProblem.FEW_CUSTOMERS
    span = pd.Timestamp(as_of) - records["first_order_on"].min()
    if span < pd.Timedelta(days=HORIZONS_OF_HISTORY * horizon_days):
        return AutoProblem.SHORT_HISTORY
    if min(stayed_away, customers - stayed_away) < LEAST_OF_EITHER:
        return AutoProblem.FEW_OUTCOMES
    return None


def _typical_value(records: pd.DataFrame) -> float:
    """The median net revenue per order day among those above zero, in cents."""
    value = records["lifetime_net_revenue"] / records["order_days"]
    return float(value[value > 0].median()) if (value > 0).any() else 1.0


def _cross_fitted(features: pd.DataFrame, outcome: np.ndarray) -> Floats:
    """Each customer's probability by a model fitted to the other tenths; rows come in the order of their ids."""
    fold = np.arange(len(features)) % FOLDS
    probability = np.empty(len(features))
    for number in range(FOLDS):
        held_out = fold == number
        fitted = fit_logistic(features[~held_out], outcome[~held_out])
        probability[held_out] = fitted.probability(features[held_out])
    return probability
