"""manage.py verify_audit: whether the audit trail is as it was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.models import AuditEntry
from crm.services.audit import first_broken_entry


class Command(BaseCommand):
    """Follow the chain of audit entries from the first to the last, and name the first link that does not hold."""

    help = "Verify the chain of audit entries; names the first broken link and fails when there is one."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it, and say how long the chain is."""
        broken = first_broken_entry()
        if broken is not None:
            raise CommandError(
                f"The chain is broken at entry {broken.pk} ({broken.action}, {broken.at.isoformat()}): "
                "it was changed, or one before it was taken away."
            )
        last = AuditEntry.objects.last()
        end = f", the last is {last.pk} with hash {last.hash}" if last else ""
        self.stdout.write(f"{AuditEntry.objects.count()} entries in one whole chain{end}.")
