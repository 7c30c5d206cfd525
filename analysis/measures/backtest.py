"""Would it have known? Every method of churn, trained one horizon ago and judged by what happened since.

A method is trained on the orders up to ``as_of`` − H and predicts, for each customer with an order by then, the
probability of none in the H days that follow; these end with ``as_of``. Figures:

- **AUC**: probability that a customer who stayed away had the higher score than one who ordered; ties count half.
- **Brier score**: mean squared difference between probability and outcome (Brier 1950), beside that of always saying
  the base rate, base · (1 − base). A method that does no better is not offered as default.
- **Precision in the riskiest tenth**: share that stayed away among the ⌈10 %⌉ with the highest scores; of customers
  tied at the edge the expected share is taken.
- **Calibration** by decile of the score: mean probability beside the share that stayed away; ties share a decile.

None depends on the order of the rows.

Source: Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78(1); Hanley
& McNeil (1982), The meaning and use of the area under a receiver operating characteristic (ROC) curve, Radiology
143(1).
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.churn import ChurnModel
from analysis.measures.churn_auto import AutoProblem, auto_probability, fit_auto
from analysis.measures.demand import DemandModel
from analysis.measures.demand_fit import DemandFit, FitProblem, fit_demand, score_demand
from analysis.measures.likelihood import Floats
from analysis.measures.occasions import purchase_records

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """One decile of the score (1 is the lowest): customers, mean probability, share that stayed away."""

    decile: int
    customers: int
    mean_probability: float
    churn_rate: float


@dataclass(frozen=True, slots=True)
class BacktestScores:
    """How well probabilities foretold who would stay away. AUC is NaN when all did or none did."""

    customers: int
    churners: int
    auc: float
    brier: float
    base_rate: float
    base_rate_brier: float
    precision_riskiest_tenth: float
    calibration: tuple[CalibrationBin, ...]

    @property
    def beats_base_rate(self) -> bool:
        """Whether the Brier score is better than that of always saying the base rate."""
        return self.brier < self.base_rate_brier


@dataclass(frozen=True, slots=True)
class Known:
    """What a method may know: customers' purchase records at the end of training and one horizon before it.

    Both frames are as :func:`analysis.measures.occasions.purchase_records` returns them.
    """

    records: pd.DataFrame
    earlier: pd.DataFrame
    trained_to: datetime.date
    horizon_days: int
    _fits: dict[DemandModel, DemandFit] = field(default_factory=dict, repr=False, compare=False)

    def fit(self, model: DemandModel) -> DemandFit:
        """The fit of a model of demand to the records; found once, however many methods stand on it."""
        if model not in self._fits:
            self._fits[model] = fit_demand(self.records, self.trained_to, model)
        return self._fits[model]

    def probability(self, fit: DemandFit) -> pd.Series | None:
        """Each customer's probability of no order in the horizon by a fit; None when it found no parameters."""
        if fit.parameters is None:
            return None
        return score_demand(self.records, fit.parameters, self.trained_to, self.horizon_days)["p_no_order"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a method says at the end of training: probability (float64) by customer, and its fit's problem, if any.

    ``probability`` is None when the method could not be trained.
    """

    probability: pd.Series | None
    problem: FitProblem | AutoProblem | None


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """One method's outcome; ``scores`` is None when it could not be trained."""

    trained_to: datetime.date
    scores: BacktestScores | None
    problem: FitProblem | AutoProblem | None

    @property
    def may_be_default(self) -> bool:
        """Whether the method could be trained without a problem and beat the base rate."""
        return self.problem is None and self.scores is not None and self.scores.beats_base_rate

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON; a figure that does not exist is None."""
        found: dict[str, Any] = {
            "problem": self.problem.value if self.problem else None,
            "may_be_default": self.may_be_default,
        }
        if self.scores is None:
            return found
        figures = {**asdict(self.scores), "beats_base_rate": self.scores.beats_base_rate}
        figures["calibration"] = list(figures["calibration"])
        auc = figures["auc"] if math.isfinite(figures["auc"]) else None
        return {**found, **figures, "auc": auc}


ChurnMethod = Callable[[Known], Forecast]
"""What is known at the end of training → forecast for the customers in ``known.records``, in their order."""


def demand_method(model: DemandModel) -> ChurnMethod:
    """The method that fits ``model`` and forecasts the probability of no order.

    A degenerate fit is judged like any other, with its problem beside it: a figure hidden could not warn anybody.
    """

    def forecast(known: Known) -> Forecast:
        fit = known.fit(model)
        return Forecast(known.probability(fit), fit.problem)

    return forecast


def auto_method(known: Known) -> Forecast:
    """The method "auto": see :mod:`analysis.measures.churn_auto`. Where it falls back it says why.

    It stands on the MBG/NBD even where that finds no dropout and so amounts to the NBD.
    """
    demand = known.fit(DemandModel.MBG_NBD)
    by_demand = known.probability(demand)
    if by_demand is None:
        return Forecast(None, demand.problem)
    fit = fit_auto(known.records, known.earlier, known.trained_to, known.horizon_days)
    probability = auto_probability(by_demand, known.records, fit, known.trained_to, known.horizon_days)
    unsound = None if demand.problem is FitProblem.NO_DROPOUT else demand.problem
    return Forecast(probability, fit.problem or unsound)


DEMAND_METHODS: Mapping[str, ChurnMethod] = {model.value: demand_method(model) for model in DemandModel}
"""The models of demand, by the names that policies use. They read histories alone, nothing of one horizon before."""

METHODS: Mapping[str, ChurnMethod] = {**DEMAND_METHODS, ChurnModel.AUTO.value: auto_method}
"""Every method on offer, by the names that policies use."""


def backtest(
    days: pd.DataFrame,
    as_of: datetime.date,
    horizon_days: int,
    methods: Mapping[str, ChurnMethod] = METHODS,
) -> dict[str, BacktestResult]:
    """Train every method one horizon before ``as_of`` and judge it on the horizon.

    Parameters
    ----------
    days
        As :func:`analysis.measures.occasions.customer_days` returns them.
    as_of
        The last day observed, and of the horizon.
    horizon_days
        H, in days.
    """
    horizon = datetime.timedelta(days=horizon_days)
    trained_to = as_of - horizon
    known = Known(
        records=purchase_records(days, trained_to),
        earlier=purchase_records(days, trained_to - horizon),
        trained_to=trained_to,
        horizon_days=horizon_days,
    )
    after = days["bought"] & (days["ordered_on"] > pd.Timestamp(trained_to))
    came_back = days.loc[after & (days["ordered_on"] <= pd.Timestamp(as_of)), "customer_id"].unique()
    return judge_methods(known, ~known.records.index.isin(came_back), methods)


def backtests(
    days: pd.DataFrame,
    as_of: datetime.date,
    horizon_days: int,
    windows: int,
    methods: Mapping[str, ChurnMethod] = METHODS,
) -> dict[datetime.date, dict[str, BacktestResult]]:
    """Backtest horizons that end with ``as_of`` and with each of the horizons before it, the latest first.

    At most ``windows`` of them; it ends where nobody had ordered by the end of training. ``days`` as for
    :func:`backtest`.
    """
    found: dict[datetime.date, dict[str, BacktestResult]] = {}
    first = days.loc[days["bought"], "ordered_on"].min()
    for number in range(windows):
        day = as_of - datetime.timedelta(days=number * horizon_days)
        if pd.isna(first) or first > pd.Timestamp(day - datetime.timedelta(days=horizon_days)):
            break
        found[day] = backtest(days, day, horizon_days, methods)
    return found


def judge_methods(
    known: Known, stayed_away: Flags, methods: Mapping[str, ChurnMethod]
) -> dict[str, BacktestResult]:
    """Train every method on what was known and judge it by who stayed away since.

    Parameters
    ----------
    stayed_away
        One bool per row of ``known.records``: no order in the horizon after the end of training.
    """
    results = {}
    for name, method in methods.items():
        forecast, scores = method(known), None
        if forecast.probability is not None:
            scores = score_method(forecast.probability.to_numpy(dtype=np.float64), stayed_away)
        results[name] = BacktestResult(known.trained_to, scores, forecast.problem)
    return results


def score_method(probability: Floats, churned: Flags) -> BacktestScores:
    """Compare probabilities with outcomes: float64 in [0, 1] and bool, one per customer, at least one customer.

    Raises
    ------
    ValueError
        When there is no customer, or a probability is outside [0, 1] or missing.
    """
    if not len(probability) or len(probability) != len(churned):
        raise ValueError("a score needs one probability and one outcome per customer, and a customer")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("probabilities must lie between 0 and 1")
    base_rate = float(churned.mean())
    return BacktestScores(
        customers=len(churned),
        churners=int(churned.sum()),
        auc=_auc(probability, churned),
        brier=float(np.mean((probability - churned) ** 2)),
        base_rate=base_rate,
        base_rate_brier=base_rate * (1 - base_rate),
        precision_riskiest_tenth=_precision_at_top(probability, churned, math.ceil(len(churned) / 10)),
        calibration=_calibration(probability, churned),
    )


def _auc(probability: Floats, churned: Flags) -> float:
    churners = int(churned.sum())
    pairs = churners * (len(churned) - churners)
    if pairs == 0:
        return float("nan")
    ranks = pd.Series(probability).rank().to_numpy()
    return float((ranks[churned].sum() - churners * (churners + 1) / 2) / pairs)


def _precision_at_top(probability: Floats, churned: Flags, count: int) -> float:
    edge = np.partition(probability, -count)[-count]
    above, tied = probability > edge, probability == edge
    expected_from_tied = float(churned[tied].mean()) * (count - int(above.sum()))
    return (int(churned[above].sum()) + expected_from_tied) / count


def _calibration(probability: Floats, churned: Flags) -> tuple[CalibrationBin, ...]:
    rank = pd.Series(probability).rank(method="min").to_numpy(dtype=np.int64) - 1
    decile = rank * 10 // len(rank) + 1
    return tuple(
        CalibrationBin(
            decile=number,
            customers=int((decile == number).sum()),
            mean_probability=float(probability[decile == number].mean()),
            churn_rate=float(churned[decile == number].mean()),
        )
        for number in np.unique(decile).tolist()
    )
