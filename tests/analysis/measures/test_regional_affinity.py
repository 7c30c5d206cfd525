from collections.abc import Mapping
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.regional_affinity import AffinityPolicy, regional_affinity
from tests.analysis.measures.agreeing import assert_agrees, by_sql

BOUGHT = st.frozensets(st.tuples(st.integers(1, 12), st.integers(1, 3)), min_size=1, max_size=30)
PLACES = st.dictionaries(st.integers(1, 12), st.sampled_from(["villa", "flat"]))
ANY = AffinityPolicy(least_customers=1, least_expected=1)

BY_SQL = """
with known as (select b.customer_id, b.category_id, p.place from bought b join places p using (customer_id)),
    n as (select count(distinct customer_id) as n from known),
    there as (select place, count(distinct customer_id) as customers from known group by 1),
    everywhere as (select category_id, count(*) as bought from known group by 1)
select place, category_id, customers, count(k.customer_id) as buyers, buyers / customers as share,
    bought / n as overall_share, buyers * n / (customers * bought) as lift,
    2 * list_sum(list_transform(
        [[buyers, customers, bought], [customers - buyers, customers, n - bought],
         [bought - buyers, n - customers, bought], [n - customers - bought + buyers, n - customers, n - bought]],
        lambda cell: if(cell[1] > 0, cell[1] * ln(cell[1] * n / (cell[2] * cell[3])), 0))) as llr
from there cross join everywhere cross join n left join known k using (place, category_id)
where customers >= {least} and customers * bought >= {expected} * n
group by place, category_id, customers, bought, n order by 1, 2
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
    bought, places = bought_frame(bought_), places_series(places_)
    query = BY_SQL.format(least=1, expected=1)
    assert_agrees(
        regional_affinity(bought, places, ANY), by_sql(query, bought=bought, places=places.reset_index())
    )


def test_the_states_agree_with_sql_on_superstore(superstore: pd.DataFrame) -> None:
    """A customer lives where the first order went."""
    bought = superstore[["customer_id", "category_id"]].drop_duplicates()
    first = superstore.sort_values(["ordered_on", "order_id"]).drop_duplicates("customer_id")
    places = first.set_index("customer_id")["state"].rename("place")
    query = BY_SQL.format(least=30, expected=5)
    found = regional_affinity(bought, places)
    assert_agrees(found, by_sql(query, bought=bought, places=places.reset_index()))
    assert found["place"].nunique() > 5


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
