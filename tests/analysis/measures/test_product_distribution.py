from collections import Counter
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.product_distribution import add_cells, monthly_cells, product_distribution
from tests.analysis.measures.agreeing import assert_agrees, by_sql

CELLS = st.lists(
    st.tuples(
        st.integers(1, 3) | st.none(),
        st.sampled_from([202401, 202402]),
        st.integers(1, 3) | st.none(),
        st.integers(-3, 9),
        st.integers(-1_000, 9_000),
    ),
    min_size=1,
    max_size=25,
)
Cells = list[tuple[int | None, int, int | None, int, int]]

BY_SQL = """
with cell as (
    select region_id, period, category_id, sum(quantity) as quantity, sum(net_revenue) as v from cells group by 1, 2, 3
), totals as (
    select *, sum(v) over (partition by region_id, period) as region, sum(v) over (partition by category_id, period)
        as category, sum(v) over (partition by period) as everything
    from cell
)
select region_id, period, category_id, quantity, v as net_revenue, if(region > 0, v / region, null) as region_share,
    if(category > 0, v / category, null) as category_share,
    if(category > 0 and region > 0 and everything > 0, (v / category) / (region / everything), null) as quotient
from totals order by region_id nulls last, period, category_id nulls last
"""


def frame(drawn: Cells) -> pd.DataFrame:
    names = ["region_id", "period", "category_id", "quantity", "net_revenue"]
    return pd.DataFrame(drawn, columns=names).astype({"region_id": "Int64", "category_id": "Int64"})


@settings(max_examples=30, deadline=None)
@given(CELLS)
def test_shares_and_quotients_agree_with_sql(drawn: Cells) -> None:
    assert_agrees(product_distribution(frame(drawn)), by_sql(BY_SQL, cells=frame(drawn)))


@settings(max_examples=15, deadline=None)
@given(CELLS, st.integers(2, 100))
def test_another_currency_scales_revenue_alone(drawn: Cells, rate: int) -> None:
    here = product_distribution(frame(drawn))
    there = product_distribution(frame([(*row[:4], row[4] * rate) for row in drawn]))
    pd.testing.assert_frame_equal(there, here.assign(net_revenue=here["net_revenue"] * rate))


@settings(max_examples=25, deadline=None)
@given(CELLS)
def test_nothing_is_lost(drawn: Cells) -> None:
    cells = frame(drawn)
    found = product_distribution(cells)
    assert found[["quantity", "net_revenue"]].sum().equals(cells[["quantity", "net_revenue"]].sum())


@settings(max_examples=25, deadline=None)
@given(CELLS)
def test_shares_of_a_region_sum_to_one(drawn: Cells) -> None:
    found = product_distribution(frame(drawn)).dropna(subset=["region_share"])
    sums = found.groupby(["region_id", "period"], dropna=False)["region_share"].sum()
    assert sums.to_numpy() == pytest.approx(1, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(CELLS, st.randoms())
def test_the_order_of_rows_changes_nothing(drawn: Cells, random: Random) -> None:
    before = product_distribution(frame(drawn))
    random.shuffle(drawn)
    pd.testing.assert_frame_equal(product_distribution(frame(drawn)), before)


@settings(max_examples=25, deadline=None)
@given(CELLS)
def test_cells_of_parts_agree_with_adding_up_line_by_line(drawn: Cells) -> None:
    lines = frame(drawn).fillna({"region_id": -1, "category_id": -1})
    lines = lines.astype({"region_id": "int64", "category_id": "int64"}).assign(
        day=pd.to_datetime(lines["period"].astype(str) + "07", format="%Y%m%d"),
        thousandths=lines["quantity"] * 125,
    )
    found = add_cells(pd.concat([monthly_cells(lines[::2]), monthly_cells(lines[1::2])]))
    expected: Counter[tuple[int | None, int, int | None]] = Counter()
    for region, month, category, quantity, _cents in drawn:
        expected[region, month, category] += quantity
    month = found["month"].dt.year * 100 + found["month"].dt.month
    keys = zip(found["region_id"], month, found["category_id"], strict=True)
    told = {tuple(None if part is pd.NA else part for part in key): 0.0 for key in keys}
    told = dict(zip(told, found["quantity"], strict=True))
    assert told == {key: quantity * 0.125 for key, quantity in expected.items()}
    assert found["net_revenue"].sum() == lines["net_revenue"].sum()


def test_the_worked_example() -> None:
    found = product_distribution(
        frame(
            [
                (1, 202401, 1, 30, 300),
                (1, 202401, 2, 10, 100),
                (2, 202401, 1, 30, 300),
                (2, 202401, 2, 50, 500),
            ]
        )
    )
    assert found["region_share"].tolist() == [0.75, 0.25, 0.375, 0.625]
    assert found["category_share"].tolist() == pytest.approx([0.5, 1 / 6, 0.5, 5 / 6])
    assert found["quotient"].tolist() == pytest.approx([1.5, 0.5, 0.75, 1.25])


def test_superstore_agrees_with_sql_and_sells_most_tables_in_the_west(superstore: pd.DataFrame) -> None:
    regions, categories = pd.factorize(superstore["region"]), pd.factorize(superstore["sub_category"])
    cells = pd.DataFrame(
        {
            "region_id": pd.array(regions[0], dtype="Int64"),
            "period": superstore["ordered_on"].dt.year,
            "category_id": pd.array(categories[0], dtype="Int64"),
            "quantity": superstore["quantity"],
            "net_revenue": superstore["revenue_cents"],
        }
    )
    found = product_distribution(cells)
    assert_agrees(found, by_sql(BY_SQL, cells=cells))
    assert found["net_revenue"].sum() == 2_297_201_07
    assert found["quantity"].sum() == superstore["quantity"].sum() == 37_873
    tables = found[found["category_id"] == list(categories[1]).index("Tables")]
    by_region = tables.groupby("region_id")["net_revenue"].sum()
    assert regions[1][int(by_region.to_numpy().argmax())] == "West"
