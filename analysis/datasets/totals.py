"""The company's totals, with the lines that belong to no customer, in cents."""

from __future__ import annotations

import datetime
from typing import Any

from psycopg import sql

from analysis.datasets.customers import Population
from customers.selectors.facts import (
    NOBODY_KNOWN,
    Connection,
    FactsSpec,
    later_in_month,
    lines_query,
    months_query,
)

_MONTHS = sql.SQL("""
    WITH sums AS (
        SELECT month, net_revenue, gross_margin, orders FROM analysis_companymonth
        UNION ALL
        SELECT month, -sum_cents(net_revenue), -sum_cents(gross_margin), -sum_cents(orders)
        FROM customers_customer AS customer JOIN analysis_customermonth ON customer_id = customer.id
        WHERE {left_out} GROUP BY month
        UNION ALL
        SELECT month, -sum_cents(net_revenue), -sum_cents(gross_margin), -sum_cents(orders)
        FROM ({later}) AS later JOIN customers_customer AS customer ON customer.id = customer_id
        WHERE NOT ({left_out}) GROUP BY month
    )
    SELECT month, sum_cents(net_revenue), sum_cents(gross_margin), sum_cents(orders) FROM sums
    WHERE month <= {as_of} GROUP BY month
    HAVING (sum_cents(net_revenue), sum_cents(gross_margin), sum_cents(orders)) <> (0, 0, 0) ORDER BY month
""")
_LEFT_OUT = sql.SQL("customer.deleted_at IS NOT NULL OR customer.scoring_refused")

_SUMS = sql.SQL("""
    SELECT coalesce(sum(lines), 0)::bigint, coalesce(sum(net_revenue), 0)::bigint,
        coalesce(sum(gross_revenue), 0)::bigint, coalesce(sum(gross_margin), 0)::bigint,
        coalesce(sum(lifetime_lines), 0)::bigint, coalesce(sum(lifetime_net_revenue), 0)::bigint, count(*)
    FROM {facts}
""")


def read_months(connection: Connection, as_of: datetime.date) -> list[tuple[str, int, int, int]]:
    """The population's months: first day, cents net revenue and gross margin, orders; ascending, without empty ones.

    The last one is that of ``as_of``, of which no more than was known by that day counts.
    """
    query = _MONTHS.format(
        left_out=_LEFT_OUT,
        later=months_query(connection, later_in_month(as_of)),
        as_of=sql.Literal(as_of),
    )
    return [(month.isoformat(), *sums) for month, *sums in connection.execute(query).fetchall()]


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
