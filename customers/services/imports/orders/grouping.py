"""The file as a whole: which lines make an order, which orders a chunk; what cannot be whatever we know."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.services.imports.money import reject_unconvertible
from customers.services.imports.statements import template

# Limits of the columns that the numbers go to. Numbers beyond them are taken away with the rejection.
_REJECT_NUMBERS = """
UPDATE staged SET reason = CASE
    WHEN abs(quantity) >= 1e11 OR quantity <> round(quantity, 3) THEN %(quantity)s
    WHEN abs(amount) >= 1e14 OR abs(unit_price) >= 1e14 OR abs(line_cost) >= 1e14 OR abs(unit_cost) >= 1e14
        THEN %(amount)s
    WHEN position <= 0 THEN %(position)s
    WHEN length(product_key) > 60 THEN %(product)s
    WHEN length(order_number) > 60 THEN %(number)s
    WHEN length(category) > 100 THEN %(category)s
    ELSE %(discount)s
END, quantity = NULL, amount = NULL, unit_price = NULL, line_cost = NULL, unit_cost = NULL, position = NULL
WHERE reason = '' AND (
    abs(quantity) >= 1e11 OR quantity <> round(quantity, 3)
    OR abs(amount) >= 1e14 OR abs(unit_price) >= 1e14 OR abs(line_cost) >= 1e14 OR abs(unit_cost) >= 1e14
    OR position <= 0 OR length(product_key) > 60 OR length(order_number) > 60 OR length(category) > 100
    OR coalesce(discount_rate, 0) NOT BETWEEN 0 AND 1
    OR abs(discount_amount) > abs(quantity * unit_price)
)
"""

_GROUP_LINES = """
CREATE UNLOGGED TABLE staged_order AS
SELECT order_number, min(line_no) AS first_line, count(*) AS lines,
    min(line_no) FILTER (WHERE reason <> '') AS bad_line,
    min(customer_key) AS customer_key, max(customer_key) AS other_customer_key,
    min(coalesce(currency, %(currency)s)) IS DISTINCT FROM max(coalesce(currency, %(currency)s))
        OR min(coalesce(exchange_rate, 1)) IS DISTINCT FROM max(coalesce(exchange_rate, 1)) AS mixes_currencies,
    bool_and(is_return) AS is_return,
    NULL::bigint AS order_id, NULL::bigint AS customer_id, NULL::jsonb AS changes, ''::text AS reason
FROM staged WHERE order_number IS NOT NULL
GROUP BY order_number
"""

# An order's own fields are those of its first line.
_DESCRIBE_ORDERS = """
CREATE UNLOGGED TABLE described AS
SELECT o.order_number, o.first_line, o.customer_key, s.customer_name, o.is_return,
    o.order_id, o.customer_id, o.changes, o.reason,
    CASE
        WHEN o.bad_line IS NOT NULL THEN format(%(bad_line)s, o.order_number, o.bad_line)
        WHEN o.customer_key <> o.other_customer_key
            THEN format(%(customers)s, o.order_number, substr(o.customer_key, 2), substr(o.other_customer_key, 2))
        WHEN o.mixes_currencies THEN format(%(currencies)s, o.order_number)
        ELSE ''
    END AS fault,
    s.ordered_on, coalesce(s.ordered_at, s.ordered_on::timestamp AT TIME ZONE %(time_zone)s) AS ordered_at,
    coalesce(s.currency, %(currency)s) AS currency, coalesce(s.exchange_rate, 1)::numeric(18, 8) AS exchange_rate,
    s.status, s.region_id, s.salesperson_id, s.promised_on, s.delivered_on, s.original_number,
    floor((sum(o.lines) OVER (ORDER BY o.first_line) - o.lines) / %(chunk_rows)s)::integer AS chunk
FROM staged_order o JOIN staged s ON s.line_no = o.first_line
"""

_NUMBER_LINES = """
CREATE UNLOGGED TABLE grouped AS
SELECT n.line_no, o.first_line, coalesce(o.chunk, 0) AS chunk, n.position, NULL::integer AS repeats
FROM (
    SELECT line_no, order_number,
        coalesce(position, row_number() OVER (PARTITION BY order_number ORDER BY line_no))::integer AS position
    FROM staged
) n LEFT JOIN staged_order o ON o.order_number = n.order_number
"""

_FIND_REPEATS = """
UPDATE grouped g SET repeats = f.first_of_position
FROM (
    SELECT line_no, min(line_no) OVER (PARTITION BY first_line, position) AS first_of_position
    FROM grouped WHERE first_line IS NOT NULL
) f
WHERE f.line_no = g.line_no AND f.first_of_position < g.line_no
"""

_REFUSE_CONTRADICTIONS = """
UPDATE staged_order o SET fault = format(%(numbered_twice)s, o.order_number, clash.position)
FROM (
    SELECT g.first_line, min(g.position) AS position
    FROM grouped g JOIN staged s ON s.line_no = g.line_no JOIN staged f ON f.line_no = g.repeats
    WHERE ROW(s.product_key, s.quantity, s.amount, s.unit_price, s.unit_cost, s.line_cost)
        IS DISTINCT FROM ROW(f.product_key, f.quantity, f.amount, f.unit_price, f.unit_cost, f.line_cost)
    GROUP BY g.first_line
) clash
WHERE clash.first_line = o.first_line AND o.fault = ''
"""

_FIND_CUSTOMERS = """
CREATE UNLOGGED TABLE staged_customer AS
SELECT customer_key, substr(customer_key, 2) AS text, left(customer_key, 1) = '~' AS by_name,
    coalesce((array_agg(customer_name ORDER BY first_line) FILTER (WHERE customer_name IS NOT NULL))[1],
        substr(customer_key, 2)) AS name,
    (array_agg(region_id ORDER BY first_line) FILTER (WHERE region_id IS NOT NULL))[1] AS region_id,
    min(ordered_at) AS first_ordered_at, NULL::bigint AS customer_id, ''::text AS fault
