from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.attention import AttentionPolicy, attention, customer_attention, named_causes
from tests.analysis.measures.agreeing import assert_agrees, by_sql

UNTIL = pd.Timestamp(2025, 1, 1)
VALUES = pd.Series({1: 5_000, 2: 300, 3: -20}, name="value")
HOURS = st.integers(0, 24 * 400)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, 4]),
        st.sampled_from(["defect", "service", None]),
        HOURS,
        st.none() | HOURS,
        st.sampled_from([True, False, None]),
    ),
    min_size=1,
    max_size=30,
)

BY_SQL = """
with known as (
    select *, resolved_at < '2025-01-01' and resolved_at is not null as done,
        epoch(resolved_at - reported_at) / 3600 as hours
    from frame where reported_at < '2025-01-01'
), people as (select distinct kind, customer_id from known)
select kind, count(*) as cases, count(*) filter (where done) as resolved,
       count(*) filter (where done and is_satisfied is not null) as judged,
       count(*) filter (where done and is_satisfied) as satisfied, count(distinct customer_id) as customers,
       (select coalesce(sum(value), 0) from people join worth using (customer_id)
        where people.kind is not distinct from known.kind) as value,
       count(*) filter (where done) / count(*) as resolved_share,
       count(*) filter (where done and is_satisfied)
           / nullif(count(*) filter (where done and is_satisfied is not null), 0) as satisfied_share,
       quantile_cont(hours, 0.5) filter (where done) as hours_median,
       quantile_cont(hours, 0.9) filter (where done) as hours_90
from known group by kind order by cases desc, kind nulls last
"""
EACH_BY_SQL = """
with known as (
    select *, resolved_at < '2025-01-01' and resolved_at is not null as done,
        epoch(resolved_at - reported_at) / 3600 as hours,
        floor(epoch(timestamp '2025-01-01' - reported_at) / 86400) as waited
    from frame where reported_at < '2025-01-01'
), counted as (
    select customer_id, count(*) as cases, count(*) filter (where done) as resolved,
        count(*) filter (where done and is_satisfied is not null) as judged,
        count(*) filter (where done and is_satisfied) as satisfied, count(*) filter (where not done) as open,
        max(waited) filter (where not done) as longest_open_days, median(hours) filter (where done) as hours_median,
        max(reported_at) as last_reported_at
    from known group by 1
)
select counted.*, value, is_key, if(is_key, concat_ws('|', if(cases >= 3, 'many', null),
        if(longest_open_days > 7, 'open_long', null), if(judged > satisfied, 'unsatisfied', null)), '') as alerts
from counted join (
    select *, tier = 'A' or rank * 10 <= count(*) over () and value > 0 as is_key from people
) using (customer_id) order by customer_id
"""


