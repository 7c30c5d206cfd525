from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.composition import SizePolicy, company_sizes, composition
from tests.analysis.measures.agreeing import assert_agrees, by_sql

CENTS = st.integers(-(10**9), 10**11)
ROWS = st.lists(
    st.tuples(st.sampled_from([1, 2, 3, None]), CENTS, CENTS, CENTS, st.integers(0, 9)),
    min_size=1,
    max_size=40,
)

BY_SQL = """
select {by}, count(*) as customers, count(*) filter (where orders > 0) as buyers,
       sum(net_revenue) as net_revenue, sum(gross_margin) as gross_margin,
       sum(net_revenue_before) as net_revenue_before,
       count(*) / sum(count(*)) over () as customer_share,
       case when sum(sum(net_revenue)) over () > 0 then sum(net_revenue) / sum(sum(net_revenue)) over () end
           as revenue_share,
       case when sum(sum(gross_margin)) over () > 0 then sum(gross_margin) / sum(sum(gross_margin)) over () end
           as margin_share,
       case when sum(net_revenue) > 0 then sum(gross_margin) / sum(net_revenue) end as margin_rate,
       case when sum(net_revenue_before) > 0 then sum(net_revenue) / sum(net_revenue_before) - 1 end as change
from frame group by 1 order by sum(net_revenue) desc, 1 nulls last
"""


def customers(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = ["industry_id", "net_revenue", "gross_margin", "net_revenue_before", "orders"]
    index = pd.RangeIndex(1, len(rows) + 1, name="customer_id")
    return pd.DataFrame(rows, columns=columns, index=index).astype({"industry_id": "Int64"})


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_groups_agree_with_sql(rows: list[tuple[Any, ...]]) -> None:
    found = composition(customers(rows), "industry_id").reset_index()
    assert_agrees(found, by_sql(BY_SQL.format(by="industry_id"), frame=customers(rows)))


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_the_groups_add_up_to_the_company(rows: list[tuple[Any, ...]]) -> None:
    frame, found = customers(rows), composition(customers(rows), "industry_id")
    assert found["customers"].sum() == len(frame)
    assert found["customer_share"].sum() == pytest.approx(1)
    for name in ("net_revenue", "gross_margin", "net_revenue_before"):
        assert found[name].sum() == frame[name].sum()


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[tuple[Any, ...]], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        composition(customers(shuffled), "industry_id"), composition(customers(rows), "industry_id")
    )


@settings(max_examples=25, deadline=None)
@given(ROWS, st.integers(2, 100))
def test_another_currency_scales_money_alone(rows: list[tuple[Any, ...]], rate: int) -> None:
    dearer = [(group, net * rate, margin * rate, before * rate, n) for group, net, margin, before, n in rows]
    before, after = (composition(customers(some), "industry_id") for some in (rows, dearer))
    assert (after["net_revenue"] == before["net_revenue"] * rate).all()
    np.testing.assert_allclose(after["margin_rate"], before["margin_rate"], rtol=1e-12)


def test_the_worked_example() -> None:
    rows = [(1, 600, 150, 500, 2), (1, 0, 0, 100, 0), (2, 300, 120, 0, 1), (None, 100, 20, 200, 1)]
    found = composition(customers(rows), "industry_id")
    assert found.index.tolist()[:2] == [1, 2]
    assert found.index.isna().tolist() == [False, False, True]
    assert found["customer_share"].tolist() == [0.5, 0.25, 0.25]
    assert found["revenue_share"].tolist() == [0.6, 0.3, 0.1]
    assert found["margin_rate"].tolist() == [0.25, 0.4, 0.2]
    np.testing.assert_allclose(found["change"], [0.0, np.nan, -0.5])


def test_a_company_is_as_large_as_its_smaller_figure() -> None:
    headcount = pd.Series([19, 20, 1_000, 1_000, None, 300, None], dtype="Int64")
    turnover = pd.Series([None, None, 400_000_000_00, 1, 20_000_000_00, None, None], dtype="Int64")
    sizes = company_sizes(headcount, turnover, SizePolicy())
    assert sizes.tolist()[:6] == ["micro", "small", "large", "micro", "medium", "medium"]
    assert sizes.isna().tolist() == [False] * 6 + [True]


@pytest.mark.parametrize("wrong", [{"headcounts": (20, 20, 30)}, {"turnovers": (0, 1, 2)}])
def test_bounds_that_do_not_ascend_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must ascend"):
        SizePolicy(**wrong)


def test_superstore_s_segments_agree_with_sql_and_its_published_totals(data_dir: Path) -> None:
    raw = pd.read_csv(data_dir / "superstore_orders.csv.gz")
    cents = {"net_revenue": raw["Sales"] * 100, "gross_margin": raw["Profit"] * 100}
    lines = raw[["Customer ID", "Segment"]].assign(**{name: sums.round() for name, sums in cents.items()})
    buyers = lines.groupby("Customer ID").agg(
        segment=("Segment", "first"), net_revenue=("net_revenue", "sum"), gross_margin=("gross_margin", "sum")
    )
    frame = buyers.assign(net_revenue_before=0, orders=1).astype(dict.fromkeys(cents, "int64"))
    found = composition(frame, "segment")
    assert_agrees(found.reset_index(), by_sql(BY_SQL.format(by="segment"), frame=frame))
    assert found.index.tolist() == ["Consumer", "Corporate", "Home Office"]
    assert found["customers"].tolist() == [409, 236, 148]
    assert found["net_revenue"].sum() == pytest.approx(229_720_086, abs=500)
    assert found["gross_margin"].sum() == pytest.approx(28_639_702, abs=500)
