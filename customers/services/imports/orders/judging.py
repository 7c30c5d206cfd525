"""What is to become of the order lines of some chunks, given the records we have. Only staging tables change."""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.services.imports.links import resolve_customers, resolve_products
from customers.services.imports.statements import chunk_range, old_values, same_moment, template

LINE_COLUMNS = """
    first_line integer, position integer, product_key text, product_id bigint, customer_id bigint,
    quantity numeric(14, 3), unit_price numeric(18, 4), discount numeric(7, 6), amount numeric(18, 4),
    unit_cost numeric(18, 4), revenue_cents bigint, cost_cents bigint, ordered_on date, attributed_on date
"""

ORDER_FIELDS = (
    "customer_id",
    "ordered_at",
    "ordered_on",
    "status",
    "currency",
    "exchange_rate",
    "region_id",
    "salesperson_id",
    "promised_on",
    "delivered_on",
)
LINE_FIELDS = (
    "product_id",
    "customer_id",
    "ordered_on",
    "attributed_on",
    "quantity",
    "unit_price",
    "discount",
    "amount",
    "unit_cost",
    "revenue_cents",
    "cost_cents",
)

_STATUS = """
CASE
    WHEN b.status = 'cancelled' THEN 'cancelled'
    WHEN b.is_return THEN 'returned'
    WHEN b.status = 'confirmed' THEN 'confirmed'
    WHEN b.status = 'delivered' OR b.delivered_on IS NOT NULL THEN 'delivered'
    WHEN k.id IS NOT NULL THEN k.status
    WHEN %(states_delivery)s THEN 'confirmed'
    ELSE 'delivered'
END
"""

# A blank cell erases nothing: what the file leaves open stays as it is known.
_JUDGE_ORDERS = f"""
INSERT INTO judged_order
SELECT n.first_line, n.order_number, coalesce(n.known_id, nextval('customers_order_id_seq')),
    n.known_id IS NULL, n.reason, CASE WHEN k.id IS NOT NULL THEN {old_values(ORDER_FIELDS, "k", "n")} END,
    n.customer_key, n.original_number, {", ".join(f"n.{field}" for field in ORDER_FIELDS)}
FROM (
    SELECT b.first_line, b.order_number, k.id AS known_id, b.customer_key, b.original_number,
        CASE
            WHEN b.fault <> '' THEN b.fault
            WHEN c.fault <> '' THEN c.fault
            WHEN b.customer_key IS NOT NULL AND k.customer_id <> coalesce(c.customer_id, 0)
                THEN format(%(taken)s, b.order_number, owner.code)
            WHEN unknown.line_no IS NOT NULL THEN format(%(bad_line)s, b.order_number, unknown.line_no)
            ELSE ''
        END AS reason,
        coalesce(k.customer_id, c.customer_id) AS customer_id,
        {same_moment("b.ordered_at", "k.ordered_at")} AS ordered_at, b.ordered_on, {_STATUS} AS status,
        b.currency, b.exchange_rate,
        coalesce(b.region_id, k.region_id) AS region_id,
        coalesce(b.salesperson_id, k.salesperson_id) AS salesperson_id,
        coalesce(b.promised_on, k.promised_on) AS promised_on,
        coalesce(b.delivered_on, k.delivered_on) AS delivered_on
    FROM staged_order b
    LEFT JOIN customers_order k ON k.number = b.order_number
    LEFT JOIN customers_customer owner ON owner.id = k.customer_id
    LEFT JOIN staged_customer c ON c.customer_key = b.customer_key
    LEFT JOIN (
        SELECT g.first_line, min(g.line_no) AS line_no
        FROM grouped g JOIN staged s ON s.line_no = g.line_no JOIN staged_product p ON p.product_key = s.product_key
        WHERE NOT %(creates_products)s AND p.product_id IS NULL AND s.product_key <> %(unnamed)s
            AND g.chunk BETWEEN %(first)s AND %(last)s AND s.line_no BETWEEN %(first_line)s AND %(last_line)s
        GROUP BY g.first_line
    ) unknown ON unknown.first_line = b.first_line
    WHERE b.chunk BETWEEN %(first)s AND %(last)s
) n LEFT JOIN customers_order k ON k.id = n.known_id
ORDER BY n.first_line
"""  # noqa: S608 - put together from the constants above

