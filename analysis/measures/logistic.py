"""A small logistic regression with a ridge: the log odds of an outcome as a weighted sum of features.

Features are brought to mean 0 and standard deviation 1 first, so that one ridge suits them all and no unit matters:
amounts in cents and in yuan give the same probabilities. Maximised over intercept c and weights w is the penalised log
likelihood Σ [y·z − ln(1 + e^z)] − λ/2 · ‖w‖², z = c + w·features (Le Cessie & Van Houwelingen 1992, Ridge estimators
in logistic regression, Applied Statistics 41(1)). The ridge keeps the weights finite where a feature separates the
outcomes; the intercept is free, so that the mean probability over the training rows is their share of outcomes.

Source: Le Cessie & Van Houwelingen (1992), as above.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from analysis.measures.likelihood import Floats

RIDGE = 1.0
"""λ: about what one standard deviation is believed to matter at most, as Gaussian prior of variance 1/λ."""


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Weights of standardised features; all arrays have one entry per name in ``features``."""

    features: tuple[str, ...]
    intercept: float
    weights: Floats
    means: Floats
    deviations: Floats

    def probability(self, features: pd.DataFrame) -> Floats:
        """Probability of the outcome for each row: float64; ``features`` holds the columns of training."""
        standard = (features[list(self.features)].to_numpy(dtype=np.float64) - self.means) / self.deviations
        return np.asarray(expit(self.intercept + standard @ self.weights))


def fit_logistic(features: pd.DataFrame, outcome: np.ndarray, ridge: float = RIDGE) -> LogisticModel:
    """Fit by L-BFGS with the analytic gradient; the function is concave, so there is one maximum.

    Parameters
    ----------
    features
        Finite numbers, one row per customer. A column without variation gets no weight.
    outcome
        One bool per row; both outcomes must occur.
    ridge
        λ, above 0.

    Raises
    ------
    ValueError
        When lengths differ, a feature is not finite, or only one outcome occurs.
    """
    values = features.to_numpy(dtype=np.float64)
    outcome = np.asarray(outcome, dtype=np.float64)
    if len(outcome) != len(values) or not np.isfinite(values).all():
        raise ValueError("features must be finite, one row for each outcome")
    if outcome.min(initial=1) == outcome.max(initial=0):
        raise ValueError("both outcomes must occur")
    means, deviations = values.mean(axis=0), values.std(axis=0)
    deviations = np.where(deviations > 0, deviations, 1.0)
    standard = (values - means) / deviations

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights = parameters[1:]
        z = parameters[0] + standard @ weights
        surplus = (expit(z) - outcome) / len(outcome)
        height = float(
            np.mean(np.logaddexp(0.0, z) - outcome * z) + ridge / 2 / len(outcome) * weights @ weights
        )
        slope = standard.T @ surplus + ridge / len(outcome) * weights
        return height, np.concatenate([[surplus.sum()], slope])

    start = np.zeros(values.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-14, "gtol": 1e-9})
    return LogisticModel(tuple(features.columns), float(found.x[0]), found.x[1:], means, deviations)
