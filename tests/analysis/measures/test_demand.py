import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import eigh_tridiagonal

from analysis.measures.demand import (
    DemandModel,
    DemandParameters,
    expected_orders,
    log_likelihood,
    probability_alive,
    probability_no_order,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # unmaintained: a yardstick here, never a dependency
    from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter

BG = DemandParameters(DemandModel.BG_NBD, 0.2426, 4.4135, 0.7929, 2.4258)
MBG = DemandParameters(DemandModel.MBG_NBD, 0.5248, 6.1830, 0.8914, 1.6140)
NBD = DemandParameters(DemandModel.NBD, 0.3848, 12.0720)
MODELS = [BG, MBG, NBD]
FITTERS = {DemandModel.BG_NBD: BetaGeoFitter, DemandModel.MBG_NBD: ModifiedBetaGeoFitter}

# one-time, frequent, silent and just-in-time customers: x, t_x, T in weeks
X = np.array([0, 0, 1, 2, 5, 26, 200])
T_X = np.array([0, 0, 10.0, 30.43, 38.0, 30.0, 104.0])
T = np.array([0, 38.86, 38.86, 38.86, 38.0, 38.86, 156.0])


def positive(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(math.log(low), math.log(high)).map(math.exp)


@st.composite
def parameters(draw: st.DrawFn) -> DemandParameters:
    model = draw(st.sampled_from(DemandModel))
    rates = draw(positive(0.01, 20)), draw(positive(0.1, 100))
    dropout = () if model is DemandModel.NBD else (draw(positive(0.01, 20)), draw(positive(0.01, 20)))
    return DemandParameters(model, *rates, *dropout)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, float, float]:
    x, T = draw(st.integers(0, 300)), draw(positive(0.1, 1000))
    return x, 0.0 if x == 0 else T * draw(st.floats(0, 1)), T


def oracle(of: DemandParameters) -> Any:
    fitter = FITTERS[of.model]()
    fitter.params_ = dict(zip(["r", "alpha", "a", "b"], [of.r, of.alpha, of.a, of.b], strict=True))
    return fitter


def by_quadrature(
    of: DemandParameters, x: int, t_x: float, T: float, horizon: float, nodes: int = 200
) -> float:
    """p_alive · E[(1 − (1 + p·H/(α+T))^−(r+x)) / p] with p ~ Beta(a, β+x), by Gauss and Jacobi's rule."""
    left, right = of.beta + x - 1, of.a - 1
    k = np.arange(nodes, dtype=float)
    s = 2 * k + left + right
    diagonal = np.r_[(right - left) / (s[0] + 2), (right**2 - left**2) / (s[1:] * (s[1:] + 2))]
    k, s = k[2:], s[2:]
    squares = 4 * k * (k + left) * (k + right) * (k + left + right) / (s**2 * (s + 1) * (s - 1))
    first = 4 * (1 + left) * (1 + right) / ((2 + left + right) ** 2 * (3 + left + right))
    points, vectors = eigh_tridiagonal(diagonal, np.sqrt(np.r_[first, squares]))
    p, weight = (1 + points) / 2, vectors[0] ** 2
    orders = -np.expm1(-(of.r + x) * np.log1p(p * horizon / (of.alpha + T))) / p
    return float(weight @ orders) * float(probability_alive(of, x, t_x, T))


def test_the_paper_s_worked_example() -> None:
    assert expected_orders(BG, 2, 30.43, 38.86, 39) == pytest.approx(1.226, abs=5e-4)


@pytest.mark.parametrize("model", [BG, MBG], ids=lambda model: model.model)
def test_alive_and_expected_orders_agree_with_lifetimes(model: DemandParameters) -> None:
    reference = oracle(model)
    alive = reference.conditional_probability_alive(X, T_X, T)
    orders = reference.conditional_expected_number_of_purchases_up_to_time(13, X, T_X, T)
    np.testing.assert_allclose(probability_alive(model, X, T_X, T), alive, rtol=1e-9)
    np.testing.assert_allclose(expected_orders(model, X, T_X, T, 13), orders, rtol=1e-7)


@pytest.mark.parametrize("model", [BG, MBG], ids=lambda model: model.model)
def test_the_likelihood_agrees_with_lifetimes(model: DemandParameters) -> None:
    logs = np.log([model.r, model.alpha, model.a, model.b])
    expected = -oracle(model)._negative_log_likelihood(logs, X, T_X, T, np.ones(len(X)), 0.0)
    assert log_likelihood(model, X, T_X, T).mean() == pytest.approx(expected, rel=1e-12)


@given(parameters(), histories(), positive(0.1, 1000))
def test_no_order_is_a_ratio_of_likelihoods(
    model: DemandParameters, history: tuple[int, float, float], horizon: float
) -> None:
    x, t_x, T = history
    ratio = np.exp(log_likelihood(model, x, t_x, T + horizon) - log_likelihood(model, x, t_x, T))
    assert probability_no_order(model, x, t_x, T, horizon) == pytest.approx(ratio, rel=1e-7, abs=1e-300)


@given(parameters(), histories(), positive(0.1, 25), positive(0.1, 5))
def test_a_longer_horizon_means_more_orders_and_less_silence(
    model: DemandParameters, history: tuple[int, float, float], horizon: float, longer: float
) -> None:
    none = probability_no_order(model, *history, np.array([horizon, horizon + longer]))
    orders = expected_orders(model, *history, np.array([horizon, horizon + longer]))
    assert 0 <= none[1] <= none[0] <= 1
    assert 0 <= orders[0] <= orders[1] * (1 + 1e-9)


@settings(max_examples=60, deadline=None)
@given(
    parameters().filter(lambda model: model.model is not DemandModel.NBD), histories(), st.floats(0.01, 20)
)
def test_expected_orders_agree_with_quadrature(
    model: DemandParameters, history: tuple[int, float, float], horizons_per_age: float
) -> None:
    horizon = horizons_per_age * (model.alpha + history[2])
    expected = by_quadrature(model, *history, horizon)
    assert expected_orders(model, *history, horizon) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("a", [1.0, 1.0 + 1e-9, 1.0 - 1e-7, 1.0 + 1e-5])
def test_expected_orders_pass_smoothly_through_the_pole_at_one(a: float) -> None:
    model = replace(MBG, a=a)
    assert expected_orders(model, 3, 20.0, 30.0, 13) == pytest.approx(
        by_quadrature(model, 3, 20.0, 30.0, 13), rel=1e-8
    )


def test_expected_orders_pass_smoothly_through_the_pole_of_one_time_buyers() -> None:
    model = replace(BG, a=0.4, b=0.6)
    assert expected_orders(model, 0, 0.0, 30.0, 13) == pytest.approx(
        by_quadrature(model, 0, 0.0, 30.0, 13), rel=1e-8
    )


@pytest.mark.parametrize("x", [0, 97, 2000])
def test_expected_orders_of_frequent_buyers_survive_shapes_that_differ_by_a_whole_number(x: int) -> None:
    model = DemandParameters(DemandModel.MBG_NBD, r=2.7, alpha=1.0, a=2.7, b=1.0)
    assert expected_orders(model, x, 1.0, 1.0, 20) == pytest.approx(
        by_quadrature(model, x, 1.0, 1.0, 20), rel=1e-8
    )


def test_the_bg_nbd_holds_every_one_time_buyer_alive_and_the_mbg_nbd_does_not() -> None:
    assert probability_alive(BG, 0, 0, 1e6) == 1
    assert probability_alive(MBG, 0, 0, 1e6) < 0.01
    assert probability_no_order(BG, 0, 0, 38.86, 13) > 0


def test_the_nbd_is_the_limit_of_no_dropout() -> None:
    limit = replace(MBG, a=1e-9, b=10.0)
    nbd = DemandParameters(DemandModel.NBD, MBG.r, MBG.alpha)
    known = X[:5], T_X[:5], T[:5]
    np.testing.assert_allclose(
        log_likelihood(limit, *known), log_likelihood(nbd, *known), rtol=1e-6, atol=1e-12
    )
    for forecast in (probability_no_order, expected_orders):
        np.testing.assert_allclose(forecast(limit, *known, 13), forecast(nbd, *known, 13), rtol=1e-5)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.model)