_ORIGINALS = """
    LEFT JOIN customers_order original ON original.number = s.original_number
    LEFT JOIN staged_order planned ON planned.order_number = s.original_number AND planned.fault = ''
"""


_PRICE = """
SELECT
    CASE
        WHEN s.discount_amount IS NOT NULL AND s.quantity * s.unit_price <> 0
            THEN least(1, greatest(0, 1 - s.amount / (s.quantity * s.unit_price)))
        ELSE coalesce(s.discount_rate, 0)
    END::numeric(7, 6) AS discount,
    coalesce(
        s.unit_price, s.amount / nullif(s.quantity * (1 - coalesce(s.discount_rate, 0)), 0), 0
    )::numeric(18, 4) AS unit_price
"""

# In the order's currency like its price. A line that is known keeps its cost unless the file states another.
_COST = """
SELECT
    CASE
        WHEN s.unit_cost IS NOT NULL THEN s.unit_cost
        WHEN s.line_cost IS NOT NULL THEN s.line_cost / nullif(s.quantity, 0)
        WHEN l.id IS NOT NULL THEN l.unit_cost
        ELSE c.cost / o.exchange_rate
    END::numeric(18, 4) AS unit_cost,
    CASE
        WHEN s.line_cost IS NOT NULL THEN round(s.line_cost * o.exchange_rate * 100)
        WHEN l.id IS NULL THEN round(c.cost * s.quantity * 100)
        WHEN l.quantity = s.quantity AND l.cost_cents <> 0 THEN l.cost_cents
        ELSE round(l.unit_cost * s.quantity * o.exchange_rate * 100)
    END::bigint AS cost_cents
"""


