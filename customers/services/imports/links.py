"""The customers and products that rows speak of, found among ours by code or SKU, or else by name.

Works on the staging tables ``staged_customer`` and ``staged_product``: one row for each that the file names.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.services.imports.statements import template

FIND_CUSTOMERS = """
CREATE UNLOGGED TABLE staged_customer AS
SELECT customer_key, substr(customer_key, 2) AS text, left(customer_key, 1) = '~' AS by_name,
    NULL::bigint AS customer_id, ''::text AS fault, min(line_no) FILTER (WHERE reason = '') AS first_line
FROM staged WHERE customer_key IS NOT NULL GROUP BY customer_key
"""

# Each chunk looks up its own part: to scan the customers of the whole file would cost the more, the longer it is.
_INDEX_CUSTOMERS = (
    "CREATE INDEX ON staged_customer (first_line)",
    "CREATE INDEX ON staged_customer USING hash (customer_key)",
    "CREATE INDEX ON staged_customer (text) WHERE by_name",
)

FIND_PRODUCTS = """
CREATE UNLOGGED TABLE staged_product AS
SELECT product_key, bool_or(has_sku) AS has_sku, NULL::bigint AS product_id
FROM staged WHERE product_key IS NOT NULL GROUP BY product_key
"""

_RESOLVE_CUSTOMERS = """
UPDATE staged_customer s
SET customer_id = c.id, fault = CASE WHEN c.deleted_at IS NULL THEN '' ELSE format(%(deleted)s, s.text) END
FROM customers_customer c
WHERE s.customer_id IS NULL AND NOT s.by_name AND c.code = s.text{lines}
"""
_OF_LINES = " AND s.first_line BETWEEN %(first_line)s AND %(last_line)s"

_RESOLVE_NAMED_CUSTOMERS = """
UPDATE staged_customer s
SET customer_id = c.id, fault = CASE WHEN c.customers = 1 THEN '' ELSE format(%(several)s, s.text) END
FROM (
    SELECT name, min(id) AS id, count(*) AS customers FROM customers_customer
    WHERE deleted_at IS NULL AND (kind <> 'person' OR NOT %(companies_only)s)
        AND name IN (SELECT text FROM staged_customer WHERE by_name AND customer_id IS NULL)
    GROUP BY name
) c
WHERE s.customer_id IS NULL AND s.by_name AND c.name = s.text
"""

_RESOLVE_PRODUCTS = """
UPDATE staged_product s SET product_id = p.id
FROM customers_product p
WHERE s.product_id IS NULL AND p.sku = s.product_key
"""

_RESOLVE_NAMED_PRODUCTS = """
UPDATE staged_product s SET product_id = p.id
FROM (SELECT name, min(id) AS id FROM customers_product GROUP BY name HAVING count(*) = 1) p
WHERE s.product_id IS NULL AND NOT s.has_sku AND p.name = s.product_key
"""


def index_customers(cursor: CursorWrapper) -> None:
    """Make the customers that a file names ready to be looked up chunk by chunk."""
    for statement in _INDEX_CUSTOMERS:
        cursor.execute(statement)


def resolve_customers(
    cursor: CursorWrapper, *, companies_only: bool = False, lines: Mapping[str, int | None] | None = None
) -> None:
    """Find the customers that are not found yet, by name companies only if that is asked.

    ``fault`` says why one of them cannot be used. With ``lines``, of ``chunk_range``, only codes are looked for that
    stand there first: where rows are customers, all others are repeats or not there yet.
    """
    deleted = _("Customer %(code)s was deleted here. Restore it, or correct the code.")
    several = _("Several customers are called %(name)s. Add a column with their codes.")
    cursor.execute(
        _RESOLVE_CUSTOMERS.replace("{lines}", _OF_LINES if lines else ""),
        {"deleted": template(deleted, "code"), **(lines or {})},
    )
    cursor.execute(
        _RESOLVE_NAMED_CUSTOMERS, {"several": template(several, "name"), "companies_only": companies_only}
    )


def resolve_products(cursor: CursorWrapper) -> None:
    """Find the products that are not found yet; a name that several products bear finds none."""
    cursor.execute(_RESOLVE_PRODUCTS)
    cursor.execute(_RESOLVE_NAMED_PRODUCTS)


def forget_links(cursor: CursorWrapper) -> None:
    """Have customers and products looked for anew: those found before may have been merged or deleted meanwhile."""
    for table, forgotten in (
        ("staged_customer", "customer_id = NULL, fault = ''"),
        ("staged_product", "product_id = NULL"),
    ):
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone() != (None,):
            cursor.execute(f"UPDATE {table} SET {forgotten}")  # noqa: S608 - our own tables
