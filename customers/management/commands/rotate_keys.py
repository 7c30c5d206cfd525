"""manage.py rotate_keys: after a new master key was put first in MASTER_KEYS, or to give everybody new data keys."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.sealing.envelope import SealError
from crm.services import audit, factors
from customers.services.recovery.keyrings import reseal_keys
from customers.services.rotation import reseal_values, rewrap_keys


class Command(BaseCommand):
    """Rotate keys online; what was stopped goes on when it is said again."""

    help = (
        "Wrap all data keys and second factors under the first of MASTER_KEYS, so that older ones can be put away. "
        "With --values every customer gets a new data key too, and values and versions are sealed under it. People "
        "go on working meanwhile; stopped, it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the deeper rotation."""
        parser.add_argument("--values", action="store_true", help="new data keys too; takes longer")
        parser.add_argument(
            "--before",
            type=_moment,
            metavar="TIME",
            help="with --values, to go on with a rotation that was stopped: the time that it printed",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say how many there were."""
        resealed = 0
        try:
            rewrapped = rewrap_keys()
            sealed = factors.seal_anew()
            unopened = reseal_keys()
            if options["values"]:
                before = options["before"] or timezone.now()
                self.stderr.write(f"If this is stopped, go on with --values --before {before.isoformat()}")
                resealed = reseal_values(before=before)
        except SealError as error:
            raise CommandError(str(error)) from error
        audit.record(None, "keys.rotate", wrapped=rewrapped, factors=sealed, resealed=resealed)
        self.stdout.write(
            f"{rewrapped} keys were wrapped anew and {sealed} second factors sealed anew, "
            f"{resealed} customers have new data keys."
        )
        if unopened:
            self.stderr.write(f"These backups do not open with any of MASTER_KEYS: {', '.join(unopened)}.")


def _moment(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else timezone.make_aware(read)
