"""The benchmark's own database: made and filled once per size, found again afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
SEED = 20250101
AS_OF = "2025-06-30"  # the company's past ends with this day
FIRST_DAY_WITHOUT_ORDERS = "2025-07-01"

_EXPORTS = {
    "lines": """
        SELECT line.customer_id, line.order_id, line.product_id, line.ordered_on, line.revenue_cents,
            line.cost_cents, line.quantity::float8 AS quantity
        FROM customers_orderline AS line JOIN customers_order AS o ON o.id = line.order_id
        WHERE o.status <> 'cancelled' ORDER BY line.id
    """,
    "products": "SELECT id AS product_id, category_id, not_merchandise FROM customers_product",
    "customers": "SELECT id AS customer_id FROM customers_customer WHERE deleted_at IS NULL AND NOT scoring_refused",
}


class BenchDatabase:
    """The database ``kezhi_bench_<size>`` beside the instance's own, and the folder of its Parquet files."""

    def __init__(self, size: str, folder: Path) -> None:
        self.size = size
        self.name = f"kezhi_bench_{size}"
        self.server = os.environ["DATABASE_URL"]
        self.url = urlunsplit(urlsplit(self.server)._replace(path=f"/{self.name}"))
        self.folder = folder / size

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a child process that works on this database."""
        return {**os.environ, "DATABASE_URL": self.url, "LOG_LEVEL": "WARNING", "PYTHONPATH": str(ROOT)}

    def make(self, *, exported: bool = True) -> None:
        """Create and seed the database and export it (unless not wanted), as far as that was not done before."""
        if not self._is_seeded():
            self._create()
            print(f"Seeding {self.name} …", flush=True)  # noqa: T201 - a command's output
            self._manage("migrate", "-v0")
            self._manage(
                "seed_demo",
                "--size",
                self.size,
                "--seed",
                str(SEED),
                "--as-of",
                FIRST_DAY_WITHOUT_ORDERS,
                "--password",
                "no-one-signs-in-here",
            )
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
                connection.execute("CREATE TABLE bench_seeded AS SELECT now() AS at")
        if exported and not (self.folder / "customers.parquet").exists():
            print("Exporting to Parquet …", flush=True)  # noqa: T201
            self._export()

    def counts(self) -> dict[str, int]:
        """How many customers, orders and lines there are."""
        tables = {
            "customers": "customers_customer",
            "orders": "customers_order",
            "lines": "customers_orderline",
        }
        with psycopg.connect(self.url) as connection:
            return {name: _count(connection, table) for name, table in tables.items()}

    def _is_seeded(self) -> bool:
        with psycopg.connect(self.server, autocommit=True) as connection:
            row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone()
        if row is None:
            return False
        self._manage("migrate", "-v0")
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT to_regclass('bench_seeded')").fetchone()
        return found is not None and found[0] is not None

    def _create(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            name = sql.Identifier(self.name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        for old in self.folder.glob("*.parquet"):
            old.unlink()

    def _manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments], env=self.environment, check=True, cwd=ROOT
        )

    def _export(self) -> None:
        import duckdb

        self.folder.mkdir(parents=True, exist_ok=True)
        with psycopg.connect(self.url) as connection:
            for name, query in _EXPORTS.items():
                csv = self.folder / f"{name}.csv"
                copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(sql.SQL(query))
                with csv.open("wb") as file, connection.cursor() as cursor, cursor.copy(copy) as blocks:
                    for block in blocks:
                        file.write(block)
                target = self.folder / f"{name}.parquet"
                duckdb.read_csv(str(csv)).write_parquet(str(target))
                csv.unlink()


def _count(connection: psycopg.Connection[tuple[int]], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return row[0] if row else 0


class Results:
    """What earlier runs measured, by size, to tell how cost grows."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "analysis.json"

    def load(self) -> dict[str, dict[str, float]]:
        """Medians in seconds and the number of customers, by size."""
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def save(self, size: str, figures: dict[str, float]) -> None:
        """Keep the medians of a size."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps({**self.load(), size: figures}, indent=2))
