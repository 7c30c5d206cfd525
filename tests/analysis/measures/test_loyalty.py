import datetime
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.loyalty import bought_elsewhere, loyalty, repeat_rate, share_of_wallet
from analysis.measures.occasions import purchase_histories, purchase_occasions
from analysis.measures.windows import Window
from tests.analysis.measures.agreeing import assert_agrees, by_sql

Rows = list[tuple[int, int | None, int]]

AS_OF = datetime.date(2024, 12, 31)
YEAR = Window.calendar_year(2024)
BY_SQL = """
with whole as (select distinct customer_id from elsewhere where category_id is null),
    recorded as (select customer_id, category_id, sum(amount) as amount from elsewhere group by 1, 2),
    spent as (
        select r.customer_id, coalesce(greatest(sum(o.net_revenue), 0), 0) as own, any_value(amount) as amount,
            r.category_id is null or r.customer_id not in (from whole) as counts
        from recorded r left join own o
            on o.customer_id = r.customer_id and (r.category_id is null or o.category_id = r.category_id)
        group by r.customer_id, r.category_id
    ), wallet as (
        select customer_id, sum(own) filter (where counts) as own, sum(amount) as elsewhere from spent group by 1
    )
select order_days > 1 as is_repeat, date '{day}' - first_order_on::date as tenure_days,
    if(date '{day}' > first_order_on::date, (order_days - 1) / (date '{day}' - first_order_on::date) * 365.25, null)
        as orders_a_year,
    categories / {offered} as breadth, elsewhere, own / nullif(own + elsewhere, 0) as share_of_wallet
from customers left join wallet using (customer_id) order by customer_id
"""
HISTORIES = st.lists(
    st.tuples(st.none() | st.dates(datetime.date(2020, 1, 1), AS_OF), st.integers(1, 9), st.integers(0, 4)),
    min_size=5,
    max_size=5,
)
OWN = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([1, 2, None]), st.integers(-500, 5_000)),
    max_size=15,
    unique_by=lambda row: row[:2],
)
ELSEWHERE = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([1, 2, None]), st.integers(0, 5_000)), max_size=15
)


def own(rows: Rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "category_id", "net_revenue"])
    return frame.astype({"customer_id": "int64", "category_id": "Int64", "net_revenue": "int64"})


def elsewhere(rows: Rows, start: str = "2024-01-01", end: str = "2025-01-01") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "category_id", "amount"])
    frame = frame.astype({"customer_id": "int64", "category_id": "Int64", "amount": "int64"})
    return frame.assign(period_start=pd.Timestamp(start), period_end=pd.Timestamp(end))


