import datetime
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.measures.backtest import Forecast, Known, backtest, score_method
from analysis.measures.churn import ChurnFit, ChurnPolicy, assess_churn
from analysis.measures.demand_fit import FitProblem, fit_demand
from analysis.measures.occasions import purchase_histories, purchase_occasions
from tests.analysis.measures.agreeing import by_sql
from tests.analysis.measures.present import present

OUTCOMES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=50
)
SCORES_BY_SQL = """
with ranked as (
    select *, rank() over (order by p) + (count(*) over (partition by p) - 1) / 2 as middle,
        rank() over (order by p desc) as place, count(*) over (partition by p) as alike, count(*) over () as n
    from judged
), edge as (
    select *, greatest(0, least(1, (ceil(n / 10) - place + 1) / alike)) as taken from ranked
)
select count(*) as customers, sum(gone::int) as churners,
    (sum(middle) filter (where gone) - churners * (churners + 1) / 2) / (churners * (customers - churners)) as auc,
    avg((p - gone::int) ** 2) as brier, avg(gone::int) * (1 - avg(gone::int)) as base_rate_brier,
    sum(taken) filter (where gone) / sum(taken) as precision_riskiest_tenth
from edge
"""
AS_OF = datetime.date(2024, 12, 31)


def arrays(outcomes: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p for p, _ in outcomes]), np.array([gone for _, gone in outcomes], dtype=bool)


def days(*rows: tuple[int, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on"]).astype({"ordered_on": "datetime64[us]"})
    return frame.assign(lines=1, net_revenue=100, bought=True)


@given(OUTCOMES)
def test_the_auc_agrees_with_counting_pairs_in_the_right_order(outcomes: list[tuple[float, bool]]) -> None:
    probability, churned = arrays(outcomes)
    assume(churned.any() and not churned.all())
    pairs = [(p > q) + (p == q) / 2 for p in probability[churned] for q in probability[~churned]]
    assert score_method(probability, churned).auc == pytest.approx(np.mean(pairs))


def test_every_score_agrees_with_sql_on_cdnow(cdnow_sample: pd.DataFrame) -> None:
    """Who had ordered by the end of September 1997, and whether they came back within 90 days."""
    day, horizon = pd.Timestamp("1997-09-30"), pd.Timedelta(days=90)
    bought = purchase_occasions(cdnow_sample, free_counts=True)
    known = purchase_histories(bought, day.date())
    probability = assess_churn(known, ChurnFit(fit_demand(known, day.date())), ChurnPolicy(), day.date())
    again = bought.loc[(bought["ordered_on"] > day) & (bought["ordered_on"] <= day + horizon), "customer_id"]
    judged = pd.DataFrame({"p": probability["churn_probability"], "gone": ~known.index.isin(again)})
    scores = score_method(judged["p"].to_numpy(), judged["gone"].to_numpy())
    expected = by_sql(SCORES_BY_SQL, judged=judged).iloc[0]
    for name in ("customers", "churners", "auc", "brier", "base_rate_brier", "precision_riskiest_tenth"):
        assert getattr(scores, name) == pytest.approx(expected[name], rel=1e-9), name


@given(OUTCOMES, st.randoms())
def test_the_order_of_customers_changes_no_figure(outcomes: list[tuple[float, bool]], random: Random) -> None:
    shuffled = random.sample(outcomes, len(outcomes))
    before, after = score_method(*arrays(outcomes)), score_method(*arrays(shuffled))
    for name in ("auc", "brier", "base_rate_brier", "precision_riskiest_tenth"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), nan_ok=True)
    assert [bin_.customers for bin_ in after.calibration] == [bin_.customers for bin_ in before.calibration]


@given(OUTCOMES)
def test_the_deciles_hold_every_customer_once(outcomes: list[tuple[float, bool]]) -> None:
    scores = score_method(*arrays(outcomes))
    assert sum(bin_.customers for bin_ in scores.calibration) == scores.customers
    assert sum(bin_.customers * bin_.churn_rate for bin_ in scores.calibration) == pytest.approx(
        scores.churners
    )


def test_the_base_rate_itself_scores_as_the_base_rate_and_does_not_beat_it() -> None:
    scores = score_method(np.full(4, 0.25), np.array([True, False, False, False]))
    assert scores.brier == scores.base_rate_brier == 0.1875
    assert not scores.beats_base_rate
    assert scores.auc == 0.5


def test_precision_takes_the_expected_share_of_those_tied_at_the_edge() -> None:
    probability = np.r_[0.9, np.full(4, 0.8), np.zeros(15)]  # twenty customers: the riskiest tenth is two
    churned = np.r_[True, True, False, False, False, np.zeros(15, dtype=bool)]
    assert score_method(probability, churned).precision_riskiest_tenth == pytest.approx((1 + 0.25) / 2)


def test_auc_is_undefined_when_nobody_left() -> None:
    assert np.isnan(score_method(np.array([0.1, 0.2]), np.array([False, False])).auc)


@pytest.mark.parametrize(
    ("probability", "churned"), [([], []), ([1.5], [True]), ([np.nan], [True]), ([0.5], [])]
)
def test_what_cannot_be_scored_is_refused(probability: list[float], churned: list[bool]) -> None:
    with pytest.raises(ValueError, match="probabilit"):
        score_method(np.array(probability), np.array(churned, dtype=bool))


def test_a_method_sees_nothing_of_the_horizon_and_is_judged_by_it() -> None:
    seen: dict[str, object] = {}

    def method(known: Known) -> Forecast:
        seen.update(last=known.records["last_order_on"].max(), earlier=list(known.earlier.index))
        seen.update(trained_to=known.trained_to, horizon_days=known.horizon_days)
        return Forecast(pd.Series([0.9, 0.1], index=[1, 2]), None)

    orders = days(
        (1, "2024-12-21"),
        (2, "2024-12-11"),
        (2, "2024-12-31"),
        (3, "2024-12-25"),
        (1, "2025-01-01"),
    )
    result = backtest(orders, AS_OF, 10, {"mine": method})["mine"]
    assert seen == {
        "last": pd.Timestamp("2024-12-21"),
        "earlier": [2],
        "trained_to": datetime.date(2024, 12, 21),
        "horizon_days": 10,
    }
    scores = present(result.scores)
    assert (scores.customers, scores.churners, scores.auc) == (2, 1, 1.0)
    assert result.may_be_default


def test_a_method_that_could_not_be_trained_says_why() -> None:
    results = backtest(days((1, "2024-12-25")), AS_OF, 10)
    assert {result.problem for result in results.values()} == {FitProblem.NO_CUSTOMERS}
    assert not any(result.may_be_default for result in results.values())
