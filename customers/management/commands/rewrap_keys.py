"""manage.py rewrap_keys: after a new master key was put first in MASTER_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.sealing.envelope import SealError
from crm.services import audit
from customers.services.sealing import rewrap_keys


class Command(BaseCommand):
    """Wrap all data keys under the current master key, so that older ones can be put away."""

    help = (
        "Wrap the keys of sensitive values under the first of MASTER_KEYS; the older ones are needed no more."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it, and say how many there were."""
        try:
            count = rewrap_keys()
        except SealError as error:
            raise CommandError(str(error)) from error
        audit.record(None, "keys.rewrap", keys=count)
        self.stdout.write(f"{count} keys were wrapped anew.")
