"""Products with their prices and costs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.imports.rows import ProductRow
from customers.models import Product, ProductCost
from customers.services.imports.labels import TO_BE_CREATED, add_labels, known_labels, note_made
from customers.services.imports.records import RecordPlan
from customers.services.imports.statements import insert_into, template

_CATEGORIES = "customers_productcategory"
# A cost whose beginning nobody states holds for all the past.
_SINCE_EVER = "date '1900-01-01'"

# What the row says a product costs, from which day; the cost that is known for that day; the next known one.
_COSTS = f"""(
    SELECT j.line_no, j.subject_id AS product_id, s.unit_cost AS cost, begin.valid_from,
        known.id AS known_id, known.valid_from AS known_from, known.cost AS known_cost,
        coalesce(known.valid_until, (
            SELECT min(later.valid_from) FROM customers_productcost later
            WHERE later.product_id = j.subject_id AND later.valid_from > begin.valid_from
        )) AS valid_until
    FROM judged j JOIN staged s ON s.line_no = j.line_no
    CROSS JOIN LATERAL (
        SELECT coalesce(s.cost_valid_from, CASE
            WHEN EXISTS (SELECT FROM customers_productcost any_cost WHERE any_cost.product_id = j.subject_id)
            THEN %(today)s::date ELSE {_SINCE_EVER} END) AS valid_from
    ) begin
    LEFT JOIN customers_productcost known ON known.product_id = j.subject_id
        AND known.valid_from <= begin.valid_from
        AND (known.valid_until IS NULL OR known.valid_until > begin.valid_from)
    WHERE s.unit_cost IS NOT NULL AND j.outcome IN ('created', 'updated', 'unchanged')
)"""  # noqa: S608 - a constant


class ProductPlan(RecordPlan):
    """Products by SKU. A new cost begins on its day and ends the one before it."""

    columns: ClassVar = (
        "record_key",
        "name",
        "category",
        "list_price",
        "launched_on",
        "not_merchandise",
        "unit_cost",
        "cost_valid_from",
        "currency",
    )
    model = Product
    key = "sku"
    values: ClassVar = {
        "name": "coalesce(s.name, CASE WHEN t.id IS NULL THEN s.record_key END)",
        "category_id": f"coalesce(c.id, CASE WHEN s.category IS NOT NULL THEN {TO_BE_CREATED} END)",
        "list_price": "s.list_price::numeric(18, 4)",
        "launched_on": "s.launched_on",
        "not_merchandise": "s.not_merchandise",
    }
    joins = f"LEFT JOIN {known_labels(_CATEGORIES)} c ON c.label = s.category"
    match = "t.sku = s.record_key"
    faults = """
        WHEN s.currency <> %(currency)s THEN format(%(foreign)s, s.currency, %(currency)s)
        WHEN s.unit_cost < 0 THEN %(negative)s
        WHEN length(s.category) > 100 THEN %(category)s
    """
    news = """
        s.unit_cost IS NOT NULL AND s.unit_cost::numeric(18, 4) IS DISTINCT FROM (
            SELECT known.cost FROM customers_productcost known
            WHERE known.product_id = t.id AND known.valid_from <= coalesce(s.cost_valid_from, %(today)s::date)
                AND (known.valid_until IS NULL OR known.valid_until > coalesce(s.cost_valid_from, %(today)s::date))
        )
    """
    not_stored: ClassVar = frozenset({"subcategory", "unit"})

    def tables(self) -> tuple[str, ...]:
        """The staged rows and the verdicts on them."""
        return (
            self.staged_table(
                "name text, category text, list_price numeric, launched_on date, not_merchandise boolean,"
                " unit_cost numeric, cost_valid_from date, currency text"
            ),
            self.judged_table(),
        )

    def staged(self, row: ProductRow) -> tuple[Any, ...]:
        """Return the values of ``columns``."""
        return (
            row.sku,
            None if row.name == row.sku else row.name,
            row.category,
            row.list_price,
            row.launched_on,
            row.not_merchandise,
            row.unit_cost,
            row.cost_valid_from,
            row.currency,
        )

    def reasons(self) -> dict[str, str]:
        """Why a product is rejected, and the day on which a cost without a day begins."""
        foreign = _("The price is in %(currency)s. Give prices and costs of products in %(company)s.")
        return {
            "foreign": template(foreign, "currency", "company"),
            "category": _("The category has more than 100 characters. Shorten it."),
            "negative": _("The cost is negative. Check it."),
            "today": timezone.localdate().isoformat(),
        }

    def write(self, cursor: CursorWrapper, chunk: int) -> dict[str, int]:
        """Write products, then their costs."""
        _add_categories(cursor)
        also = super().write(cursor, chunk)
        _write_costs(cursor, self.reasons()["today"])
        return also


def _add_categories(cursor: CursorWrapper) -> None:
    wanted = (
        "(SELECT s.category AS label FROM judged j JOIN staged s ON s.line_no = j.line_no"  # noqa: S608
        f" WHERE j.category_id = {TO_BE_CREATED} AND j.outcome IN ('created', 'updated'))"
    )
    note_made(cursor, "category", add_labels(cursor, _CATEGORIES, wanted))
    cursor.execute(
        f"UPDATE judged j SET category_id = c.id FROM staged s JOIN {known_labels(_CATEGORIES)} c"  # noqa: S608
        f" ON c.label = s.category WHERE s.line_no = j.line_no AND j.category_id = {TO_BE_CREATED}"
    )


def _write_costs(cursor: CursorWrapper, today: str) -> None:
    cursor.execute("DROP TABLE IF EXISTS stated_cost")
    cursor.execute(
        f"CREATE UNLOGGED TABLE stated_cost AS SELECT * FROM {_COSTS} stated"  # noqa: S608
        " WHERE stated.cost::numeric(18, 4) IS DISTINCT FROM stated.known_cost",
        {"today": today},
    )
    cursor.execute(
        "UPDATE customers_productcost c SET cost = n.cost FROM stated_cost n"
        " WHERE c.id = n.known_id AND n.known_from = n.valid_from"
    )
    cursor.execute(
        "UPDATE customers_productcost c SET valid_until = n.valid_from FROM stated_cost n"
        " WHERE c.id = n.known_id AND n.known_from < n.valid_from"
    )
    begun = insert_into(
        ProductCost,
        {column: f"n.{column}" for column in ("product_id", "cost", "valid_from", "valid_until")},
        "stated_cost n WHERE n.known_from IS DISTINCT FROM n.valid_from ORDER BY n.line_no",
    )
    cursor.execute(begun.text, begun.params)