def test_long_silences_and_long_histories_stay_finite(model: DemandParameters) -> None:
    x, t_x, T = np.array([0, 1, 5000, 5000]), np.array([0, 1.0, 5.0, 1e5]), np.array([1e6, 1e6, 1e6, 1e5])
    for values in (
        log_likelihood(model, x, t_x, T),
        probability_no_order(model, x, t_x, T, 1e4),
        expected_orders(model, x, t_x, T, 1e3),
    ):
        assert np.isfinite(values).all()


def test_orders_too_far_ahead_are_unknown_rather_than_wrong() -> None:
    assert np.isnan(expected_orders(MBG, 0, 0, 0, 301 * MBG.alpha))
    assert np.isfinite(expected_orders(MBG, 0, 0, 0, 299 * MBG.alpha))
    assert np.isfinite(probability_no_order(MBG, 0, 0, 0, 301 * MBG.alpha))


def test_a_regular_buyer_who_falls_silent_is_gone() -> None:
    assert probability_no_order(MBG, 50, 50.0, 150.0, 13) > 0.999
    assert probability_no_order(MBG, 50, 50.0, 50.0, 13) < 0.05


@pytest.mark.parametrize("wrong", [{"r": 0.0}, {"alpha": math.inf}, {"a": math.nan}, {"b": -1.0}])
def test_impossible_parameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="positive finite"):
        replace(MBG, **wrong)


def test_the_nbd_takes_no_dropout() -> None:
    with pytest.raises(ValueError, match="neither a nor b"):
        DemandParameters(DemandModel.NBD, 1.0, 1.0, 1.0, 1.0)
