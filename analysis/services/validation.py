"""What must be true of a run before anybody sees it; each check by SQL of its own, beside the code that it checks."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from analysis.datasets.customers import Population
from customers.selectors.facts import Connection, FactsSpec, lines_query

# Adding up raw lines again costs what the facts were made to save: a run checks so many lines at most, other
# customers' each day, so that all are checked in turn.
LINES_CHECKED_A_RUN = 1_000_000
WINDOW_SUMS = ("lines", "net_revenue", "gross_revenue", "gross_margin")
ALL_TIME_SUMS = ("lines", "net_revenue")
SHARE_TOLERANCE = 1e-9


class ValidationError(Exception):
    """A run contradicts its own data. It is not published, and the run before stays."""


def check_facts(
    connection: Connection,
    facts: sql.Composable,
    spec: FactsSpec,
    population: Population,
    totals: dict[str, Any],
) -> None:
    """Compare the totals, or the facts of some customers, with the raw lines added up independently, to the cent."""
    turns = max(1, totals["all_time"]["lines"] // LINES_CHECKED_A_RUN)
    if turns == 1:
        lines = connection.execute(lines_query(connection, spec)).fetchone()
        stated = (
            *(totals[name] for name in WINDOW_SUMS),
            *(totals["all_time"][name] for name in ALL_TIME_SUMS),
        )
        _require(lines == stated, f"totals {stated} differ from all lines {lines}")
        return
    ids = population.customers.index
    turn = spec.as_of.toordinal() % turns
    part = ids[len(ids) * turn // turns : len(ids) * (turn + 1) // turns]
    customers = sql.SQL("customer_id BETWEEN {} AND {}").format(int(part[0]), int(part[-1]))
    kept = connection.execute(_FACT_SUMS.format(facts=facts, customers=customers)).fetchone()
    lines = connection.execute(lines_query(connection, spec, customers)).fetchone()
    _require(kept == lines, f"facts {kept} differ from lines {lines} for {customers.as_string(connection)}")


def check_rows(connection: Connection, table: str, population: Population, totals: dict[str, Any]) -> None:
    """Check the stored rows of a run: complete, consistent with the totals, every number finite and in range."""
    row = connection.execute(_ROWS.format(sql.Identifier(table))).fetchone()
    if row is None:
        raise ValidationError("the run's table cannot be read")
    found = dict(zip(_ROW_CHECKS, row, strict=True))
    _require(
        found["rows"] == len(population.customers),
        f"{found['rows']} rows for {len(population.customers)} customers",
    )
    identified = totals["identified_net_revenue"] - totals["excluded_net_revenue"]
    _require(found["net"] == identified, f"net revenue {found['net']} is not {identified}")
    positive_total = found["value"] > 0
    _require(
        not positive_total or abs(found["shares"] - 1) < SHARE_TOLERANCE * max(1, found["rows"]) ** 0.5,
        f"shares add up to {found['shares']}",
    )
    _require(found["wrong"] == 0, f"{found['wrong']} rows hold a number out of range")


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise ValidationError(problem)


_FACT_SUMS = sql.SQL("""
    SELECT coalesce(sum(lines), 0)::bigint, coalesce(sum(net_revenue), 0)::bigint,
        coalesce(sum(gross_revenue), 0)::bigint, coalesce(sum(gross_margin), 0)::bigint,
        coalesce(sum(lifetime_lines), 0)::bigint, coalesce(sum(lifetime_net_revenue), 0)::bigint
    FROM {facts} WHERE {customers}
""")

_ROW_CHECKS = ("rows", "net", "value", "shares", "wrong")
_ROWS = sql.SQL("""
    SELECT count(*), coalesce(sum(net_revenue), 0)::bigint, coalesce(sum(value), 0)::bigint, sum(share),
        count(*) FILTER (
            WHERE rank < 1 OR NOT coalesce(churn_probability BETWEEN 0 AND 1, true)
                OR NOT coalesce(cumulative_share_before BETWEEN 0 AND 1, true)
                OR NOT coalesce(expected_orders BETWEEN 0 AND 1e9, true)
                OR (churn_status = 'scored') <> (churn_probability IS NOT NULL)
        )
    FROM {}
""")
