import datetime
from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest

from analysis.measures.demand import DemandModel, DemandParameters, log_likelihood
from analysis.measures.demand_fit import (
    FitProblem,
    demand_rows,
    fit_demand,
    fit_demand_or_nbd,
    log_likelihood_gradient,
    score_demand,
)
from tests.analysis.measures.present import present
from tests.analysis.measures.simulated import AS_OF, histories, simulated_histories

TRUTH = DemandParameters(DemandModel.MBG_NBD, 0.6, 8.0, 0.8, 2.5)
X, T_X, T = (
    np.array([0, 0, 1, 7, 40]),
    np.array([0, 0, 3.0, 20.0, 51.0]),
    np.array([0, 9.0, 30.0, 60.0, 52.0]),
)


@pytest.mark.parametrize("model", DemandModel)
@pytest.mark.parametrize("values", [(0.5, 6.0, 0.9, 1.6), (2.0, 40.0, 0.05, 0.3), (0.1, 0.5, 12.0, 7.0)])
def test_the_gradient_agrees_with_finite_differences(model: DemandModel, values: tuple[float, ...]) -> None:
    values = values[:2] if model is DemandModel.NBD else values
    gradient = log_likelihood_gradient(DemandParameters(model, *values), X, T_X, T)
    for position, value in enumerate(values):
        step = np.zeros(len(values))
        step[position] = 1e-5 * value
        above, below = (
            log_likelihood(DemandParameters(model, *(values + s)), X, T_X, T) for s in (step, -step)
        )
        np.testing.assert_allclose(gradient[position], (above - below) / (2e-5 * value), rtol=1e-6, atol=1e-8)


def test_equal_histories_are_compressed_and_found_again() -> None:
    frame = histories((0, 0, 70), (3, 14, 21), (0, 0, 70))
    rows = demand_rows(frame, AS_OF)
    assert rows.count.tolist() == [2, 1]
    assert np.stack([rows.x, rows.t_x, rows.T])[:, rows.row_of_customer].T.tolist() == [
        [0, 0, 10],
        [3, 2, 3],
        [0, 0, 10],
    ]


def test_compression_changes_no_fit() -> None:
    frame = simulated_histories(TRUTH, 300)
    once, thrice = fit_demand(frame, AS_OF), fit_demand(pd.concat([frame] * 3), AS_OF)
    assert thrice.distinct_rows == once.distinct_rows
    assert thrice.log_likelihood == pytest.approx(3 * once.log_likelihood, rel=1e-9)
    np.testing.assert_allclose(
        astuple(present(thrice.parameters))[1:], astuple(present(once.parameters))[1:], rtol=1e-3
    )


def test_the_order_of_customers_changes_no_score() -> None:
    frame = simulated_histories(TRUTH, 200)
    shuffled = frame.sample(frac=1, random_state=1)
    expected = score_demand(frame, TRUTH, AS_OF, 90)
    pd.testing.assert_frame_equal(score_demand(shuffled, TRUTH, AS_OF, 90).sort_index(), expected)


@pytest.mark.parametrize("model", [DemandModel.MBG_NBD, DemandModel.BG_NBD])
def test_a_fit_recovers_what_made_the_data(model: DemandModel) -> None:
    truth = DemandParameters(model, 0.6, 8.0, 0.8, 2.5)
    fit = fit_demand(simulated_histories(truth, 40_000), AS_OF, model)
    assert fit.published
    rows = demand_rows(simulated_histories(truth, 40_000), AS_OF)
    assert fit.log_likelihood >= rows.count @ log_likelihood(truth, rows.x, rows.t_x, rows.T)
    np.testing.assert_allclose(astuple(present(fit.parameters))[1:], astuple(truth)[1:], rtol=0.15)


def test_a_fit_stands_where_the_gradient_vanishes() -> None:
    frame = simulated_histories(TRUTH, 5_000)
    fit, rows = fit_demand(frame, AS_OF), demand_rows(frame, AS_OF)
    slope = log_likelihood_gradient(present(fit.parameters), rows.x, rows.t_x, rows.T) @ rows.count
    np.testing.assert_allclose(slope / len(frame) * astuple(present(fit.parameters))[1:], 0, atol=1e-5)


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (histories(), FitProblem.NO_CUSTOMERS),
        (histories((2, 14, 30)), FitProblem.ONE_CUSTOMER),
        (histories((0, 0, 30), (0, 0, 90)), FitProblem.NO_REPEAT_BUYERS),
        (histories((0, 0, 0), (0, 0, 0)), FitProblem.NO_REPEAT_BUYERS),
        (histories(*[(4, 28, 30)] * 50), FitProblem.NO_DROPOUT),
    ],
)
def test_data_that_carry_no_model_are_not_published(frame: pd.DataFrame, problem: FitProblem) -> None:
    fit = fit_demand(frame, AS_OF)
    assert fit.problem is problem
    assert not fit.published


def test_where_nobody_leaves_the_nbd_stands_in_and_says_for_what() -> None:
    loyal = simulated_histories(DemandParameters(DemandModel.NBD, 2.0, 12.0), 3_000)
    assert fit_demand(loyal, AS_OF).problem is FitProblem.NO_DROPOUT
    fit = fit_demand_or_nbd(loyal, AS_OF)
    assert fit.published
    assert fit.model is DemandModel.NBD
    assert present(fit.instead_of).problem is FitProblem.NO_DROPOUT
    assert present(fit.parameters).r == pytest.approx(2.0, rel=0.1)


def test_where_customers_leave_the_model_asked_for_is_kept() -> None:
    fit = fit_demand_or_nbd(simulated_histories(TRUTH, 2_000), AS_OF)
    assert fit.model is DemandModel.MBG_NBD
    assert fit.instead_of is None


def test_equal_rates_drive_the_parameters_to_their_bounds() -> None:
    clockwork = histories(*[(x, 7 * x, 7 * x + 6) for x in range(20, 60)])
    assert fit_demand(clockwork, AS_OF, DemandModel.NBD).problem is FitProblem.PARAMETERS_AT_BOUNDS


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (histories((0, 0, -1)), "after"),
        (histories((-1, 0, 5)), "at least one order day"),
        (histories((9, 3, 5)), "more order days than days"),
    ],
)
def test_impossible_histories_are_refused(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        demand_rows(frame, AS_OF)


def test_a_day_of_observation_before_the_last_order_is_refused() -> None:
    with pytest.raises(ValueError, match="after 2024-12-01"):
        fit_demand(histories((1, 20, 25)), datetime.date(2024, 12, 1))
