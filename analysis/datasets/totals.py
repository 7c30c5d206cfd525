"""The company's totals, with the lines that belong to no customer, in cents."""

from __future__ import annotations

import datetime
from typing import Any

from psycopg import sql

from analysis.datasets.customers import Population
from customers.selectors.facts import NOBODY_KNOWN, Connection, FactsSpec, lines_query

_MONTHS = """
    SELECT month, company.net_revenue - coalesce(excluded.net_revenue, 0),
        company.gross_margin - coalesce(excluded.gross_margin, 0), company.orders - coalesce(excluded.orders, 0)
    FROM analysis_companymonth AS company LEFT JOIN (
        SELECT month, sum_cents(net_revenue) AS net_revenue, sum_cents(gross_margin) AS gross_margin,
            sum_cents(orders) AS orders
        FROM customers_customer AS customer JOIN analysis_customermonth ON customer_id = customer.id
        WHERE customer.deleted_at IS NOT NULL OR customer.scoring_refused GROUP BY month
    ) AS excluded USING (month)
    WHERE month < %s ORDER BY month
"""

_SUMS = sql.SQL("""
    SELECT coalesce(sum(lines), 0)::bigint, coalesce(sum(net_revenue), 0)::bigint,
        coalesce(sum(gross_revenue), 0)::bigint, coalesce(sum(gross_margin), 0)::bigint,
        coalesce(sum(lifetime_lines), 0)::bigint, coalesce(sum(lifetime_net_revenue), 0)::bigint, count(*)
    FROM {facts}
""")


def read_months(
    connection: Connection, as_of: datetime.date, *, in_progress: bool
) -> list[tuple[str, int, int, int]]:
    """The population's months: first day, cents net revenue and gross margin, orders; ascending.

    They end with the last month complete by ``as_of`` and, with ``in_progress``, the one that ``as_of`` is in: right
    only while nothing later is known.
    """
    following = as_of + datetime.timedelta(days=1)
    end = following if in_progress else following.replace(day=1)
    rows = connection.execute(_MONTHS, [end]).fetchall()
    return [(month.isoformat(), *sums) for month, *sums in rows]


def read_totals(
    connection: Connection, facts: sql.Composable, spec: FactsSpec, population: Population
) -> dict[str, Any]:
    """All lines of the window and of all time, the identified ones among them, and who is in the population.

    ``excluded_…`` are customers with lines who are not in the population: deleted, or refusing to be scored.
    """
    known = connection.execute(_SUMS.format(facts=facts)).fetchone() or (0,) * 7
    unknown = connection.execute(lines_query(connection, spec, NOBODY_KNOWN)).fetchone() or (0,) * 6
    lines, net, gross, margin, all_lines, all_net = (
        int(a) + int(b) for a, b in zip(known[:6], unknown, strict=True)
    )
    customers = population.customers
    with_lines = int((customers["lifetime_lines"] > 0).sum())
    return {
        "lines": lines,
        "net_revenue": net,
        "gross_revenue": gross,
        "gross_margin": margin,
        "identified_net_revenue": int(known[1]),
        "customers": len(customers),
        "customers_with_orders": int((customers["orders"] > 0).sum()),
        "customers_positive_net": int((customers["net_revenue"] > 0).sum()),
        "excluded_customers": int(known[6]) - with_lines,
        "excluded_net_revenue": int(known[1]) - int(customers["net_revenue"].sum()),
        "all_time": {
            "lines": all_lines,
            "net_revenue": all_net,
            "identified_net_revenue": int(known[5]),
        },
    }
