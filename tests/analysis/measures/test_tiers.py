import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures.contribution import contribution
from analysis.measures.tiers import Thresholds, TierPolicy, TierScheme, assign_tiers, nearest_override
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2024, 12, 31)
POLICY = TierPolicy(thresholds=Thresholds(a=1000, b=200))
PARETO = replace(POLICY, scheme=TierScheme.PARETO)
BY_SQL = """
with summed as (select *, sum(greatest(value, 0)) over () as everything, coalesce(sum(greatest(value, 0)) over (
        order by value desc groups between unbounded preceding and 1 preceding), 0) as before from bought),
tiered as (
    select *, case when value >= 200000 then 'A' when value >= 50000 then 'B' else 'C' end as tier_amount,
        case when value <= 0 then 'C' when before * 5 < everything * 4 then 'A'
            when before * 20 < everything * 19 then 'B' else 'C' end as tier_pareto
    from summed
), kept as (
    select *, {raw} as tier_raw,
        {a} as threshold_a, {b} as threshold_b,
        case previous_tier when 'A' then ceil(0.9 * threshold_a) when 'B' then ceil(0.9 * threshold_b) end as floor
    from tiered
)
select customer_id, tier_amount, tier_pareto, tier_raw, null::bigint as threshold_region, threshold_a, threshold_b,
    previous_tier, if(previous_tier < tier_raw and value >= floor, previous_tier, tier_raw) as tier_kept,
    if(previous_tier < tier_raw and value >= floor, floor, null) as kept_above, null as potential,
    'none' as potential_rule, if(previous_tier < tier_raw and value >= floor, previous_tier, tier_raw) as tier,
    '{scheme}' as tier_scheme
from kept order by customer_id
"""
THRESHOLDS_BY_SQL = {
    TierScheme.AMOUNT: {"raw": "tier_amount", "a": "200000", "b": "50000"},
    TierScheme.PARETO: {
        "raw": "tier_pareto",
        "a": "min(value) filter (where tier_pareto = 'A') over ()",
        "b": "min(value) filter (where tier_pareto <> 'C') over ()",
    },
}
VALUES = st.lists(st.integers(-500, 3000), min_size=1, max_size=30)


def tiers(
    values: Sequence[int],
    policy: TierPolicy = POLICY,
    parents: Mapping[int, int | None] | None = None,
    **columns: Any,
) -> pd.DataFrame:
    index = pd.RangeIndex(len(values), name="customer_id")
    usual = {"region_id": None, "previous_tier": None, "potential": None, "potential_expires_on": None}
    dtypes = {"region_id": "Int64", "potential_expires_on": "datetime64[us]"}
    customers = pd.DataFrame(usual | columns, index=index).astype(dtypes)
    totals = pd.DataFrame({"net_revenue": np.array(values, dtype=np.int64)}, index=index)
    return assign_tiers(contribution(totals), customers, policy, parents or {}, AS_OF)


def letters(frame: pd.DataFrame, column: str = "tier") -> str:
    return "".join(frame[column])


def test_a_value_on_the_threshold_reaches_the_tier() -> None:
    assert letters(tiers([1000, 999, 200, 199, 0, -5])) == "ABBCCC"


def test_hysteresis_keeps_a_tier_down_to_nine_tenths_of_its_threshold() -> None:
    result = tiers([900, 899, 180, 179], previous_tier=["A", "A", "B", "B"])
    assert letters(result) == "ABBC"
    assert result["kept_above"].tolist() == [900, pd.NA, 180, pd.NA]


def test_a_former_a_that_falls_below_b_is_not_caught_at_b() -> None:
    assert letters(tiers([190], previous_tier="A")) == "C"


def test_promotion_is_immediate() -> None:
    assert letters(tiers([1000, 200], previous_tier=["C", "C"])) == "AB"


def test_a_fraction_of_a_cent_does_not_keep_a_tier() -> None:
    policy = replace(POLICY, thresholds=Thresholds(a=1001, b=200))  # nine tenths are 900.9
    assert letters(tiers([900, 901], policy, previous_tier="A")) == "BA"


