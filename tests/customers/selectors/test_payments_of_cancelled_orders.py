"""A cancelled order is owed and paid nowhere: neither credit, nor facts, nor who ever ordered count it."""

from datetime import date
from typing import Any

from django.db import connection
from psycopg import sql

from customers.models import OrderStatus
from customers.selectors.facts import FactsSpec, facts_query
from customers.selectors.purchase_facts import buyers_query, payments_query
from customers.selectors.sales_facts import credit_query
from tests.cast import Cast, make_order, make_payment

LAST = date(2024, 12, 31)
YEAR = FactsSpec(LAST, date(2024, 1, 1), date(2025, 1, 1), LAST)


def asked(query: sql.Composed) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_what_was_to_be_paid_for_a_cancelled_order_is_neither_owed_nor_late_nor_a_purchase(
    cast: Cast,
) -> None:
    kept = make_order(cast.huaxin, "SO-1", date(2024, 3, 1), 100)
    gone = make_order(cast.huaxin, "SO-2", date(2024, 4, 1), 900, status=OrderStatus.CANCELLED)
    never = make_order(cast.orphan, "SO-3", date(2024, 4, 1), 900, status=OrderStatus.CANCELLED)
    for number, order in enumerate((kept, gone, never)):
        make_payment(order, f"U-{number}", 40, due_on=date(2024, 5, 1), paid_on=None)
        make_payment(order, f"P-{number}", 60, due_on=date(2024, 5, 1), paid_on=date(2024, 6, 1))
    owed = {row["customer_id"]: row["overdue_cents"] for row in asked(credit_query(LAST))}
    facts = {
        row["customer_id"]: row["payments_late"] for row in asked(facts_query(connection.connection, YEAR))
    }
    assert owed == {cast.huaxin.pk: 4_000}
    assert facts == {cast.huaxin.pk: 1}
    assert [row["customer_id"] for row in asked(buyers_query(LAST))] == [cast.huaxin.pk]
    assert {row["customer_id"] for row in asked(payments_query(LAST))} == {cast.huaxin.pk}
