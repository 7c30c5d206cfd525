import datetime
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.wish_list import ENTRY_COLUMNS, STATUS_DTYPE, WishPolicy, wish_progress, wish_status
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2025, 7, 2)  # day 183 of 365
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1, 2, None]),
        st.booleans(),
        st.integers(0, 2),
        st.integers(0, 10**9),
        st.none() | st.dates(datetime.date(2025, 1, 1), AS_OF),
    ),
    max_size=25,
)

BY_SQL = """
select id, case when orders > 0 then 'won' when date '2025-07-02' - last_contact_on::date <= 60 then 'in_talks'
                when contacts > 0 then 'gone_quiet' else 'untouched' end as status,
       date '2025-07-02' - last_contact_on::date as days_since_contact, orders = 0 and not has_next_step as needs_step
from frame order by id
"""
PROGRESS_BY_SQL = """
select owner_id, count(*) as listed, count(*) filter (where status = 'won') as won,
    count(*) filter (where status = 'in_talks') as in_talks,
    count(*) filter (where status = 'gone_quiet') as gone_quiet,
    count(*) filter (where status = 'untouched') as untouched, count(*) filter (where needs_step) as needs_step,
    sum(net_revenue) as net_revenue, listed * 183 // 365 as due, won / listed as won_share, won < due as is_behind
from each group by 1 order by 1 nulls last
"""


def entries(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows of owner, next step, orders, revenue, last contact."""
    found = [(*row[:4], 0 if row[4] is None else 2, row[4]) for row in rows]
    frame = pd.DataFrame(found, columns=list(ENTRY_COLUMNS), index=pd.RangeIndex(len(rows), name="id"))
    counts = dict.fromkeys(["orders", "net_revenue", "contacts"], "int64")
    return frame.astype(
        {"owner_id": "Int64", "has_next_step": bool, **counts, "last_contact_on": "datetime64[s]"}
    )


def statuses(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return wish_status(entries(rows), WishPolicy(), AS_OF)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_each_status_and_the_progress_agree_with_sql(rows: list[tuple[Any, ...]]) -> None:
    found = statuses(rows)
    assert_agrees(found.reset_index(), by_sql(BY_SQL, frame=entries(rows).reset_index()), given=ENTRY_COLUMNS)
    progress = wish_progress(found, "owner_id", AS_OF).reset_index()
    assert_agrees(progress, by_sql(PROGRESS_BY_SQL, each=found.astype({"status": "str"})))


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_every_customer_on_the_list_has_one_status(rows: list[tuple[Any, ...]]) -> None:
    progress = wish_progress(statuses(rows), "owner_id", AS_OF)
    assert progress["listed"].sum() == len(rows)
    assert progress[list(STATUS_DTYPE.categories)].sum(axis=1).tolist() == progress["listed"].tolist()


@settings(max_examples=15, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_the_list_changes_nothing(rows: list[tuple[Any, ...]], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        wish_progress(statuses(shuffled), "owner_id", AS_OF), wish_progress(statuses(rows), "owner_id", AS_OF)
    )


def test_the_worked_example() -> None:
    june, march = datetime.date(2025, 6, 1), datetime.date(2025, 3, 1)
    rows = [(1, True, 1, 500, june), (1, True, 0, 0, june), (1, False, 0, 0, march), (1, False, 0, 0, None)]
    found = statuses(rows)
    assert found["status"].tolist() == ["won", "in_talks", "gone_quiet", "untouched"]
    progress = wish_progress(found, "owner_id", AS_OF).loc[1]
    assert (progress["won"], progress["due"], progress["is_behind"]) == (1, 2, True)
    assert (progress["won_share"], progress["needs_step"], progress["net_revenue"]) == (0.25, 2, 500)


def test_nothing_is_due_on_new_year_s_day_and_all_at_the_end() -> None:
    found = statuses([(1, True, 0, 0, None)] * 4)
    assert wish_progress(found, "owner_id", datetime.date(2025, 1, 1))["due"].tolist() == [0]
    assert wish_progress(found, "owner_id", datetime.date(2024, 12, 31))["due"].tolist() == [4]


def test_a_policy_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="quiet_days"):
        WishPolicy(quiet_days=0)