def test_potential_comes_last() -> None:
    result = tiers(
        [950, 950, 0, 0], previous_tier=["A", "A", "C", "C"], potential=["closing", "low", "high", "closing"]
    )
    assert letters(result, "tier_kept") == "AACC"
    assert letters(result) == "BAAC"
    assert result["potential_rule"].tolist() == ["closing", "none", "high", "closing"]


def test_potential_holds_through_the_day_on_which_it_expires() -> None:
    result = tiers([0, 0, 0], potential="high", potential_expires_on=["2024-12-30", "2024-12-31", None])
    assert letters(result) == "CAA"
    assert result["potential_rule"].tolist() == ["expired", "high", "high"]


def test_the_nearest_region_with_thresholds_decides() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: 1}
    policy = replace(POLICY, region_thresholds={1: Thresholds(500, 50), 2: Thresholds(300, 30)})
    result = tiers([400, 400, 400, 400], policy, parents, region_id=[3, 4, 9, None])
    assert letters(result) == "ABBB"
    assert result["threshold_region"].tolist() == [2, 1, pd.NA, pd.NA]


def test_a_cycle_of_regions_is_refused() -> None:
    with pytest.raises(ValueError, match="lies above itself"):
        nearest_override(1, {}, {1: 2, 2: 1})


def test_pareto_cuts_are_exact() -> None:
    result = tiers([80, 15, 5], PARETO)  # 80 % and 95 % to the cent: the next customer is beyond the cut
    assert letters(result, "tier_pareto") == "ABC"
    assert letters(tiers([79, 16, 5], PARETO)) == "AAC"


def test_pareto_ties_share_a_tier() -> None:
    assert letters(tiers([40, 40, 20, 20], PARETO)) == "AAAA"
    assert letters(tiers([80, 10, 10, 0], PARETO)) == "ABBC"


def test_under_pareto_hysteresis_works_on_the_least_value_that_reaches_the_tier() -> None:
    result = tiers([800, 100, 50, 45], PARETO, previous_tier=["A", "B", "C", "B"])
    assert letters(result, "tier_raw") == "ABBC"
    assert letters(result) == "ABBB"
    assert result[["threshold_a", "threshold_b"]].iloc[0].tolist() == [800, 50]


def test_under_pareto_nobody_with_a_positive_value_means_no_thresholds() -> None:
    result = tiers([0, -10], PARETO, previous_tier="A")
    assert letters(result) == "CC"
    assert result["threshold_a"].isna().all()


def test_both_schemes_are_computed_whichever_decides() -> None:
    amount, pareto = tiers([800, 150, 50]), tiers([800, 150, 50], PARETO)
    for scheme in ("tier_amount", "tier_pareto"):
        assert letters(amount, scheme) == letters(pareto, scheme)
    assert letters(amount) == letters(amount, "tier_amount")
    assert letters(pareto) == letters(pareto, "tier_pareto")


@given(VALUES, st.sampled_from(TierScheme), st.sampled_from(["A", "B", "C", None]))
def test_among_alike_customers_more_value_never_means_a_lower_raw_tier(
    values: list[int], scheme: TierScheme, previous: str | None
) -> None:
    result = tiers(sorted(values), replace(POLICY, scheme=scheme), previous_tier=previous)
    assert result["tier_raw"].is_monotonic_increasing
    assert (result["tier_kept"] >= result["tier_raw"]).all()


@given(VALUES, st.lists(st.sampled_from(["A", "B", "C", None]), min_size=30, max_size=30))
def test_tiers_agree_with_a_loop_over_the_customers(values: list[int], previous: list[str | None]) -> None:
    before = previous[: len(values)]
    positive = sum(value for value in values if value > 0)
    for place, (value, was, row) in enumerate(
        zip(values, before, tiers(values, previous_tier=before).itertuples(), strict=True)
    ):
        raw = "A" if value >= 1000 else "B" if value >= 200 else "C"
        kept = was if was and was < raw and value * 10 >= 9 * {"A": 1000, "B": 200}[was] else raw
        more = sum(other for other in values if other > values[place] and other > 0)
        share = more * 100 // positive if value > 0 else 100
        assert (row.tier_raw, row.tier_kept, row.tier) == (raw, kept, kept)
        assert row.tier_pareto == ("A" if share < 80 else "B" if share < 95 else "C")


