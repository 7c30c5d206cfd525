import datetime
from decimal import Decimal
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.narrow_buyers import NarrowPolicy, narrow_buyers, recorded_elsewhere
from analysis.measures.windows import Window
from tests.analysis.measures.agreeing import assert_agrees, by_sql

YEAR = Window.calendar_year(2024)
FEW_PEERS = NarrowPolicy(least_peers=3)
SALES = st.dictionaries(
    st.tuples(st.integers(1, 9), st.integers(1, 4)), st.integers(-100, 10_000), min_size=1, max_size=25
)
INDUSTRIES = st.fixed_dictionaries({number: st.integers(1, 2) | st.none() for number in range(1, 10)})
RECORDED = st.dictionaries(st.integers(1, 9), st.integers(0, 5_000), max_size=3)
Sales = dict[tuple[int, int], int]

BY_SQL = """
with bought as (select * from sales join industries using (customer_id) where net_revenue > 0),
    peers as (select industry, count(distinct customer_id) as n from bought where industry is not null group by 1),
    split as (
        select industry, category_id, sum(net_revenue) / sum(sum(net_revenue)) over (partition by industry) as part
        from bought where industry is not null group by 1, 2
    ), mine as (
        select b.customer_id, any_value(b.industry) as industry, count(*) as categories, sum(b.net_revenue) as here,
            sum(s.part) as sigma, any_value(p.n) as n
        from bought b left join split s using (industry, category_id) left join peers p using (industry) group by 1
    ), lacking as (
        select m.customer_id, s.category_id as lacking_id from mine m join split s using (industry)
        where n >= {peers} and (m.customer_id, s.category_id) not in (select customer_id, category_id from bought)
        qualify row_number() over (partition by m.customer_id order by part desc, s.category_id) = 1
    )
select customer_id, categories, here as net_revenue,
    coalesce(r.elsewhere, if(n >= {peers} and sigma >= 0.1, floor(here / sigma - here + 0.5), null)) as elsewhere,
    if(r.elsewhere is null, 'estimated', 'recorded') as basis,
    if(r.elsewhere is null, n, null) as peers, if(r.elsewhere is null, sigma, null) as peer_share, lacking_id
from mine left join recorded r using (customer_id) left join lacking using (customer_id)
where categories <= 2 and coalesce(r.elsewhere, floor(here / sigma - here + 0.5)) > 0
    and (r.elsewhere is not null or n >= {peers} and sigma >= 0.1) order by 1
"""


def sales_frame(sales: Sales) -> pd.DataFrame:
    rows = [(*key, cents) for key, cents in sales.items()]
    return pd.DataFrame(rows, columns=["customer_id", "category_id", "net_revenue"], dtype="int64")


def by_customer(values: dict[int, Any], name: str) -> pd.Series:
    index = pd.Index(list(values), dtype="int64", name="customer_id")
    return pd.Series(list(values.values()), index=index, name=name, dtype="Int64")


def narrow(
    sales: Sales,
    industries: dict[int, Any],
    recorded: dict[int, int] | None = None,
    policy: NarrowPolicy = FEW_PEERS,
) -> pd.DataFrame:
    return narrow_buyers(
        sales_frame(sales),
        by_customer(industries, "industry"),
        by_customer(recorded or {}, "elsewhere"),
        policy,
    )


@settings(max_examples=30, deadline=None)
@given(SALES, INDUSTRIES, RECORDED)
def test_spend_elsewhere_agrees_with_sql(
    drawn: Sales, industries_: dict[int, Any], recorded_: dict[int, int]
) -> None:
    found = narrow(drawn, industries_, recorded_).reset_index()
    expected = by_sql(
        BY_SQL.format(peers=3),
        sales=sales_frame(drawn),
        industries=by_customer(industries_, "industry").reset_index(),
        recorded=by_customer(recorded_, "elsewhere").reset_index(),
    )
    told = set(found["customer_id"]) & set(expected["customer_id"])  # a half cent may be rounded to nothing
    apart = pd.concat([found, expected]).loc[lambda both: ~both["customer_id"].isin(told), "elsewhere"]
    assert (apart <= 1).all()
    here, there = (frame[frame["customer_id"].isin(told)] for frame in (found, expected))
    assert_agrees(here, there, given=["our_share"], cents=1)
    assert (here["our_share"] * (here["net_revenue"] + here["elsewhere"])).tolist() == pytest.approx(
        here["net_revenue"].tolist()
    )


