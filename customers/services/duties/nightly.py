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
    """Keep the retention rules, write down purges that the ledger's file lacks, and destroy their keys in backups.

    A damaged file of the ledger keeps nothing else from being done; then the job has failed, saying where.
    """
    kept = retention.enforce(step=job.progress)
    unopened = forget_erased()
    try:
        written = ledger.write_down()
    except ledger.LedgerError as error:
        raise JobError(str(error)) from error
    return {"written_down": written, "backups_unopened": unopened, **kept}
