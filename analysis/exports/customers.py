"""customers.csv: one row per customer of a run, in the order of rank.

docs/operations/analyse.md describes every column; a test holds that page and :data:`COLUMNS` together.
"""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from psycopg import sql

from analysis.models import AnalysisRun

_MONEY = "trim(to_char({} / 100.0, 'FM999999999999999990.00'))"
# A cell that a spreadsheet would take for a formula is led by an apostrophe.
_TEXT = "CASE WHEN {0} ~ '^[=+@\t\r＝＋－＠-]' THEN '''' || {0} ELSE {0} END"
_FLAG = "CASE {} WHEN true THEN 'true' WHEN false THEN 'false' END"

COLUMNS: dict[str, str] = {
    "customer_code": _TEXT.format("customer.code"),
    "name": _TEXT.format("customer.name"),
    "region": _TEXT.format("coalesce(nullif(region.english_name, ''), region.name)"),
    "region_code": "region.code",
    "net_revenue": _MONEY.format("row.net_revenue"),
    "gross_revenue": _MONEY.format("row.gross_revenue"),
    "gross_margin": _MONEY.format("row.gross_margin"),
    "costed_revenue": _MONEY.format("row.costed_revenue"),
    "net_revenue_before": _MONEY.format("row.net_revenue_before"),
    "orders": "row.orders",
    "order_days": "row.order_days",
    "categories": "row.categories",
    "value": _MONEY.format("row.value"),
    "rank": "row.rank",
    "share": "row.share",
    "cumulative_share_before": "row.cumulative_share_before",
    "tier_amount": "row.tier_amount",
    "tier_pareto": "row.tier_pareto",
    "tier_raw": "row.tier_raw",
    "previous_tier": "row.previous_tier",
    "tier_kept": "row.tier_kept",
    "tier": "row.tier",
    "tier_scheme": "row.tier_scheme",
    "threshold_a": _MONEY.format("row.threshold_a"),
    "threshold_b": _MONEY.format("row.threshold_b"),
    "marks": "row.marks",
    "potential": "row.potential",
    "potential_rule": "row.potential_rule",
    "first_order_on": "row.first_order_on",
    "last_order_on": "row.last_order_on",
    "lifetime_order_days": "row.lifetime_order_days",
    "median_interval_days": "row.median_interval_days",
    "churn_status": "row.churn_status",
    "churn_probability": "row.churn_probability",
    "p_alive": "row.p_alive",
    "expected_orders": "row.expected_orders",
    "churn_flag": _FLAG.format("row.churn_flag"),
    "churn_reasons": "row.churn_reasons",
}


def write_customers(run: AnalysisRun, path: Path) -> None:
    """Stream the run's rows into a CSV file, UTF-8 with a header; missing figures are empty cells."""
    fields = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(sql.SQL(expression), sql.Identifier(name))
        for name, expression in COLUMNS.items()
    )
    copy = sql.SQL("""
        COPY (
            SELECT {fields} FROM analysis_customersnapshot AS row
            JOIN customers_customer AS customer ON customer.id = row.customer_id
            LEFT JOIN customers_region AS region ON region.id = row.region_id
            WHERE row.run_id = {run} ORDER BY row.rank, customer.code
        ) TO STDOUT (FORMAT csv, HEADER)
    """).format(fields=fields, run=run.pk)
    connection.ensure_connection()
    with path.open("wb") as file, connection.connection.cursor() as cursor, cursor.copy(copy) as blocks:
        for block in blocks:
            file.write(block)