FROM staged_order WHERE customer_key IS NOT NULL AND fault = ''
GROUP BY customer_key
"""

# The commonest of a product's names in the file; of equally common ones the first.
_FIND_PRODUCTS = """
CREATE UNLOGGED TABLE staged_product AS
SELECT DISTINCT ON (product_key) product_key,
    bool_or(has_sku) OVER w AS has_sku, bool_or(not_merchandise) OVER w AS not_merchandise,
    coalesce(product_name, product_key) AS name, max(category) OVER w AS category, NULL::bigint AS product_id
FROM (
    SELECT product_key, product_name, count(*) AS lines, min(line_no) AS first_line,
        bool_or(has_sku) AS has_sku, bool_or(not_merchandise) AS not_merchandise, max(category) AS category
    FROM staged WHERE product_key IS NOT NULL
    GROUP BY product_key, product_name
) named
WINDOW w AS (PARTITION BY product_key)
ORDER BY product_key, product_name IS NULL, lines DESC, first_line
"""


def reject_the_impossible(cursor: CursorWrapper, currency: str, *, is_whole_file: bool) -> None:
    """Reject lines whose numbers cannot be kept, or whose amounts nothing converts into ``currency``.

    Raises:
        MissingExchangeRate: that is so for every line of the whole file.
    """
    cursor.execute(
        _REJECT_NUMBERS,
        {
            "quantity": _("The quantity has more than 3 decimals or 11 digits. Check it."),
            "amount": _("The amount is larger than any amount can be. Check it."),
            "position": _("Line numbers within an order start at 1. Check the line number."),
            "product": _(
                "A product without SKU is known by its name, of at most 60 characters. Give it a SKU."
            ),
            "number": _(
                "An order without a number is named by customer and day, which is too long here. Number it."
            ),
            "category": _("The category has more than 100 characters. Shorten it."),
            "discount": _("The discount is more than the price. Check it."),
        },
    )
    reject_unconvertible(cursor, currency, is_whole_file=is_whole_file)


def group(cursor: CursorWrapper, chunk_rows: int, company: dict[str, str]) -> None:
    """Find orders, customers and products, and cut the orders into chunks of about ``chunk_rows`` lines."""
    cursor.execute("ANALYZE staged")
    cursor.execute(_GROUP_LINES, {"currency": company["currency"]})
    cursor.execute(_DESCRIBE_ORDERS, {**company, **_faults(), "chunk_rows": chunk_rows})
    cursor.execute("DROP TABLE staged_order")
    cursor.execute("ALTER TABLE described RENAME TO staged_order")
    cursor.execute("CREATE UNIQUE INDEX ON staged_order (first_line)")
    cursor.execute("CREATE INDEX ON staged_order (chunk)")
    cursor.execute("ANALYZE staged_order")
    cursor.execute(_NUMBER_LINES)
    cursor.execute("CREATE INDEX ON grouped (chunk)")
    cursor.execute("SELECT EXISTS (SELECT FROM staged WHERE position IS NOT NULL)")
    if cursor.fetchone() == (True,):
        cursor.execute(_FIND_REPEATS)
        message = _("Order %(order)s has two different lines with the number %(line)s. Correct one of them.")
        cursor.execute(_REFUSE_CONTRADICTIONS, {"numbered_twice": template(message, "order", "line")})
    cursor.execute(_FIND_CUSTOMERS)
    cursor.execute(_FIND_PRODUCTS)
    cursor.execute("ANALYZE grouped, staged_customer, staged_product")


def _faults() -> dict[str, str]:
    bad_line = _("Order %(order)s is kept out whole, because its line %(line)s of the file is rejected.")
    customers = _("Order %(order)s has lines of different customers: %(one)s and %(other)s.")
    currencies = _("Order %(order)s has lines in different currencies or at different rates.")
    return {
        "bad_line": template(bad_line, "order", "line"),
        "customers": template(customers, "order", "one", "other"),
        "currencies": template(currencies, "order"),
    }
