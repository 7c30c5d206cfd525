"""Who is analysed: every customer who could have bought, and what few of them have beside their facts.

Read apart and laid beside each other by whoever asks: a join of a million rows costs more than reading them.
"""

from __future__ import annotations

import datetime

from django.conf import settings
from psycopg import sql

Ids = tuple[int, int]


def population_query(ids: Ids | None = None) -> sql.Composed:
    """Select ``customer_id, region_id, potential, potential_expires_on, created_on`` (in the company's time zone) of
    every customer who is not deleted and does not refuse automated scoring.

    ``ids`` are the least and the greatest id to be selected; all when left out.
    """
    return _POPULATION.format(
        within=within(sql.Identifier("id"), ids), time_zone=sql.Literal(settings.COMPANY_TIME_ZONE)
    )


def open_complaints_query(as_of: datetime.date) -> sql.Composed:
    """Select ``customer_id, open_complaints``: how many of a customer's complaints were open at the end of a day."""
    return _OPEN_COMPLAINTS.format(
        as_of=sql.Literal(as_of), time_zone=sql.Literal(settings.COMPANY_TIME_ZONE)
    )


def within(column: sql.Composable, ids: Ids | None) -> sql.Composable:
    """The condition that an id lies between two, both included."""
    return sql.SQL("{} BETWEEN {} AND {}").format(column, *ids) if ids else sql.SQL("true")


_POPULATION = sql.SQL("""
    SELECT id AS customer_id, region_id, potential, potential_expires_on,
        (created_at AT TIME ZONE {time_zone})::date AS created_on
    FROM customers_customer WHERE deleted_at IS NULL AND NOT scoring_refused AND {within}
""")

_OPEN_COMPLAINTS = sql.SQL("""
    SELECT customer_id, count(*) AS open_complaints FROM customers_complaint
    WHERE (reported_at AT TIME ZONE {time_zone})::date <= {as_of}
        AND (resolved_at IS NULL OR (resolved_at AT TIME ZONE {time_zone})::date > {as_of})
    GROUP BY customer_id
""")
