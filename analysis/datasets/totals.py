"""The company's totals, with the lines that belong to no customer, in cents."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from analysis.datasets.customers import Population
from customers.selectors.facts import NOBODY_KNOWN, Connection, FactsSpec, lines_query

_SUMS = sql.SQL("""
    SELECT coalesce(sum(lines), 0)::bigint, coalesce(sum(net_revenue), 0)::bigint,
        coalesce(sum(gross_revenue), 0)::bigint, coalesce(sum(gross_margin), 0)::bigint,
        coalesce(sum(lifetime_lines), 0)::bigint, coalesce(sum(lifetime_net_revenue), 0)::bigint, count(*)
    FROM {facts}
""")


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