def _judge_lines(links_returns: bool) -> str:
    """Return the statement that compares lines; the day that a return counts for is its original order's, if known."""
    original_day = "coalesce(original.ordered_on, planned.ordered_on, o.ordered_on)"
    return f"""
INSERT INTO judged (line_no, outcome, subject_id, changes, reason, first_line, position, product_key,
    {", ".join(LINE_FIELDS)})
SELECT n.line_no,
    CASE
        WHEN n.reason <> '' THEN 'rejected'
        WHEN n.repeats IS NOT NULL THEN 'skipped'
        WHEN l.id IS NULL THEN 'created'
        WHEN d.old IS NOT NULL OR n.order_changes IS NOT NULL THEN 'updated'
        ELSE 'unchanged'
    END,
    coalesce(l.id, nextval('customers_orderline_id_seq')),
    nullif(
        CASE WHEN d.old IS NULL THEN '{{}}' ELSE jsonb_build_object('old', d.old) END
        || CASE WHEN n.line_no = n.first_line AND n.order_changes IS NOT NULL
            THEN jsonb_build_object('order', n.order_changes) ELSE '{{}}' END
        || CASE WHEN n.repeats IS NULL THEN '{{}}'
            ELSE jsonb_build_object('duplicate_of', jsonb_build_object('line', n.repeats)) END,
        '{{}}'
    ),
    CASE WHEN n.reason <> '' THEN n.reason WHEN n.repeats IS NULL THEN '' ELSE format(%(repeats)s, n.repeats) END,
    n.first_line, n.position, n.product_key, {", ".join(f"n.{field}" for field in LINE_FIELDS)}
FROM (
    SELECT g.line_no, g.first_line, g.position, g.repeats, o.order_id, o.is_new, o.changes AS order_changes,
        s.product_key, p.product_id, o.customer_id, o.ordered_on,
        {original_day if links_returns else "o.ordered_on"} AS attributed_on,
        CASE
            WHEN s.reason <> '' THEN s.reason
            WHEN p.product_id IS NULL AND NOT %(creates_products)s AND s.product_key <> %(unnamed)s
                THEN format(%(unknown_product)s, s.product_key)
            ELSE o.reason
        END AS reason,
        s.quantity::numeric(14, 3) AS quantity, price.unit_price, price.discount,
        s.amount::numeric(18, 4) AS amount, cost.unit_cost,
        CASE WHEN o.status = 'cancelled' THEN 0 ELSE round(s.amount * o.exchange_rate * 100)::bigint END
            AS revenue_cents,
        CASE WHEN o.status = 'cancelled' THEN 0 ELSE cost.cost_cents END AS cost_cents
    FROM grouped g
    JOIN staged s ON s.line_no = g.line_no
    LEFT JOIN judged_order o ON o.first_line = g.first_line
    LEFT JOIN staged_product p ON p.product_key = s.product_key
    LEFT JOIN customers_orderline l ON NOT o.is_new AND l.order_id = o.order_id AND l.line_no = g.position
    LEFT JOIN customers_productcost c ON c.product_id = p.product_id AND c.valid_from <= o.ordered_on
        AND (c.valid_until IS NULL OR c.valid_until > o.ordered_on)
    {_ORIGINALS if links_returns else ""}
    CROSS JOIN LATERAL ({_PRICE}) price
    CROSS JOIN LATERAL ({_COST}) cost
    WHERE g.chunk BETWEEN %(first)s AND %(last)s AND s.line_no BETWEEN %(first_line)s AND %(last_line)s
) n
LEFT JOIN customers_orderline l ON NOT n.is_new AND l.order_id = n.order_id AND l.line_no = n.position
CROSS JOIN LATERAL (SELECT CASE WHEN l.id IS NOT NULL THEN {old_values(LINE_FIELDS, "l", "n")} END AS old) d
ORDER BY n.line_no
"""  # noqa: S608 - put together from the constants of this module


JUDGED_ORDER = """
CREATE UNLOGGED TABLE judged_order (
    first_line integer PRIMARY KEY, order_number text, order_id bigint, is_new boolean, reason text, changes jsonb,
    customer_key text, original_number text, customer_id bigint, ordered_at timestamptz, ordered_on date, status text,
    currency text, exchange_rate numeric(18, 8), region_id bigint, salesperson_id bigint, promised_on date,
    delivered_on date
)
"""


def judge(cursor: CursorWrapper, first: int, last: int, facts: dict[str, Any]) -> None:
    """Fill ``judged_order`` and ``judged`` with the verdicts on chunks ``first`` to ``last``.

    Args:
        cursor: finds the staging tables.
        first, last: numbers of chunks, both included.
        facts: what the file has, see ``OrderPlan``.
    """
    params = {**facts, **_reasons(), **chunk_range(cursor, first, last)}
    cursor.execute("TRUNCATE judged_order, judged")
    resolve_customers(cursor)
    resolve_products(cursor)
    cursor.execute(_JUDGE_ORDERS, params)
    cursor.execute("ANALYZE judged_order")
    cursor.execute(_judge_lines(facts["links_returns"]), params)


def _reasons() -> dict[str, str]:
    taken = _("Order %(order)s is known here and belongs to customer %(code)s. Correct one of the two.")
    bad_line = _("Order %(order)s is kept out whole, because its line %(line)s of the file is rejected.")
    unknown = _("Unknown product %(sku)s. Import the products first, or add a column with their names.")
    repeats = _("Repeats line %(line)s.")
    return {
        "taken": template(taken, "order", "code"),
        "bad_line": template(bad_line, "order", "line"),
        "unknown_product": template(unknown, "sku"),
        "repeats": template(repeats, "line"),
    }
