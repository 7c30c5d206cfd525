import datetime
from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures import cross_sell as measure
from analysis.measures.baskets import basket_contents, count_pairs, product_pairs
from analysis.measures.cross_sell import (
    CrossSellPolicy,
    judge_recommendations,
    owned_products,
    recommend,
)
from tests.analysis.measures.agreeing import assert_agrees, by_sql

OWNED = st.dictionaries(st.integers(1, 30), st.frozensets(st.integers(1, 9), min_size=1), max_size=15)
PAIRS = st.dictionaries(
    st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 40).map(float),
    max_size=30,
)
BY_SQL = """
with spoken as (
    select o.customer_id, p.other_id as product_id, p.product_id as because_id, p.llr
    from owned o join pairs p using (product_id) anti join owned had
        on had.customer_id = o.customer_id and had.product_id = p.other_id
)
select customer_id, product_id, sum(llr) as score,
    row_number() over (partition by customer_id order by round(sum(llr), 6) desc, product_id) as place,
    arg_max(because_id, (llr, -because_id)) as because_id, max(llr) as because_llr
from spoken group by 1, 2 qualify place <= 5 order by customer_id, place
"""
COLUMNS = ["product_id", "score", "place", "because_id", "because_llr"]


def owned_frame(owned: dict[int, frozenset[int]]) -> pd.DataFrame:
    rows = [(customer, product) for customer, products in owned.items() for product in products]
    return pd.DataFrame(rows, columns=["customer_id", "product_id"], dtype="int64")


def pairs_frame(pairs: dict[tuple[int, int], float]) -> pd.DataFrame:
    rows = [(*pair, llr) for pair, llr in pairs.items()]
    frame = pd.DataFrame(rows, columns=["product_id", "other_id", "llr"])
    return frame.astype({"product_id": "int64", "other_id": "int64", "llr": "float64"})


def by_hand(mine: frozenset[int], pairs: dict[tuple[int, int], float], count: int) -> list[list[float]]:
    """The recommendations to one customer, added up pair by pair."""
    spoken: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (product, other), llr in pairs.items():
        if product in mine and other not in mine:
            spoken[other].append((llr, -product))
    best = sorted((-sum(llr for llr, _product in reasons), other) for other, reasons in spoken.items())
    return [
        [other, -score, place, -max(spoken[other])[1], max(spoken[other])[0]]
        for place, (score, other) in enumerate(best[:count], 1)
    ]


@settings(deadline=None, max_examples=30)
@given(OWNED, PAIRS)
def test_recommendations_agree_with_adding_up_pair_by_pair(
    owned: dict[int, frozenset[int]], pairs: dict[tuple[int, int], float]
) -> None:
    found = recommend(owned_frame(owned), pairs_frame(pairs), CrossSellPolicy(per_customer=3))
    for customer, mine in owned.items():
        theirs = found.loc[found["customer_id"] == customer, COLUMNS]
        assert theirs.to_numpy().tolist() == by_hand(mine, pairs, 3)


def test_recommendations_agree_with_sql_on_online_retail(online_retail: pd.DataFrame) -> None:
    """To every tenth customer of November's trade, from November's pairs."""
    november = online_retail[online_retail["ordered_on"].between("2011-11-01", "2011-11-30")]
    pairs = product_pairs(count_pairs(basket_contents(november)))
    owned = owned_products(november)
    owned = owned[owned["customer_id"] % 10 == 0]
    found = recommend(owned, pairs)
    assert_agrees(found, by_sql(BY_SQL, owned=owned, pairs=pairs))
    assert len(found) > 500


@settings(deadline=None, max_examples=30)
@given(OWNED, PAIRS)
def test_nobody_is_recommended_what_they_have(
    owned: dict[int, frozenset[int]], pairs: dict[tuple[int, int], float]
) -> None:
    found = recommend(owned_frame(owned), pairs_frame(pairs))
    chosen = found[["customer_id", "product_id"]].to_numpy().tolist()
    assert not any(product in owned[customer] for customer, product in chosen)
    assert (found.groupby("customer_id").size() <= 5).all()


@settings(deadline=None, max_examples=30)
@given(OWNED, PAIRS)
def test_small_blocks_of_customers_recommend_the_same(
    owned: dict[int, frozenset[int]], pairs: dict[tuple[int, int], float]
) -> None:
    whole = recommend(owned_frame(owned), pairs_frame(pairs))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "CUSTOMERS_PER_BLOCK", 2)
        pd.testing.assert_frame_equal(recommend(owned_frame(owned), pairs_frame(pairs)), whole)


@settings(deadline=None, max_examples=30)
@given(OWNED, PAIRS, st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_recommendation(
    owned: dict[int, frozenset[int]], pairs: dict[tuple[int, int], float], seed: int
) -> None:
    mine, spoken = owned_frame(owned), pairs_frame(pairs)
    shuffled = recommend(mine.sample(frac=1, random_state=seed), spoken.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(shuffled, recommend(mine, spoken))


def test_the_worked_example() -> None:
    # Filter jugs and cartridges: 40.0 together; cartridges and descaler 12.0; jugs and descaler 9.0.
    pairs = {(1, 2): 40.0, (2, 1): 40.0, (2, 3): 12.0, (3, 2): 12.0, (1, 3): 9.0, (3, 1): 9.0}
    found = recommend(owned_frame({7: frozenset({1, 2}), 8: frozenset({3})}), pairs_frame(pairs))
    assert found.to_numpy().tolist() == [
        [7, 3, 21.0, 1, 2, 12.0],
        [8, 2, 12.0, 1, 3, 12.0],
        [8, 1, 9.0, 2, 3, 9.0],
    ]


def test_customers_whose_products_go_with_nothing_are_left_out() -> None:
    assert recommend(owned_frame({1: frozenset({5})}), pairs_frame({(1, 2): 3.0})).empty
    assert recommend(owned_frame({}), pairs_frame({})).empty


def test_online_retail_s_last_90_days_beat_popularity_by_two_fifths(online_retail: pd.DataFrame) -> None:
    scores = judge_recommendations(online_retail, datetime.date(2011, 9, 10))
    assert scores.customers == 1_860
    assert (round(scores.hit_rate, 3), round(scores.popularity_hit_rate, 3)) == (0.470, 0.321)
    assert scores.ratio >= 1.4


def test_each_product_is_owned_once(online_retail: pd.DataFrame) -> None:
    owned = owned_products(online_retail)
    assert not owned.duplicated().any()
    assert owned["customer_id"].nunique() == 4_334  # of 4,338; four have bought postage and the like alone