def customers(*rows: tuple[str | datetime.date | None, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["first_order_on", "order_days", "categories"])
    frame.index = pd.RangeIndex(1, len(rows) + 1, name="customer_id")
    return frame.astype({"first_order_on": "datetime64[us]"})


@given(OWN, ELSEWHERE)
@settings(max_examples=25)
def test_a_share_lies_between_nothing_and_everything(mine: Rows, theirs: Rows) -> None:
    found = share_of_wallet(own(mine), bought_elsewhere(elsewhere(theirs), YEAR))
    known = found["share_of_wallet"].dropna()
    assert known.between(0, 1).all()
    assert set(found.index) == {customer for customer, _category, _amount in theirs}
    assert found["elsewhere"].sum() == sum(amount for _customer, _category, amount in theirs)


@given(OWN, ELSEWHERE, st.randoms())
@settings(max_examples=15)
def test_neither_the_order_of_rows_nor_the_currency_changes_a_share(
    mine: Rows, theirs: Rows, random: Random
) -> None:
    def share(rate: int, ours: Rows, others: Rows) -> pd.Series:
        sales = own([(customer, category, cents * rate) for customer, category, cents in ours])
        records = elsewhere([(customer, category, cents * rate) for customer, category, cents in others])
        return share_of_wallet(sales, bought_elsewhere(records, YEAR))["share_of_wallet"]

    shuffled = random.sample(mine, len(mine)), random.sample(theirs, len(theirs))
    pd.testing.assert_series_equal(share(7, *shuffled), share(1, mine, theirs))


@given(HISTORIES, OWN, ELSEWHERE)
@settings(max_examples=25)
def test_every_sign_of_loyalty_agrees_with_sql(
    rows: list[tuple[datetime.date | None, int, int]], mine: Rows, theirs: Rows
) -> None:
    people = customers(*[(first, days if first else 0, count) for first, days, count in rows])
    wallet = share_of_wallet(own(mine), bought_elsewhere(elsewhere(theirs), YEAR))
    frames = {"customers": people.reset_index(), "own": own(mine), "elsewhere": elsewhere(theirs)}
    expected = by_sql(BY_SQL.format(day=AS_OF, offered=4), **frames)
    assert_agrees(loyalty(people, wallet, 4, AS_OF), expected)


def test_breadth_tenure_and_pace_agree_with_sql_on_superstore(superstore: pd.DataFrame) -> None:
    """Nobody wrote down what its customers buy elsewhere."""
    day = datetime.date(2017, 12, 31)
    by_customer = superstore.groupby("customer_id")
    people = pd.DataFrame(
        {
            "first_order_on": by_customer["ordered_on"].min(),
            "order_days": by_customer["ordered_on"].nunique(),
            "categories": by_customer["category_id"].nunique(),
        }
    )
    found = loyalty(people, share_of_wallet(own([]), bought_elsewhere(elsewhere([]), YEAR)), 17, day)
    frames = {"customers": people.reset_index(), "own": own([]), "elsewhere": elsewhere([])}
    assert_agrees(found, by_sql(BY_SQL.format(day=day, offered=17), **frames))
    assert found["is_repeat"].sum() == 781


def test_only_recorded_categories_count_unless_everything_is_on_record() -> None:
    sales = own([(1, 1, 300), (1, 2, 500), (1, None, 200)])
    by_category = share_of_wallet(sales, bought_elsewhere(elsewhere([(1, 1, 100), (1, 3, 200)]), YEAR))
    assert by_category.iloc[0].tolist() == [300, 300, 0.5]
    of_all = share_of_wallet(sales, bought_elsewhere(elsewhere([(1, 1, 100), (1, None, 900)]), YEAR))
    assert of_all.iloc[0].tolist() == [1000, 1000, 0.5]


def test_a_record_counts_for_its_days_in_the_window() -> None:
    half = elsewhere([(1, 1, 366)], "2023-07-02", "2024-07-02")  # 183 of its 366 days are in 2024
    assert bought_elsewhere(half, YEAR)["elsewhere"].tolist() == [183]
    assert bought_elsewhere(elsewhere([(1, 1, 9)], "2020-01-01", "2021-01-01"), YEAR).empty


def test_worked_example() -> None:
    frame = customers(("2023-01-01", 5, 2), ("2024-12-31", 1, 1), (None, 0, 0))
    wallet = share_of_wallet(own([(1, 1, 750)]), bought_elsewhere(elsewhere([(1, 1, 250)]), YEAR))
    found = loyalty(frame, wallet, 4, AS_OF)
    assert found["is_repeat"].tolist() == [True, False, False]
    assert found["tenure_days"].tolist() == [730, 0, pd.NA]
    assert found["orders_a_year"].tolist() == pytest.approx([4 / (730 / 365.25), np.nan, np.nan], nan_ok=True)
    assert found["breadth"].tolist() == [0.5, 0.25, 0]
    assert found["share_of_wallet"].tolist() == pytest.approx([0.75, np.nan, np.nan], nan_ok=True)
    assert found["elsewhere"].tolist() == [250, pd.NA, pd.NA]
    assert repeat_rate(frame) == 0.5


def test_customers_without_an_order_do_not_move_the_repeat_rate() -> None:
    frame = customers(("2023-01-01", 5, 2), ("2024-01-01", 1, 1), ("2024-01-01", 2, 1))
    idle = customers((None, 0, 0))
    assert repeat_rate(pd.concat([frame, idle])) == repeat_rate(frame) == pytest.approx(2 / 3)
    assert np.isnan(repeat_rate(idle))


def test_the_repeat_rate_agrees_with_the_published_cdnow_sample(cdnow_sample: pd.DataFrame) -> None:
    """946 of 2,357 customers had bought again by the end of September 1997 (Fader, Hardie & Lee 2005)."""
    occasions = purchase_occasions(cdnow_sample, free_counts=True)
    histories = purchase_histories(occasions, datetime.date(1997, 9, 30))
    assert repeat_rate(histories) == 946 / 2357
