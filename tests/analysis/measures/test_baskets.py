from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures import baskets as measure
from analysis.measures.baskets import BasketPolicy, basket_contents, count_pairs, product_pairs
from tests.analysis.measures.agreeing import assert_agrees, by_sql
from tests.analysis.measures.test_windows import frame, line

BASKETS = st.lists(st.frozensets(st.integers(1, 8), min_size=1), min_size=1, max_size=30)

PAIRS_BY_SQL = """
with n as (select count(distinct basket_id)::double as n from contents),
    one as (select product_id, count(*)::double as held from contents group by 1),
    counted as (
        select l.product_id, r.product_id as other_id, count(*)::double as k
        from contents l join contents r on l.basket_id = r.basket_id and l.product_id <> r.product_id
        group by 1, 2 having count(*) >= {least}
    ), tables as (
        select c.product_id, c.other_id, k, n, x.held as a, y.held as b,
            [[k, a, b], [a - k, a, n - b], [b - k, n - a, b], [n - a - b + k, n - a, n - b]] as cells
        from counted c join one x on x.product_id = c.product_id join one y on y.product_id = c.other_id cross join n
    ), scored as (
        select *, k * n / (a * b) as lift, 2 * list_sum(list_transform(
            cells, lambda cell: if(cell[1] > 0, cell[1] * ln(cell[1] * n / (cell[2] * cell[3])), 0))) as llr
        from tables
    )
select product_id, other_id, k::bigint as together, k / n as support, k / a as confidence, lift, llr,
    row_number() over (partition by product_id order by llr desc, other_id) as place
from scored where lift > 1 qualify place <= {neighbours} order by product_id, place
"""


def contents_of(baskets: list[frozenset[int]], first_id: int = 0) -> pd.DataFrame:
    rows = [(number, product) for number, held in enumerate(baskets, first_id) for product in held]
    return pd.DataFrame(rows, columns=["basket_id", "product_id"], dtype="int64")


@settings(max_examples=30, deadline=None)
@given(BASKETS)
def test_pairs_and_their_scores_agree_with_sql(baskets: list[frozenset[int]]) -> None:
    contents = contents_of(baskets)
    found = product_pairs(count_pairs(contents), BasketPolicy(least_together=2, neighbours=3))
    places = found.sort_values(
        ["product_id", "other_id"]
    )  # of equal ratios SQL may round one a last digit up
    expected = by_sql(PAIRS_BY_SQL.format(least=2, neighbours=9), contents=contents)
    both = places[["product_id", "other_id"]].merge(expected, how="left").drop(columns="place")
    assert_agrees(places, both, given=["place"])
    strongest = expected.groupby("product_id").head(3).groupby("product_id")["llr"].sum()
    np.testing.assert_allclose(found.groupby("product_id")["llr"].sum(), strongest)


def test_november_s_baskets_agree_with_sql_on_online_retail(online_retail: pd.DataFrame) -> None:
    november = online_retail[online_retail["ordered_on"].between("2011-11-01", "2011-11-30")]
    contents = basket_contents(november)
    found = product_pairs(count_pairs(contents), BasketPolicy(neighbours=20))
    assert_agrees(found, by_sql(PAIRS_BY_SQL.format(least=5, neighbours=20), contents=contents))
    assert len(found) > 20_000


@settings(max_examples=25, deadline=None)
@given(BASKETS)
def test_pair_counts_agree_with_counting_every_combination(baskets: list[frozenset[int]]) -> None:
    expected: dict[tuple[int, int], int] = {}
    for held in baskets:
        for pair in combinations(sorted(held), 2):
            expected[pair] = expected.get(pair, 0) + 1
    found = count_pairs(contents_of(baskets)).pairs.set_index(["product_id", "other_id"])["together"]
    assert found.to_dict() == expected


@settings(max_examples=25, deadline=None)
@given(BASKETS, BASKETS)
def test_counts_of_parts_add_up_to_those_of_the_whole(
    first: list[frozenset[int]], second: list[frozenset[int]]
) -> None:
    whole = count_pairs(contents_of(first + second))
    added = count_pairs(contents_of(first)) + count_pairs(contents_of(second, len(first)))
    assert added.baskets == whole.baskets
    pd.testing.assert_series_equal(added.products, whole.products)
    pd.testing.assert_frame_equal(added.pairs, whole.pairs)


@settings(max_examples=25, deadline=None)
@given(BASKETS)
def test_the_order_of_rows_changes_nothing(baskets: list[frozenset[int]]) -> None:
    contents = contents_of(baskets)
    pd.testing.assert_frame_equal(count_pairs(contents).pairs, count_pairs(contents[::-1]).pairs)


def test_small_blocks_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = contents_of([frozenset({1, 2, 3}), frozenset({2, 3}), frozenset({1, 9})])
    before = count_pairs(contents).pairs
    monkeypatch.setattr(measure, "ENTRIES_PER_BLOCK", 4)
    pd.testing.assert_frame_equal(count_pairs(contents).pairs, before)


def test_a_pair_in_four_baskets_is_not_told() -> None:
    others = [frozenset({3})] * 9
    assert product_pairs(count_pairs(contents_of([frozenset({1, 2})] * 4 + others))).empty
    told = product_pairs(count_pairs(contents_of([frozenset({1, 2})] * 5 + others)))
    assert told["together"].tolist() == [5, 5]
    assert told["lift"].tolist() == pytest.approx([14 / 5, 14 / 5])


def test_only_the_strongest_partners_are_kept() -> None:
    baskets = [frozenset({1, 2})] * 9 + [frozenset({1, 3})] * 6 + [frozenset({4})] * 9
    told = product_pairs(count_pairs(contents_of(baskets)), BasketPolicy(neighbours=1))
    assert told[["product_id", "other_id", "place"]].to_numpy().tolist() == [[1, 2, 1], [2, 1, 1], [3, 1, 1]]


def test_postage_returns_samples_and_strangers_make_no_basket() -> None:
    lines = frame(
        line(product_id=1),
        line(product_id=1),
        line(product_id=9, is_merchandise=False),
        line(order_id=2, quantity=-1, revenue_cents=-40),
        line(order_id=3, revenue_cents=0),
        line(order_id=4, customer_id=None),
    )
    assert basket_contents(lines).to_numpy().tolist() == [[1, 1]]


def test_no_baskets_make_no_pairs() -> None:
    counts = count_pairs(contents_of([]))
    assert counts.baskets == 0
    assert product_pairs(counts).empty
