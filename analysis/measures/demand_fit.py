"""Fitting the models of demand by maximum likelihood, and saying when a fit must not be believed.

Customers with the same whole days (order days, first to last, first to ``as_of``) are one row with a count: the
likelihood of a million customers is a sum over the distinct rows. The search is over the logarithms of the four
parameters, with the analytic gradient, from several starts; time is scaled by its mean, so that the starts suit
weekly and yearly buyers alike.

Source: the models are those of :mod:`analysis.measures.demand`; which fits are not believed: definition of this
product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, psi

from analysis.measures.demand import (
    DemandModel,
    DemandParameters,
    dropout_log_odds,
    expected_orders,
    log_likelihood,
    probability_alive,
    probability_no_order,
)
from analysis.measures.frames import require_columns
from analysis.measures.likelihood import Floats, Maximum, climb

DAYS_PER_WEEK = 7.0

STARTS: tuple[tuple[float, ...], ...] = (
    (0.5, 0.3, 0.8, 2.0),  # most buy rarely, dropout as in retail
    (1.0, 1.0, 0.2, 4.0),  # regular buyers who seldom leave
    (0.2, 0.1, 1.5, 0.8),  # a few heavy buyers, many one-time buyers
    (3.0, 1.0, 1.0, 10.0),  # alike in rate
)
"""Where the search begins: (r, α ÷ mean age, a, b)."""

BOUNDS = (1e-3, 1e3)
"""What a parameter (α in units of the mean age) may be; a fit that ends there has not found a maximum."""

LEAST_DROPOUT = 1e-3
"""Mean dropout per purchase below which the data hold no trace of customers leaving."""

ROWS_TO_COMPARE_STARTS = 5_000
"""The starts are compared on a systematic sample of at most so many rows; the best goes on over all of them."""


class FitProblem(StrEnum):
    """Why a fit is not published. Pages translate the code."""

    NO_CUSTOMERS = "no_customers"
    ONE_CUSTOMER = "one_customer"
    NO_REPEAT_BUYERS = "no_repeat_buyers"
    NO_DROPOUT = "no_dropout"
    PARAMETERS_AT_BOUNDS = "parameters_at_bounds"
    NOT_CONVERGED = "not_converged"


@dataclass(frozen=True, slots=True)
class DemandFit:
    """What a fit found, or why it found nothing that may be published.

    ``parameters`` are kept with a problem too when the search reached any, so that they can be inspected;
    ``log_likelihood`` is NaN when there are none. ``distinct_rows`` is the number of rows after compression.
    ``instead_of`` is the unpublished fit of the model that was asked for, when this one stands in for it.
    """

    model: DemandModel
    parameters: DemandParameters | None
    log_likelihood: float
    customers: int
    repeat_buyers: int
    distinct_rows: int
    problem: FitProblem | None
    instead_of: DemandFit | None = None

    @property
    def published(self) -> bool:
        """Whether scores may be computed from this fit."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class DemandRows:
    """Distinct histories: ``x`` order days less one, ``t_x`` and ``T`` in weeks, and the customers of each.

    All arrays have one length; ``x``, ``t_x``, ``T`` and ``count`` are float64. ``row_of_customer`` (int64) gives
    each customer of the frame its row.
    """

    x: Floats
    t_x: Floats
    T: Floats
    count: Floats
    row_of_customer: npt.NDArray[np.int64]


