"""What analysis reads about products: who bought what, in which basket, where, and what they owe.

Functions return queries, to be run within a run's snapshot, by COPY as a rule. Money is whole cents of the company
currency. Lines of cancelled orders count nowhere, lines after the last day known are not known. ``customers`` is a
condition on ``customer_id``. What is not merchandise is left out unless a function says otherwise.
"""

from __future__ import annotations

import datetime

from psycopg import sql

from customers.selectors.facts import (
    COSTED,
    COUNTS_ON,
    EVERYBODY,
    LINES,
    SOLD,
    Connection,
    FactsSpec,
    not_cancelled,
)


def customer_products_query(
    connection: Connection, spec: FactsSpec, customers: sql.Composable = EVERYBODY
) -> sql.Composed:
    """Select what each customer bought of each product in the window, what is not merchandise too.

    ``customer_id, product_id, quantity`` (returns subtracted), cents ``net_revenue``, ``costed_revenue`` (of lines
    whose cost is known) and ``gross_margin`` (of these).
    """
    return sql.SQL("""
        SELECT customer_id, product_id, sum(quantity)::float8 AS quantity, sum_cents(revenue_cents) AS net_revenue,
            coalesce(sum_cents(revenue_cents) FILTER (WHERE {costed}), 0) AS costed_revenue,
            coalesce(sum_cents(revenue_cents - cost_cents) FILTER (WHERE {costed}), 0) AS gross_margin
        FROM {lines} WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {as_of}
            AND {counts_on} >= {start} AND {counts_on} < {end} AND {not_cancelled}
        GROUP BY customer_id, product_id
    """).format(costed=COSTED, customers=customers, **_window(connection, spec))


def owned_query(
    connection: Connection,
    as_of: datetime.date,
    customers: sql.Composable = EVERYBODY,
    after: datetime.date = datetime.date.min,
) -> sql.Composed:
    """Select ``customer_id, product_id``, once each, of all that customers have bought for money by a day.

    ``after`` leaves out what was bought by an earlier day.
    """
    return sql.SQL("""
        SELECT DISTINCT customer_id, product_id FROM {lines}
        WHERE {customers} AND customer_id IS NOT NULL AND ordered_on > {after} AND ordered_on <= {as_of}
            AND {sold} AND {merchandise} AND {not_cancelled}
    """).format(customers=customers, after=sql.Literal(after), **_shared(connection, as_of))


def baskets_query(
    connection: Connection, as_of: datetime.date, customers: sql.Composable = EVERYBODY
) -> sql.Composed:
    """Select ``customer_id, basket_id`` (the order) and ``product_id`` of all that was sold for money by a day.

    A product may come twice, and what is not merchandise comes too: among millions of lines it is left out quicker by
    who reads them.
    """
    return sql.SQL("""
        SELECT customer_id, order_id AS basket_id, product_id FROM {lines}
        WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {as_of} AND {sold} AND {not_cancelled}
    """).format(
        customers=customers,
        lines=LINES,
        as_of=sql.Literal(as_of),
        sold=SOLD,
        not_cancelled=not_cancelled(connection),
    )


def sold_lines_query(connection: Connection, spec: FactsSpec, customers: sql.Composable) -> sql.Composed:
    """Select the window's lines of merchandise and others: ``customer_id, product_id, day`` on which a line counts,
    ``thousandths`` of its quantity and cents ``net_revenue``, to be added up where millions of groups are quicker."""
    return sql.SQL("""
        SELECT customer_id, product_id, {counts_on} AS day, (quantity * 1000)::bigint AS thousandths,
            revenue_cents AS net_revenue
        FROM {lines} WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {as_of}
            AND {counts_on} >= {start} AND {counts_on} < {end} AND {not_cancelled}
    """).format(customers=customers, **_window(connection, spec))


