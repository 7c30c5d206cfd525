from collections.abc import Mapping
from random import Random

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.regional_affinity import AffinityPolicy, regional_affinity
from tests.analysis.measures.present import present

BOUGHT = st.frozensets(st.tuples(st.integers(1, 12), st.integers(1, 3)), min_size=1, max_size=30)
PLACES = st.dictionaries(st.integers(1, 12), st.sampled_from(["villa", "flat"]))
ANY = AffinityPolicy(least_customers=1, least_expected=1)

BY_SQL = """
with known as (select b.customer_id, b.category_id, p.place from bought b join places p using (customer_id)),
    n as (select count(distinct customer_id) as n from known),
    there as (select place, count(distinct customer_id) as customers from known group by 1),
    everywhere as (select category_id, count(*) as bought from known group by 1)
select place, category_id, customers, count(k.customer_id) as buyers, count(k.customer_id) / customers as share,
    bought / n as overall_share, count(k.customer_id) * n / (customers * bought) as lift
from there cross join everywhere cross join n left join known k using (place, category_id)
where customers * bought >= n group by place, category_id, customers, bought, n order by 1, 2
"""


def bought_frame(bought: frozenset[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(sorted(bought), columns=["customer_id", "category_id"])


def places_series(places: Mapping[int, str]) -> pd.Series:
    return pd.Series(dict(places), name="place", dtype="str").rename_axis("customer_id")


@settings(max_examples=30, deadline=None)
@given(BOUGHT, PLACES)
def test_counts_shares_and_lifts_agree_with_sql(
    bought_: frozenset[tuple[int, int]], places_: dict[int, str]
) -> None:
    bought = bought_frame(bought_)
    places = places_series(places_).reset_index()  # noqa: F841 read by the query
    found = regional_affinity(bought, places_series(places_), ANY)
    expected = present(duckdb.query(BY_SQL)).df()
    assert found["place"].tolist() == expected["place"].tolist()
    numbers = list(expected.columns[1:])
    np.testing.assert_allclose(found[numbers].astype("float64"), expected[numbers].astype("float64"))


@settings(max_examples=25, deadline=None)
@given(BOUGHT, PLACES, st.randoms())
def test_the_order_of_rows_changes_nothing(
    bought: frozenset[tuple[int, int]], places: dict[int, str], random: Random
) -> None:
    before = bought_frame(bought)
    shuffled = before.sample(frac=1, random_state=random.randrange(2**32))
    pd.testing.assert_frame_equal(
        regional_affinity(shuffled, places_series(places), ANY),
        regional_affinity(before, places_series(places), ANY),
    )


def test_the_worked_example() -> None:
    # 40 in villas, 30 of them bought garden goods; 160 in flats, 20 did; everybody bought something else.
    places = places_series({number: "villa" if number < 40 else "flat" for number in range(200)})
    garden = [(number, 1) for number in [*range(30), *range(40, 60)]]
    found = regional_affinity(
        bought_frame(frozenset(garden + [(number, 2) for number in range(200)])), places
    )
    villa = found[(found["place"] == "villa") & (found["category_id"] == 1)].iloc[0]
    assert (villa["customers"], villa["buyers"]) == (40, 30)
    assert (villa["share"], villa["overall_share"], villa["lift"]) == (0.75, 0.25, 3.0)
    assert villa["llr"] == pytest.approx(59.38, abs=0.005)


def test_small_places_and_rare_categories_are_not_told() -> None:
    places = places_series({number: "villa" if number < 29 else "flat" for number in range(100)})
    everybody = [(number, 1) for number in range(100)]
    found = regional_affinity(bought_frame(frozenset([*everybody, (1, 2), (50, 2)])), places)
    assert found[["place", "category_id"]].to_numpy().tolist() == [["flat", 1]]


def test_people_of_unknown_place_are_left_out() -> None:
    found = regional_affinity(bought_frame(frozenset({(1, 1), (2, 1)})), places_series({1: "villa"}), ANY)
    assert found["customers"].tolist() == [1]


def test_a_policy_that_tells_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        AffinityPolicy(least_customers=0)
