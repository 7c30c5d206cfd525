"""What analysis reads: each customer's facts, added up from order lines and payments by PostgreSQL.

The only surface between customers and analysis. Functions return queries, to be run where and when a run needs
them: over one customer, the changed ones or all, as of any day, always by the same SQL.

Facts follow the definitions of ``analysis.measures``: something is *sold* by a line of quantity > 0 and revenue > 0;
lines of cancelled orders count nowhere; lines after ``as_of`` are not known yet.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql

from crm.copying import Kind

Connection = psycopg.Connection[Any]

# The columns of the facts and their kinds (crm.copying); a customer without a line has none of them.
FACTS: dict[str, Kind] = {
    "net_revenue": "int8",
    "gross_revenue": "int8",
    "gross_margin": "int8",
    "costed_revenue": "int8",
    "net_revenue_before": "int8",
    "lines": "int4",
    "orders": "int4",
    "order_days": "int4",
    "categories": "int4",
    "categories_before": "int4",
    "first_line_on": "date",
    "first_order_on": "date",
    "last_order_on": "date",
    "lifetime_order_days": "int4",
    "median_interval_days": "float8",
    "lifetime_lines": "int4",
    "lifetime_net_revenue": "int8",
    "cut_last_order_on": "date",
    "cut_order_days": "int4",
    "payments_settled": "int4",
    "payments_late": "int4",
}

CATEGORIES_PER_WORD = 63
NO_CATEGORY_BIT = 1

LINES = sql.SQL("customers_orderline")
EVERY_LINE = sql.SQL("true")
EVERYBODY = sql.SQL("customer_id IS NOT NULL")
NOBODY_KNOWN = sql.SQL("customer_id IS NULL")


class ReturnsCountOn(StrEnum):
    """When a return counts in the money of a window."""

    RETURN_DATE = "return_date"
    ORIGINAL_ORDER = "original_order"


@dataclass(frozen=True, slots=True)
class FactsSpec:
    """The days that facts are about.

    Attributes
    ----------
    as_of
        The last day known.
    start, end
        The window, half-open; ``end`` is at most the day after ``as_of``. The window before it is as long.
    cut
        The last day known to the backtest, one horizon before ``as_of``.
    returns_count_on
        When returns count.
    count_free_orders
        Whether a day on which goods were only given away is an order day of the models of demand.
    """

    as_of: datetime.date
    start: datetime.date
    end: datetime.date
    cut: datetime.date
    returns_count_on: ReturnsCountOn = ReturnsCountOn.RETURN_DATE
    count_free_orders: bool = False

    @property
    def before(self) -> datetime.date:
        """First day of the window before."""
        return self.start - (self.end - self.start)

    @property
    def edges(self) -> tuple[datetime.date, ...]:
        """The days where a period begins or ends: a fact can change only for orders between two positions of one."""
        day = datetime.timedelta(days=1)
        return (self.before, self.start, self.end, self.cut + day, self.as_of + day)

    def differs_by_days_only(self, other: FactsSpec) -> bool:
        """Whether ``other`` means the same facts of other days."""
        return (self.returns_count_on, self.count_free_orders) == (
            other.returns_count_on,
            other.count_free_orders,
        )


def facts_query(
    connection: Connection, spec: FactsSpec, customers: Sequence[sql.Composable] = (EVERYBODY,)
) -> sql.Composed:
    """Select the facts of those customers who have a line by ``as_of``, one row each.

    ``customers`` are conditions on ``customer_id``; no customer may fulfil two of them. Each makes a branch that
    PostgreSQL can give to a process of its own. Columns: ``customer_id`` and :data:`FACTS`. Over the window: cents
    ``net_revenue``, ``gross_revenue`` (without returns), ``costed_revenue`` (net revenue of lines whose cost is known)
    and ``gross_margin`` of those lines, ``net_revenue_before`` (over the window before), counts ``lines``, ``orders``,
    ``order_days``, ``categories``, ``categories_before`` (of merchandise sold), ``payments_settled``,
    ``payments_late``. Over all that is known: ``first_line_on``, ``first_order_on``, ``last_order_on``,
    ``lifetime_order_days``, ``median_interval_days``, ``lifetime_lines``, ``lifetime_net_revenue``. As known at the
    cut: ``cut_last_order_on``, ``cut_order_days``.
    """
    places = _category_places(connection)
    words = range(max(places, default=0) // CATEGORIES_PER_WORD + 1)
    days = {name: sql.Literal(getattr(spec, name)) for name in ("as_of", "before", "start", "end", "cut")}
    shared = {
        "lines": LINES,
        "not_cancelled": not_cancelled(connection),
        "costed": _costed(connection),
        "counts_on": COUNTS_ON[spec.returns_count_on],
        "bought": _BOUGHT_FREE if spec.count_free_orders else _BOUGHT,
        "category_words": sql.SQL(", ").join(_category_word(places, word) for word in words),
        "categories": _count_in_words(words, sql.SQL("in_window")),
        "categories_before": _count_in_words(words, sql.SQL("in_window_before")),
        **days,
    }
    branches = [sql.SQL("({})").format(_BRANCH.format(customers=part, **shared)) for part in customers]
    columns = sql.SQL(", ").join(map(sql.Identifier, ("customer_id", *FACTS)))
    return _FINISHED.format(columns=columns, branches=sql.SQL(" UNION ALL ").join(branches))


def months_query(connection: Connection, customers: sql.Composable = EVERYBODY) -> sql.Composed:
    """Select ``customer_id, month`` (its first day), cents ``net_revenue, gross_margin`` and ``orders`` of every month
    with a line; ``customers`` is a condition on ``customer_id``. Returns count on their own day."""
    return _MONTHS.format(
        lines=LINES, customers=customers, not_cancelled=not_cancelled(connection), sold=SOLD
    )


def later_in_month(day: datetime.date) -> sql.Composed:
    """The condition that leaves the lines of what was ordered after a day, yet in its month.

    As a rule there is nothing: then one look into an index tells so.
    """
    following = (day.replace(day=1) + datetime.timedelta(days=31)).replace(day=1)
    return sql.SQL(
        "order_id = ANY (ARRAY (SELECT id FROM customers_order WHERE ordered_on > {} AND ordered_on < {}))"
    ).format(sql.Literal(day), sql.Literal(following))


def days_query(
    connection: Connection, spec: FactsSpec, customers: sql.Composable = EVERYBODY
) -> sql.Composed:
    """Select every day with a line by ``as_of``: ``customer_id, ordered_on, lines, net_revenue`` (cents, returns
    subtracted) and ``bought``, whether it is an order day; ``customers`` is a condition on ``customer_id``."""
    return _DAYS.format(
        lines=LINES,
        customers=customers,
        as_of=sql.Literal(spec.as_of),
        not_cancelled=not_cancelled(connection),
        bought=FREE_COUNTS if spec.count_free_orders else SOLD,
    )


def moved_customers_query(old: Sequence[datetime.date], new: Sequence[datetime.date]) -> sql.Composed:
    """Select ``customer_id`` of everybody whose facts can change when edges (``FactsSpec.edges``) pass from the
    ``old`` days to the ``new`` ones."""
    moves = [(min(pair), max(pair)) for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    parts: list[sql.Composable] = [
        part.format(sql.Literal(first), sql.Literal(end)) for first, end in moves for part in _MOVED_BETWEEN
    ]
    return sql.SQL(" UNION ").join(parts or [sql.SQL("SELECT customer_id FROM customers_order WHERE false")])


def lines_query(
    connection: Connection, spec: FactsSpec, customers: sql.Composable = EVERY_LINE
) -> sql.Composed:
    """Select one row: ``lines, net_revenue, gross_revenue, gross_margin`` of the window and ``all_lines,
    all_net_revenue`` of all that is known, straight from the lines of ``customers``, identified or not."""
    return _LINES.format(
        customers=customers,
        lines=LINES,
        not_cancelled=not_cancelled(connection),
        counts_on=COUNTS_ON[spec.returns_count_on],
        **{name: sql.Literal(getattr(spec, name)) for name in ("as_of", "start", "end")},
    )


def last_order_on(connection: Connection) -> datetime.date | None:
    """Return the day of the newest order, None without any."""
    row = connection.execute("SELECT max(ordered_on) FROM customers_order").fetchone()
    return row[0] if row else None


def first_order_on(connection: Connection) -> datetime.date | None:
    """Return the day of the oldest order, None without any."""
    row = connection.execute("SELECT min(ordered_on) FROM customers_order").fetchone()
    return row[0] if row else None


def region_parents(connection: Connection) -> dict[int, int | None]:
    """Return each region's parent."""
    return dict(connection.execute("SELECT id, parent_id FROM customers_region").fetchall())