def cells_query(connection: Connection, spec: FactsSpec, customers: sql.Composable) -> sql.Composed:
    """Select what was sold in the window by region, month and category: ``region_id, month`` (its first day),
    ``category_id, quantity, net_revenue``. ``customers`` is a query of ``customer_id, region_id``."""
    return sql.SQL("""
        SELECT region_id, date_trunc('month', day)::date AS month, category_id, sum(quantity)::float8 AS quantity,
            sum_cents(net_revenue) AS net_revenue
        FROM (
            SELECT region_id, {counts_on} AS day, product_id, sum(quantity) AS quantity,
                sum_cents(revenue_cents) AS net_revenue
            FROM {lines} JOIN ({customers}) AS customer USING (customer_id)
            WHERE ordered_on <= {as_of} AND {counts_on} >= {start} AND {counts_on} < {end} AND {not_cancelled}
            GROUP BY 1, 2, 3
        ) AS days JOIN customers_product AS product ON product.id = product_id AND NOT product.not_merchandise
        GROUP BY 1, 2, 3
    """).format(customers=customers, **_window(connection, spec))


def wallet_query(as_of: datetime.date) -> sql.Composed:
    """Select what is known to have been bought elsewhere: ``customer_id, category_id`` (null: of everything),
    ``period_start, period_end, amount``."""
    return sql.SQL("""
        SELECT customer_id, category_id, period_start, period_end, (amount_elsewhere * 100)::bigint AS amount
        FROM customers_walletshare WHERE noted_on <= {as_of} ORDER BY id
    """).format(as_of=sql.Literal(as_of))


def credit_query(as_of: datetime.date) -> sql.Composed:
    """Select ``customer_id, credit_limit_cents`` (null without one), ``open_cents`` and ``overdue_cents`` as of a day.

    Open is what was ordered by then and not paid by then; overdue what had to be paid before. Nothing is owed for a
    cancelled order.
    """
    return sql.SQL("""
        SELECT customer_id, max(credit_limit_cents) AS credit_limit_cents, sum(open_cents)::bigint AS open_cents,
            sum(overdue_cents)::bigint AS overdue_cents
        FROM (
            SELECT customer_id, (credit_limit * 100)::bigint AS credit_limit_cents, 0 AS open_cents,
                0 AS overdue_cents
            FROM customers_creditaccount
            UNION ALL
            SELECT payment.customer_id, NULL, amount_cents, CASE WHEN due_on < {as_of} THEN amount_cents ELSE 0 END
            FROM customers_payment AS payment LEFT JOIN customers_order AS "order" ON "order".id = order_id
            WHERE (paid_on IS NULL OR paid_on > {as_of}) AND coalesce("order".ordered_on, due_on) <= {as_of}
                AND coalesce("order".status, '') <> 'cancelled'
        ) AS owed GROUP BY customer_id
    """).format(as_of=sql.Literal(as_of))


def places_query() -> sql.SQL:
    """Select where customers live: ``customer_id, region_id`` (the living area, else the region), ``property_type``."""
    return sql.SQL("""
        SELECT customer.id AS customer_id, coalesce(living_area_id, region_id) AS region_id,
            coalesce(property_type, '') AS property_type
        FROM customers_customer AS customer
        LEFT JOIN customers_residence AS residence ON residence.customer_id = customer.id
    """)


def region_levels_query() -> sql.SQL:
    """Select every region's ``id, province_id, city_id``: the ancestors of those levels, itself included."""
    return sql.SQL("""
        SELECT region.id, province.id AS province_id, city.id AS city_id
        FROM customers_region AS region
        LEFT JOIN customers_region AS province
            ON province.level = 'province' AND starts_with(region.path, province.path)
        LEFT JOIN customers_region AS city ON city.level = 'city' AND starts_with(region.path, city.path)
    """)


def merchandise_query() -> sql.SQL:
    """Select ``product_id, category_id`` (null without one) of all merchandise."""
    return sql.SQL("SELECT id AS product_id, category_id FROM customers_product WHERE NOT not_merchandise")


_MERCHANDISE = sql.SQL("product_id NOT IN (SELECT id FROM customers_product WHERE not_merchandise)")


def _shared(connection: Connection, as_of: datetime.date) -> dict[str, sql.Composable]:
    return {
        "lines": LINES,
        "as_of": sql.Literal(as_of),
        "sold": SOLD,
        "merchandise": _MERCHANDISE,
        "not_cancelled": not_cancelled(connection),
    }


def _window(connection: Connection, spec: FactsSpec) -> dict[str, sql.Composable]:
    return {
        "lines": LINES,
        "as_of": sql.Literal(spec.as_of),
        "start": sql.Literal(spec.start),
        "end": sql.Literal(spec.end),
        "counts_on": COUNTS_ON[spec.returns_count_on],
        "not_cancelled": not_cancelled(connection),
    }
