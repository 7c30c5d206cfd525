import datetime
from decimal import Decimal
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.demand import DemandModel, DemandParameters, expected_orders
from analysis.measures.demand_fit import fit_demand
from analysis.measures.gold import GoldPolicy, choose_gold, expected_in_year, score_gold
from analysis.measures.occasions import purchase_histories, purchase_occasions
from analysis.measures.spend import SpendParameters, fit_spend, repeat_spend
from analysis.measures.windows import Window
from tests.analysis.measures.agreeing import assert_agrees, by_sql
from tests.analysis.measures.present import present
from tests.analysis.measures.simulated import AS_OF, histories

DEMAND = DemandParameters(DemandModel.MBG_NBD, 0.5248, 6.1830, 0.8914, 1.6140)
SPEND = SpendParameters(6.2488, 3.7446, 1544.78)
POLICY = GoldPolicy()
YEARS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(-3, 9), st.integers(-3, 9)), min_size=1, max_size=60
)
BY_SQL = """
    WITH ranked AS (
        SELECT *, rank() OVER (ORDER BY {by} DESC) AS by_list, rank() OVER (ORDER BY actual DESC) AS real
        FROM sums
    ), chosen AS (
        SELECT *, by_list <= ceil(0.05 * (SELECT count(*) FROM sums)) AND {by} > 0 AS listed,
            real <= ceil(0.05 * (SELECT count(*) FROM sums)) AND actual > 0 AS top
        FROM ranked
    )
    SELECT count(*) FILTER (listed AND top) / count(*) FILTER (listed) AS precision,
        sum(greatest(actual, 0)) FILTER (listed) / sum(greatest(actual, 0)) AS captured_share
    FROM chosen
"""
CHOSEN_BY_SQL = """
    SELECT expected AS expected_spend, rank() OVER (ORDER BY expected DESC) AS gold_rank,
        gold_rank <= ceil(0.05 * count(*) OVER ()) AND expected > 0 AS is_gold
    FROM sums ORDER BY customer_id
"""


def years(rows: list[tuple[int, int, int]], rate: int = 1) -> tuple[pd.Series, pd.Series, pd.Series]:
    """What was expected, what the year before brought and what came, in a currency of that rate."""
    frame = rate * pd.DataFrame(rows, columns=["expected", "last_year", "actual"], dtype="int64")
    return frame["expected"], frame["last_year"], frame["actual"]


@given(YEARS)
@settings(max_examples=25)
def test_no_list_beats_hindsight(rows: list[tuple[int, int, int]]) -> None:
    score = score_gold(*years(rows), POLICY)
    for found in (score.model, score.naive):
        assert found.hits <= min(found.chosen, score.hindsight.chosen)
        if found.chosen <= score.hindsight.chosen:
            assert found.captured <= score.hindsight.captured
    assert score.hindsight.precision == 1 or not score.hindsight.chosen


@given(YEARS, st.randoms(), st.sampled_from([1, 7]))
@settings(max_examples=20)
def test_neither_order_nor_currency_changes_the_score(
    rows: list[tuple[int, int, int]], random: Random, rate: int
) -> None:
    shuffled = random.sample(rows, len(rows))
    there = score_gold(*years(shuffled, rate), POLICY)
    here = score_gold(*years(rows), POLICY)
    assert (there.model.hits, there.naive.hits) == (here.model.hits, here.naive.hits)
    assert there.model.captured == here.model.captured * rate


@given(YEARS)
@settings(max_examples=20)
def test_gold_are_at_most_the_share_unless_tied(rows: list[tuple[int, int, int]]) -> None:
    expected = years(rows)[0]
    found = choose_gold(expected, POLICY)
    above_the_edge = found[found["is_gold"]]["expected_spend"]
    assert (above_the_edge > above_the_edge.min()).sum() < POLICY.count(len(expected))
    assert not found.loc[expected == 0, "is_gold"].any()


def test_the_expectation_is_of_the_year_alone() -> None:
    frame = histories((3, 140, 210)).assign(repeat_revenue=60_000)
    year = POLICY.next_year(AS_OF)
    assert year == Window(datetime.date(2025, 1, 1), datetime.date(2026, 1, 1))
    orders = float(expected_orders(DEMAND, 3, 20, 30, 365 / 7))
    spend = 6.2488 * (1544.78 + 60_000) / (6.2488 * 3 + 3.7446 - 1)
    found = expected_in_year(frame, DEMAND, SPEND, year, AS_OF)
    assert found.tolist() == pytest.approx([orders * spend], rel=1e-12)
    later = expected_in_year(frame, DEMAND, SPEND, Window(year.end, datetime.date(2027, 1, 1)), AS_OF)
    both = expected_in_year(frame, DEMAND, SPEND, Window(year.start, datetime.date(2027, 1, 1)), AS_OF)
    assert (found + later).tolist() == pytest.approx(both.tolist())


