"""manage.py verify_audit: whether the audit trail is as it was written."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.models import AuditEntry
from crm.services.audit import first_broken_entry, holds


class Command(BaseCommand):
    """Follow the chain of audit entries from the first to the last, and name the first link that does not hold."""

    help = (
        "Verify the chain of audit entries; names the first broken link and fails when there is one. With --last, "
        "fails too when entries were cut off its end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where the chain is known to have reached."""
        parser.add_argument(
            "--last",
            type=_noted,
            metavar="ID:HASH",
            help="the last entry of an earlier verification, as it was noted outside the database",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say how long the chain is."""
        broken = first_broken_entry()
        if broken is not None:
            raise CommandError(
                f"The chain is broken at entry {broken.pk} ({broken.action}, {broken.at.isoformat()}): "
                "it was changed, or one before it was taken away."
            )
        if options["last"] and not holds(*options["last"]):
            raise CommandError(
                f"Entry {options['last'][0]} is not there with that hash: the trail was cut off or written anew."
            )
        last = AuditEntry.objects.last()
        end = f", the last is {last.pk}:{last.hash}" if last else ""
        self.stdout.write(f"{AuditEntry.objects.count()} entries in one whole chain{end}.")


def _noted(text: str) -> tuple[int, str]:
    number, _colon, noted = text.partition(":")
    if not (number.isascii() and number.isdecimal() and noted):
        raise ArgumentTypeError("write it as ID:HASH, as this command printed it")
    return int(number), noted
