"""A run's sums, added up from its frame, are those that SQL adds up from its rows."""

import datetime

import pytest

from analysis.models import AnalysisRun, CustomerSnapshot, TierSummary
from analysis.selectors.churn import add_up_by_band
from analysis.selectors.slices import SUMS
from analysis.services import policies
from analysis.services.runs import start_run
from tests.analysis.company import golden_company
from tests.analysis.measures import golden
from tests.analysis.trade import DAYS, FIRST_DAY, Trade

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = ("region_id", "tier", *SUMS)


def check(run: AnalysisRun) -> None:
    rows = CustomerSnapshot.objects.filter(run=run).order_by()
    stored = TierSummary.objects.filter(run=run, with_below=False).values_list(*COLUMNS)
    assert set(stored) == set(rows.values("region_id", "tier").annotate(**SUMS).values_list(*COLUMNS))
    expected = {row["band"]: row for row in add_up_by_band(rows)}
    told = {row["band"]: row for row in run.churn["by_band"]}
    assert told.keys() == expected.keys()
    for band, row in told.items():
        assert row == {**expected[band], "awaited": pytest.approx(expected[band]["awaited"])}


def test_sums_of_a_company_that_moves_are_those_of_its_rows() -> None:
    Trade(seed=11, customers=60, orders=700)
    policies.adopt({"thresholds": {"a": 200_000, "b": 60_000}}, actor=None)
    last = FIRST_DAY + datetime.timedelta(days=DAYS)
    start_run(actor=None, as_of=last - datetime.timedelta(days=200), queue=False)
    run = start_run(actor=None, as_of=last, queue=False)
    assert TierSummary.objects.filter(run=run, with_below=False, down__gt=0).exists()
    check(run)


def test_sums_by_region_with_its_own_thresholds_are_those_of_the_rows() -> None:
    golden_company()
    check(start_run(actor=None, as_of=golden.AS_OF, queue=False))
