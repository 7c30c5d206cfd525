import datetime
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetimes import ModifiedBetaGeoFitter

from analysis.measures.churn import ChurnFit, ChurnModel, ChurnPolicy, assess_churn
from analysis.measures.churn_auto import AutoFit, AutoProblem
from analysis.measures.demand import DemandModel, DemandParameters, log_likelihood, probability_no_order
from analysis.measures.demand_fit import DemandFit, FitProblem
from analysis.measures.logistic import LogisticModel
from analysis.measures.occasions import purchase_histories, purchase_occasions
from tests.analysis.measures.simulated import AS_OF, histories

PARAMETERS = DemandParameters(DemandModel.MBG_NBD, 0.5248, 6.1830, 0.8914, 1.6140)
FIT = ChurnFit(DemandFit(DemandModel.MBG_NBD, PARAMETERS, -1.0, 3, 2, 3, None))
POLICY = ChurnPolicy()


def customers(*rows: tuple[int, int, int], **columns: Any) -> pd.DataFrame:
    frame = histories(*rows).assign(**columns)
    never = frame["order_days"] == 0
    return frame.assign(
        first_order_on=frame["first_order_on"].mask(never), last_order_on=frame["last_order_on"].mask(never)
    )


def test_the_probability_is_the_model_s_over_the_horizon() -> None:
    result = assess_churn(customers((3, 140, 210)), FIT, POLICY, AS_OF)
    expected = probability_no_order(PARAMETERS, 3, 20, 30, 90 / 7)
    assert result["churn_probability"].tolist() == [pytest.approx(float(expected), rel=1e-12)]


@given(st.integers(0, 20), st.integers(0, 700), st.integers(0, 300), st.integers(1, 400))
def test_the_probability_agrees_with_the_ratio_of_the_likelihoods(
    repeats: int, last: int, since: int, horizon: int
) -> None:
    last = max(last, repeats) if repeats else 0
    policy = replace(POLICY, horizon_days=horizon)
    found = assess_churn(customers((repeats, last, last + since)), FIT, policy, AS_OF)["churn_probability"]
    history = (repeats, last / 7)
    silent, known = (log_likelihood(PARAMETERS, *history, (last + since + days) / 7) for days in (horizon, 0))
    assert found.tolist() == [pytest.approx(float(np.exp(silent - known)), rel=1e-9, abs=1e-12)]


def test_probabilities_agree_with_lifetimes_on_cdnow(cdnow_sample: pd.DataFrame) -> None:
    """The library's chance of being alive and orders to be expected; ours of none is a ratio of its likelihoods."""
    day = datetime.date(1997, 9, 30)
    known = purchase_histories(purchase_occasions(cdnow_sample, free_counts=True), day)
    found = assess_churn(known, FIT, POLICY, day)
    library = ModifiedBetaGeoFitter()
    library.params_ = pd.Series({name: getattr(PARAMETERS, name) for name in ("r", "alpha", "a", "b")})
    x = (known["order_days"] - 1).to_numpy()
    t_x = (known["last_order_on"] - known["first_order_on"]).dt.days.to_numpy() / 7
    age = (pd.Timestamp(day) - known["first_order_on"]).dt.days.to_numpy() / 7
    weeks = POLICY.horizon_days / 7
    np.testing.assert_allclose(
        found["p_alive"], library.conditional_probability_alive(x, t_x, age), rtol=1e-9
    )
    orders = library.conditional_expected_number_of_purchases_up_to_time(weeks, x, t_x, age)
    np.testing.assert_allclose(found["expected_orders"], orders, rtol=1e-7)

    def log_of(until: np.ndarray) -> np.ndarray:
        logs = np.log(library.params_[["r", "alpha", "a", "b"]].to_numpy())
        each = zip(x, t_x, until, strict=True)
        one = np.ones(1)
        return np.array(
            [-library._negative_log_likelihood(logs, *map(np.atleast_1d, row), one, 0.0) for row in each]
        )

    some = slice(0, None, 8)  # one call of the library a customer
    x, t_x, age = x[some], t_x[some], age[some]
    silent = np.exp(log_of(age + weeks) - log_of(age))
    np.testing.assert_allclose(found["churn_probability"].to_numpy()[some], silent, rtol=1e-9)
    assert found["churn_flag"].tolist() == (found["churn_probability"] >= POLICY.flag_at).tolist()


