import datetime
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.sources import campaign_costs, source_returns
from analysis.measures.windows import Window
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2024, 12, 31)
YEAR = Window.calendar_year(2024)
DAY = st.dates(datetime.date(2022, 1, 1), AS_OF)
CENTS = st.integers(-(10**9), 10**10)
ROWS = st.lists(
    st.tuples(st.sampled_from([1, 2, None]), DAY, st.none() | DAY, DAY, st.integers(1, 5), CENTS, CENTS),
    max_size=30,
)
COSTS = pd.Series({1: 500, 2: 0, 3: 900}, dtype="int64")

BY_SQL = """
with came as (
    select channel_id, count(*) as customers, count(first_order_on) as buyers,
        sum(net_revenue_ever) as net_revenue, sum(gross_margin_ever) as gross_margin,
        count(*) filter (where known_since >= '2024-01-01') as new,
        count(*) filter (where first_order_on < '2024-01-01') as to_retain,
        count(*) filter (where first_order_on < '2024-01-01' and last_order_on >= '2024-01-01') as retained,
        count(*) filter (where lifetime_order_days > 1) as repeaters,
        median(greatest(0, first_order_on::date - known_since::date)) filter (where first_order_on is not null) as days
    from frame group by 1
), everything as (
    select coalesce(channel_id, source) as channel_id, coalesce(customers, 0) as customers,
        coalesce(buyers, 0) as buyers,
        coalesce(net_revenue, 0) as net_revenue, coalesce(gross_margin, 0) as gross_margin, coalesce(new, 0) as new,
        coalesce(to_retain, 0) as to_retain, coalesce(retained, 0) as retained, coalesce(repeaters, 0) as repeaters,
        days as days_to_first_order, coalesce(spent, 0) as cost
    from came
    full join (select * from costs where spent <> 0 or source in (select channel_id from frame))
        on channel_id = source
)
select *, buyers / nullif(customers, 0) as conversion, if(cost > 0, cost / nullif(buyers, 0), null) as acquisition_cost,
    (gross_margin - cost) / nullif(cost, 0) as return_on_cost, repeaters / nullif(buyers, 0) as repeat_rate,
    retained / nullif(to_retain, 0) as retention
from everything order by channel_id nulls last
"""


def customers(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows of channel, known since, first order, a later day, order days, revenue, margin."""
    found = [
        (channel, known, first, max(first, later) if first else None, days if first else 0, revenue, margin)
        for channel, known, first, later, days, revenue, margin in rows
    ]
    columns = ["channel_id", "known_since", "first_order_on", "last_order_on", "lifetime_order_days"]
    frame = pd.DataFrame(found, columns=[*columns, "net_revenue_ever", "gross_margin_ever"])
    kinds = dict.fromkeys(["known_since", "first_order_on", "last_order_on"], "datetime64[s]")
    money = dict.fromkeys(["lifetime_order_days", "net_revenue_ever", "gross_margin_ever"], "int64")
    return frame.astype({"channel_id": "Int64", **kinds, **money})


def returns(rows: list[tuple[Any, ...]], costs: pd.Series = COSTS) -> pd.DataFrame:
    return source_returns(customers(rows), costs, "channel_id", YEAR, AS_OF)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_each_source_agrees_with_sql(rows: list[tuple[Any, ...]]) -> None:
    found = returns(rows)
    assert found["gross_margin"].is_monotonic_decreasing
    costs = COSTS.rename("spent").rename_axis("source").reset_index()
    expected = by_sql(BY_SQL, frame=customers(rows), costs=costs)
    assert_agrees(found.sort_index(na_position="last").reset_index(), expected)


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(2, 100))
def test_another_currency_scales_money_alone(rows: list[tuple[Any, ...]], rate: int) -> None:
    dearer = [(*row[:5], row[5] * rate, row[6] * rate) for row in rows]
    here, there = returns(rows), returns(dearer, COSTS * rate)
    money = ["net_revenue", "gross_margin", "cost", "acquisition_cost"]
    pd.testing.assert_frame_equal(there[money], here[money] * rate, check_exact=False, rtol=1e-12)
    pd.testing.assert_frame_equal(there.drop(columns=money), here.drop(columns=money))


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_the_sources_add_up_to_the_company_and_to_all_costs(rows: list[tuple[Any, ...]]) -> None:
    found = returns(rows)
    assert found["customers"].sum() == len(rows)
    assert found["net_revenue"].sum() == customers(rows)["net_revenue_ever"].sum()
    assert found["cost"].sum() == COSTS.sum()


@settings(max_examples=15, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[tuple[Any, ...]], random: Random) -> None:
    pd.testing.assert_frame_equal(returns(random.sample(rows, len(rows))), returns(rows))


def test_the_worked_example() -> None:
    early, late = datetime.date(2023, 5, 1), datetime.date(2024, 3, 1)
    found = returns(
        [
            (1, early, early, late, 3, 8_000, 2_000),
            (1, early, datetime.date(2023, 5, 11), early, 1, 1_000, 500),
            (1, late, None, late, 0, 0, 0),
            (None, late, late, late, 1, 300, 100),
        ]
    ).loc[1]
    assert (found["customers"], found["buyers"], found["new"], found["cost"]) == (3, 2, 1, 500)
    assert (found["acquisition_cost"], found["return_on_cost"]) == (250, 4)
    assert (found["repeat_rate"], found["retention"], found["days_to_first_order"]) == (0.5, 0.5, 5)


def test_a_source_that_brought_nobody_still_cost_something() -> None:
    found = returns([]).loc[3]
    assert (found["customers"], found["cost"], found["return_on_cost"]) == (0, 900, -1)
    assert np.isnan(found["acquisition_cost"])


def test_a_campaign_costs_nothing_before_it_starts() -> None:
    campaigns = pd.DataFrame(
        {"channel_id": [7, 7, 8], "cost": [100, 20, 3], "started_on": ["2024-12-31", None, "2025-01-01"]}
    ).astype({"channel_id": "Int64", "started_on": "datetime64[s]"})
    spent, by_channel = campaign_costs(campaigns, AS_OF)
    assert spent.tolist() == [100, 20, 0]
    assert by_channel.to_dict() == {7: 120, 8: 0}
