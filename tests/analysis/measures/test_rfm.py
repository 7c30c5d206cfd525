import datetime
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.occasions import purchase_histories, purchase_occasions
from analysis.measures.quintiles import cut_points, score_by_rank
from analysis.measures.rfm import SEGMENTS, RfmPolicy, rfm_cuts, score_rfm
from analysis.measures.windows import Window, customer_totals
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2024, 12, 31)
POLICY = RfmPolicy()
ROWS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 6), st.integers(-500, 5_000)), min_size=1, max_size=40
)
SCORES = ["recency", "frequency", "monetary"]
BY_SQL = """
    SELECT customer_id, date '2011-12-09' - last_order_on::date AS recency_days,
        1 + 5 * (rank() OVER (ORDER BY last_order_on) - 1) // count(*) OVER () AS recency,
        1 + 5 * (rank() OVER (ORDER BY orders) - 1) // count(*) OVER () AS frequency,
        1 + 5 * (rank() OVER (ORDER BY value) - 1) // count(*) OVER () AS monetary,
        if(monetary >= 4, 'key_', '') || case when recency >= 4 and frequency >= 4 then 'value'
            when recency >= 4 then 'develop' when frequency >= 4 then 'keep' else 'win_back' end AS segment
    FROM scored ORDER BY customer_id
"""


def customers(rows: list[tuple[int, int, int]]) -> pd.DataFrame:
    """From days since the last order, orders and cents."""
    days, orders, value = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    last = pd.Timestamp(AS_OF) - pd.to_timedelta(days, unit="D")
    index = pd.RangeIndex(len(rows), name="customer_id")
    return pd.DataFrame({"last_order_on": last, "orders": orders, "value": value}, index=index)


@given(ROWS)
@settings(max_examples=25)
def test_equal_customers_share_scores_and_better_ones_never_have_less(
    rows: list[tuple[int, int, int]],
) -> None:
    frame = customers(rows)
    scores = score_rfm(frame, POLICY, AS_OF)
    for name, better in (
        ("recency", -scores["recency_days"]),
        ("frequency", frame["orders"]),
        ("monetary", frame["value"]),
    ):
        in_order = scores[name].to_numpy(int)[np.argsort(better.to_numpy(int), kind="stable")]
        assert (np.diff(in_order) >= 0).all()
        assert scores.groupby(better.astype(int))[name].nunique().max() == 1
        assert in_order[0] == 1


@given(ROWS, st.randoms())
@settings(max_examples=15)
def test_the_order_of_rows_and_the_currency_change_nothing(
    rows: list[tuple[int, int, int]], random: Random
) -> None:
    frame = customers(rows)
    shuffled = frame.sample(frac=1, random_state=random.randrange(1000)).assign(
        value=lambda found: found["value"] * 7
    )
    pd.testing.assert_frame_equal(
        score_rfm(shuffled, POLICY, AS_OF).sort_index(), score_rfm(frame, POLICY, AS_OF)
    )


@given(ROWS)
@settings(max_examples=15)
def test_customers_without_an_order_move_nobody(rows: list[tuple[int, int, int]]) -> None:
    frame = customers(rows)
    idle = pd.DataFrame(
        {"last_order_on": pd.NaT, "orders": 0, "value": 0}, index=pd.RangeIndex(900, 905, name="customer_id")
    )
    scores = score_rfm(pd.concat([frame, idle]), POLICY, AS_OF)
    assert scores.loc[900:].isna().all(axis=None)
    assert scores.loc[frame.index, SCORES].equals(score_rfm(frame, POLICY, AS_OF)[SCORES])


@given(ROWS)
@settings(max_examples=15)
def test_a_score_can_be_read_off_the_cut_points(rows: list[tuple[int, int, int]]) -> None:
    frame = customers(rows)
    scores = score_rfm(frame, POLICY, AS_OF)
    cuts = rfm_cuts(frame, scores)
    reached = [
        max([1] + [s for s, cut in enumerate(cuts["monetary"], 2) if cut is not None and value >= cut])
        for value in frame["value"]
    ]
    assert reached == scores["monetary"].tolist()
    recent = [
        max([1] + [s for s, cut in enumerate(cuts["recency"], 2) if cut is not None and days <= cut])
        for days in scores["recency_days"]
    ]
    assert recent == scores["recency"].tolist()


def test_the_scores_agree_with_sql_on_online_retail(online_retail: pd.DataFrame) -> None:
    last_day = datetime.date(2011, 12, 9)
    totals = customer_totals(online_retail, Window.trailing_year(last_day))
    histories = purchase_histories(purchase_occasions(online_retail), last_day)
    frame = (
        totals[["orders", "net_revenue"]]
        .rename(columns={"net_revenue": "value"})
        .join(histories["last_order_on"])
    )
    scores = score_rfm(frame, POLICY, last_day)
    scored = frame[frame["orders"] > 0].reset_index()
    found = scores.dropna().sort_index().reset_index()
    assert_agrees(found, by_sql(BY_SQL, scored=scored))
    assert len(found) == len(scored) > 4_000


def test_worked_example() -> None:
    frame = customers([(5, 12, 90_000), (5, 1, 80_000), (200, 9, 70_000), (30, 2, 500), (300, 1, 100)])
    scores = score_rfm(frame, POLICY, AS_OF)
    assert scores[SCORES].to_numpy().tolist() == [[4, 5, 5], [4, 1, 4], [2, 4, 3], [3, 3, 2], [1, 1, 1]]
    assert scores["segment"].tolist() == ["key_value", "key_develop", "keep", "win_back", "win_back"]
    assert rfm_cuts(frame, scores)["recency"] == [200.0, 30.0, 5.0, None]


def test_every_segment_is_named_by_what_is_high() -> None:
    frame = customers(
        [(0 if r else 300, 9 if f else 1, 9_000 if m else 1) for m in (0, 1) for r in (0, 1) for f in (0, 1)]
    )
    assert score_rfm(frame, RfmPolicy(high_from=3), AS_OF)["segment"].tolist() == list(SEGMENTS)


def test_quintiles_of_distinct_values_are_equal_parts() -> None:
    values = pd.Series(np.random.default_rng(1).permutation(100))
    assert np.bincount(score_by_rank(values)).tolist() == [0, 20, 20, 20, 20, 20]
    assert cut_points(values, score_by_rank(values)) == [20.0, 40.0, 60.0, 80.0]


def test_nobody_to_score_gives_nothing() -> None:
    assert score_rfm(customers([]), POLICY, AS_OF).empty


def test_a_policy_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="high_from"):
        RfmPolicy(high_from=6)
