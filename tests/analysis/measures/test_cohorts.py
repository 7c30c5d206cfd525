import datetime
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.cohorts import MOST_AGE, cohort_counts, months_ordered, retention
from analysis.measures.occasions import purchase_occasions
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2024, 6, 15)
ROWS = st.lists(
    st.tuples(st.integers(1, 8), st.integers(0, 17)), min_size=1, max_size=40, unique=True
)  # customer, months before June 2024
BY_SQL = """
    WITH months AS (
        SELECT DISTINCT customer_id, date_trunc('month', ordered_on) AS month FROM bought
    ), cohorts AS (
        SELECT customer_id, min(month) AS cohort, count(*) > 1 AS is_repeat FROM months GROUP BY customer_id
    ), sizes AS (
        SELECT cohort, count(*) AS customers, count(*) FILTER (is_repeat) AS repeaters
        FROM cohorts GROUP BY cohort
    )
    SELECT cohort, datediff('month', cohort, month) AS age, any_value(customers) AS customers, count(*) AS active,
        active / any_value(customers) AS retention, any_value(repeaters) AS repeaters,
        any_value(repeaters) / any_value(customers) AS repeat_rate,
        month < DATE '2011-12-01' AS is_complete
    FROM months JOIN cohorts USING (customer_id) JOIN sizes USING (cohort) GROUP BY ALL ORDER BY cohort, age
"""


def months(rows: list[tuple[int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "before"])
    start = [pd.Timestamp("2024-06-01") - pd.DateOffset(months=before) for before in frame["before"]]
    return frame[["customer_id"]].assign(month=pd.to_datetime(start))


def table(rows: list[tuple[int, int]]) -> pd.DataFrame:
    found = months_ordered(months(rows))
    return retention(cohort_counts(found.assign(is_repeat=found["months"] > 1)), AS_OF)


@given(ROWS)
@settings(max_examples=25)
def test_everybody_is_in_one_cohort_and_active_in_its_month(rows: list[tuple[int, int]]) -> None:
    found = table(rows)
    own_month = found[found["age"] == 0]
    assert own_month["customers"].sum() == len({customer for customer, _before in rows})
    assert (own_month["retention"] == 1).all()
    assert found["active"].sum() == len(rows)
    assert found["retention"].between(0, 1).all()


@given(ROWS, st.randoms())
@settings(max_examples=15)
def test_the_order_of_months_changes_nothing(rows: list[tuple[int, int]], random: Random) -> None:
    pd.testing.assert_frame_equal(table(random.sample(rows, len(rows))), table(rows))


def test_worked_example() -> None:
    found = table([(1, 3), (1, 2), (1, 0), (2, 3), (3, 1), (3, 0)])
    march = found[found["cohort"] == pd.Timestamp("2024-03-01")]
    assert march["active"].tolist() == [2, 1, 0, 1]
    assert march["retention"].tolist() == [1, 0.5, 0, 0.5]
    assert march["is_complete"].tolist() == [True, True, True, False]
    assert march["repeat_rate"].unique().tolist() == [0.5]
    assert found[found["cohort"] == pd.Timestamp("2024-05-01")]["retention"].tolist() == [1, 1]


def test_the_last_month_is_complete_on_its_last_day() -> None:
    found = months_ordered(months([(1, 0)])).assign(is_repeat=False)
    assert retention(cohort_counts(found), datetime.date(2024, 6, 30))["is_complete"].tolist() == [True]


def test_ages_beyond_five_years_have_no_bit() -> None:
    found = months_ordered(months([(1, 100), (1, 100 - MOST_AGE), (1, 37), (1, 0)]))
    assert found.loc[1, "months"] == 1 + (1 << MOST_AGE)
    assert retention(cohort_counts(found.assign(is_repeat=True)), AS_OF)["age"].max() == MOST_AGE


def test_nobody_gives_nothing() -> None:
    nobody = months_ordered(months([(1, 0)]).iloc[:0])
    assert retention(cohort_counts(nobody.assign(is_repeat=False)), AS_OF).empty


def test_the_counts_agree_with_sql_on_online_retail(online_retail: pd.DataFrame) -> None:
    bought = purchase_occasions(online_retail)
    month = bought["ordered_on"].dt.to_period("M").dt.start_time
    found = months_ordered(bought[["customer_id"]].assign(month=month).drop_duplicates())
    repeats = found["months"].map(int.bit_count) > 1
    counted = retention(cohort_counts(found.assign(is_repeat=repeats)), datetime.date(2011, 12, 9))
    assert_agrees(counted[counted["active"] > 0], by_sql(BY_SQL, bought=bought))
    assert counted.loc[0, "customers"] == pytest.approx(885)  # first seen in December 2010
