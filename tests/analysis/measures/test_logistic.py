import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from analysis.measures.logistic import fit_logistic

SEEDS = st.integers(0, 10_000)


def drawn(seed: int, rows: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    """Two features, one of them telling, and outcomes of both kinds."""
    random = np.random.default_rng(seed)
    features = pd.DataFrame({"telling": random.normal(3, 2, rows), "noise": random.normal(0, 50, rows)})
    outcome = random.random(rows) < expit(features["telling"] - 3)
    outcome[:2] = [True, False]
    return features, outcome


def by_newton(features: pd.DataFrame, outcome: np.ndarray, ridge: float) -> np.ndarray:
    """Probabilities by Newton's method on the same penalised likelihood: an independent solution."""
    standard = ((features - features.mean()) / features.std(ddof=0)).to_numpy()
    design = np.column_stack([np.ones(len(features)), standard])
    penalty = np.diag([0.0] + [ridge] * features.shape[1])
    weights = np.zeros(design.shape[1])
    for _step in range(50):
        p = expit(design @ weights)
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + penalty
        weights += np.linalg.solve(hessian, design.T @ (outcome - p) - penalty @ weights)
    return expit(design @ weights)


@given(SEEDS, st.sampled_from([0.1, 1.0, 30.0]))
@settings(max_examples=25)
def test_it_finds_the_maximum_that_newtons_method_finds(seed: int, ridge: float) -> None:
    features, outcome = drawn(seed)
    found = fit_logistic(features, outcome, ridge).probability(features)
    np.testing.assert_allclose(found, by_newton(features, outcome, ridge), atol=1e-6)


@given(SEEDS)
@settings(max_examples=15)
def test_the_mean_probability_is_the_share_of_outcomes(seed: int) -> None:
    features, outcome = drawn(seed)
    assert fit_logistic(features, outcome).probability(features).mean() == pytest.approx(
        outcome.mean(), abs=1e-7
    )


@given(SEEDS)
@settings(max_examples=15)
def test_neither_units_nor_the_order_of_rows_matter(seed: int) -> None:
    features, outcome = drawn(seed)
    shuffled = np.random.default_rng(seed).permutation(len(features))
    other = fit_logistic(features.iloc[shuffled] * [100, 1] + [7, 0], outcome[shuffled])
    np.testing.assert_allclose(
        other.probability(features * [100, 1] + [7, 0]),
        fit_logistic(features, outcome).probability(features),
        atol=1e-6,
    )


def test_one_yes_or_no_feature_gives_the_shares_of_its_groups() -> None:
    features = pd.DataFrame({"here": np.repeat([0.0, 1.0], [10, 20])})
    outcome = np.repeat([True, False, True, False], [3, 7, 15, 5])
    fitted = fit_logistic(features, outcome, ridge=1e-9)
    assert fitted.probability(features)[[0, -1]] == pytest.approx([0.30, 0.75], abs=1e-5)
    assert fitted.weights[0] / fitted.deviations[0] == pytest.approx(logit(0.75) - logit(0.30), abs=1e-4)


def test_a_feature_that_separates_the_outcomes_keeps_a_finite_weight() -> None:
    features = pd.DataFrame({"tells_all": [0.0, 1, 2, 3], "constant": 5.0})
    fitted = fit_logistic(features, np.array([False, False, True, True]))
    assert 0 < fitted.weights[0] < 10
    assert fitted.weights[1] == 0


@pytest.mark.parametrize(("value", "outcome"), [(np.nan, [True, False]), (1.0, [True, True]), (1.0, [True])])
def test_what_cannot_be_fitted_is_refused(value: float, outcome: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"finite|both outcomes"):
        fit_logistic(pd.DataFrame({"x": [0.0, value]}), np.array(outcome))
