"""What analysis reads about customers' buying and paying over the years: order days, months, payments, credit.

Functions return queries, to be run within a run's snapshot, by COPY as a rule. Money is whole cents of the company
currency. Lines of cancelled orders count nowhere; what came after the last day known is not known. ``customers`` is a
condition on ``customer_id``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.conf import settings
from psycopg import sql

from customers.selectors.facts import COSTED, EVERYBODY, FREE_COUNTS, LINES, SOLD, Connection, not_cancelled

Period = tuple[datetime.date, datetime.date]


def purchases_query(
    connection: Connection,
    as_of: datetime.date,
    *,
    free_counts: bool,
    periods: Mapping[str, Period],
    customers: sql.Composable = EVERYBODY,
) -> sql.Composed:
    """Select one row per customer with a line by ``as_of``: ``customer_id``, ``first_order_on`` and ``last_order_on``
    (null without an order day), ``order_days``, cents ``repeat_revenue`` (sold on all order days but the first) and,
    for each half-open period, cents ``<name>_revenue``, ``<name>_costed`` (revenue of lines whose cost is known) and
    ``<name>_margin`` (of these lines).

    A period may reach beyond ``as_of``: what came later is counted there, and nowhere else.
    """
    last = max([as_of, *(end - datetime.timedelta(days=1) for _start, end in periods.values())])
    known = sql.SQL("bought AND ordered_on <= {}").format(sql.Literal(as_of))
    sums = [
        _SUM.format(
            value=sql.Identifier(value),
            start=sql.Literal(start),
            end=sql.Literal(end),
            name=sql.Identifier(f"{name}_{value}"),
        )
        for name, (start, end) in periods.items()
        for value in ("revenue", "costed", "margin")
    ]
    return _PURCHASES.format(
        lines=LINES,
        customers=customers,
        bought=FREE_COUNTS if free_counts else SOLD,
        not_cancelled=not_cancelled(connection),
        costed=COSTED,
        last=sql.Literal(last),
        known=known,
        sums=sql.SQL(", ").join([sql.SQL("count(*) AS days"), *sums]),
    )


def ordered_months_query(
    connection: Connection, as_of: datetime.date, *, free_counts: bool, customers: sql.Composable = EVERYBODY
) -> sql.Composed:
    """Select ``customer_id, month`` (its first day), once each, of the months with an order day by ``as_of``."""
    return sql.SQL("""
        SELECT DISTINCT customer_id, date_trunc('month', ordered_on::timestamp)::date AS month FROM (
            SELECT customer_id, ordered_on FROM {lines}
            WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {as_of} AND {bought} AND {not_cancelled}
            GROUP BY customer_id, ordered_on
        ) AS days
    """).format(
        lines=LINES,
        customers=customers,
        as_of=sql.Literal(as_of),
        bought=FREE_COUNTS if free_counts else SOLD,
        not_cancelled=not_cancelled(connection),
    )


def payments_query(as_of: datetime.date, customers: sql.Composable = EVERYBODY) -> sql.Composed:
    """Select the payments that concern orders by ``as_of``: ``customer_id, ordered_on, due_on, paid_on, amount_cents``.

    One without an order is known from its due day or, paid earlier, from the day it was paid.
    """
    return sql.SQL("""
        SELECT payment.*, "order".ordered_on FROM (
            SELECT customer_id, order_id, due_on, paid_on, amount_cents FROM customers_payment WHERE {customers}
        ) AS payment LEFT JOIN customers_order AS "order" ON "order".id = payment.order_id
        WHERE coalesce("order".ordered_on, least(due_on, paid_on)) <= {as_of}
            AND coalesce("order".status, '') <> 'cancelled'
    """).format(customers=customers, as_of=sql.Literal(as_of))


def accounts_query() -> sql.SQL:
    """Select every customer's ``customer_id, branch_id, recorded_grade`` of purchasing power and ``credit_limit``, as
    recorded today; null without one."""
    return sql.SQL("""
        SELECT customer.id AS customer_id, team_id AS branch_id, nullif(purchasing_power, '') AS recorded_grade,
            (credit_limit * 100)::bigint AS credit_limit
        FROM customers_customer AS customer
        LEFT JOIN customers_creditaccount AS account ON account.customer_id = customer.id
    """)


def scored_customers_query() -> sql.Composed:
    """Select ``customer_id, created_on`` of every customer who may be scored: neither deleted nor refusing it."""
    return sql.SQL("""
        SELECT id AS customer_id, (created_at AT TIME ZONE {zone})::date AS created_on
        FROM customers_customer WHERE deleted_at IS NULL AND NOT scoring_refused ORDER BY id
    """).format(zone=sql.Literal(settings.COMPANY_TIME_ZONE))


def buyers_query(as_of: datetime.date) -> sql.Composed:
    """Select ``customer_id``, once each, of everybody with an order by a day that was not cancelled."""
    return sql.SQL("""
        SELECT DISTINCT customer_id FROM customers_order
        WHERE customer_id IS NOT NULL AND ordered_on <= {} AND status <> 'cancelled'
    """).format(sql.Literal(as_of))


_SUM = sql.SQL("""
    coalesce(sum_cents({value}) FILTER (WHERE ordered_on >= {start} AND ordered_on < {end}), 0) AS {name}
""")

_PURCHASES = sql.SQL("""
    SELECT customer_id, min(ordered_on) FILTER (WHERE {known}) AS first_order_on,
        max(ordered_on) FILTER (WHERE {known}) AS last_order_on, count(*) FILTER (WHERE {known}) AS order_days,
        coalesce(sum_cents(sold) FILTER (WHERE {known}), 0)
            - coalesce((array_agg(sold ORDER BY ordered_on) FILTER (WHERE {known}))[1], 0) AS repeat_revenue,
        {sums}
    FROM (
        SELECT customer_id, ordered_on, bool_or({bought}) AS bought,
            coalesce(sum_cents(revenue_cents) FILTER (WHERE {bought}), 0) AS sold,
            sum_cents(revenue_cents) AS revenue,
            coalesce(sum_cents(revenue_cents) FILTER (WHERE {costed}), 0) AS costed,
            coalesce(sum_cents(revenue_cents - cost_cents) FILTER (WHERE {costed}), 0) AS margin
        FROM {lines}
        WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {last} AND {not_cancelled}
        GROUP BY customer_id, ordered_on
    ) AS days
    GROUP BY customer_id
""")
