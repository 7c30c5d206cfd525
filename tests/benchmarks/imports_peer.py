"""The same contact list through django-import-export, as its documentation has it done fast: in bulk, by natural key.

One resource brings the customers in, a second one their phones and mail addresses.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from import_export import fields, resources, widgets  # type: ignore[import-untyped]  # noqa: E402
from tablib import Dataset  # type: ignore[import-untyped]  # noqa: E402

from customers.models import ContactPoint, Customer  # noqa: E402
from tests.benchmarks.measuring import tell  # noqa: E402

_BATCH = 1_000


class CustomerResource(resources.ModelResource):  # type: ignore[misc]
    """Customers by code."""

    class Meta:
        """Bulk, without a diff of each row for people to read: the fastest that the library offers."""

        model = Customer
        fields = ("code", "name", "kind", "created_at")
        import_id_fields = ("code",)
        use_bulk = True
        batch_size = _BATCH
        skip_diff = True
        skip_unchanged = True
        report_skipped = False


class ContactResource(resources.ModelResource):  # type: ignore[misc]
    """Contact points by their customer's code."""

    customer = fields.Field(
        attribute="customer", column_name="code", widget=widgets.ForeignKeyWidget(Customer, "code")
    )

    class Meta:
        """As above."""

        model = ContactPoint
        fields = ("customer", "kind", "value")
        import_id_fields = ("customer", "kind", "value")
        use_bulk = True
        batch_size = _BATCH
        skip_diff = True
        skip_unchanged = True
        report_skipped = False


def main(path: str) -> None:
    """Import the good rows of the file beside what is there, and tell the seconds."""
    before = Customer.objects.count()
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    begun = time.monotonic()
    _bring_in(CustomerResource(), ["code", "name", "kind", "created_at"], map(_customer, rows))
    _bring_in(
        ContactResource(), ["code", "kind", "value"], (point for row in rows for point in _contacts(row))
    )
    seconds = time.monotonic() - begun
    tell(seconds, customers=Customer.objects.count() - before)


def _customer(row: list[str]) -> list[Any]:
    return [row[0], row[1], "company", datetime.fromisoformat(row[5]).isoformat(" ")]


def _contacts(row: list[str]) -> list[list[str]]:
    return [[row[0], "mobile", row[3]], [row[0], "email", row[4]]]


def _bring_in(resource: Any, headers: list[str], rows: Any) -> None:
    outcome = resource.import_data(Dataset(*rows, headers=headers), raise_errors=True)
    if outcome.has_errors():
        raise RuntimeError("the reference import failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
