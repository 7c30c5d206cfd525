"""manage.py restore: put a backup in the place of the database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.services.recovery import restoring
from customers.services.recovery.places import RecoveryError, find


class Command(BaseCommand):
    """Restore a backup, prove it, erase again who was erased since, and only then switch to it."""

    help = (
        "Put a backup in the place of the database, once it was restored beside it and proven whole. The database that "
        "was there is renamed, not deleted. Stop the web server and the workers first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the backup and the permission to replace what is there."""
        parser.add_argument("backup", help="its name in BACKUP_FOLDER, its path, or latest")
        parser.add_argument("--replace", action="store_true", help="although the database is not empty")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say what was found."""
        try:
            backup = find(options["backup"])
            done = restoring.restore(
                backup, replace=options["replace"], step=lambda name: self.stderr.write(f"… {name}")
            )
        except RecoveryError as error:
            raise CommandError(str(error)) from error
        report = done.report
        self.stdout.write(
            f"Restored {backup.name}: {report.rows} rows, {report.entries} audit entries, {report.files} files; "
            f"{report.opened} sealed values opened, {report.replayed} purges done again, "
            f"{report.revoked} API tokens revoked.\n"
            f"The database before is called {done.before} now: drop it when it is needed no more, "
            "for whoever was erased since the backup still stands in it. Look through accounts and roles: those "
            "closed or lowered since the backup are as they were then."
        )
