"""Every measure in one run: each ends well or says why not, by one shard or many, by one worker or two."""

import pytest
from pytest_django import Settings

from analysis.models import AnalysisRun, MeasureResult, MeasureShard, MeasureState
from analysis.registry import FURTHER
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.services import jobs
from tests.analysis.measures import golden
from tests.analysis.services.stored import found
from tests.analysis.trade import Trade
from tests.workers import celery_worker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run() -> AnalysisRun:
    Trade(seed=61, customers=60, orders=500).go_on(40)
    start_run(actor=None, as_of=golden.AS_OF.replace(month=6, day=30), queue=False)
    return start_run(actor=None, as_of=golden.AS_OF, queue=False)


def test_every_measure_ends_and_any_number_of_shards_gives_the_same(
    run: AnalysisRun, settings: Settings
) -> None:
    carry_out_here(run)
    whole = found(run)
    assert set(whole["ends"]) == set(FURTHER)
    assert {state for state, *_rest in whole["ends"].values()} <= {MeasureState.DONE, MeasureState.REFUSED}
    assert all(problem for state, _summary, problem, _error in whole["ends"].values() if state == "refused")
    settings.ANALYSIS_SHARD_CUSTOMERS = 7
    MeasureResult.objects.all().delete()
    carry_out_here(run)
    assert MeasureShard.objects.count() > len(FURTHER) / 4
    assert found(run) == whole


def test_two_workers_give_what_one_process_gives(run: AnalysisRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSIS_SHARD_CUSTOMERS", "15")
    carry_out_here(run)
    with celery_worker(), celery_worker():
        again = start_run(actor=None, as_of=golden.AS_OF, further=True)
        wait_until(lambda: swept_and_finished(again), "the measures to be done")
    assert found(again) == found(run)


def swept_and_finished(run: AnalysisRun) -> bool:
    jobs.sweep()
    results = MeasureResult.objects.filter(run=run)
    return results.count() == len(FURTHER) and all(result.is_finished for result in results)
