"""Fitting the model of demand in a run, and judging every method on offer by the horizon that has just passed.

A fit over more customers than :data:`FIT_MOST` changes no digit that anybody reads, and its cost would grow with the
company: beyond it every k-th customer, in the order of their ids, stands for all.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.datasets.customers import Population
from analysis.measures.backtest import BacktestResult, judge_methods
from analysis.measures.demand_fit import DemandFit, fit_demand_or_nbd

FIT_MOST = 25_000


def fit(population: Population) -> DemandFit:
    """Fit the policy's model to the histories up to the run's day."""
    return fit_demand_or_nbd(_sample(_histories(population)), population.as_of, population.rules.churn.model)


def evaluate(population: Population) -> dict[str, BacktestResult]:
    """Train every method one horizon ago and judge it by who has ordered since."""
    known = population.customers[population.customers["cut_order_days"] > 0]
    sample = _sample(known)
    histories = pd.DataFrame(
        {
            "first_order_on": sample["first_order_on"],
            "last_order_on": sample["cut_last_order_on"],
            "order_days": sample["cut_order_days"],
        }
    )
    stayed_away = (sample["lifetime_order_days"] == sample["cut_order_days"]).to_numpy(dtype=bool)
    return judge_methods(histories, stayed_away, population.cut, population.rules.churn.horizon_days)


def record(
    fit: DemandFit, population: Population, backtest: dict[str, BacktestResult], found: pd.DataFrame
) -> dict[str, Any]:
    """What the run keeps about its fit, the scores and the backtest, as JSON."""
    policy = population.rules.churn
    return {
        **_fit_record(fit),
        "horizon_days": policy.horizon_days,
        "flag_at": policy.flag_at,
        "instead_of": _fit_record(fit.instead_of) if fit.instead_of else None,
        "scored": int(found["churn_probability"].notna().sum()),
        "flagged": int(found["churn_flag"].fillna(False).sum()),
        "backtest": {
            "trained_to": population.cut.isoformat(),
            "methods": {name: _result_record(result) for name, result in backtest.items()},
        },
    }


def _histories(population: Population) -> pd.DataFrame:
    known = population.customers[population.customers["lifetime_order_days"] > 0]
    return known[["first_order_on", "last_order_on", "lifetime_order_days"]].rename(
        columns={"lifetime_order_days": "order_days"}
    )


def _sample(frame: pd.DataFrame) -> pd.DataFrame:
    step = max(1, math.ceil(len(frame) / FIT_MOST))
    return frame.iloc[step // 2 :: step]


def _fit_record(found: DemandFit) -> dict[str, Any]:
    return {
        "model": found.model.value,
        "parameters": found.parameters.as_dict() if found.parameters else {},
        "log_likelihood": _number(found.log_likelihood),
        "fitted_on": found.customers,
        "repeat_buyers": found.repeat_buyers,
        "problem": found.problem.value if found.problem else None,
    }


def _result_record(result: BacktestResult) -> dict[str, Any]:
    scores = result.scores
    record: dict[str, Any] = {
        "problem": result.problem.value if result.problem else None,
        "may_be_default": result.may_be_default,
    }
    if scores is None:
        return record
    figures = ("auc", "brier", "base_rate", "base_rate_brier", "precision_riskiest_tenth")
    return {
        **record,
        "customers": scores.customers,
        "churners": scores.churners,
        **{name: _number(getattr(scores, name)) for name in figures},
        "beats_base_rate": scores.beats_base_rate,
        "calibration": [
            {
                "decile": part.decile,
                "customers": part.customers,
                "mean_probability": part.mean_probability,
                "churn_rate": part.churn_rate,
            }
            for part in scores.calibration
        ],
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
