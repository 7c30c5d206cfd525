"""What the team's page and the churn follow-up must say, by plain SQL over what a viewer may see: no line is shared
with the pages. ``seen`` is the viewer's customers, ``scored`` their rows of the run without who refuses to be scored.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection

HEAD = """WITH seen AS (
    SELECT id, code, owner_id, scoring_refused FROM customers_customer
    WHERE deleted_at IS NULL AND id IN ({mine})
), scored AS (
    SELECT seen.code, seen.owner_id, s.customer_id, s.tier, s.net_revenue, s.churn_flag, s.last_order_on
    FROM analysis_customersnapshot s JOIN seen ON seen.id = s.customer_id
    WHERE s.run_id = {run} AND NOT seen.scoring_refused
), run AS (SELECT * FROM analysis_analysisrun WHERE id = {run}),
care (tier, visit_days, complaint_days, most) AS (
    VALUES ('A', 30, 2, 0.08), ('B', 90, 5, 0.05), ('C', 0, 10, 0.02)
), clock AS (
    SELECT now() - interval '30 days' AS lately, (now() AT TIME ZONE 'Asia/Shanghai')::date AS today,
        ((now() - interval '30 days') AT TIME ZONE 'Asia/Shanghai')::date AS first_day
)
"""
# Each figure of a colleague: its attribute on the page, its column in the file, and how many there are of whom.
DESK = {
    "customers": ("Customers", "SELECT owner_id, count(*) FROM scored GROUP BY 1"),
    "key_customers": ("of tier A", "SELECT owner_id, count(*) FROM scored WHERE tier = 'A' GROUP BY 1"),
    "visits_late": (
        "Visits late",
        "SELECT owner_id, count(*) FROM scored JOIN care USING (tier) WHERE visit_days > 0 AND NOT EXISTS ("
        " SELECT FROM customers_interaction i WHERE i.customer_id = scored.customer_id"
        " AND i.occurred_at >= now() - visit_days * interval '1 day') GROUP BY 1",
    ),
    "complaints_late": (
        "Complaints late",
        "SELECT owner_id, count(*) FROM customers_complaint JOIN scored USING (customer_id) JOIN care USING (tier),"
        " clock WHERE resolved_at IS NULL"
        " AND (reported_at AT TIME ZONE 'Asia/Shanghai')::date < today - complaint_days GROUP BY 1",
    ),
    "discounts_over": (
        "Discounts above the plan",
        "SELECT owner_id, count(*) FROM customers_orderline l JOIN scored USING (customer_id)"
        " JOIN care USING (tier), clock"
        " WHERE l.discount > most AND l.quantity > 0 AND l.ordered_on >= first_day GROUP BY 1",
    ),
    "churn_open": (
        "At risk, not begun",
        "SELECT owner_id, count(*) FROM scored, run WHERE churn_flag AND last_order_on >= as_of - 270"
        " AND NOT EXISTS (SELECT FROM customers_churncase k WHERE k.customer_id = scored.customer_id"
        " AND (k.closed_at IS NULL OR k.closed_at >= now() - interval '90 days')) GROUP BY 1",
    ),
    "churn_worked": (
        "Worked in 30 days",
        "SELECT worked_by_id, count(*) FROM customers_churncase k JOIN seen ON seen.id = k.customer_id, clock"
        " WHERE contacted_at >= lately GROUP BY 1",
    ),
    "tasks_late": (
        "Tasks late",
        "SELECT assignee_id, count(*) FROM customers_task t JOIN seen ON seen.id = t.customer_id, clock"
        " WHERE done_at IS NULL AND due_on < today GROUP BY 1",
    ),
    "tasks_done": (
        "Done in 30 days",
        "SELECT assignee_id, count(*) FROM customers_task t JOIN seen ON seen.id = t.customer_id, clock"
        " WHERE done_at >= lately GROUP BY 1",
    ),
}
# Whom the run flags, and with whom somebody is at work.
AT_RISK = """SELECT code, net_revenue FROM scored WHERE churn_flag OR EXISTS (
    SELECT FROM customers_churncase k WHERE k.customer_id = scored.customer_id AND k.closed_at IS NULL)"""


def rows_of(sql: str, run: int, mine: str) -> list[tuple[Any, Any]]:
    """Ask the database itself, over the customers that ``mine`` selects."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD.format(mine=mine, run=run) + sql)
        return list(cursor.fetchall())


def desk_by_sql(run: int, mine: str) -> dict[int | None, list[int]]:
    """The figures of each colleague, and of nobody's customers, in the order of :data:`DESK`."""
    found: dict[int | None, dict[str, int]] = defaultdict(dict)
    for name, (_head, sql) in DESK.items():
        for colleague, count in rows_of(sql, run, mine):
            found[colleague][name] = count
    return {colleague: [counts.get(name, 0) for name in DESK] for colleague, counts in found.items()}