def _category_places(connection: Connection) -> list[int]:
    """Each product's category as a small number, by product id."""
    row = connection.execute(_CATEGORY_OF_PRODUCT).fetchone()
    return (row[0] if row else None) or []


def not_cancelled(connection: Connection) -> sql.Composable:
    """The condition that leaves out cancelled orders; nothing to look up for each line when there are none."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM customers_order WHERE status = 'cancelled')"
    ).fetchone()
    if row and row[0]:
        return sql.SQL("order_id NOT IN (SELECT id FROM customers_order WHERE status = 'cancelled')")
    return sql.SQL("true")


def _costed(connection: Connection) -> sql.Composable:
    """The revenue of lines whose cost is known: without any other, the very sum that PostgreSQL takes already."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM customers_orderline WHERE cost_cents IS NULL)"
    ).fetchone()
    if row and row[0]:
        return sql.SQL("sum_cents(revenue_cents) FILTER (WHERE cost_cents IS NOT NULL)")
    return sql.SQL("sum_cents(revenue_cents)")


def _category_word(places: list[int], word: int) -> sql.Composed:
    """Gather the categories sold on a day as bits; up to 62 of them and "none" fit into one word.

    Each product's bit is looked up in a constant, which parallel workers can share.
    """
    bits = [
        1 << place % CATEGORIES_PER_WORD if place // CATEGORIES_PER_WORD == word else 0 for place in places
    ]
    return sql.SQL("bit_or(({bits}::bigint[])[product_id]) FILTER (WHERE is_sold) AS {name}").format(
        bits=bits, name=sql.Identifier(f"categories_{word}")
    )


