"""Celery entry points of analysis; jobs themselves come through crm.tasks.run_job."""

from celery import shared_task

from analysis.services import drafts, retention, runs

__all__ = ["drafts", "drop_old_rows", "run_nightly"]


@shared_task(name="analysis.tasks.run_nightly")
def run_nightly() -> None:
    """Start the nightly analysis as of yesterday, the last whole day."""
    runs.start_nightly()


@shared_task(name="analysis.tasks.drop_old_rows")
def drop_old_rows() -> None:
    """Let go of the rows of runs that are old and not kept."""
    retention.drop_old_rows()
