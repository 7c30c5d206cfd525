"""Background work of customers. Workers import this module, which registers the handlers of its jobs."""

from celery import shared_task

from customers.exports import running as exports
from customers.services import attachments, bulk
from customers.services.imports import retention, running

__all__ = ["bulk", "exports", "running"]


@shared_task(name="customers.tasks.drop_expired_exports")
def drop_expired_exports() -> None:
    """Delete exported files that can't be fetched any more."""
    exports.drop_expired()


@shared_task(name="customers.tasks.sweep_uploads")
def sweep_uploads() -> None:
    """Delete files about customers that were removed long ago, or never came to be kept."""
    attachments.sweep()


@shared_task(name="customers.tasks.sweep_imports")
def sweep_imports() -> None:
    """Forget imports that were never begun, and delete the files of those that ended long ago."""
    retention.sweep()
