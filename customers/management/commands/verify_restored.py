"""manage.py verify_restored: what restore and restore_drill ask of the database that they have restored."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.services.duties.ledger import LedgerError
from customers.services.recovery.verifying import verify


class Command(BaseCommand):
    """Verify the database and files of the settings against the manifest of a backup; used by the other commands."""

    help = "Used by restore and restore_drill: reads a backup's manifest and prints what was found, both as JSON."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it."""
        try:
            report = verify(json.load(sys.stdin))
        except LedgerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(asdict(report)))
