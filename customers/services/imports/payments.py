"""Payments made and awaited."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.imports.rows import PaymentRow
from customers.models import Payment
from customers.services.imports.keys import customer_key
from customers.services.imports.links import FIND_CUSTOMERS, resolve_customers
from customers.services.imports.money import reject_unconvertible
from customers.services.imports.records import RecordPlan
from customers.services.imports.statements import template


class PaymentPlan(RecordPlan):
    """Payments by reference; one without is known again by customer, order, day and amount."""

    columns: ClassVar = (
        "record_key",
        "customer_key",
        "order_number",
        "due_on",
        "paid_on",
        "amount",
        "currency",
        "exchange_rate",
        "account",
    )
    model = Payment
    key = "reference"
    values: ClassVar = {
        "customer_id": "coalesce(k.customer_id, o.customer_id)",
        "order_id": "o.id",
        "due_on": "s.due_on",
        "paid_on": "s.paid_on",
        "amount": "s.amount::numeric(18, 4)",
        "currency": "coalesce(s.currency, %(currency)s)",
        "exchange_rate": "coalesce(s.exchange_rate, 1)::numeric(18, 8)",
        "amount_cents": "round(s.amount * coalesce(s.exchange_rate, 1) * 100)::bigint",
        "account": "s.account",
    }
    joins = (
        "LEFT JOIN staged_customer k ON k.customer_key = s.customer_key"
        " LEFT JOIN customers_order o ON o.number = s.order_number"
    )
    match = "t.reference = s.record_key"
    faults = """
        WHEN k.fault <> '' THEN k.fault
        WHEN s.customer_key IS NOT NULL AND k.customer_id IS NULL THEN format(%(unknown_customer)s, k.text)
        WHEN s.order_number IS NOT NULL AND o.id IS NULL THEN format(%(unknown_order)s, s.order_number)
        WHEN k.customer_id <> o.customer_id THEN format(%(other_customer)s, s.order_number)
        WHEN coalesce(k.customer_id, o.customer_id) IS NULL THEN format(%(nobody)s, s.order_number)
    """
    content: ClassVar = ("customer_key", "order_number", "coalesce(due_on, paid_on)", "amount", "currency")
    not_stored: ClassVar = frozenset({"notes"})

    def tables(self) -> tuple[str, ...]:
        """The staged rows and the verdicts on them."""
        return (
            self.staged_table(
                "customer_key text, order_number text, due_on date, paid_on date, amount numeric, currency text,"
                " exchange_rate numeric, account text"
            ),
            self.judged_table(),
        )

    def staged(self, row: PaymentRow) -> tuple[Any, ...]:
        """Return the values of ``columns``."""
        return (
            row.reference,
            customer_key(row.customer_code, row.customer_name),
            row.order_number,
            row.due_on,
            row.paid_on,
            row.amount,
            row.currency,
            row.exchange_rate,
            row.account,
        )

    def reasons(self) -> dict[str, str]:
        """Why a payment is rejected."""
        unknown_customer = _("Unknown customer %(customer)s. Import the customers first, or correct it.")
        unknown_order = _("Unknown order %(order)s. Import the orders first, or correct the number.")
        other = _("Order %(order)s belongs to another customer. Correct one of the two.")
        nobody = _("Order %(order)s has no customer, and the payment names none.")
        return {
            "unknown_customer": template(unknown_customer, "customer"),
            "unknown_order": template(unknown_order, "order"),
            "other_customer": template(other, "order"),
            "nobody": template(nobody, "order"),
        }

    def reject_the_impossible(self, cursor: CursorWrapper) -> None:
        """Reject amounts that nothing converts."""
        reject_unconvertible(cursor, self.company["currency"], is_whole_file=self.is_whole_file)

    def prepare(self, cursor: CursorWrapper, chunk_rows: int) -> None:
        """Also list the customers, to find them among ours."""
        super().prepare(cursor, chunk_rows)
        cursor.execute(FIND_CUSTOMERS)
        cursor.execute("ANALYZE staged_customer")

    def judge(self, cursor: CursorWrapper, first: int, last: int) -> None:
        """Find the customers among ours, then compare."""
        resolve_customers(cursor)
        super().judge(cursor, first, last)
