"""manage.py backup: a sealed copy of the database and the files, taken while people work."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from customers.services.duties.ledger import LedgerError
from customers.services.recovery import taking
from customers.services.recovery.places import RecoveryError, backups


class Command(BaseCommand):
    """Take a backup, or list those that there are."""

    help = (
        "Copy the database and the files into BACKUP_FOLDER, sealed under the first of MASTER_KEYS, while people go on "
        "working. Backups older than BACKUP_KEEP_DAYS are deleted afterwards, never the newest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the listing."""
        parser.add_argument("--list", action="store_true", help="only say which backups there are")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say where it stands."""
        if options["list"]:
            for backup in backups():
                self.stdout.write(f"{backup.name}  {filesizeformat(backup.size)}")
            return
        try:
            backup = taking.take(step=lambda name: self.stderr.write(f"… {name}"))
        except (RecoveryError, LedgerError) as error:
            raise CommandError(str(error)) from error
        dropped = taking.drop_old()
        self.stdout.write(f"{backup.folder}  {filesizeformat(backup.size)}")
        if dropped:
            self.stdout.write(f"{dropped} older ones were deleted.")
