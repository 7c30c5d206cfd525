"""What the night does for the law: retention, and whatever of erasing an outage left undone."""

from __future__ import annotations

from typing import Any

from crm.services import jobs
from crm.services.jobs import JobError, RunningJob
from customers.services.duties import ledger, retention
from customers.services.duties.traces import prune_jobs
from customers.services.recovery.keyrings import forget_erased

KIND = "customers.duties"


def start() -> None:
    """Queue it."""
    jobs.enqueue(KIND, {}, actor=None)


@jobs.handles(KIND)
def keep(job: RunningJob) -> dict[str, Any]:
    """Keep the retention rules, forget what jobs need no more, write down purges and destroy their keys in backups.

    A damaged file of the ledger keeps nothing else from being done; then the job has failed, saying where.
    """
    kept = retention.enforce(step=job.progress)
    pruned = prune_jobs()
    unopened = forget_erased()
    try:
        written = ledger.write_down()
    except ledger.LedgerError as error:
        raise JobError(str(error)) from error
    return {"written_down": written, "jobs_pruned": pruned, "backups_unopened": unopened, **kept}
