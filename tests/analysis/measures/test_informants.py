import datetime
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.informants import InformantPolicy, informant_returns
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2024, 12, 31)
INFORMANTS = pd.Index([1, 2, 3], name="informant_id")
CUSTOMERS = pd.DataFrame(
    {
        "net_revenue_ever": [1_000, 0, 700],
        "gross_margin_ever": [400, 0, 100],
        "lifetime_order_days": [2, 0, 1],
    },
    index=pd.Index([11, 12, 13], name="customer_id"),
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1, 2]),
        st.sampled_from([11, 12, 13, None]),
        st.dates(datetime.date(2023, 1, 1), datetime.date(2025, 6, 1)),
        st.integers(0, 10**6),
    ),
    max_size=20,
    unique_by=lambda row: (row[0], row[1], row[2]),
)

BY_SQL = """
with known as (select * from frame where referred_on <= '2024-12-31'),
first as (
    select customer_id, arg_min(informant_id, (referred_on, informant_id)) as informant_id
    from known where customer_id is not null group by 1
), money as (
    select informant_id, count(*) as customers, count(*) filter (where lifetime_order_days > 0) as buyers,
        sum(net_revenue_ever) as net_revenue, sum(gross_margin_ever) as gross_margin
    from first join worth using (customer_id) group by 1
)
select id as informant_id, coalesce(told.n, 0) as referrals, coalesce(told.rewards, 0) as rewards,
       coalesce(money.customers, 0) as customers, coalesce(money.buyers, 0) as buyers,
       coalesce(money.net_revenue, 0) as net_revenue, coalesce(money.gross_margin, 0) as gross_margin,
       told.last::timestamp as last_referral_on, date '2024-12-31' - told.last as days_silent,
       (coalesce(money.gross_margin, 0) - told.rewards) / nullif(told.rewards, 0) as return_on_reward,
       case when told.last is null then 'never_spoke' when date '2024-12-31' - told.last > 180 then 'silent'
            else 'active' end as voice
from (values (1), (2), (3)) as informants (id)
left join (select informant_id as id, count(*) as n, sum(reward) as rewards, max(referred_on)::date as last
           from known group by 1) as told using (id)
left join money on money.informant_id = id order by id
"""


def referrals(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["informant_id", "customer_id", "referred_on", "reward"])
    return frame.astype(
        {"informant_id": "int64", "customer_id": "Int64", "referred_on": "datetime64[s]", "reward": "int64"}
    )


def returns(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return informant_returns(INFORMANTS, referrals(rows), CUSTOMERS, InformantPolicy(), AS_OF)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_each_informant_agrees_with_sql(rows: list[tuple[Any, ...]]) -> None:
    assert_agrees(
        returns(rows).reset_index(), by_sql(BY_SQL, frame=referrals(rows), worth=CUSTOMERS.reset_index())
    )


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(2, 100))
def test_another_currency_scales_money_alone(rows: list[tuple[Any, ...]], rate: int) -> None:
    worth = CUSTOMERS.assign(**{name: CUSTOMERS[name] * rate for name in CUSTOMERS.columns[:2]})
    dearer = referrals([(*row[:3], row[3] * rate) for row in rows])
    there = informant_returns(INFORMANTS, dearer, worth, InformantPolicy(), AS_OF)
    here, money = returns(rows), ["rewards", "net_revenue", "gross_margin"]
    pd.testing.assert_frame_equal(there[money], here[money] * rate)
    pd.testing.assert_frame_equal(there.drop(columns=money), here.drop(columns=money))


@settings(max_examples=15, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_referrals_changes_nothing(rows: list[tuple[Any, ...]], random: Random) -> None:
    pd.testing.assert_frame_equal(returns(random.sample(rows, len(rows))), returns(rows))


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_no_customer_s_money_is_brought_twice(rows: list[tuple[Any, ...]]) -> None:
    assert returns(rows)["net_revenue"].sum() <= CUSTOMERS["net_revenue_ever"].sum()


def test_the_worked_example() -> None:
    found = returns(
        [
            (1, 11, datetime.date(2024, 3, 1), 100),
            (1, 12, datetime.date(2024, 7, 4), 0),
            (2, 11, datetime.date(2024, 12, 1), 50),
        ]
    )
    assert found["voice"].tolist() == ["active", "active", "never_spoke"]
    assert found[["referrals", "customers", "buyers", "rewards"]].to_numpy()[0].tolist() == [2, 2, 1, 100]
    np.testing.assert_allclose(found["return_on_reward"], [3, -1, np.nan])


def test_silence_begins_the_day_after_the_policy_s_last() -> None:
    at, after = datetime.date(2024, 7, 4), datetime.date(2024, 7, 3)
    assert returns([(1, None, at, 0), (2, None, after, 0)])["voice"].tolist()[:2] == ["active", "silent"]


def test_a_policy_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        InformantPolicy(silent_days=0)
