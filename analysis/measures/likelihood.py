"""Maximum likelihood over positive parameters: a bounded climb over their logarithms, with an analytic gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]

AT_BOUND = 1.02
"""A parameter within this factor of a bound counts as at the bound."""

FLAT_ENOUGH = 1e-5
"""Largest slope of the mean log likelihood, by the log of a parameter, that counts as a maximum. The search's own
verdict will not do: at machine precision it reports failure for want of further progress."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a climb ended: the parameters, the mean log likelihood there, and whether to believe it."""

    parameters: tuple[float, ...]
    height: float
    converged: bool
    at_bounds: bool


def climb(
    mean_log_likelihood: Callable[[tuple[float, ...]], tuple[float, Floats]],
    start: Sequence[float],
    bounds: tuple[float, float],
) -> Maximum:
    """Climb from ``start`` to the nearest maximum of the likelihood.

    Parameters
    ----------
    mean_log_likelihood
        Parameters → mean log likelihood per customer and its derivatives by the parameters, float64 of the same length.
        A mean, so that the tolerances mean the same for ten customers and for a million.
    start
        Positive parameters.
    bounds
        Least and greatest value that any parameter may take.
    """

    def loss(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        height, gradient = mean_log_likelihood(tuple(parameters.tolist()))
        return -height, -gradient * parameters

    lower, upper = bounds
    found = minimize(
        loss,
        np.log(np.asarray(start, dtype=np.float64)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(float(np.log(lower)), float(np.log(upper)))] * len(start),
        options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9},
    )
    parameters = np.exp(found.x)
    at_bounds = (parameters < lower * AT_BOUND) | (parameters > upper / AT_BOUND)
    return Maximum(
        parameters=tuple(parameters.tolist()),
        height=-float(found.fun),
        converged=bool(np.abs(found.jac).max() < FLAT_ENOUGH),
        at_bounds=bool(at_bounds.any()),
    )
