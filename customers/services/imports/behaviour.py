"""Interactions with customers, and their complaints."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.imports.rows import OWN_REFERENCE, ComplaintRow, InteractionRow
from customers.models import Complaint, Interaction
from customers.services.imports.keys import customer_key
from customers.services.imports.links import (
    FIND_CUSTOMERS,
    FIND_PRODUCTS,
    resolve_customers,
    resolve_products,
)
from customers.services.imports.records import RecordPlan
from customers.services.imports.statements import template

_OWN_NUMBER = re.compile(rf"{OWN_REFERENCE}[A-Z]-(\d{{1,18}})")
_DAY_BEGINS = "::timestamp AT TIME ZONE %(time_zone)s"


class _CustomerRecordPlan(RecordPlan):
    """Records that belong to a customer and may speak of a product; both must be known.

    Our exports name one without a reference by its own number; it is known again as long as it is that customer's.
    """

    match = "t.id = coalesce(known.id, own.id)"
    faults = """
        WHEN k.fault <> '' THEN k.fault
        WHEN k.customer_id IS NULL THEN format(%(unknown_customer)s, k.text)
        WHEN s.product_key IS NOT NULL AND p.product_id IS NULL THEN format(%(unknown_product)s, s.product_key)
    """

    def joined(self) -> str:
        """Return what finds the customer, the product and the record, by its reference or its number."""
        table = self.model._meta.db_table
        return (
            "LEFT JOIN staged_customer k ON k.customer_key = s.customer_key"
            " LEFT JOIN staged_product p ON p.product_key = s.product_key"
            f" LEFT JOIN {table} known ON known.reference = s.record_key"
            f" LEFT JOIN {table} own ON own.id = s.own_number AND own.reference IS NULL"
            " AND own.customer_id = k.customer_id"
        )

    def reasons(self) -> dict[str, str]:
        """Why a row is rejected."""
        customer = _("Unknown customer %(customer)s. Import the customers first, or correct it.")
        product = _("Unknown product %(sku)s. Import the products first, or correct it.")
        return {
            "unknown_customer": template(customer, "customer"),
            "unknown_product": template(product, "sku"),
        }

    def prepare(self, cursor: CursorWrapper, chunk_rows: int) -> None:
        """Also list the customers and products, to find them among ours."""
        super().prepare(cursor, chunk_rows)
        cursor.execute(FIND_CUSTOMERS)
        cursor.execute(FIND_PRODUCTS)
        cursor.execute("ANALYZE staged_customer, staged_product")

    def judge(self, cursor: CursorWrapper, first: int, last: int) -> None:
        """Find the customers and products among ours, then compare."""
        resolve_customers(cursor)
        resolve_products(cursor)
        super().judge(cursor, first, last)


def _own_number(reference: str | None) -> int | None:
    """Return the number of the record that one of our exports named by it."""
    found = _OWN_NUMBER.fullmatch(reference) if reference else None
    return int(found[1]) if found else None


class InteractionPlan(_CustomerRecordPlan):
    """Interactions by reference; one without is known again by what it says."""

    columns: ClassVar = (
        "record_key",
        "own_number",
        "customer_key",
        "product_key",
        "has_sku",
        "response_type",
        "channel",
        "direction",
        "occurred_on",
        "occurred_at",
        "value",
        "rep_id",
        "body",
    )
    model = Interaction
    key = "reference"
    values: ClassVar = {
        "customer_id": "k.customer_id",
        "response_type": "s.response_type",
        "channel": "s.channel",
        "direction": "s.direction",
        "occurred_at": f"coalesce(s.occurred_at, s.occurred_on{_DAY_BEGINS})",
        "value": "s.value::numeric(18, 2)",
        "rep_id": "s.rep_id",
        "product_id": "p.product_id",
        "body": "s.body",
    }
    content: ClassVar = ("customer_key", "response_type", "channel", "occurred_on", "occurred_at", "body")
    not_stored: ClassVar = frozenset({"currency"})

    def tables(self) -> tuple[str, ...]:
        """The staged rows and the verdicts on them."""
        return (
            self.staged_table(
                "own_number bigint, customer_key text, product_key text, has_sku boolean, response_type text,"
                " channel text, direction text, occurred_on date, occurred_at timestamptz, value numeric,"
                " rep_id bigint, body text"
            ),
            self.judged_table(),
        )

    def staged(self, row: InteractionRow) -> tuple[Any, ...]:
        """Return the values of ``columns``."""
        return (
            row.reference,
            _own_number(row.reference),
            customer_key(row.customer_code, row.customer_name),
            row.sku or row.product_name,
            row.sku is not None,
            row.response_type,
            row.channel,
            row.direction,
            row.occurred_on,
            row.occurred_at,
            row.value,
            self.names.user(row.rep),
            row.body,
        )


class ComplaintPlan(_CustomerRecordPlan):
    """Complaints by reference; one without is known again by customer, type, day and words."""

    columns: ClassVar = (
        "record_key",
        "own_number",
        "customer_key",
        "product_key",
        "has_sku",
        "complaint_type",
        "rep_id",
        "region_id",
        "occurred_on",
        "occurred_at",
        "reported_on",
        "reported_at",
        "resolved_on",
        "resolved_at",
        "cause",
        "resolution",
        "is_satisfied",
    )
    model = Complaint
    key = "reference"
    values: ClassVar = {
        "customer_id": "k.customer_id",
        "complaint_type": "s.complaint_type",
        "product_id": "p.product_id",
        "rep_id": "s.rep_id",
        "region_id": "s.region_id",
        "occurred_at": f"coalesce(s.occurred_at, s.occurred_on{_DAY_BEGINS})",
        "reported_at": f"coalesce(s.reported_at, s.reported_on{_DAY_BEGINS})",
        # Solved on the day of the report, the hour unknown: not before it, at any rate.
        "resolved_at": f"coalesce(s.resolved_at, CASE WHEN s.resolved_on = s.reported_on THEN s.reported_at END,"
        f" s.resolved_on{_DAY_BEGINS})",
        "cause": "s.cause",
        "resolution": "s.resolution",
        "is_satisfied": "s.is_satisfied",
    }
    faults = (
        _CustomerRecordPlan.faults
        + f"""
        WHEN coalesce(s.resolved_at, s.resolved_on{_DAY_BEGINS} + interval '1 day')
            < coalesce(s.reported_at, s.reported_on{_DAY_BEGINS}) THEN %(resolved_early)s
    """
    )
    content: ClassVar = ("customer_key", "complaint_type", "reported_on", "reported_at", "cause")

    def tables(self) -> tuple[str, ...]:
        """The staged rows and the verdicts on them."""
        return (
            self.staged_table(
                "own_number bigint, customer_key text, product_key text, has_sku boolean, complaint_type text,"
                " rep_id bigint, region_id bigint, occurred_on date, occurred_at timestamptz, reported_on date,"
                " reported_at timestamptz, resolved_on date, resolved_at timestamptz, cause text,"
                " resolution text, is_satisfied boolean"
            ),
            self.judged_table(),
        )

    def staged(self, row: ComplaintRow) -> tuple[Any, ...]:
        """Return the values of ``columns``; the complaint's own words stand for its cause where none is given."""
        return (
            row.reference,
            _own_number(row.reference),
            customer_key(row.customer_code, row.customer_name),
            row.sku or row.product_name,
            row.sku is not None,
            row.complaint_type,
            self.names.user(row.rep),
            self.names.region(row.region),
            row.occurred_on,
            row.occurred_at,
            row.reported_on,
            row.reported_at,
            row.resolved_on,
            row.resolved_at,
            row.cause or row.body,
            row.resolution,
            row.satisfied,
        )

    def reasons(self) -> dict[str, str]:
        """Why a complaint is rejected."""
        return super().reasons() | {
            "resolved_early": _("The complaint was resolved before it was reported. Check both dates."),
        }
