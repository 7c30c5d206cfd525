"""Who is analysed: every customer who could have bought, beside the facts of each."""

from __future__ import annotations

from django.conf import settings
from psycopg import sql

from crm.copying import Kind
from customers.selectors.facts import FACTS, FactsSpec
from customers.selectors.wallet_facts import wallets_query


def population_query(
    facts: sql.Composable, spec: FactsSpec, ids: tuple[int, int] | None = None
) -> sql.Composed:
    """Select every customer who could have bought by the last day known, beside the columns of the table ``facts``.

    ``ids`` are the least and the greatest id to be selected; all when left out.
    Left out are the deleted and those who refuse automated scoring. Columns: ``customer_id, region_id, potential,
    potential_expires_on, known_since`` (the day of creation or of the first line, whichever came first),
    ``open_complaints``, ``elsewhere`` and ``elsewhere_before`` (cents bought from others in the window and in the one
    before, NULL where nobody noted any) and those of :data:`FACTS`: numbers 0 and dates NULL without a line.
    """
    return _POPULATION.format(
        columns=sql.SQL(", ").join(_or_zero(name, kind) for name, kind in FACTS.items()),
        facts=facts,
        facts_within=within(sql.Identifier("facts", "customer_id"), ids),
        customers_within=within(sql.Identifier("customer", "id"), ids),
        wallets=wallets_query(spec.as_of, spec.before, spec.start, spec.end),
        as_of=sql.Literal(spec.as_of),
        time_zone=sql.Literal(settings.COMPANY_TIME_ZONE),
    )


def within(column: sql.Composable, ids: tuple[int, int] | None) -> sql.Composable:
    """The condition that an id lies between two, both included. PostgreSQL does not pass it on from one table to the
    next, so that each one that is joined must be told."""
    return sql.SQL("{} BETWEEN {} AND {}").format(column, *ids) if ids else sql.SQL("true")


def _or_zero(name: str, kind: Kind) -> sql.Composable:
    column = sql.Identifier("facts", name)
    if kind in {"date", "float8"}:
        return column
    return sql.SQL("coalesce({}, 0) AS {}").format(column, sql.Identifier(name))


_POPULATION = sql.SQL("""
    SELECT customer.id AS customer_id, customer.region_id, customer.potential, customer.potential_expires_on,
        least((customer.created_at AT TIME ZONE {time_zone})::date, facts.first_line_on) AS known_since,
        coalesce(complaints.open, 0) AS open_complaints,
        wallets.elsewhere, wallets.elsewhere_before, {columns}
    FROM customers_customer AS customer
    LEFT JOIN {facts} AS facts ON facts.customer_id = customer.id AND {facts_within}
    LEFT JOIN (
        SELECT customer_id, count(*) AS open FROM customers_complaint
        WHERE (reported_at AT TIME ZONE {time_zone})::date <= {as_of}
            AND (resolved_at IS NULL OR (resolved_at AT TIME ZONE {time_zone})::date > {as_of})
        GROUP BY customer_id
    ) AS complaints ON complaints.customer_id = customer.id
    LEFT JOIN ({wallets}) AS wallets ON wallets.customer_id = customer.id
    WHERE customer.deleted_at IS NULL AND NOT customer.scoring_refused AND {customers_within}
        AND (facts.first_line_on IS NOT NULL OR customer.created_at < ({as_of} + 1)::timestamp AT TIME ZONE {time_zone})
""")
