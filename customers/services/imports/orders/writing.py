"""Writing the orders of one chunk, and the customers and products that they bring along."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.models import Customer, Order, OrderLine, Product
from customers.services.imports.labels import add_labels, known_labels, note_made
from customers.services.imports.newcomers import NewCustomer, stage_new_customers
from customers.services.imports.orders.judging import LINE_FIELDS, ORDER_FIELDS
from customers.services.imports.statements import assignments, insert_into

_CATEGORIES = "customers_productcategory"

NEEDED_PRODUCT = """
CREATE UNLOGGED TABLE needed_product (id bigint, sku text, category text, name text, not_merchandise boolean)
"""

_NEEDED_CUSTOMERS = """
SELECT c.customer_key, c.name, CASE WHEN NOT c.by_name THEN c.text END
FROM staged_customer c
WHERE c.customer_id IS NULL
    AND EXISTS (SELECT FROM judged_order o WHERE o.customer_key = c.customer_key AND o.reason = '')
ORDER BY c.first_ordered_at, c.customer_key
"""

_NEEDED_PRODUCTS = """
INSERT INTO needed_product (id, sku, category, name, not_merchandise)
SELECT nextval('customers_product_id_seq') AS id, p.product_key AS sku, p.category,
    CASE WHEN p.product_key = %(unnamed)s THEN %(unnamed_name)s ELSE p.name END AS name,
    p.product_key = %(unnamed)s OR coalesce(p.not_merchandise, false) AS not_merchandise
FROM staged_product p
WHERE p.product_id IS NULL
    AND p.product_key IN (SELECT j.product_key FROM judged j WHERE j.outcome IN ('created', 'updated'))
ORDER BY p.product_key
"""

# Undoing an import has to know what else a row made: the first row that needed it tells.
_TELL_WHAT_CAME_ALONG = """
UPDATE judged j
SET changes = coalesce(j.changes, '{}') || jsonb_build_object('created', came.records)
FROM (
    SELECT line_no, jsonb_object_agg(what, ids) AS records
    FROM (
        SELECT line_no, what, jsonb_agg(id) AS ids
        FROM (
            SELECT first_line AS line_no, 'order' AS what, order_id AS id
            FROM judged_order WHERE is_new AND reason = ''
            UNION ALL
            SELECT min(o.first_line), 'customer', c.id
            FROM new_customer c JOIN judged_order o ON o.customer_key = c.customer_key AND o.reason = ''
            GROUP BY c.id
            UNION ALL
            SELECT min(j.line_no), 'product', p.id
            FROM needed_product p JOIN judged j ON j.product_key = p.sku AND j.outcome IN ('created', 'updated')
            GROUP BY p.id
        ) record
        GROUP BY line_no, what
    ) kind
    GROUP BY line_no
) came
WHERE came.line_no = j.line_no
"""

# A return may stand before its original order in the file, or in an earlier file.
_LINK_RETURNS = """
UPDATE customers_order o SET original_order_id = original.id
FROM staged_order s JOIN customers_order original ON original.number = s.original_number
WHERE o.number = s.order_number AND s.chunk <= %(chunk)s AND s.fault = ''
    AND o.id <> original.id AND o.customer_id IS NOT DISTINCT FROM original.customer_id
    AND o.original_order_id IS DISTINCT FROM original.id
"""


def write(cursor: CursorWrapper, chunk: int, *, unnamed: str, links_returns: bool) -> dict[str, int]:
    """Write what ``judged`` and ``judged_order`` say; return how many customers, products and orders are new."""
    cursor.execute(_NEEDED_CUSTOMERS)
    stage_new_customers(cursor, [NewCustomer(*row) for row in cursor.fetchall()])
    customers = _write_customers(cursor)
    products, categories = _write_products(cursor, unnamed)
    also = {"customers": customers, "products": products, "orders": _write_orders(cursor)}
    cursor.execute(_TELL_WHAT_CAME_ALONG)
    note_made(cursor, "category", categories)
    _write_lines(cursor)
    if links_returns:
        cursor.execute(_LINK_RETURNS, {"chunk": chunk})
    return also


def _write_customers(cursor: CursorWrapper) -> int:
    statement = insert_into(
        Customer,
        {
            "id": "n.id",
            "code": "n.code",
            "name": "n.name",
            "pinyin": "n.pinyin",
            "initials": "n.initials",
            "region_id": "c.region_id",
            "created_at": "c.first_ordered_at",
        },
        "new_customer n JOIN staged_customer c ON c.customer_key = n.customer_key",
    )
    cursor.execute(statement.text, statement.params)
    written: int = cursor.rowcount
    for table in ("staged_customer", "judged_order"):
        cursor.execute(
            f"UPDATE {table} t SET customer_id = n.id FROM new_customer n WHERE n.customer_key = t.customer_key"  # noqa: S608
        )
    return written


def _write_products(cursor: CursorWrapper, unnamed: str) -> tuple[int, list[int]]:
    """Return how many products are new, and the ids of new categories."""
    cursor.execute("TRUNCATE needed_product")
    cursor.execute(_NEEDED_PRODUCTS, {"unnamed": unnamed, "unnamed_name": _("Unspecified product")})
    categories = add_labels(cursor, _CATEGORIES, "(SELECT category AS label FROM needed_product)")
    statement = insert_into(
        Product,
        {
            "id": "n.id",
            "sku": "n.sku",
            "name": "n.name",
            "category_id": "c.id",
            "not_merchandise": "n.not_merchandise",
        },
        f"needed_product n LEFT JOIN {known_labels(_CATEGORIES)} c ON c.label = n.category",
    )
    cursor.execute(statement.text, statement.params)
    written: int = cursor.rowcount
    cursor.execute(
        "UPDATE staged_product s SET product_id = n.id FROM needed_product n WHERE n.sku = s.product_key"
    )
    return written, categories


def _write_orders(cursor: CursorWrapper) -> int:
    statement = insert_into(
        Order,
        {"id": "j.order_id", "number": "j.order_number", "original_order_id": "original.id"}
        | {field: f"j.{field}" for field in ORDER_FIELDS},
        "judged_order j LEFT JOIN customers_order original ON original.number = j.original_number"
        " WHERE j.is_new AND j.reason = '' ORDER BY j.first_line",
    )
    cursor.execute(statement.text, statement.params)
    written: int = cursor.rowcount
    cursor.execute(
        f"UPDATE customers_order o SET {assignments(ORDER_FIELDS, 'j')} FROM judged_order j"  # noqa: S608
        " WHERE o.id = j.order_id AND NOT j.is_new AND j.changes IS NOT NULL AND j.reason = ''"
    )
    return written


def _write_lines(cursor: CursorWrapper) -> None:
    given = {field: f"j.{field}" for field in LINE_FIELDS} | {
        "id": "j.subject_id",
        "order_id": "o.order_id",
        "line_no": "j.position",
        "product_id": "p.product_id",
        "customer_id": "o.customer_id",
    }
    written = (
        "judged j JOIN judged_order o ON o.first_line = j.first_line"
        " JOIN staged_product p ON p.product_key = j.product_key"
    )
    statement = insert_into(OrderLine, given, f"{written} WHERE j.outcome = 'created' ORDER BY j.line_no")
    cursor.execute(statement.text, statement.params)
    cursor.execute(
        f"UPDATE customers_orderline l SET {assignments(LINE_FIELDS, 'n')}"  # noqa: S608
        f" FROM (SELECT j.subject_id AS id, {', '.join(f'{given[field]} AS {field}' for field in LINE_FIELDS)}"
        f" FROM {written} WHERE j.outcome = 'updated') n WHERE l.id = n.id"
    )
