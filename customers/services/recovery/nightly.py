"""The nightly backup, and the weekly drill that proves the newest one."""

from __future__ import annotations

from typing import Any

from crm.services import jobs
from crm.services.jobs import JobError, RunningJob
from customers.services.duties.ledger import LedgerError
from customers.services.recovery import restoring, taking
from customers.services.recovery.places import RecoveryError, find

BACKUP, DRILL = "customers.backup", "customers.drill"


def start(kind: str) -> None:
    """Queue a backup or a drill."""
    jobs.enqueue(kind, {}, actor=None)


@jobs.handles(BACKUP)
def back_up(job: RunningJob) -> dict[str, Any]:
    """Take a backup, and delete those that are too old."""
    try:
        backup = taking.take(actor=job.actor, step=lambda name: job.progress(0, step=name))
    except (RecoveryError, LedgerError) as error:
        raise JobError(str(error)) from error
    return {"backup": backup.name, "bytes": backup.size, "deleted": taking.drop_old()}


@jobs.handles(DRILL)
def prove(job: RunningJob) -> dict[str, Any]:
    """Prove the newest backup by restoring it; a backup that is not whole is a failure that somebody must see."""
    try:
        report = restoring.drill(
            find("latest"), actor=job.actor, step=lambda name: job.progress(0, step=name)
        )
    except RecoveryError as error:
        raise JobError(str(error)) from error
    if not report.is_whole:
        raise JobError("\n".join(report.faults))
    return report.figures()