def cases(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows of customer, kind, hours from 2024-01-01 to the report, hours until it was resolved, satisfied."""
    start = pd.Timestamp("2024-01-01")
    found = [
        (
            customer,
            kind,
            start + pd.Timedelta(hours=reported),
            pd.NaT if took is None else start + pd.Timedelta(hours=reported + took),
            satisfied,
        )
        for customer, kind, reported, took, satisfied in rows
    ]
    columns = ["customer_id", "kind", "reported_at", "resolved_at", "is_satisfied"]
    kinds = {"reported_at": "datetime64[us]", "resolved_at": "datetime64[us]", "is_satisfied": "boolean"}
    return pd.DataFrame(found, columns=columns).astype(kinds)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_each_group_agrees_with_sql(rows: list[tuple[Any, ...]]) -> None:
    worth = VALUES.rename_axis("customer_id").reset_index()
    found = attention(cases(rows), "kind", VALUES, UNTIL).reset_index(names="kind")
    assert_agrees(found, by_sql(BY_SQL, frame=cases(rows), worth=worth))


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_each_customer_agrees_with_sql(rows: list[tuple[Any, ...]]) -> None:
    found = customer_attention(cases(rows), POPULATION, AttentionPolicy(), UNTIL).reset_index()
    assert_agrees(found, by_sql(EACH_BY_SQL, frame=cases(rows), people=POPULATION.reset_index()))


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(2, 100))
def test_another_currency_scales_the_value_at_stake_alone(rows: list[tuple[Any, ...]], rate: int) -> None:
    here, there = (attention(cases(rows), "kind", values, UNTIL) for values in (VALUES, VALUES * rate))
    pd.testing.assert_frame_equal(there, here.assign(value=here["value"] * rate))
    dearer = POPULATION.assign(value=POPULATION["value"] * rate)
    each = [customer_attention(cases(rows), some, AttentionPolicy(), UNTIL) for some in (POPULATION, dearer)]
    assert each[0]["alerts"].tolist() == each[1]["alerts"].tolist()


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_the_groups_add_up_to_the_cases_known(rows: list[tuple[Any, ...]]) -> None:
    frame = cases(rows)
    found = attention(frame, "kind", VALUES, UNTIL)
    assert found["cases"].sum() == (frame["reported_at"] < UNTIL).sum()
    assert ((found["resolved"] <= found["cases"]) & (found["judged"] <= found["resolved"])).all()


@settings(max_examples=15, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_cases_changes_nothing(rows: list[tuple[Any, ...]], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        attention(cases(shuffled), "kind", VALUES, UNTIL), attention(cases(rows), "kind", VALUES, UNTIL)
    )


def test_the_worked_example() -> None:
    rows = [
        (1, "defect", 0, 10, True),
        (1, "defect", 5, 30, None),
        (2, "defect", 6, None, None),
        (2, "service", 0, 20, False),
    ]
    found = attention(cases(rows), "kind", VALUES, UNTIL)
    defect, service = found.loc["defect"], found.loc["service"]
    assert (defect["cases"], defect["resolved"], defect["customers"], defect["value"]) == (3, 2, 2, 5_300)
    assert (defect["hours_median"], defect["hours_90"], defect["satisfied_share"]) == (20, 28, 1)
    assert (service["resolved_share"], service["satisfied_share"]) == (1, 0)


POPULATION = pd.DataFrame(
    {"value": [9_000, 500, 100], "rank": [1, 2, 3], "tier": ["A", "B", "C"]},
    index=pd.Index([1, 2, 3], name="customer_id"),
)


def alerts(rows: list[tuple[Any, ...]], policy: AttentionPolicy | None = None) -> dict[int, str]:
    found = customer_attention(cases(rows), POPULATION, policy or AttentionPolicy(), UNTIL)
    return dict(zip(found.index, found["alerts"], strict=True))


def test_a_key_account_complains_by_number_by_waiting_or_by_dissatisfaction() -> None:
    soon = 24 * 365  # 2024 had 366 days: a day before the end
    assert alerts([(1, None, soon, None, None)] * 3) == {1: "many"}
    assert alerts([(1, None, 0, None, None)]) == {1: "open_long"}
    assert alerts([(1, None, 0, 5, False)]) == {1: "unsatisfied"}
    assert alerts([(1, None, soon, None, None)]) == {1: ""}


def test_who_is_no_key_account_raises_no_alert() -> None:
    rows = [(3, None, 0, None, None)] * 3
    assert alerts(rows) == {3: ""}
    assert alerts(rows, AttentionPolicy(key_tiers=("C",))) == {3: "many|open_long"}


def test_the_top_by_value_are_key_accounts_whatever_their_tier() -> None:
    policy = AttentionPolicy(key_tiers=(), key_share_percent=67)
    assert alerts([(2, None, 0, None, None), (3, None, 0, None, None)], policy) == {2: "open_long", 3: ""}


def test_a_cause_is_named_once_enough_customers_gave_it() -> None:
    texts = [" Wrong  size", "wrong size", "wrong size", "He is ill", None, ""]
    frame = pd.DataFrame({"customer_id": [1, 2, 3, 1, 2, 3], "cause": texts})
    named = named_causes(frame, AttentionPolicy())
    assert named.fillna("–").tolist() == ["wrong size"] * 3 + ["", "–", "–"]
    assert (
        named_causes(frame, AttentionPolicy(least_customers_of_a_cause=4)).fillna("–").tolist()[:4]
        == [""] * 4
    )


@pytest.mark.parametrize("wrong", [{"key_share_percent": 101}, {"many": 0}, {"open_days": -1}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|above zero"):
        AttentionPolicy(**wrong)
