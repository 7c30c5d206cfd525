import datetime
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.contribution import contribution
from analysis.measures.costs import margin_sums
from analysis.measures.drag import COLUMNS, DragPolicy, drag_costs
from analysis.measures.marks import MARKS_DTYPE, MarkPolicy, assign_marks
from tests.analysis.measures.agreeing import assert_agrees, by_sql

CENTS = st.integers(-(10**6), 10**9) | st.integers(-2, 200)
COST = st.integers(0, 10**6) | st.integers(0, 100)
ROW = st.tuples(
    st.sampled_from(["", "vip", "drag", "young"]), CENTS, CENTS, st.integers(0, 2), COST, COST, COST
)
ROWS = st.lists(ROW, max_size=30)
Rows = list[tuple[str, int, int, int, int, int, int]]

BY_SQL = """
select customer_id, net_revenue, gross_margin, orders, visit_cost, discount_cost, support_cost,
       visit_cost + discount_cost + support_cost as service_cost,
       gross_margin - visit_cost - discount_cost - support_cost as profit,
       case when gross_margin > 0 then (visit_cost + discount_cost + support_cost) / gross_margin end as cost_share,
       case when gross_margin < 0 then 'loses_on_goods'
            when gross_margin < visit_cost + discount_cost + support_cost then 'costs_more'
            when visit_cost + discount_cost + support_cost > 0
                and 2 * (visit_cost + discount_cost + support_cost) >= gross_margin then 'takes_most_of_its_margin'
            when orders = 0 then 'bought_nothing' else 'sound' end as verdict
from frame where marks = 'drag' order by profit, customer_id
"""


def customers(rows: Rows) -> pd.DataFrame:
    index = pd.RangeIndex(len(rows), name="customer_id")
    frame = pd.DataFrame(rows, columns=list(COLUMNS), index=index)
    return frame.astype({**dict.fromkeys(COLUMNS[1:], "int64"), "marks": MARKS_DTYPE})


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_costs_and_verdicts_agree_with_sql(rows: Rows) -> None:
    found = drag_costs(customers(rows), DragPolicy()).reset_index()
    assert_agrees(found, by_sql(BY_SQL, frame=customers(rows).reset_index().astype({"marks": "str"})))


def test_superstore_s_last_fifth_agrees_with_sql(superstore: pd.DataFrame) -> None:
    """Its discounts are the one cost of service that it tells."""
    sums = margin_sums(superstore, ["customer_id"])
    by_customer = superstore.groupby("customer_id")
    long_known = pd.Series(pd.NaT, index=sums.index)
    marks = assign_marks(contribution(sums), long_known, MarkPolicy(), datetime.date(2017, 12, 31))
    frame = sums[["net_revenue", "gross_margin"]].assign(
        marks=marks["marks"],
        orders=by_customer["order_id"].nunique(),
        visit_cost=0,
        discount_cost=by_customer["discount_cents"].sum(),
        support_cost=0,
    )
    found = drag_costs(frame, DragPolicy())
    assert_agrees(found.reset_index(), by_sql(BY_SQL, frame=frame.reset_index().astype({"marks": "str"})))
    assert len(found) == 793 // 5
    assert {"loses_on_goods", "costs_more", "sound"} <= set(found["verdict"])


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: Rows, random: Random) -> None:
    shuffled = customers(rows).sample(frac=1, random_state=random.randrange(2**32))
    pd.testing.assert_frame_equal(
        drag_costs(shuffled, DragPolicy()), drag_costs(customers(rows), DragPolicy())
    )


@settings(max_examples=25, deadline=None)
@given(ROWS, st.integers(2, 100))
def test_another_currency_changes_no_verdict(rows: Rows, rate: int) -> None:
    dearer: Rows = [
        (mark, a * rate, b * rate, n, c * rate, d * rate, e * rate) for mark, a, b, n, c, d, e in rows
    ]
    before, after = (drag_costs(customers(some), DragPolicy()) for some in (rows, dearer))
    assert after["verdict"].tolist() == before["verdict"].tolist()
    assert (after["profit"] == before["profit"] * rate).all()


def test_the_worked_example() -> None:
    rows: Rows = [
        ("drag", 900, 300, 1, 100, 0, 50),
        ("drag", 900, 300, 1, 300, 100, 0),
        ("drag", 100, -20, 1, 0, 0, 0),
        ("drag", 0, 0, 0, 0, 0, 0),
        ("drag", 900, 300, 1, 149, 0, 0),
        ("", 1, 1, 1, 1, 1, 1),
    ]
    found = drag_costs(customers(rows), DragPolicy())
    assert found["profit"].tolist() == [-100, -20, 0, 150, 151]
    assert found["verdict"].tolist() == [
        "costs_more",
        "loses_on_goods",
        "bought_nothing",
        "takes_most_of_its_margin",
        "sound",
    ]


def test_a_share_beyond_the_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="most_percent"):
        DragPolicy(most_percent=101)
