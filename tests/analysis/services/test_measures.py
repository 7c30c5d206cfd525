"""Further measures: done in order, shared by shards and workers, whole or not at all, whoever is killed meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from analysis.models import AnalysisRun, CustomerSnapshot, MeasureResult, MeasureShard, MeasureState, RunState
from analysis.registry import FURTHER, Measure, Outcome
from analysis.selectors.results import company_rows, page_of, result_of, summary_of, visible_rows
from analysis.services.connections import second_connection
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm import paging
from crm.models import Job, JobState, Role
from crm.services import jobs
from tests.analysis.measures import golden
from tests.analysis.services import declared
from tests.analysis.services.declared import GATE, Purse, Share, Sum
from tests.analysis.trade import Trade
from tests.cast import make_user
from tests.workers import celery_worker, kill, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS_KNOW = "tests.analysis.services.declared_for_workers"
DONE, REFUSED, FAILED, WAITING = (
    MeasureState.DONE,
    MeasureState.REFUSED,
    MeasureState.FAILED,
    MeasureState.WAITING,
)


@pytest.fixture(autouse=True)
def measures_of_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    declared.create_tables()
    for name in list(FURTHER):
        monkeypatch.delitem(FURTHER, name)
    for name, measure in declared.MEASURES.items():
        monkeypatch.setitem(FURTHER, name, measure)
    yield
    declared.drop_tables()


@pytest.fixture
def run() -> AnalysisRun:
    Trade(seed=31)
    return start_run(actor=None, as_of=golden.AS_OF, queue=False)


def states(run: AnalysisRun) -> dict[str, str]:
    return dict(MeasureResult.objects.filter(run=run).values_list("name", "state"))


def shared(run: AnalysisRun) -> tuple[Any, ...]:
    """All that the measure "shared" has published of a run."""
    result = result_of("shared", run)
    assert result is not None
    assert result.is_done, result.error
    rows = Share._default_manager.filter(run=run).order_by("customer").values_list("customer_id", "cents")
    sums = Sum._default_manager.filter(run=run).values_list("name", "cents", "detail")
    return list(rows), list(sums), result.summary


def leftovers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'analysis\\_part\\_%'")
        return [name for (name,) in cursor.fetchall()]


def test_measures_are_done_after_those_that_they_build_on(run: AnalysisRun) -> None:
    carry_out_here(run)
    assert states(run) == {
        "purse": DONE,
        "counted": DONE,
        "refused": REFUSED,
        "stranded": REFUSED,
        "shared": DONE,
    }
    counted, stranded = result_of("counted", run), result_of("stranded", run)
    assert counted is not None
    assert stranded is not None
    assert counted.summary == {"count": run.customers}
    assert stranded.problem == "Nobody has ordered twice."


def test_asking_for_one_measure_does_those_before_it_and_no_others(run: AnalysisRun) -> None:
    carry_out_here(run, only=["counted"])
    assert states(run) == {"purse": DONE, "counted": DONE}


def test_any_number_of_shards_gives_the_same_figures(run: AnalysisRun, settings: Settings) -> None:
    found = []
    for customers_a_shard, expected in ((1000, 1), (9, 3), (2, 13)):
        settings.ANALYSIS_SHARD_CUSTOMERS = customers_a_shard
        MeasureResult.objects.all().delete()
        carry_out_here(run, only=["shared"])
        assert MeasureShard.objects.count() == expected
        found.append(shared(run))
    snapshot = CustomerSnapshot.objects.filter(run=run).order_by("customer")
    assert found[0] == found[1] == found[2]
    assert found[0][0] == list(snapshot.values_list("customer_id", "net_revenue"))
    assert leftovers() == []


def test_publishing_queues_the_measures_and_workers_share_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Trade(seed=31)
    monkeypatch.setenv("ANALYSIS_SHARD_CUSTOMERS", "2")
    with celery_worker(WORKERS_KNOW), celery_worker(WORKERS_KNOW):
        run = start_run(actor=None, as_of=golden.AS_OF, further=True)
        wait_until(lambda: swept_and_finished(run), "the measures to be done")
    by_workers = shared(run)
    assert MeasureShard.objects.count() == 13
    MeasureResult.objects.all().delete()
    settings.ANALYSIS_SHARD_CUSTOMERS = 1000
    carry_out_here(run)
    assert shared(run) == by_workers


def swept_and_finished(run: AnalysisRun) -> bool:
    jobs.sweep()
    results = MeasureResult.objects.filter(run=run)
    return results.exists() and all(result.is_finished for result in results)


def test_a_killed_worker_changes_no_figure(run: AnalysisRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSIS_SHARD_CUSTOMERS", "9")
    carry_out_here(run, only=["shared"])
    expected = shared(run)
    again = start_run(actor=None, as_of=golden.AS_OF, queue=True, further=True)
    with second_connection() as blocker, celery_worker(WORKERS_KNOW) as victim:
        blocker.execute("SELECT pg_advisory_lock(%s)", [GATE])
        wait_until(
            lambda: Job.objects.filter(kind="analysis.shard", state=JobState.RUNNING).exists(),
            "a shard to begin",
        )
        kill(victim)
    wait_until(lambda: bool(jobs.sweep()), "the sweeper to find the silent job")
    with celery_worker(WORKERS_KNOW):
        wait_until(lambda: swept_and_finished(again), "the measures to be done")
    assert Job.objects.filter(kind="analysis.shard", attempt=2).exists()
    assert shared(again) == expected
    assert leftovers() == []


def test_a_measure_that_breaks_says_so_has_no_rows_and_goes_through_later(
    run: AnalysisRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = make_user("boss", Role.ADMIN)
    with monkeypatch.context() as broken:
        broken.setattr("analysis.services.storing._make_sound", _fails)
        with pytest.raises(ExceptionGroup):
            carry_out_here(run, only=["counted"])
    assert states(run) == {"purse": FAILED, "counted": WAITING}
    assert not visible_rows(Purse, "purse", run, boss).exists()
    carry_out_here(run, only=["counted"])
    assert states(run) == {"purse": DONE, "counted": DONE}
    assert visible_rows(Purse, "purse", run, boss).count() == run.customers


def test_rows_that_are_not_declared_are_refused(run: AnalysisRun, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = Measure("counted", declared.LABEL, declared.read_purses, lambda found: Outcome({Purse: found}))
    monkeypatch.setitem(FURTHER, "counted", measure)
    with pytest.raises(ExceptionGroup):
        carry_out_here(run, only=["counted"])
    result = result_of("counted", run)
    assert result is not None
    assert "does not declare" in result.error


def test_a_measure_whose_job_is_cancelled_has_failed(run: AnalysisRun) -> None:
    Job.objects.all().delete()
    queued = start_run(actor=None, as_of=golden.AS_OF, further=True)
    jobs.execute(queued.job_id or 0)
    result = MeasureResult.objects.select_related("job").get(run=queued, name="purse")
    assert result.job is not None
    jobs.cancel(result.job)
    result.refresh_from_db()
    assert result.state == FAILED


def test_a_run_that_is_cancelled_before_it_begins_is_cancelled() -> None:
    run = start_run(actor=None, as_of=golden.AS_OF)
    jobs.cancel(Job.objects.get(pk=run.job_id or 0))
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_viewer_is_shown_rows_of_their_customers_and_the_company_only_to_those_who_see_it(
    run: AnalysisRun,
) -> None:
    carry_out_here(run, only=["shared"])
    boss, rep = make_user("boss", Role.ADMIN), make_user("rep", Role.REP)
    customer = (
        CustomerSnapshot.objects.filter(run=run).select_related("customer").order_by("customer")[3].customer
    )
    customer.owner = rep
    customer.save()
    seen = visible_rows(Share, "shared", run, rep)
    assert [row.customer_id for row in seen] == [customer.pk]
    assert company_rows(Sum, "shared", run, boss).exists()
    assert not company_rows(Sum, "shared", run, rep).exists()
    assert summary_of("shared", run, rep) is None
    keys = [paging.Key("cents", paging.integer, descending=True), paging.Key("customer_id", paging.integer)]
    page = page_of(visible_rows(Share, "shared", run, boss), keys, size=10)
    assert (len(page.rows), page.count, page.count_capped) == (10, run.customers, False)


def _fails(*_given: object) -> None:
    raise RuntimeError("broken on purpose")
