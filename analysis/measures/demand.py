"""How often customers buy and whether they still do: the MBG/NBD, BG/NBD and NBD models of demand.

A customer buys as a Poisson process while active. Rates vary between customers as Gamma(r, α). After a purchase a
customer drops out for good with a probability that varies as Beta(a, b): in the BG/NBD after every *repeat* purchase,
in the MBG/NBD after the first one too, so that only the latter can say that somebody who bought once is gone. The
NBD is what both become when nobody ever leaves: it knows quick and slow buyers only.

Units
-----
Every time is in **weeks** (days ÷ 7), as in the papers. For one customer ``x`` is the number of order days less one,
``t_x`` the weeks from the first order day to the last and ``T`` the weeks from the first order day to the day of
observation; ``0 ≤ t_x ≤ T``. Arguments are array-likes that broadcast; results are float64 arrays of that shape.

Sources
-------
- Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2): BG/NBD.
- Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
  International Journal of Research in Marketing 24(3): MBG/NBD.
- Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1): NBD.

One set of formulas serves all: β = b for the BG/NBD and β = b + 1 for the MBG/NBD; the NBD is their limit a → 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, gammaln, hyp2f1

from analysis.measures.likelihood import Floats

POLE_WIDTH = 1e-5
"""How near to a removable pole of the expected orders the formula loses too many digits to cancellation."""

LONGEST_HORIZON = 300.0
"""Horizon, in units of α + T, beyond which scipy's ₂F₁ cannot be trusted with the expected orders."""


class DemandModel(StrEnum):
    """When customers may drop out: after any purchase (MBG/NBD), a repeat purchase (BG/NBD) or never (NBD)."""

    MBG_NBD = "mbg_nbd"
    BG_NBD = "bg_nbd"
    NBD = "nbd"


@dataclass(frozen=True, slots=True)
class DemandParameters:
    """A fitted model: Gamma(r, α) over purchase rates per week, Beta(a, b) over dropout probabilities.

    Raises
    ------
    ValueError
        When a parameter is not a positive finite number, or the NBD is given a or b, which it does not have.
    """

    model: DemandModel
    r: float
    alpha: float
    a: float = 0.0
    b: float = 0.0

    def __post_init__(self) -> None:
        for name, value in self.as_dict().items():
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive finite number, not {value!r}")
        if self.model is DemandModel.NBD and (self.a, self.b) != (0.0, 0.0):
            raise ValueError("the NBD has no dropout and takes neither a nor b")

    def as_dict(self) -> dict[str, float]:
        """The model's own parameters by name: r and alpha, with dropout also a and b."""
        rates = {"r": self.r, "alpha": self.alpha}
        return rates if self.model is DemandModel.NBD else rates | {"a": self.a, "b": self.b}

    @property
    def beta(self) -> float:
        """Shape β of the shared formulas: b + 1 when the first purchase can be the last, else b."""
        return self.b + 1 if self.model is DemandModel.MBG_NBD else self.b

    @property
    def mean_dropout(self) -> float:
        """Mean probability of dropping out after a purchase, a ÷ (a + b); 0 under the NBD."""
        return 0.0 if self.model is DemandModel.NBD else self.a / (self.a + self.b)


def dropout_log_odds(
    parameters: DemandParameters, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
) -> Floats:
    """Log odds that a customer has dropped out: log of a/(β+x−1) · ((α+T)/(α+t_x))^(r+x).

    −∞ where nobody can be gone: under the NBD, and under the BG/NBD before a repeat purchase.
    """
    x, t_x, T = _as_floats(x, t_x, T)
    if parameters.model is DemandModel.NBD:
        return np.full(np.broadcast(x, t_x, T).shape, -np.inf)
    may_be_gone = (x > 0) | (parameters.model is DemandModel.MBG_NBD)
    later_purchases = np.where(may_be_gone, parameters.beta + x - 1, 1.0)
    silence = (parameters.r + x) * np.log1p((T - t_x) / (parameters.alpha + t_x))
    odds = math.log(parameters.a) - np.log(later_purchases) + silence
    return np.where(may_be_gone, odds, -np.inf)


