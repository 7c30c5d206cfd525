"""Celery entry points of the platform."""

from celery import shared_task

from crm.services import jobs, sign_ins


@shared_task(name="crm.tasks.run_job")
def run_job(job_id: int) -> None:
    """Do one job; a message that comes twice finds nothing to claim."""
    jobs.execute(job_id)


@shared_task(name="crm.tasks.sweep_jobs")
def sweep_jobs() -> None:
    """Send again what was lost between the ledger and the queue."""
    jobs.sweep()


@shared_task(name="crm.tasks.clear_sign_ins")
def clear_sign_ins() -> None:
    """Forget sessions that are over."""
    sign_ins.clear_ended()
