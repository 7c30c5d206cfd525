"""`manage.py seed_demo`: fill an empty database with the demo company."""

import json
import os
import secrets
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from customers.services.demo import DEFAULT_SEED, SIZES, DemoError, Plan, seed_demo

PASSWORD_BYTES = 12


class Command(BaseCommand):
    """Generate the demo company and say what was written."""

    help = (
        "Fill an empty database with a demo company: the same size, seed and day always give the same company. "
        "The users rep, manager, admin and auditor can sign in with the password given by --password or "
        "DEMO_PASSWORD; without either, one is made and printed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare size, seed, day, password and the permission to replace an earlier demo."""
        parser.add_argument("--size", choices=[*SIZES], default="small", help="default: %(default)s")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="default: %(default)s")
        parser.add_argument(
            "--as-of",
            type=_day,
            metavar="DATE",
            help="the first day without orders (YYYY-MM-DD; default: today)",
        )
        parser.add_argument("--password", help="of the four sign-ins")
        parser.add_argument(
            "--force",
            action="store_true",
            help="replace an earlier demo company, with all that was added to it",
        )
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and print what was written."""
        given = options["password"] or os.environ.get("DEMO_PASSWORD")
        password = given or secrets.token_urlsafe(PASSWORD_BYTES)
        started = time.monotonic()
        try:
            plan = Plan.of(
                options["size"], as_of=options["as_of"] or timezone.localdate(), seed=options["seed"]
            )
            with tqdm(total=plan.customers, unit=" customers", disable=None, leave=False) as bar:
                written = seed_demo(
                    plan,
                    password=password,
                    replace=options["force"],
                    listener=lambda done, total: _advance(bar, done),
                )
        except (DemoError, ValueError) as error:
            raise CommandError(str(error)) from error
        seconds = round(time.monotonic() - started, 1)
        if options["json"]:
            self.stdout.write(
                json.dumps({"as_of": plan.as_of.isoformat(), "rows": written.rows, "seconds": seconds})
            )
        else:
            rows = ", ".join(f"{name} {count:,}" for name, count in written.rows.items())
            self.stdout.write(f"The demo company as of {plan.as_of}: {rows} ({seconds} s).")
        if not given:
            self.stderr.write(f"Password of rep, manager, admin and auditor: {password}")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _advance(bar: "tqdm[Any]", done: int) -> None:
    bar.update(done - bar.n)