def log_likelihood(
    parameters: DemandParameters, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
) -> Floats:
    """Log likelihood of each customer's history.

    L = Γ(r+x) α^r / (Γ(r) B(a,b)) · [B(a, β+x) (α+T)^−(r+x) + B(a+1, β+x−1) (α+t_x)^−(r+x)],
    where the second term is absent from the BG/NBD at x = 0; the NBD keeps only the factors in r and α. Fader, Hardie
    & Lee (2005); Batislam et al. (2007). In logarithms throughout, so that neither long histories nor large T overflow.
    """
    x, t_x, T = _as_floats(x, t_x, T)
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    purchases = gammaln(r + x) - gammaln(r) - r * np.log1p(T / alpha) - x * np.log(alpha + T)
    if parameters.model is DemandModel.NBD:
        return np.asarray(purchases)
    stayed = betaln(a, parameters.beta + x) - betaln(a, b)
    return np.asarray(purchases + stayed + np.logaddexp(0.0, dropout_log_odds(parameters, x, t_x, T)))


def probability_alive(
    parameters: DemandParameters, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
) -> Floats:
    """Probability of not having dropped out by T: 1 / (1 + a/(β+x−1) · ((α+T)/(α+t_x))^(r+x)).

    Not to be read as loyalty: an active customer may still be slow, and under the BG/NBD everybody who bought only
    once counts as alive. The churn score is :func:`probability_no_order`.
    """
    return np.asarray(expit(-dropout_log_odds(parameters, x, t_x, T)))


def probability_no_order(
    parameters: DemandParameters,
    x: npt.ArrayLike,
    t_x: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
) -> Floats:
    """Probability of no order in the next ``horizon`` weeks.

    1 − p_alive · [1 − ((α+T)/(α+T+H))^(r+x)], which is L(x, t_x, T+H) ÷ L(x, t_x, T): a customer stays silent by
    having dropped out, or by being active and slow.
    """
    x, t_x, T, horizon = _as_floats(x, t_x, T, horizon)
    log_odds = dropout_log_odds(parameters, x, t_x, T)
    silent_if_alive = np.exp(-(parameters.r + x) * np.log1p(horizon / (parameters.alpha + T)))
    return np.asarray(expit(log_odds) + expit(-log_odds) * silent_if_alive)


def expected_orders(
    parameters: DemandParameters,
    x: npt.ArrayLike,
    t_x: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
) -> Floats:
    """Expected number of order days in the next ``horizon`` weeks, given the history so far.

    p_alive · (a+β+x−1)/(a−1) · [1 − (1−z)^(a−1) · ₂F₁(a+β−1−r, a−1; a+β+x−1; z)], z = H/(α+T+H).

    This is the expectation of Fader, Hardie & Lee (2005) after Euler's transformation of ₂F₁, which keeps its
    arguments small for frequent buyers, where the printed form overflows. Its poles at a = 1 and a + β + x = 1
    are removable: the value there continues those a little further on. NaN where H > 300 (α+T), too far ahead for ₂F₁.
    Under the NBD the expectation is (r+x)·H/(α+T).
    """
    x, t_x, T, horizon = _as_floats(x, t_x, T, horizon)
    if parameters.model is DemandModel.NBD:
        return np.asarray((parameters.r + x) * horizon / (parameters.alpha + T))
    alive = probability_alive(parameters, x, t_x, T)
    if not _formula_fails_at(parameters):
        return np.asarray(alive * _expected_orders_while_alive(parameters, x, T, horizon))
    near, further = (
        _expected_orders_while_alive(replace(parameters, a=parameters.a + step), x, T, horizon)
        for step in (3 * POLE_WIDTH, 6 * POLE_WIDTH)
    )
    return np.asarray(alive * (2 * near - further))


def _formula_fails_at(parameters: DemandParameters) -> bool:
    """Whether a lies at a pole of the expected orders or makes scipy's ₂F₁ overflow for frequent buyers.

    The latter when c − a − b of ₂F₁, here x + r + 1 − a, is a whole number.
    """
    to_whole_number = parameters.r - parameters.a - round(parameters.r - parameters.a)
    distances = (parameters.a - 1, parameters.a + parameters.beta - 1, to_whole_number)
    return min(abs(distance) for distance in distances) < POLE_WIDTH


def _expected_orders_while_alive(
    parameters: DemandParameters, x: Floats, T: Floats, horizon: Floats
) -> Floats:
    a, beta, r = parameters.a, parameters.beta, parameters.r
    z = horizon / (parameters.alpha + T + horizon)
    series = hyp2f1(a + beta - 1 - r, a - 1, a + beta + x - 1, z)
    orders = (a + beta + x - 1) / (a - 1) * (1 - np.exp((a - 1) * np.log1p(-z)) * series)
    return np.where(horizon <= LONGEST_HORIZON * (parameters.alpha + T), orders, np.nan)


def _as_floats(*values: npt.ArrayLike) -> list[Floats]:
    return [np.asarray(value, dtype=np.float64) for value in values]
