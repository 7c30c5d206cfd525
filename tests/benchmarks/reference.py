"""The reference: DuckDB over Parquet does the same job, then COPY brings one row per customer back to PostgreSQL."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb
import psycopg

from tests.benchmarks.measuring import tell

_QUERY = """
WITH lines AS (
    SELECT line.*, product.category_id, product.not_merchandise
    FROM '{folder}/lines.parquet' AS line JOIN '{folder}/products.parquet' AS product USING (product_id)
    WHERE customer_id IS NOT NULL AND ordered_on <= DATE '{as_of}'
), totals AS (
    SELECT customer_id,
        coalesce(sum(revenue_cents) FILTER (WHERE ordered_on >= DATE '{start}'), 0) AS value,
        coalesce(sum(revenue_cents - cost_cents) FILTER (WHERE ordered_on >= DATE '{start}'), 0) AS margin,
        count(DISTINCT order_id) FILTER (WHERE ordered_on >= DATE '{start}' AND quantity > 0) AS orders,
        count(DISTINCT category_id) FILTER (
            WHERE ordered_on >= DATE '{start}' AND quantity > 0 AND NOT not_merchandise) AS categories,
        count(DISTINCT category_id) FILTER (
            WHERE ordered_on >= DATE '{before}' AND ordered_on < DATE '{start}' AND quantity > 0
                AND NOT not_merchandise) AS categories_before,
        coalesce(sum(revenue_cents) FILTER (
            WHERE ordered_on >= DATE '{before}' AND ordered_on < DATE '{start}'), 0) AS value_before
    FROM lines GROUP BY customer_id
), days AS (
    SELECT DISTINCT customer_id, ordered_on FROM lines WHERE quantity > 0 AND revenue_cents > 0
), intervals AS (
    SELECT customer_id, ordered_on,
        ordered_on - lag(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on) AS interval
    FROM days
), histories AS (
    SELECT customer_id, min(ordered_on) AS first_order_on, max(ordered_on) AS last_order_on,
        count(*) AS order_days, median(interval) AS median_interval
    FROM intervals GROUP BY customer_id
), everybody AS (
    SELECT customer.customer_id, coalesce(value, 0) AS value, coalesce(margin, 0) AS margin,
        coalesce(orders, 0) AS orders, coalesce(categories, 0) AS categories,
        coalesce(categories_before, 0) AS categories_before, coalesce(value_before, 0) AS value_before,
        first_order_on, last_order_on, coalesce(order_days, 0) AS order_days, median_interval
    FROM '{folder}/customers.parquet' AS customer
    LEFT JOIN totals USING (customer_id) LEFT JOIN histories USING (customer_id)
), ranked AS (
    SELECT *, rank() OVER (ORDER BY value DESC) AS rank, value / sum(value) OVER () AS share,
        coalesce(sum(greatest(value, 0)) OVER (
            ORDER BY value DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) / sum(greatest(value, 0)) OVER () AS before
    FROM everybody
)
SELECT *, CASE WHEN value >= 500000000 THEN 'A' WHEN value >= 100000000 THEN 'B' ELSE 'C' END AS tier,
    CASE WHEN value <= 0 THEN 'C' WHEN before < 0.8 THEN 'A' WHEN before < 0.95 THEN 'B' ELSE 'C' END AS pareto,
    coalesce(DATE '{as_of}' - last_order_on > 2 * median_interval, false) AS flag
FROM ranked
"""
_TABLE = """
CREATE TABLE bench_reference (customer_id bigint, value bigint, margin bigint, orders int, categories int,
    categories_before int, value_before bigint, first_order_on date, last_order_on date, order_days int,
    median_interval float8, rank int, share float8, before float8, tier char(1), pareto char(1), flag boolean)
"""


def main(url: str, folder: str, as_of: str, start: str, before: str) -> None:
    """Compute, write a CSV file, COPY it into a fresh table and key it."""
    csv = Path(folder) / "reference.csv"
    engine = duckdb.connect()
    engine.execute("SET threads = 2")
    begun = time.monotonic()
    query = _QUERY.format(folder=folder, as_of=as_of, start=start, before=before)
    engine.execute(f"COPY ({query}) TO '{csv}' (HEADER false)")
    computed = time.monotonic() - begun
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_reference")
        cursor.execute(_TABLE)
        with csv.open("rb") as file, cursor.copy("COPY bench_reference FROM STDIN (FORMAT csv)") as out:
            while block := file.read(1 << 20):
                out.write(block)
        cursor.execute("ALTER TABLE bench_reference ADD PRIMARY KEY (customer_id)")
    tell(time.monotonic() - begun, computed=computed)


if __name__ == "__main__":
    main(*sys.argv[1:])
