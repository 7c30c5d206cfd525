"""What each customer bought of each product over a window, added up from order lines by PostgreSQL."""

from __future__ import annotations

from psycopg import sql

from crm.copying import Kind
from customers.selectors.facts import COUNTS_ON, EVERYBODY, LINES, SOLD, Connection, FactsSpec, not_cancelled

# The columns of the facts and their kinds (crm.copying), beside customer_id and product_id.
PRODUCT_FACTS: dict[str, Kind] = {
    "quantity": "float8",
    "net_revenue": "int8",
    "gross_revenue": "int8",
    "gross_margin": "int8",
    "costed_revenue": "int8",
    "orders": "int4",
    "first_sold_on": "date",
    "last_sold_on": "date",
}


def product_facts_query(
    connection: Connection, spec: FactsSpec, customers: sql.Composable = EVERYBODY
) -> sql.Composed:
    """Select a row for each customer and product with a line in the window; ``customers`` is a condition on
    ``customer_id``.

    Columns: ``customer_id, product_id`` and :data:`PRODUCT_FACTS`: ``quantity`` less returns; cents ``net_revenue``,
    ``gross_revenue`` (without returns), ``costed_revenue`` (of lines whose cost is known) and ``gross_margin`` (of
    those lines); ``orders`` that sold some; the days on which some was sold first and last, NULL when it only came
    back. Products that are no merchandise have rows like any other.
    """
    return _PRODUCTS.format(
        lines=LINES,
        customers=customers,
        not_cancelled=not_cancelled(connection),
        counts_on=COUNTS_ON[spec.returns_count_on],
        sold=SOLD,
        **{name: sql.Literal(getattr(spec, name)) for name in ("as_of", "start", "end")},
    )


_PRODUCTS = sql.SQL("""
    SELECT customer_id, product_id, sum(quantity)::float8 AS quantity, sum_cents(revenue_cents) AS net_revenue,
        sum_cents(revenue_cents) FILTER (WHERE quantity_sign >= 0) AS gross_revenue,
        sum_cents(revenue_cents - cost_cents) AS gross_margin,
        sum_cents(revenue_cents) FILTER (WHERE cost_cents IS NOT NULL) AS costed_revenue,
        (count(DISTINCT order_id) FILTER (WHERE {sold}))::integer AS orders,
        min(ordered_on) FILTER (WHERE {sold}) AS first_sold_on, max(ordered_on) FILTER (WHERE {sold}) AS last_sold_on
    FROM {lines}
    WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {as_of} AND {not_cancelled}
        AND {counts_on} >= {start} AND {counts_on} < {end}
    GROUP BY customer_id, product_id
""")
