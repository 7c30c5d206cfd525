"""Jobs that exist for the tests of the ledger: what they do is seen in the audit trail."""

import time
from typing import Any

from django.db import transaction

from crm.services import audit
from crm.services.jobs import JobError, RunningJob, handles


@handles("test.mark")
def mark(job: RunningJob) -> dict[str, Any]:
    """Leave one mark."""
    audit.record(None, "test.mark", str(job.job.pk))
    return {"marked": 1}


@handles("test.refuse")
def refuse(job: RunningJob) -> dict[str, Any]:
    """Fail for a reason that the person who asked can mend."""
    raise JobError("The file is empty: choose another one.")


@handles("test.break")
def break_down(job: RunningJob) -> dict[str, Any]:
    """Fail for a reason that nobody foresaw."""
    raise ZeroDivisionError("unforeseen")


@handles("test.hang_once")
def hang_once(job: RunningJob) -> dict[str, Any]:
    """Say that it runs, then hang on the first attempt and succeed on the second."""
    job.progress(1, 2, "hanging" if job.attempt == 1 else "going on")
    if job.attempt == 1:
        time.sleep(600)
    with transaction.atomic():
        job.guard()
        audit.record(None, "test.mark", str(job.job.pk))
    return {"attempt": job.attempt}
