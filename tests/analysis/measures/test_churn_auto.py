import datetime
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures.churn_auto import (
    AutoFit,
    AutoProblem,
    auto_probability,
    churn_features,
    fit_auto,
    mean_of_log_odds,
)
from analysis.measures.occasions import purchase_records
from tests.analysis.measures.present import present
from tests.analysis.measures.simulated import AS_OF, SEED

HORIZON = 60
CUT = AS_OF - datetime.timedelta(days=HORIZON)
PROBABILITY = st.floats(0.001, 0.999)


def trade(customers: int = 400, days: int = 360, spend_tells: bool = True) -> pd.DataFrame:
    """Customers who order by a daily chance that, when ``spend_tells``, their spend gives away."""
    random = np.random.default_rng(SEED)
    rate = random.gamma(0.8, 0.02, customers)
    bought = random.random((customers, days)) < rate[:, None]
    bought[:, 0] = True
    customer, day = np.nonzero(bought)
    spend = 1_000 + 400_000 * rate if spend_tells else random.gamma(2, 5_000, customers)
    return pd.DataFrame(
        {
            "customer_id": customer,
            "ordered_on": pd.Timestamp(AS_OF) - pd.to_timedelta(days - 1 - day, unit="D"),
            "lines": 1 + customer % 3,
            "net_revenue": spend[customer].astype(np.int64),
            "bought": True,
        }
    )


def fitted(days: pd.DataFrame, horizon: int = HORIZON) -> AutoFit:
    cut = AS_OF - datetime.timedelta(days=horizon)
    return fit_auto(purchase_records(days, AS_OF), purchase_records(days, cut), AS_OF, horizon)


@given(PROBABILITY, PROBABILITY)
def test_the_blend_lies_between_and_is_symmetric(one: float, other: float) -> None:
    p, q = np.array([one]), np.array([other])
    blend = mean_of_log_odds(p, q)[0]
    assert min(one, other) - 1e-9 <= blend <= max(one, other) + 1e-9
    assert mean_of_log_odds(q, p)[0] == pytest.approx(blend)
    assert mean_of_log_odds(1 - p, 1 - q)[0] == pytest.approx(1 - blend)


def test_worked_example_of_the_blend() -> None:
    assert mean_of_log_odds(np.array([0.9]), np.array([0.5]))[0] == pytest.approx(0.75)  # odds 9 and 1 give 3


def test_it_is_used_where_what_customers_spend_tells_more_than_their_rhythm() -> None:
    fit = fitted(trade())
    assert fit.used
    assert fit.brier < fit.demand_brier
    assert fit.customers == 400


def test_the_order_of_customers_and_the_currency_change_nothing() -> None:
    days = trade()
    fit, other = (
        fitted(days),
        fitted(
            days.sample(frac=1, random_state=1)
            .sort_values("ordered_on")
            .assign(net_revenue=days["net_revenue"] * 100)
        ),
    )
    records = purchase_records(days, AS_OF)
    same = churn_features(records, AS_OF, HORIZON, fit.typical_value)
    in_cents = churn_features(
        records.assign(lifetime_net_revenue=records["lifetime_net_revenue"] * 100),
        AS_OF,
        HORIZON,
        other.typical_value,
    )
    assert other.brier == pytest.approx(fit.brier, abs=1e-9)
    np.testing.assert_allclose(
        present(other.logistic).probability(in_cents), present(fit.logistic).probability(same), atol=1e-6
    )


def test_nothing_that_happens_after_the_cut_is_in_a_feature() -> None:
    days = trade()
    later = days.assign(net_revenue=days["net_revenue"].where(days["ordered_on"] <= pd.Timestamp(CUT), 1))
    assert present(fitted(days).logistic).weights == pytest.approx(present(fitted(later).logistic).weights)


@pytest.mark.parametrize(
    ("customers", "days", "horizon", "problem"),
    [
        (299, 360, 60, AutoProblem.FEW_CUSTOMERS),
        (400, 119, 60, AutoProblem.SHORT_HISTORY),
        (400, 360, 1, AutoProblem.FEW_OUTCOMES),
    ],
)
def test_what_is_too_little_to_learn_from(
    customers: int, days: int, horizon: int, problem: AutoProblem
) -> None:
    fit = fitted(trade(customers, days), horizon)
    assert fit.problem is problem
    assert fit.logistic is None


def test_one_that_does_no_better_leaves_the_probability_alone() -> None:
    days = trade()
    records = purchase_records(days, AS_OF)
    by_demand = pd.Series(0.25, index=records.index)
    no_better = replace(fitted(days), problem=AutoProblem.NO_BETTER)
    assert auto_probability(by_demand, records, no_better, AS_OF, HORIZON) is by_demand
    assert not auto_probability(by_demand, records, fitted(days), AS_OF, HORIZON).equals(by_demand)


def test_a_customer_missing_from_the_later_records_is_refused() -> None:
    records = purchase_records(trade(), AS_OF)
    with pytest.raises(ValueError, match="missing"):
        fit_auto(records.iloc[1:], records, AS_OF, HORIZON)