def _count_in_words(words: range, period: sql.Composable) -> sql.Composed:
    counts = [
        sql.SQL(
            "coalesce(bit_count((bit_or({name}) FILTER (WHERE {period}) & ~{none}::bigint)::bit(64)), 0)"
        ).format(
            name=sql.Identifier(f"categories_{word}"), period=period, none=0 if word else NO_CATEGORY_BIT
        )
        for word in words
    ]
    return sql.SQL(" + ").join(counts)


SOLD = sql.SQL("is_sold")
FREE_COUNTS = sql.SQL("quantity_sign > 0 AND revenue_cents >= 0")
COSTED = sql.SQL("cost_cents IS NOT NULL")

# Of a day's lines, whether it is an order day.
_BOUGHT = sql.SQL("count(DISTINCT order_id) FILTER (WHERE {}) > 0").format(SOLD)
_BOUGHT_FREE = sql.SQL("bool_or({})").format(FREE_COUNTS)

# Under the original order's date a day's lines are kept apart by the day on which they count.
COUNTS_ON = {
    ReturnsCountOn.RETURN_DATE: sql.SQL("ordered_on"),
    ReturnsCountOn.ORIGINAL_ORDER: sql.SQL(
        "CASE WHEN quantity_sign < 0 THEN attributed_on ELSE ordered_on END"
    ),
}

# Each product's category as a small number, by product id; 0 for none and for what is not merchandise.
_CATEGORY_OF_PRODUCT = sql.SQL("""
    SELECT array_agg(coalesce(place, 0) ORDER BY number)
    FROM generate_series(1, (SELECT max(id) FROM customers_product)) AS number
    LEFT JOIN (
        SELECT product.id, category.place FROM customers_product AS product
        JOIN (
            SELECT id, (row_number() OVER (ORDER BY id))::integer AS place FROM customers_productcategory
        ) AS category ON category.id = product.category_id
        WHERE NOT product.not_merchandise
    ) AS placed ON placed.id = number
""")

# The median is taken outside of the branches: what correlates with a row, PostgreSQL does in one process only. One or
# two intervals need no order.
_FINISHED = sql.SQL("""
    SELECT {columns} FROM (
        SELECT *, CASE WHEN lifetime_order_days <= 3
            THEN (last_order_on - first_order_on)::float8 / nullif(lifetime_order_days - 1, 0)
            ELSE (
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY bought_on[place + 1] - bought_on[place])
                FROM (SELECT generate_series(1, lifetime_order_days - 1) AS place) AS places
            ) END AS median_interval_days
        FROM ({branches}) AS branches
    ) AS facts
""")

