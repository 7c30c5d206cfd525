"""How much a customer spends per purchase occasion: the Gamma-Gamma model.

A customer's spend per occasion varies as Gamma(p, ν); ν varies between customers as Gamma(q, v). Spend is taken to be
independent of how often one buys. Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025.

Money here is an estimate, a float64 in whatever unit the mean values come in; v is in that unit too.

Source: Fader & Hardie (2013), as above.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln, psi

from analysis.measures.frames import require_columns
from analysis.measures.likelihood import Floats, Maximum, climb

STARTS: tuple[tuple[float, ...], ...] = ((2.0, 3.0, 1.0), (6.0, 4.0, 0.5), (1.0, 10.0, 10.0))
"""Where the search begins: (p, q, v ÷ median value)."""

BOUNDS = (1e-3, 1e4)
"""What a parameter (v in units of the median value) may be."""


class SpendProblem(StrEnum):
    """Why a fit is not published. Pages translate the code."""

    TOO_FEW_CUSTOMERS = "too_few_customers"
    INFINITE_MEAN = "infinite_mean"
    PARAMETERS_AT_BOUNDS = "parameters_at_bounds"
    NOT_CONVERGED = "not_converged"


@dataclass(frozen=True, slots=True)
class SpendParameters:
    """Shapes p and q, and scale v in the unit of the mean values.

    Raises
    ------
    ValueError
        When a parameter is not a positive finite number.
    """

    p: float
    q: float
    v: float

    def __post_init__(self) -> None:
        for name in ("p", "q", "v"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive finite number, not {value!r}")


@dataclass(frozen=True, slots=True)
class SpendFit:
    """What a fit found over ``customers`` repeat buyers, or why it may not be published."""

    parameters: SpendParameters | None
    log_likelihood: float
    customers: int
    problem: SpendProblem | None

    @property
    def published(self) -> bool:
        """Whether expectations may be computed from this fit."""
        return self.problem is None


def repeat_spend(occasions: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """Repeat occasions of each customer up to and including ``as_of``, the first occasion left out as in the papers.

    Parameters
    ----------
    occasions
        ``customer_id`` int64, ``ordered_on`` datetime64, ``revenue_cents`` int64; distinct customers and days, sorted.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, for customers with a repeat occasion: ``repeats`` int64, ``mean_value`` float64
        cents per repeat occasion.
    """
    require_columns(occasions, ("customer_id", "ordered_on", "revenue_cents"), "occasions")
    known = occasions[occasions["ordered_on"] <= pd.Timestamp(as_of)]
    repeats = known[known["customer_id"].duplicated()]
    revenue = repeats.groupby("customer_id")["revenue_cents"]
    return pd.DataFrame({"repeats": revenue.size(), "mean_value": revenue.mean()})


def spend_log_likelihood(parameters: SpendParameters, x: npt.ArrayLike, m: npt.ArrayLike) -> Floats:
    """Log likelihood of a mean value ``m`` over ``x`` occasions, x ≥ 1 and m > 0.

    L = Γ(px+q) / (Γ(px) Γ(q)) · v^q m^(px−1) x^(px) / (v + m x)^(px+q). Fader & Hardie, note 025, eq. 1a.
    """
    p, q, v = parameters.p, parameters.q, parameters.v
    x, m = np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64)
    shapes = gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
    powers = q * math.log(v) + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(v + m * x)
    return np.asarray(shapes + powers)


def spend_gradient(parameters: SpendParameters, x: npt.ArrayLike, m: npt.ArrayLike) -> Floats:
    """Derivatives of the log likelihood by p, q and v: float64, shape (3, customers)."""
    p, q, v = parameters.p, parameters.q, parameters.v
    x, m = np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64)
    by_p = x * (psi(p * x + q) - psi(p * x) + np.log(m) + np.log(x) - np.log(v + m * x))
    by_q = psi(p * x + q) - psi(q) + math.log(v) - np.log(v + m * x)
    by_v = q / v - (p * x + q) / (v + m * x)
    return np.stack([by_p, by_q, by_v])


def fit_spend(x: npt.ArrayLike, m: npt.ArrayLike) -> SpendFit:
    """Fit the model by maximum likelihood to customers' repeat occasions.

    Parameters
    ----------
    x
        Repeat occasions of each customer, at least 1.
    m
        Mean value of those occasions. Customers whose mean is not positive are outside the model and left out.
    """
    x, m = np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64)
    modelled = (x >= 1) & (m > 0)
    x, m = x[modelled], m[modelled]
    if len(x) < 2:
        return SpendFit(None, float("nan"), len(x), SpendProblem.TOO_FEW_CUSTOMERS)
    unit = float(np.median(m))
    best = max((_climb(x, m / unit, start) for start in STARTS), key=lambda found: found.height)
    p, q, v = best.parameters
    parameters = SpendParameters(p, q, v * unit)
    likelihood = float(spend_log_likelihood(parameters, x, m).sum())
    return SpendFit(parameters, likelihood, len(x), _problem_in_fit(best))


def expected_spend(parameters: SpendParameters, x: npt.ArrayLike, m: npt.ArrayLike) -> Floats:
    """Expected value per occasion: p (v + m x) / (p x + q − 1), between the customer's mean and the population's.

    With x = 0 it is the population's p v / (q − 1), whatever ``m``. Note 025, eq. 5.

    Raises
    ------
    ValueError
        When q ≤ 1: the population's mean is infinite.
    """
    if parameters.q <= 1:
        raise ValueError("the expected spend is infinite when q ≤ 1")
    x, m = np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64)
    spent = np.where(x > 0, m, 0.0) * x
    return np.asarray(parameters.p * (parameters.v + spent) / (parameters.p * x + parameters.q - 1))


def _climb(x: Floats, m: Floats, start: tuple[float, ...]) -> Maximum:
    def mean_log_likelihood(values: tuple[float, ...]) -> tuple[float, Floats]:
        parameters = SpendParameters(*values)
        return float(spend_log_likelihood(parameters, x, m).mean()), spend_gradient(parameters, x, m).mean(
            axis=1
        )

    return climb(mean_log_likelihood, start, BOUNDS)


def _problem_in_fit(found: Maximum) -> SpendProblem | None:
    _, q, _ = found.parameters
    if q <= 1:
        return SpendProblem.INFINITE_MEAN
    if found.at_bounds:
        return SpendProblem.PARAMETERS_AT_BOUNDS
    return None if found.converged else SpendProblem.NOT_CONVERGED
