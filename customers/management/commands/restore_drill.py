"""manage.py restore_drill: prove that a backup can be restored, without touching anything in use."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.services.recovery import restoring
from customers.services.recovery.places import RecoveryError, find


class Command(BaseCommand):
    """Restore a backup into a database and a folder of its own, verify both, and throw them away."""

    help = (
        "Restore a backup beside everything in use and verify it: counts, audit chain, files, a sample of sealed "
        "values, and the ledger of purges. Fails when anything is missing or was changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the backup."""
        parser.add_argument("backup", nargs="?", default="latest", help="its name or path (default: latest)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say what was found."""
        try:
            backup = find(options["backup"])
            report = restoring.drill(backup, step=lambda name: self.stderr.write(f"… {name}"))
        except RecoveryError as error:
            raise CommandError(str(error)) from error
        if not report.is_whole:
            raise CommandError("\n".join([f"{backup.name} is not whole.", *report.faults]))
        self.stdout.write(
            f"{backup.name} is whole: {report.rows} rows, {report.entries} audit entries in one chain, "
            f"{report.files} files, {report.opened} sealed values opened, {report.replayed} purges done again."
        )
