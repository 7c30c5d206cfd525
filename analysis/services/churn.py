"""Fitting the models of churn in a run, and judging those on offer by the horizon that has just passed.

Fits are to a sample of the customers (:data:`analysis.datasets.purchases.SAMPLE_MOST`). Every run judges the models of
demand, from the facts that it has anyway; "auto", which learns from the order days of the past, is judged where it is
the policy's model. The measure "backtest" and `manage.py backtest` judge all of them.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.datasets.customers import Population
from analysis.datasets.purchases import sample
from analysis.measures.backtest import DEMAND_METHODS, BacktestResult, Known, backtest, judge_methods
from analysis.measures.churn import ChurnFit
from analysis.measures.churn_auto import AutoFit, fit_auto
from analysis.measures.demand_fit import DemandFit, fit_demand_or_nbd
from analysis.measures.occasions import purchase_records


def fit(population: Population) -> ChurnFit:
    """Fit the policy's model to what is known up to the run's day."""
    policy = population.rules.churn
    demand = fit_demand_or_nbd(sample(_histories(population)), population.as_of, policy.model.demand)
    if population.days is None:
        return ChurnFit(demand)
    records, earlier = (purchase_records(population.days, day) for day in (population.as_of, population.cut))
    return ChurnFit(demand, fit_auto(records, earlier, population.as_of, policy.horizon_days))


def evaluate(population: Population) -> dict[str, BacktestResult]:
    """Train the methods one horizon ago and judge them by who has ordered since."""
    horizon = population.rules.churn.horizon_days
    if population.days is not None:
        return backtest(population.days, population.as_of, horizon)
    columns = ["first_order_on", "cut_last_order_on", "cut_order_days", "lifetime_order_days"]
    known = sample(population.customers.loc[population.customers["cut_order_days"] > 0, columns])
    histories = pd.DataFrame(
        {
            "first_order_on": known["first_order_on"],
            "last_order_on": known["cut_last_order_on"],
            "order_days": known["cut_order_days"],
        }
    )
    stayed_away = (known["lifetime_order_days"] == known["cut_order_days"]).to_numpy(dtype=bool)
    at_the_cut = Known(histories, histories.iloc[:0], population.cut, horizon)
    return judge_methods(at_the_cut, stayed_away, DEMAND_METHODS)


def record(
    fit: ChurnFit, population: Population, judged: dict[str, BacktestResult], found: pd.DataFrame
) -> dict[str, Any]:
    """What the run keeps about its fits, the scores and the backtest, as JSON."""
    policy, demand = population.rules.churn, fit.demand
    return {
        **_fit_record(demand),
        "auto": auto_record(fit.auto) if fit.auto else None,
        "horizon_days": policy.horizon_days,
        "flag_at": policy.flag_at,
        "instead_of": _fit_record(demand.instead_of) if demand.instead_of else None,
        "scored": int(found["churn_probability"].notna().sum()),
        "flagged": int(found["churn_flag"].fillna(False).sum()),
        "may_be_default": judged[policy.model].may_be_default,
        "backtest": {
            "trained_to": population.cut.isoformat(),
            "methods": {name: result.as_dict() for name, result in judged.items()},
        },
    }


def _histories(population: Population) -> pd.DataFrame:
    columns = ["first_order_on", "last_order_on", "lifetime_order_days"]
    known = population.customers.loc[population.customers["lifetime_order_days"] > 0, columns]
    return known.rename(columns={"lifetime_order_days": "order_days"})


def auto_record(found: AutoFit) -> dict[str, Any]:
    """What is kept of auto's other half, as JSON."""
    weights = (
        dict(zip(found.logistic.features, found.logistic.weights.tolist(), strict=True))
        if found.logistic
        else {}
    )
    return {
        "used": found.used,
        "problem": found.problem.value if found.problem else None,
        "customers": found.customers,
        "stayed_away": found.stayed_away,
        "brier": _number(found.brier),
        "demand_brier": _number(found.demand_brier),
        "weights": weights,
    }


def _fit_record(found: DemandFit) -> dict[str, Any]:
    return {
        "model": found.model.value,
        "parameters": found.parameters.as_dict() if found.parameters else {},
        "log_likelihood": _number(found.log_likelihood),
        "fitted_on": found.customers,
        "repeat_buyers": found.repeat_buyers,
        "problem": found.problem.value if found.problem else None,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
