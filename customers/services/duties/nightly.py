"""What the night does for the law: retention, and whatever of erasing an outage left undone."""

from __future__ import annotations

from typing import Any

from crm.services import jobs
from crm.services.jobs import JobError, RunningJob
from customers.services.duties import ledger, retention
from customers.services.recovery.keyrings import forget_erased

KIND = "customers.duties"


def start() -> None:
    """Queue it."""
    jobs.enqueue(KIND, {}, actor=None)


@jobs.handles(KIND)
def keep(job: RunningJob) -> dict[str, Any]:
    """Write down purges that the ledger's file lacks, destroy their keys in backups, and keep the retention rules."""
    try:
        written = ledger.write_down()
    except ledger.LedgerError as error:
        raise JobError(str(error)) from error
    forget_erased()
    return {"written_down": written, **retention.enforce(step=job.progress)}
