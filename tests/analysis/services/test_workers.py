"""Runs on real workers: done there, and resumed when the worker is killed."""

import pytest

from analysis.models import AnalysisRun, Publication, RunState
from analysis.services import facts
from analysis.services.connections import second_connection
from analysis.services.runs import STEPS, start_run
from crm.models import Job, JobState
from crm.services import jobs
from tests.analysis.company import golden_company
from tests.analysis.measures import golden
from tests.workers import celery_worker, kill, wait_for_state, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_is_done_by_a_worker() -> None:
    golden_company()
    with celery_worker():
        run = start_run(actor=None, as_of=golden.AS_OF)
        wait_for_state(Job.objects.get(pk=run.job_id or 0), JobState.DONE)
    assert Publication.objects.get().run == run


def test_a_killed_worker_leaves_the_run_before_published_and_the_next_one_goes_through() -> None:
    golden_company()
    shown = start_run(actor=None, as_of=golden.AS_OF, queue=False)
    with second_connection() as blocker, facts.alone(blocker), celery_worker() as victim:
        run = start_run(actor=None, as_of=golden.AS_OF)
        wait_until(
            lambda: AnalysisRun.objects.filter(pk=run.pk, state=RunState.RUNNING).exists(), "the run to begin"
        )
        kill(victim)
    assert Publication.objects.get().run == shown
    wait_until(lambda: run.job_id in jobs.sweep(), "the sweeper to find the silent job")
    with celery_worker():
        job = wait_for_state(Job.objects.get(pk=run.job_id or 0), JobState.DONE)
    assert (job.attempt, job.step) == (2, STEPS[-1])
    assert Publication.objects.get().run == run
