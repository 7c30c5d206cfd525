"""Old runs let go of their rows: which ones stay, and that nothing else goes."""

import copy
import datetime

import pytest
from django.db import connection

from analysis.models import AnalysisRun, CustomerSnapshot, RunState, TierSummary
from analysis.selectors.insights import open_published
from analysis.services.retention import drop_old_rows, runs_to_keep
from analysis.services.runs import start_run
from crm.models import Role
from tests.analysis.trade import Trade
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = ("2024-03-30", "2024-03-31", "2024-04-10", "2024-04-30", "2024-05-15")


@pytest.fixture
def runs() -> list[AnalysisRun]:
    Trade(seed=51)
    found = [start_run(actor=None, as_of=datetime.date.fromisoformat(day), queue=False) for day in DAYS]
    AnalysisRun.objects.update(created_at=datetime.datetime(2024, 6, 1, tzinfo=datetime.UTC))
    return found


def with_rows() -> set[int]:
    return set(CustomerSnapshot.objects.order_by("run_id").values_list("run_id", flat=True).distinct())


def test_the_last_of_each_month_and_the_published_one_stay(runs: list[AnalysisRun]) -> None:
    dropped = drop_old_rows()
    assert dropped == [runs[0].pk, runs[2].pk]
    assert with_rows() == {runs[1].pk, runs[3].pk, runs[4].pk}
    assert AnalysisRun.objects.count() == len(runs)
    assert not TierSummary.objects.filter(run__in=dropped).exists()
    assert drop_old_rows() == []


def test_recent_runs_stay_whatever_their_day(runs: list[AnalysisRun]) -> None:
    assert runs_to_keep(datetime.date(2024, 6, 20)) == {run.pk for run in runs}


def test_a_history_is_told_by_what_is_kept(runs: list[AnalysisRun]) -> None:
    boss = make_user("boss", Role.ADMIN)
    drop_old_rows()
    insights = open_published()
    assert insights is not None
    customer = CustomerSnapshot.objects.filter(run=runs[4]).order_by("customer_id")[0].customer_id
    told = [past.as_of.isoformat() for past in insights.history(customer, viewer=boss)]
    assert told == ["2024-05-15", "2024-04-30", "2024-03-31"]


def test_an_old_month_end_is_told_however_many_runs_followed(runs: list[AnalysisRun]) -> None:
    nightly = AnalysisRun(as_of=runs[4].as_of, policy=runs[4].policy, state=RunState.SUPERSEDED)
    AnalysisRun.objects.bulk_create(copy.copy(nightly) for _ in range(500))  # their rows are gone
    again = start_run(actor=None, as_of=runs[4].as_of, queue=False)
    insights = open_published()
    assert insights is not None
    assert insights.run == again
    customer = CustomerSnapshot.objects.filter(run=again).order_by("customer_id")[0].customer_id
    told = insights.history(customer, viewer=make_user("boss", Role.ADMIN))
    assert [past.as_of.isoformat() for past in told] == sorted(DAYS, reverse=True)  # the last of each day


def test_rows_that_are_being_read_stay_another_day(
    runs: list[AnalysisRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.services.retention.SECONDS_TO_WAIT_FOR_READERS", 1)
    reader = connection.copy()
    reader.ensure_connection()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN; SELECT 1 FROM analysis_customersnapshot LIMIT 1")
        assert drop_old_rows() == []
    finally:
        reader.close()
    assert len(drop_old_rows()) == 2
