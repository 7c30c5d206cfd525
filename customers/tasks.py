"""Background work of customers. Workers import this module, which registers the handlers of its jobs."""

from celery import shared_task

from customers.exports import running as exports
from customers.services import attachments, bulk, digests
from customers.services.duties import nightly as duties
from customers.services.imports import checking, retention, running, undoing
from customers.services.recovery import nightly as recovery

__all__ = ["bulk", "checking", "duties", "exports", "recovery", "running", "undoing"]


@shared_task(name="customers.tasks.drop_expired_exports")
def drop_expired_exports() -> None:
    """Delete exported files that can't be fetched any more."""
    exports.drop_expired()


@shared_task(name="customers.tasks.send_digests")
def send_digests() -> None:
    """Send the digests of the day that have not gone out."""
    digests.send_digests()


@shared_task(name="customers.tasks.sweep_uploads")
def sweep_uploads() -> None:
    """Delete files about customers that were removed long ago, or never came to be kept."""
    attachments.sweep()


@shared_task(name="customers.tasks.sweep_imports")
def sweep_imports() -> None:
    """Forget imports that were never begun, and delete the files of those that ended long ago."""
    retention.sweep()


@shared_task(name="customers.tasks.keep_duties")
def keep_duties() -> None:
    """Queue what the night does for the law: retention above all."""
    duties.start()


@shared_task(name="customers.tasks.back_up")
def back_up() -> None:
    """Queue the nightly backup."""
    recovery.start(recovery.BACKUP)


@shared_task(name="customers.tasks.prove_backup")
def prove_backup() -> None:
    """Queue the drill that proves the newest backup."""
    recovery.start(recovery.DRILL)
