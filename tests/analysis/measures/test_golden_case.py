from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.measures.contribution import contribution
from analysis.measures.marks import MarkPolicy, assign_marks
from analysis.measures.tiers import assign_tiers
from analysis.measures.windows import ReturnAttribution, customer_totals
from tests.analysis.measures import golden

CASES = {
    ReturnAttribution.RETURN_DATE: golden.BY_RETURN_DATE,
    ReturnAttribution.ORIGINAL_ORDER: golden.BY_ORIGINAL_ORDER,
}
CELLS = [(mode, row) for mode, rows in CASES.items() for row in rows]


def computed(mode: ReturnAttribution) -> pd.DataFrame:
    customers = golden.golden_customers()
    totals = customer_totals(golden.golden_lines(), golden.YEAR, customers.index, mode)
    ranked = contribution(totals)
    tiers = assign_tiers(ranked, customers, golden.POLICY, golden.REGION_PARENTS, golden.AS_OF)
    marks = assign_marks(ranked, customers["created_on"], MarkPolicy(), golden.AS_OF)
    return pd.concat([ranked, tiers, marks], axis=1)


@pytest.fixture(scope="module")
def results() -> dict[ReturnAttribution, pd.DataFrame]:
    return {mode: computed(mode) for mode in CASES}


@pytest.mark.parametrize(("mode", "expected"), CELLS, ids=[f"{mode}-C{row[0]:02}" for mode, row in CELLS])
def test_every_cell_of_the_golden_case(
    mode: ReturnAttribution, expected: tuple[Any, ...], results: dict[ReturnAttribution, pd.DataFrame]
) -> None:
    customer, net, rank, share, before, raw, kept, tier, pareto, mark = expected
    row = results[mode].loc[customer]
    assert row["value"] == Decimal(net) * 100
    assert row["rank"] == rank
    assert round(row["share"] * 100, 4) == share
    found = results[mode]["cumulative_share_before"][customer]
    assert np.isnan(found) if before is None else round(found * 100, 4) == before
    assert (row["tier_raw"], row["tier_kept"], row["tier"], row["tier_pareto"]) == (raw, kept, tier, pareto)
    assert row["marks"] == mark


def test_the_golden_totals_are_exact(results: dict[ReturnAttribution, pd.DataFrame]) -> None:
    value = results[ReturnAttribution.RETURN_DATE]["value"]
    assert value.sum() == 23_579_999_96
    assert value.clip(lower=0).sum() == 23_779_999_96


def test_the_rows_name_the_thresholds_that_decided(results: dict[ReturnAttribution, pd.DataFrame]) -> None:
    rows = results[ReturnAttribution.RETURN_DATE]
    in_west = rows.loc[[4]].to_dict("records")[0]
    assert in_west["threshold_region"] == golden.WEST
    assert (in_west["threshold_a"], in_west["threshold_b"]) == (2_000_000_00, 400_000_00)
    assert rows["threshold_region"].dropna().index.tolist() == [4, 5]
    assert rows["kept_above"].dropna().to_dict() == {2: 4_500_000_00, 5: 360_000_00}
    assert rows["potential_rule"].loc[[6, 8, 1]].to_list() == ["closing", "high", "none"]
