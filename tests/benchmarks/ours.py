"""Our side of the benchmark, each job in a process of its own: nightly, rebuild, and refreshing the changed."""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from analysis.models import AnalysisRun, FactsState  # noqa: E402
from analysis.registry import FURTHER  # noqa: E402
from analysis.services import facts, runs, storing  # noqa: E402
from analysis.services.connections import second_connection  # noqa: E402
from tests.benchmarks.measuring import tell  # noqa: E402

MARK = "BENCH-"


def nightly(as_of: str) -> None:
    """A whole run, published, with the facts current."""
    _run(as_of)


def rebuild(as_of: str) -> None:
    """A whole run, published, whose facts are added up from all lines."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS analysis_customerfacts")
    _run(as_of)


def refresh(as_of: str, permille: str) -> None:
    """Bring the facts up to date after one new order for so many customers in a thousand."""
    state = FactsState.objects.get()
    _place_orders(datetime.date.fromisoformat(as_of), int(permille))
    begun = time.monotonic()
    with second_connection() as work, facts.alone(work):
        with work.transaction():
            prepared = facts.prepare(work, state.spec(), keep=True)
        facts.forget_changes(work)
    tell(time.monotonic() - begun, source=prepared.source)


def tidy(_as_of: str) -> None:
    """Take the benchmark's orders back and refresh, so that the next one finds the same rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customers_orderline WHERE order_id IN (SELECT id FROM customers_order WHERE number LIKE %s)",
            [f"{MARK}%"],
        )
        cursor.execute("DELETE FROM customers_order WHERE number LIKE %s", [f"{MARK}%"])
        cursor.execute("VACUUM customers_orderline")
    begun = time.monotonic()
    with second_connection() as work, facts.alone(work):
        with work.transaction():
            facts.prepare(work, FactsState.objects.get().spec(), keep=True)
        facts.forget_changes(work)
    tell(time.monotonic() - begun)


def _run(as_of: str) -> None:
    day = datetime.date.fromisoformat(as_of)
    begun = time.monotonic()
    run = runs.start_run(actor=None, as_of=day, queue=False)
    seconds = time.monotonic() - begun
    if run.state != "published":
        raise SystemExit(f"the run failed: {run.error}")
    tell(seconds, source=run.facts_source, timings=run.timings)
    _drop_older(run)


def _drop_older(run: AnalysisRun) -> None:
    """Keep the last run only: a benchmark's rows would fill the disk."""
    tables = [storing.SNAPSHOTS, *(table for measure in FURTHER.values() for table in measure.tables)]
    with transaction.atomic():
        for older in AnalysisRun.objects.exclude(pk=run.pk):
            for table in tables:
                storing.remove_rows(connection.connection, table, older)
            older.delete()


def _place_orders(day: datetime.date, permille: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO customers_order
                (number, customer_id, ordered_at, ordered_on, status, currency, exchange_rate, created_at)
            SELECT %s || id, id, %s, %s, 'confirmed', 'CNY', 1, now() FROM customers_customer
            WHERE id * 7919 %% 1000 < %s
            """,
            [f"{MARK}{permille}-{time.time_ns()}-", day, day, permille],
        )
        cursor.execute(
            """
            INSERT INTO customers_orderline
                (order_id, line_no, product_id, customer_id, ordered_on, attributed_on, quantity, unit_price, discount,
                 amount, revenue_cents, cost_cents)
            SELECT id, 1, (SELECT min(id) FROM customers_product), customer_id, ordered_on, ordered_on, 1, 100, 0, 100,
                10000, 6000
            FROM customers_order WHERE number LIKE %s
                AND NOT EXISTS (SELECT FROM customers_orderline AS line WHERE line.order_id = customers_order.id)
            """,
            [f"{MARK}%"],
        )


JOBS: dict[str, Callable[..., None]] = {
    "nightly": nightly,
    "rebuild": rebuild,
    "refresh": refresh,
    "tidy": tidy,
}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