def test_the_flag_is_raised_at_the_cut() -> None:
    frame = customers((10, 100, 700), (10, 100, 101))
    probability = assess_churn(frame, FIT, POLICY, AS_OF)["churn_probability"]
    at_the_first = replace(POLICY, flag_at=probability[0])
    assert assess_churn(frame, FIT, at_the_first, AS_OF)["churn_flag"].tolist() == [True, False]


def test_customers_who_never_ordered_have_no_score_and_no_flag() -> None:
    result = assess_churn(customers((-1, 0, 0), (3, 140, 210)), FIT, POLICY, AS_OF)
    assert result["churn_status"].tolist() == ["no_orders", "scored"]
    assert result["churn_probability"].isna().tolist() == [True, False]
    assert result["churn_flag"].isna().tolist() == [True, False]
    assert result["days_since_last_order"].tolist() == [pd.NA, 70]


def test_an_unpublished_fit_scores_nobody() -> None:
    degenerate = ChurnFit(replace(FIT.demand, problem=FitProblem.NO_DROPOUT))
    result = assess_churn(customers((3, 140, 210), (-1, 0, 0), open_complaints=1), degenerate, POLICY, AS_OF)
    assert result["churn_status"].tolist() == ["not_published", "no_orders"]
    assert result[["churn_probability", "p_alive", "churn_flag"]].isna().all(axis=None)
    assert (result["churn_reasons"] == "").all()
    assert result["reason_open_complaints"].all()


def auto_fit(problem: AutoProblem | None) -> AutoFit:
    """Auto whose logistic half says odds of 1 : 1 for everybody."""
    names = ("recency", "order_days", "lines_per_day", "value_per_day")
    logistic = LogisticModel(names, 0.0, np.zeros(4), np.zeros(4), np.ones(4))
    return AutoFit(logistic, 100.0, 300, 150, 0.1, 0.2, problem)


def test_auto_moves_the_probability_and_nothing_else() -> None:
    frame = customers((3, 140, 210), (-1, 0, 0), lifetime_lines=4, lifetime_net_revenue=900)
    alone = assess_churn(frame, FIT, POLICY, AS_OF)
    blended = assess_churn(frame, replace(FIT, auto=auto_fit(None)), POLICY, AS_OF)
    odds = [p / (1 - p) for p in (alone["churn_probability"][0], blended["churn_probability"][0])]
    assert odds[1] == pytest.approx(odds[0] ** 0.5)
    pd.testing.assert_frame_equal(
        blended.drop(columns="churn_probability"), alone.drop(columns="churn_probability")
    )


def test_auto_that_may_not_be_used_leaves_the_model_of_demand() -> None:
    frame = customers((3, 140, 210), lifetime_lines=4, lifetime_net_revenue=900)
    fallen_back = replace(FIT, auto=auto_fit(AutoProblem.NO_BETTER))
    pd.testing.assert_frame_equal(
        assess_churn(frame, fallen_back, POLICY, AS_OF), assess_churn(frame, FIT, POLICY, AS_OF)
    )
    assert ChurnModel.AUTO.demand is DemandModel.MBG_NBD


def test_reasons_are_named_for_flagged_customers_only() -> None:
    frame = customers((10, 100, 700), (10, 100, 101), median_interval_days=10.0, open_complaints=2)
    result = assess_churn(frame, FIT, POLICY, AS_OF)
    assert result["churn_reasons"].tolist() == ["overdue|open_complaints", ""]
    assert result["reason_open_complaints"].tolist() == [True, True]


def test_the_index_and_the_order_of_customers_are_kept() -> None:
    frame = customers((3, 140, 210), (0, 0, 5), (-1, 0, 0)).iloc[[2, 0, 1]]
    result = assess_churn(frame, FIT, POLICY, AS_OF)
    pd.testing.assert_index_equal(result.index, frame.index)
    assert result["churn_probability"].notna().tolist() == [False, True, True]


def test_an_empty_population_is_assessed() -> None:
    assert assess_churn(customers(), FIT, POLICY, AS_OF).empty


def test_dtypes_are_as_documented() -> None:
    dtypes = assess_churn(customers((3, 140, 210)), FIT, POLICY, AS_OF).dtypes
    assert dtypes["churn_probability"] == np.float64
    assert dtypes["churn_flag"] == dtypes["reason_overdue"] == "boolean"
    assert dtypes["days_since_last_order"] == "Int64"


@pytest.mark.parametrize("wrong", [{"horizon_days": 0}, {"flag_at": 0.0}, {"flag_at": 1.5}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        ChurnPolicy(**wrong)
