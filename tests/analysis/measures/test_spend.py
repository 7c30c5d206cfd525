from dataclasses import astuple

import numpy as np
import pytest

from analysis.measures.occasions import purchase_occasions
from analysis.measures.spend import (
    SpendParameters,
    SpendProblem,
    expected_spend,
    fit_spend,
    repeat_spend,
    spend_gradient,
    spend_log_likelihood,
)
from tests.analysis.measures.present import present
from tests.analysis.measures.simulated import AS_OF, SEED
from tests.analysis.measures.test_occasions import lines

X, M = np.array([1.0, 2, 9, 150]), np.array([4.0, 80.5, 31.0, 12.25])


@pytest.mark.parametrize("values", [(6.25, 3.74, 15.45), (0.7, 1.2, 300.0), (40.0, 9.0, 2.0)])
def test_the_gradient_agrees_with_finite_differences(values: tuple[float, ...]) -> None:
    gradient = spend_gradient(SpendParameters(*values), X, M)
    for position, value in enumerate(values):
        step = np.zeros(3)
        step[position] = 1e-5 * value
        above, below = (spend_log_likelihood(SpendParameters(*(values + s)), X, M) for s in (step, -step))
        np.testing.assert_allclose(gradient[position], (above - below) / (2e-5 * value), rtol=1e-5, atol=1e-7)


def test_a_fit_recovers_what_made_the_data() -> None:
    random = np.random.default_rng(SEED)
    x = random.integers(1, 12, 200_000)
    rate = random.gamma(4.0, 1 / 1500.0, len(x))
    fit = fit_spend(x, random.gamma(6.0 * x, 1 / rate) / x)
    assert fit.published
    np.testing.assert_allclose(astuple(present(fit.parameters)), [6.0, 4.0, 1500.0], rtol=0.1)


def test_another_currency_scales_the_scale_alone() -> None:
    m = np.random.default_rng(SEED).gamma(3.0, 10.0, 500)
    x = np.arange(500) % 7 + 1
    cents, yuan = fit_spend(x, m * 100), fit_spend(x, m)
    assert present(cents.parameters).v == pytest.approx(100 * present(yuan.parameters).v, rel=1e-3)
    assert present(cents.parameters).p == pytest.approx(present(yuan.parameters).p, rel=1e-3)


def test_the_expectation_lies_between_the_customer_and_the_population() -> None:
    parameters = SpendParameters(6.25, 3.74, 15.45)
    population = float(expected_spend(parameters, 0, np.nan))
    assert population == pytest.approx(6.25 * 15.45 / 2.74)
    once, often = expected_spend(parameters, [1, 100], [100.0, 100.0])
    assert population < once < often < 100


def test_the_first_occasion_is_no_repeat() -> None:
    occasions = purchase_occasions(
        lines(
            (1, "2024-05-01", 1, 900),
            (1, "2024-05-02", 1, 10),
            (1, "2024-05-03", 1, 20),
            (2, "2024-05-01", 1, 5),
        )
    )
    assert repeat_spend(occasions, AS_OF).to_dict("index") == {1: {"repeats": 2, "mean_value": 15.0}}


def test_customers_who_paid_nothing_are_left_out() -> None:
    assert fit_spend([1, 1, 0], [0.0, 5.0, 5.0]).problem is SpendProblem.TOO_FEW_CUSTOMERS


def test_equal_spend_drives_the_parameters_to_their_bounds() -> None:
    assert fit_spend(np.full(50, 3), np.full(50, 20.0)).problem is SpendProblem.PARAMETERS_AT_BOUNDS


def test_spend_with_an_infinite_mean_is_not_published() -> None:
    random = np.random.default_rng(SEED)
    x = random.integers(1, 12, 5_000)
    fit = fit_spend(x, random.gamma(2.0 * x, 10 / random.gamma(0.6, 1.0, len(x))) / x)
    assert fit.problem is SpendProblem.INFINITE_MEAN
    with pytest.raises(ValueError, match="infinite"):
        expected_spend(present(fit.parameters), 1, 1.0)


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="v must be a positive finite number"):
        SpendParameters(1.0, 2.0, 0.0)