@pytest.mark.parametrize("scheme", TierScheme)
def test_every_step_agrees_with_sql_on_online_retail(online_retail: pd.DataFrame, scheme: TierScheme) -> None:
    """Tiers at £2,000 and £500 or by Pareto; before stood what the first half year alone would have given."""
    lines = online_retail.dropna(subset=["customer_id"]).astype({"customer_id": "int64"})
    early = lines["ordered_on"] < pd.Timestamp("2011-06-01")
    sums = lines.groupby("customer_id")["revenue_cents"].sum()
    first = lines[early].groupby("customer_id")["revenue_cents"].sum().mul(2).reindex(sums.index)
    policy = TierPolicy(thresholds=Thresholds(a=2_000_00, b=500_00), scheme=scheme)
    customers = pd.DataFrame(
        {"region_id": pd.NA, "potential": None, "potential_expires_on": pd.NaT}, index=sums.index
    )
    was = first.map(
        lambda cents: None if np.isnan(cents) else "A" if cents >= 2_000_00 else "B", na_action=None
    )
    ranked = contribution(sums.to_frame("net_revenue"))
    found = assign_tiers(ranked, customers.assign(previous_tier=was), policy, {}, datetime.date(2011, 12, 9))
    bought = pd.DataFrame(
        {"value": sums, "previous_tier": was.astype("str").where(was.notna())}
    ).reset_index()
    expected = by_sql(BY_SQL.format(scheme=scheme, **THRESHOLDS_BY_SQL[scheme]), bought=bought)
    assert_agrees(found.reset_index(), expected)
    assert found["kept_above"].notna().sum() > 10


@given(VALUES, st.integers(2, 50))
def test_another_currency_changes_no_tier(values: list[int], rate: int) -> None:
    dearer = replace(POLICY, thresholds=Thresholds(1000 * rate, 200 * rate))
    before, after = tiers(values), tiers([value * rate for value in values], dearer)
    assert letters(before) == letters(after)
    assert letters(before, "tier_pareto") == letters(after, "tier_pareto")


@given(VALUES)
def test_a_customer_without_orders_changes_no_tier(values: list[int]) -> None:
    assert letters(tiers([*values, 0], PARETO).iloc[:-1]) == letters(tiers(values, PARETO))


def test_customers_may_come_in_any_order() -> None:
    index = pd.Index([5, 3], name="customer_id")
    ranked = contribution(pd.DataFrame({"net_revenue": [1000, 10]}, index=index))
    columns = {
        "region_id": pd.NA,
        "previous_tier": pd.NA,
        "potential": ["high", pd.NA],
        "potential_expires_on": pd.NaT,
    }
    customers = pd.DataFrame(columns, index=[3, 5])
    assert assign_tiers(ranked, customers, POLICY, {}, AS_OF)["potential"].tolist() == [np.nan, "high"]


def test_other_customers_are_refused() -> None:
    ranked = contribution(pd.DataFrame({"net_revenue": [1]}, index=[1]))
    columns = dict.fromkeys(["region_id", "previous_tier", "potential", "potential_expires_on"])
    with pytest.raises(ValueError, match="same customers"):
        assign_tiers(ranked, pd.DataFrame(columns, index=[2]), POLICY, {}, AS_OF)


def test_an_unknown_tier_or_potential_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown previous tier: 'D'"):
        tiers([1], previous_tier="D")
    with pytest.raises(ValueError, match="unknown potential: 'great'"):
        tiers([1], potential="great")


@pytest.mark.parametrize(
    "wrong", [{"pareto_a": Decimal("0.96")}, {"pareto_b": Decimal("1.01")}, {"hysteresis": Decimal(1)}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        TierPolicy(**wrong)


def test_thresholds_must_descend() -> None:
    with pytest.raises(ValueError, match="a > b > 0"):
        Thresholds(a=100, b=100)