def demand_rows(histories: pd.DataFrame, as_of: datetime.date) -> DemandRows:
    """Compress purchase histories to distinct (x, t_x, T) rows.

    Parameters
    ----------
    histories
        One row per customer with at least one order day: ``first_order_on`` and ``last_order_on`` datetime64, not
        after ``as_of``; ``order_days`` int64, at least 1.

    Raises
    ------
    ValueError
        When a column is missing, an order lies after ``as_of`` or a customer has no order day.
    """
    require_columns(histories, ("first_order_on", "last_order_on", "order_days"), "purchase histories")
    today = np.datetime64(as_of, "D")
    first = histories["first_order_on"].to_numpy().astype("datetime64[D]")
    last = histories["last_order_on"].to_numpy().astype("datetime64[D]")
    repeats = histories["order_days"].to_numpy(dtype=np.int64) - 1
    if (repeats < 0).any() or np.isnat(first).any() or np.isnat(last).any():
        raise ValueError("a purchase history needs at least one order day")
    if (last > today).any():
        raise ValueError(f"a purchase history holds an order after {as_of}")
    recency = (last - first).astype(np.int64)
    age = (today - first).astype(np.int64)
    if (recency < 0).any() or (recency < repeats).any():
        raise ValueError(
            "a purchase history holds more order days than days from its first to its last order"
        )
    width = int(age.max(initial=0)) + 1
    key, row_of_customer, count = np.unique(
        (repeats * width + recency) * width + age, return_inverse=True, return_counts=True
    )
    return DemandRows(
        x=(key // width**2).astype(np.float64),
        t_x=(key // width % width) / DAYS_PER_WEEK,
        T=(key % width) / DAYS_PER_WEEK,
        count=count.astype(np.float64),
        row_of_customer=row_of_customer.astype(np.int64),
    )


def log_likelihood_gradient(
    parameters: DemandParameters, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
) -> Floats:
    """Derivatives of each customer's log likelihood by r, α, a and b: float64, shape (4, customers).

    The NBD has the first two only.

    With q = 1 − p_alive, the weight of the second term of the likelihood:

    - ∂r: ψ(r+x) − ψ(r) + ln α − ln(α+T) + q·ln((α+T)/(α+t_x))
    - ∂α: r/α − (r+x)/(α+T) + q·(r+x)·[1/(α+T) − 1/(α+t_x)]
    - ∂a: ψ(a+b) − ψ(a+β+x) + q/a
    - ∂b: ψ(a+b) − ψ(b) + ψ(β+x) − ψ(a+β+x) − q/(β+x−1)
    """
    x, t_x, T = (np.asarray(value, dtype=np.float64) for value in (x, t_x, T))
    r, alpha, a, b, beta = parameters.r, parameters.alpha, parameters.a, parameters.b, parameters.beta
    gone = expit(dropout_log_odds(parameters, x, t_x, T))
    by_rates = [
        psi(r + x) - psi(r) - np.log1p(T / alpha) + gone * np.log1p((T - t_x) / (alpha + t_x)),
        r / alpha - (r + x) / (alpha + T) - gone * (r + x) * (T - t_x) / ((alpha + T) * (alpha + t_x)),
    ]
    if parameters.model is DemandModel.NBD:
        return np.stack(by_rates)
    later_purchases = np.where(gone > 0, beta + x - 1, 1.0)  # q is 0 where the BG/NBD would divide by b − 1
    by_dropout = [
        psi(a + b) - psi(a + beta + x) + gone / a,
        psi(a + b) - psi(b) + psi(beta + x) - psi(a + beta + x) - gone / later_purchases,
    ]
    return np.stack(by_rates + by_dropout)


def fit_demand(
    histories: pd.DataFrame, as_of: datetime.date, model: DemandModel = DemandModel.MBG_NBD
) -> DemandFit:
    """Fit a model of demand to purchase histories by maximum likelihood.

    Parameters
    ----------
    histories
        As for :func:`demand_rows`. Customers without orders are outside the model: leave them out.
    as_of
        The last day observed.

    Returns
    -------
    DemandFit
        With ``problem`` set when the data cannot support a fit or the maximum is degenerate.
    """
    rows = demand_rows(histories, as_of)
    customers, repeat_buyers = int(rows.count.sum()), int(rows.count[rows.x > 0].sum())
    problem = _problem_in_data(customers, repeat_buyers)
    parameters, likelihood = None, float("nan")
    if problem is None:
        parameters, problem = _search(rows, model)
        likelihood = float(rows.count @ log_likelihood(parameters, rows.x, rows.t_x, rows.T))
    return DemandFit(model, parameters, likelihood, customers, repeat_buyers, len(rows.x), problem)


def fit_demand_or_nbd(
    histories: pd.DataFrame, as_of: datetime.date, model: DemandModel = DemandModel.MBG_NBD
) -> DemandFit:
    """Fit ``model``; where it finds no dropout, fit the NBD, which is what it then amounts to.

    A model of dropout without dropout has no finite maximum in a and b and is not published. The NBD on the same data
    has one, and its probability of no order is sound. The fit returned then names in ``instead_of`` what it stands in
    for, so that a page can say that nobody was seen to leave and that the score rests on the purchase rates alone.
    """
    fit = fit_demand(histories, as_of, model)
    if fit.problem is not FitProblem.NO_DROPOUT:
        return fit
    return replace(fit_demand(histories, as_of, DemandModel.NBD), instead_of=fit)


def score_demand(
    histories: pd.DataFrame, parameters: DemandParameters, as_of: datetime.date, horizon_days: int
) -> pd.DataFrame:
    """Score customers for the ``horizon_days`` after ``as_of``.

    Returns
    -------
    DataFrame
        Indexed like ``histories``; float64 ``p_alive``, ``p_no_order`` (in the horizon), ``expected_orders`` (order
        days in the horizon).
    """
    rows = demand_rows(histories, as_of)
    horizon = horizon_days / DAYS_PER_WEEK
    history = (parameters, rows.x, rows.t_x, rows.T)
    scores = {
        "p_alive": probability_alive(*history),
        "p_no_order": probability_no_order(*history, horizon),
        "expected_orders": expected_orders(*history, horizon),
    }
    return pd.DataFrame(
        {name: values[rows.row_of_customer] for name, values in scores.items()}, index=histories.index
    )


def _problem_in_data(customers: int, repeat_buyers: int) -> FitProblem | None:
    if customers == 0:
        return FitProblem.NO_CUSTOMERS
    if customers == 1:
        return FitProblem.ONE_CUSTOMER
    if repeat_buyers == 0:
        return FitProblem.NO_REPEAT_BUYERS
    return None


def _search(rows: DemandRows, model: DemandModel) -> tuple[DemandParameters, FitProblem | None]:
    time_scale = float(rows.count @ rows.T / rows.count.sum()) or 1.0
    scaled = replace(rows, t_x=rows.t_x / time_scale, T=rows.T / time_scale)
    sample = _systematic_sample(scaled)
    size = 2 if model is DemandModel.NBD else 4
    best = max((_climb(sample, model, start[:size]) for start in STARTS), key=lambda found: found.height)
    if sample is not scaled:
        best = _climb(scaled, model, best.parameters)
    r, alpha, *dropout = best.parameters
    parameters = DemandParameters(model, r, alpha * time_scale, *dropout)
    return parameters, _problem_in_fit(best, parameters)


def _climb(rows: DemandRows, model: DemandModel, start: tuple[float, ...]) -> Maximum:
    total = rows.count.sum()

    def mean_log_likelihood(values: tuple[float, ...]) -> tuple[float, Floats]:
        history = (DemandParameters(model, *values), rows.x, rows.t_x, rows.T)
        height = float(rows.count @ log_likelihood(*history) / total)
        return height, log_likelihood_gradient(*history) @ rows.count / total

    return climb(mean_log_likelihood, start, BOUNDS)


def _problem_in_fit(found: Maximum, parameters: DemandParameters) -> FitProblem | None:
    if parameters.model is not DemandModel.NBD and parameters.mean_dropout < LEAST_DROPOUT:
        return FitProblem.NO_DROPOUT
    if found.at_bounds:
        return FitProblem.PARAMETERS_AT_BOUNDS
    return None if found.converged else FitProblem.NOT_CONVERGED


def _systematic_sample(rows: DemandRows) -> DemandRows:
    """Every k-th row in the order of (x, t_x, T), or all rows when they are few."""
    step = -(-len(rows.x) // ROWS_TO_COMPARE_STARTS)
    if step <= 1:
        return rows
    every = slice(step // 2, None, step)
    return replace(rows, x=rows.x[every], t_x=rows.t_x[every], T=rows.T[every], count=rows.count[every])
