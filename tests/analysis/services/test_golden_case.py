"""The golden case as real rows, through facts, measures, COPY and publication, cell by cell."""

from typing import Any

import pytest

from analysis.measures.windows import ReturnAttribution
from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.services.runs import start_run
from customers.models import Region
from tests.analysis.company import golden_company, run_before, west_policy
from tests.analysis.independent import computed_by_sql, published_cells
from tests.analysis.measures import golden

pytestmark = pytest.mark.django_db(transaction=True)

CASES = {
    ReturnAttribution.RETURN_DATE: golden.BY_RETURN_DATE,
    ReturnAttribution.ORIGINAL_ORDER: golden.BY_ORIGINAL_ORDER,
}


def published(mode: ReturnAttribution) -> AnalysisRun:
    golden_company()
    policy = west_policy(returns=mode.value)
    run_before(policy)
    return start_run(actor=None, as_of=golden.AS_OF, policy=policy, queue=False)


def cells(row: CustomerSnapshot) -> tuple[Any, ...]:
    before = row.cumulative_share_before
    return (
        int(row.customer.code[1:]),
        f"{row.value / 100:.2f}",
        row.rank,
        round((row.share or 0) * 100, 4),
        None if before is None else round(before * 100, 4),
        row.tier_raw,
        row.tier_kept,
        row.tier,
        row.tier_pareto,
        row.marks,
    )


@pytest.mark.parametrize("mode", CASES)
def test_every_cell_of_the_golden_case_is_published(mode: ReturnAttribution) -> None:
    run = published(mode)
    assert run.state == "published", run.error
    rows = CustomerSnapshot.objects.filter(run=run).select_related("customer")
    assert sorted(map(cells, rows)) == sorted(CASES[mode])


@pytest.mark.parametrize("mode", CASES)
def test_one_query_over_the_orders_finds_the_same(mode: ReturnAttribution) -> None:
    run = published(mode)
    west = Region.objects.get(code="X-WEST").pk
    expected = computed_by_sql(
        golden.AS_OF,
        golden.YEAR.start,
        by_original=mode is ReturnAttribution.ORIGINAL_ORDER,
        regions={west: (2_000_000, 400_000)},
    )
    found = published_cells(run.pk)
    exact = (0, 1, 2, 5, 6)
    assert [[row[cell] for cell in exact] for row in found] == [
        [row[cell] for cell in exact] for row in expected
    ]
    shares = [share or 0.0 for row in found for share in row[3:5]]
    assert shares == pytest.approx([share or 0.0 for row in expected for share in row[3:5]], rel=1e-12)
