"""The job ledger: nothing lost, nothing done twice, every end said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import AuditEntry, Job, JobState
from crm.services import jobs
from tests.crm import job_handlers
from tests.workers import celery_worker, kill, wait_for_state, wait_until

HANDLERS = job_handlers.__name__


def queued(kind: str) -> Job:
    return Job.objects.create(kind=kind)


@pytest.mark.django_db
def test_a_job_runs_in_the_foreground_and_tells_its_progress() -> None:
    steps: list[str] = []
    job = queued("test.hang_once")
    Job.objects.filter(pk=job.pk).update(attempt=1)
    done = jobs.execute(job.pk, listener=lambda seen: steps.append(seen.step))
    assert done is not None
    assert (done.state, done.result, steps) == (JobState.DONE, {"attempt": 2}, ["going on"])


@pytest.mark.django_db
def test_a_job_of_unknown_kind_is_refused_when_it_is_queued() -> None:
    with pytest.raises(KeyError, match=r"test\.unheard_of"):
        jobs.enqueue("test.unheard_of", {}, actor=None)


@pytest.mark.django_db
def test_a_message_that_comes_twice_does_the_work_once() -> None:
    job = queued("test.mark")
    jobs.execute(job.pk)
    assert jobs.execute(job.pk) is None
    assert AuditEntry.objects.filter(action="test.mark").count() == 1


@pytest.mark.django_db
def test_a_mendable_failure_is_shown_and_not_retried() -> None:
    job = jobs.run_here("test.refuse", {}, actor=None)
    assert (job.state, job.attempt) == (JobState.FAILED, 1)
    assert job.error == "The file is empty: choose another one."


@pytest.mark.django_db
def test_a_foreground_job_that_breaks_says_so_to_its_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        jobs.run_here("test.break", {}, actor=None)
    assert Job.objects.get().state == JobState.FAILED


@pytest.mark.django_db
def test_a_job_that_keeps_breaking_is_quarantined_after_three_attempts() -> None:
    job = queued("test.break")
    for _attempt in range(4):
        jobs.execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.QUARANTINED, 3)
    assert job.error == "ZeroDivisionError"


@pytest.mark.django_db
def test_an_attempt_that_lost_its_lease_can_neither_report_nor_commit() -> None:
    job = queued("test.mark")
    stale = jobs.RunningJob(jobs._claim(job.pk) or job)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.execute(job.pk) is not None
    for act in (stale.guard, lambda: stale.progress(1)):
        with pytest.raises(jobs.LeaseLostError):
            act()


@pytest.mark.django_db
def test_a_job_with_a_living_worker_is_not_taken_over() -> None:
    job = queued("test.mark")
    assert jobs._claim(job.pk) is not None
    assert jobs._claim(job.pk) is None


@pytest.mark.django_db
def test_cancelling_before_the_start_means_that_nothing_is_done() -> None:
    job = queued("test.mark")
    jobs.cancel(job)
    assert jobs.execute(job.pk) is None
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_cancelling_a_running_job_stops_it_at_its_next_commit() -> None:
    job = queued("test.mark")
    running = jobs.RunningJob(jobs._claim(job.pk) or job)
    jobs.cancel(job)
    with pytest.raises(jobs.JobCancelledError):
        running.guard()


@pytest.mark.django_db
def test_retrying_gives_a_quarantined_job_new_attempts() -> None:
    job = queued("test.mark")
    Job.objects.filter(pk=job.pk).update(state=JobState.QUARANTINED, attempt=3)
    jobs.retry(job)
    done = jobs.execute(job.pk)
    assert done is not None
    assert done.state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_was_queued_on_commit() -> None:
    with celery_worker(HANDLERS):
        job = jobs.enqueue("test.mark", {}, actor=None)
        assert wait_for_state(job, JobState.DONE).result == {"marked": 1}


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_s_job_is_finished_once_by_the_next() -> None:
    with celery_worker(HANDLERS) as victim:
        job = jobs.enqueue("test.hang_once", {}, actor=None)
        wait_for_state(job, JobState.RUNNING)
        kill(victim)
    wait_until(lambda: job.pk in jobs.sweep(), "the sweeper to find the silent job")
    with celery_worker(HANDLERS):
        assert wait_for_state(job, JobState.DONE).result == {"attempt": 2}
    assert AuditEntry.objects.filter(action="test.mark").count() == 1