def test_spend_elsewhere_agrees_with_sql_on_superstore(superstore: pd.DataFrame) -> None:
    """A segment stands for an industry; nothing is on record, so that all is estimated."""
    year = superstore[superstore["ordered_on"].dt.year == 2017]
    sums = year.groupby(["customer_id", "category_id"])["revenue_cents"].sum()
    sales = sums.rename("net_revenue").reset_index()
    segments = year.groupby("customer_id")["segment"].first().rename("industry")
    nothing = by_customer({}, "elsewhere")
    expected = by_sql(
        BY_SQL.format(peers=20),
        sales=sales,
        industries=segments.reset_index(),
        recorded=nothing.reset_index().astype("int64"),
    )
    found = narrow_buyers(sales, segments, nothing)
    ours = expected["net_revenue"] / (expected["net_revenue"] + expected["elsewhere"])
    assert_agrees(found.reset_index(), expected.assign(our_share=ours))
    assert len(found) > 50


@settings(max_examples=10, deadline=None)
@given(SALES, INDUSTRIES, RECORDED, st.integers(2, 100))
def test_another_currency_scales_money_alone(
    sales: Sales, industries: dict[int, Any], recorded: dict[int, int], rate: int
) -> None:
    dearer = {key: cents * rate for key, cents in sales.items()}
    here = narrow(sales, industries, recorded)
    there = narrow(dearer, industries, {key: cents * rate for key, cents in recorded.items()})
    there = there.reindex(here.index)  # what was rounded to nothing may appear
    assert ((there["elsewhere"] - here["elsewhere"] * rate).abs() <= rate / 2 + 1).all()
    for name in ("categories", "basis", "peers", "lacking_id"):
        assert there[name].astype(object).fillna(0).tolist() == here[name].astype(object).fillna(0).tolist()


@settings(max_examples=25, deadline=None)
@given(SALES, INDUSTRIES, st.randoms())
def test_the_order_of_rows_changes_nothing(sales: Sales, industries: dict[int, Any], random: Random) -> None:
    before = narrow(sales, industries)
    shuffled = list(sales.items())
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(narrow(dict(shuffled), industries), before, check_exact=False)


def test_the_worked_example() -> None:
    # Three hotels spend half on linen, a third on glass, a sixth on lamps; hotel 1 buys linen alone, for 3,000.
    sales = {(1, 1): 3_000, (2, 1): 6_000, (2, 2): 3_000, (3, 2): 3_000, (3, 3): 3_000}
    row = narrow(sales, dict.fromkeys((1, 2, 3), 7)).loc[1]
    assert (row["elsewhere"], row["basis"], row["peers"], row["peer_share"]) == (3_000, "estimated", 3, 0.5)
    assert (row["our_share"], row["lacking_id"]) == (0.5, 2)


def test_what_is_recorded_counts_before_any_estimate() -> None:
    found = narrow({(1, 1): 3_000, (2, 1): 1, (3, 2): 9}, dict.fromkeys((1, 2, 3), 7), {1: 1_000})
    row = found.loc[1]
    assert (row["elsewhere"], row["basis"], row["our_share"]) == (1_000, "recorded", 0.75)


def test_who_buys_three_categories_is_not_narrow() -> None:
    assert narrow({(1, 1): 1, (1, 2): 1, (1, 3): 1}, {1: 7}, {1: 1_000}).empty


def test_nothing_is_estimated_among_few_peers() -> None:
    sales = {(number, number % 3): 100 for number in range(19)}
    assert narrow(sales, dict.fromkeys(range(19), 7), policy=NarrowPolicy()).empty
    sales[19, 1] = 100
    assert len(narrow(sales, dict.fromkeys(range(20), 7), policy=NarrowPolicy())) == 20


def test_a_period_counts_for_its_days_in_the_window() -> None:
    shares = pd.DataFrame(
        {
            "customer_id": [1, 1, 2],
            "period_start": pd.to_datetime(["2024-01-01", "2023-12-01", "2023-01-01"]),
            "period_end": pd.to_datetime(["2024-02-01", "2024-01-31", "2024-01-01"]),
            "amount": [1_000, 6_100, 500],
        }
    )
    assert recorded_elsewhere(shares, YEAR).to_dict() == {1: 1_000 + 3_000}
    assert recorded_elsewhere(shares, Window(YEAR.start, datetime.date(2024, 1, 2))).to_dict() == {
        1: 32 + 100
    }


@pytest.mark.parametrize("wrong", [{"most_categories": 0}, {"least_peers": 0}, {"least_share": Decimal(0)}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        NarrowPolicy(**wrong)