def test_a_fiscal_year_follows_the_day_and_the_last_one_is_over() -> None:
    april = GoldPolicy(fiscal_year_month=4)
    day = datetime.date(2024, 3, 31)
    assert april.next_year(day).start == datetime.date(2024, 4, 1)
    assert april.last_year(day) == Window(datetime.date(2023, 4, 1), datetime.date(2024, 4, 1))
    assert april.last_year(datetime.date(2024, 3, 30)).end == datetime.date(2023, 4, 1)
    assert POLICY.next_year(datetime.date(2024, 2, 29)).start == datetime.date(2025, 1, 1)


def test_worked_example() -> None:
    expected = pd.Series([50.0, 40, 30, *np.zeros(37)])
    last_year = pd.Series([100, 0, 900, *[0] * 37])
    actual = pd.Series([500, 300, 100, -50, *[0] * 35, 100])
    score = score_gold(expected, last_year, actual, POLICY)  # 5 % of 40 are two
    assert (score.model.chosen, score.model.precision, score.model.captured_share) == (2, 1.0, 0.8)
    assert (score.naive.chosen, score.naive.precision, score.naive.captured_share) == (2, 0.5, 0.6)
    assert (score.hindsight.captured_share, score.total) == (0.8, 1000)


@pytest.fixture(scope="module")
def predicted(cdnow_master: pd.DataFrame) -> pd.DataFrame:
    """CDNOW as of the end of September 1997: expected and real spend of the 39 weeks that follow, and the 39 before."""
    day, weeks = datetime.date(1997, 9, 30), pd.Timedelta(weeks=39)
    occasions = purchase_occasions(cdnow_master, free_counts=True)
    repeats = repeat_spend(occasions, day)
    known = purchase_histories(occasions, day)
    revenue = (repeats["repeats"] * repeats["mean_value"]).round().reindex(known.index, fill_value=0)
    known = known.assign(repeat_revenue=revenue.astype("int64"))
    spend = present(fit_spend(repeats["repeats"], repeats["mean_value"]).parameters)
    demand = present(fit_demand(known, day).parameters)
    ahead = Window(datetime.date(1997, 10, 1), datetime.date(1998, 7, 1))
    spent = occasions.set_index("customer_id")
    days = spent["ordered_on"] - pd.Timestamp(day)
    sums = {
        "expected": expected_in_year(known, demand, spend, ahead, day),
        "last_year": spent.loc[days <= pd.Timedelta(0), "revenue_cents"].groupby("customer_id").sum(),
        "actual": spent.loc[(days > pd.Timedelta(0)) & (days <= weeks), "revenue_cents"]
        .groupby("customer_id")
        .sum(),
    }
    return pd.DataFrame(sums).fillna({"last_year": 0, "actual": 0}).astype({"last_year": int, "actual": int})


def test_the_score_agrees_with_sql_on_cdnow(predicted: pd.DataFrame) -> None:
    score = score_gold(predicted["expected"], predicted["last_year"], predicted["actual"], POLICY)
    lists = {"expected": score.model, "last_year": score.naive, "actual": score.hindsight}
    for by, found in lists.items():
        expected = by_sql(BY_SQL.format(by=by), sums=predicted).iloc[0]
        assert found.precision == pytest.approx(expected["precision"])
        assert found.captured_share == pytest.approx(expected["captured_share"])


def test_who_is_gold_agrees_with_sql_on_cdnow(predicted: pd.DataFrame) -> None:
    found = choose_gold(predicted["expected"], POLICY).sort_index()
    assert_agrees(found, by_sql(CHOSEN_BY_SQL, sums=predicted.rename_axis("customer_id").reset_index()))


def test_on_cdnow_the_model_beats_the_naive_list(predicted: pd.DataFrame) -> None:
    score = score_gold(predicted["expected"], predicted["last_year"], predicted["actual"], POLICY)
    assert score.model.chosen == score.naive.chosen == 1179
    assert score.model.captured_share > score.naive.captured_share
    assert score.model.precision > score.naive.precision


def test_a_year_that_has_begun_is_no_prediction() -> None:
    with pytest.raises(ValueError, match="has begun"):
        expected_in_year(
            histories((0, 0, 5)).assign(repeat_revenue=0), DEMAND, SPEND, Window.calendar_year(2024), AS_OF
        )


@pytest.mark.parametrize("wrong", [{"share": Decimal(0)}, {"fiscal_year_month": 13}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must lie"):
        GoldPolicy(**wrong)  # type: ignore[arg-type]