# What depends on the day is asked once a day; what the days bought on tell already is asked of them, once a customer.
_BRANCH = sql.SQL("""
    WITH days AS (
        SELECT customer_id, ordered_on, {counts_on} AS counts_on, count(*) AS lines,
            sum_cents(revenue_cents) AS revenue, sum_cents(cost_cents) AS cost, {costed} AS costed,
            sum_cents(revenue_cents) FILTER (WHERE quantity_sign >= 0) AS gross,
            count(DISTINCT order_id) FILTER (WHERE is_sold) AS orders, {category_words},
            {bought} AS bought, {bought} AND ordered_on <= {cut} AS bought_by_cut,
            {counts_on} >= {start} AND {counts_on} < {end} AS in_window,
            {counts_on} >= {before} AND {counts_on} < {start} AS in_window_before
        FROM {lines}
        WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {as_of} AND {not_cancelled}
        GROUP BY 1, 2, 3
    ), purchases AS (
        SELECT customer_id,
            sum_cents(revenue) FILTER (WHERE in_window) AS net_revenue,
            sum_cents(gross) FILTER (WHERE in_window) AS gross_revenue,
            sum_cents(costed - cost) FILTER (WHERE in_window) AS gross_margin,
            sum_cents(costed) FILTER (WHERE in_window) AS costed_revenue,
            sum_cents(revenue) FILTER (WHERE in_window_before) AS net_revenue_before,
            (sum_cents(lines) FILTER (WHERE in_window))::integer AS lines,
            (sum_cents(orders) FILTER (WHERE in_window))::integer AS orders,
            (count(*) FILTER (WHERE in_window AND orders > 0))::integer AS order_days,
            ({categories})::integer AS categories,
            ({categories_before})::integer AS categories_before,
            min(ordered_on) AS first_line_on,
            array_agg(ordered_on ORDER BY ordered_on) FILTER (WHERE bought) AS bought_on,
            sum_cents(lines)::integer AS lifetime_lines,
            sum_cents(revenue) AS lifetime_net_revenue,
            (count(*) FILTER (WHERE bought_by_cut))::integer AS cut_order_days
        FROM days
        GROUP BY customer_id
    ), payments AS (
        SELECT customer_id, count(*)::integer AS payments_settled,
            (count(*) FILTER (WHERE paid_on > due_on))::integer AS payments_late
        FROM customers_payment
        WHERE {customers} AND due_on IS NOT NULL AND paid_on >= {start} AND paid_on < {end}
            AND (order_id IS NULL OR {not_cancelled})
        GROUP BY customer_id
    )
    SELECT purchases.*, bought_on[1] AS first_order_on, bought_on[cardinality(bought_on)] AS last_order_on,
        coalesce(cardinality(bought_on), 0) AS lifetime_order_days, bought_on[cut_order_days] AS cut_last_order_on,
        coalesce(payments_settled, 0) AS payments_settled, coalesce(payments_late, 0) AS payments_late
    FROM purchases LEFT JOIN payments USING (customer_id)
""")

_MONTHS = sql.SQL("""
    SELECT customer_id, date_trunc('month', ordered_on::timestamp)::date AS month, sum_cents(revenue) AS net_revenue,
        sum_cents(margin) AS gross_margin, sum_cents(orders)::integer AS orders
    FROM (
        SELECT customer_id, ordered_on, sum_cents(revenue_cents) AS revenue,
            sum_cents(revenue_cents - cost_cents) AS margin, count(DISTINCT order_id) FILTER (WHERE {sold}) AS orders
        FROM {lines} WHERE {customers} AND customer_id IS NOT NULL AND {not_cancelled}
        GROUP BY customer_id, ordered_on
    ) AS days
    GROUP BY 1, 2
""")

_DAYS = sql.SQL("""
    SELECT customer_id, ordered_on, count(*)::integer AS lines, sum_cents(revenue_cents) AS net_revenue,
        bool_or({bought}) AS bought
    FROM {lines}
    WHERE {customers} AND customer_id IS NOT NULL AND ordered_on <= {as_of} AND {not_cancelled}
    GROUP BY customer_id, ordered_on
""")

_MOVED_BETWEEN = (
    sql.SQL("SELECT customer_id FROM customers_order WHERE ordered_on >= {0} AND ordered_on < {1}"),
    sql.SQL("SELECT customer_id FROM customers_payment WHERE paid_on >= {0} AND paid_on < {1}"),
    sql.SQL("""SELECT customer_id FROM customers_orderline
        WHERE attributed_on <> ordered_on AND attributed_on >= {0} AND attributed_on < {1}"""),
)

_LINES = sql.SQL("""
    SELECT count(*) FILTER (WHERE in_window), coalesce(sum(revenue_cents) FILTER (WHERE in_window), 0)::bigint,
        coalesce(sum(revenue_cents) FILTER (WHERE in_window AND quantity_sign >= 0), 0)::bigint,
        coalesce(sum(revenue_cents - cost_cents) FILTER (WHERE in_window), 0)::bigint,
        count(*), coalesce(sum(revenue_cents), 0)::bigint
    FROM (
        SELECT revenue_cents, cost_cents, quantity_sign, {counts_on} >= {start} AND {counts_on} < {end} AS in_window
        FROM {lines} WHERE {customers} AND ordered_on <= {as_of} AND {not_cancelled}
    ) AS known
""")
