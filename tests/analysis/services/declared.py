"""Further measures for tests of how measures are done; workers are given them by including this module."""

from typing import Any, ClassVar

import pandas as pd
from django.db import connection, models
from psycopg import sql

from analysis.datasets.source import Source, read_frame, read_population
from analysis.models import CustomerRow, RunRow
from analysis.registry import FURTHER, Measure, Merging, Outcome, Table

GATE = 0x67617465  # readers wait while a test holds this lock


class Purse(CustomerRow):
    cents = models.BigIntegerField()

    class Meta:
        app_label = "tests"
        db_table = "tests_purse"


class Share(CustomerRow):
    cents = models.BigIntegerField()

    class Meta:
        app_label = "tests"
        db_table = "tests_share"


class Sum(RunRow):
    name = models.TextField()
    cents = models.BigIntegerField()
    detail = models.JSONField(null=True)

    class Meta:
        app_label = "tests"
        db_table = "tests_sum"
        ordering: ClassVar = ["name"]


PARTITIONED = "CREATE TABLE {} (run_id bigint, customer_id bigint, cents bigint) PARTITION BY LIST (run_id)"


def create_tables() -> None:
    with connection.cursor() as cursor:
        for model in (Purse, Share):
            cursor.execute(PARTITIONED.format(model._meta.db_table))
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ADD PRIMARY KEY (customer_id, run_id)")
        with connection.schema_editor() as editor:
            editor.create_model(Sum)


def drop_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tests_purse, tests_share, tests_sum")


def read_purses(source: Source) -> pd.DataFrame:
    return read_population(source, {"region_id": "int8?", "net_revenue": "int8"}).rename(
        columns={"net_revenue": "cents"}
    )


def read_at_the_gate(source: Source) -> pd.DataFrame:
    source.connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [GATE])
    return read_purses(source)


def purse(found: pd.DataFrame) -> Outcome:
    return Outcome(rows={Purse: found}, summary={"cents": int(found["cents"].sum())})


def count_purses(source: Source) -> int:
    query = sql.SQL("SELECT customer_id FROM tests_purse WHERE run_id = {}").format(source.run.pk)
    return len(read_frame(source, query, {"customer_id": "int8"}))


def share(found: pd.DataFrame) -> Outcome:
    sums = found.groupby(found["region_id"].fillna(0).astype("int64"))["cents"].sum().reset_index()
    return Outcome(rows={Share: found}, parts={"regions": sums}, summary={"customers": len(found)})


def merge(given: Merging) -> Outcome:
    sums = given.parts["regions"].groupby("region_id")["cents"].sum()
    names = [f"区 {region}" for region in sums.index]
    rows = pd.DataFrame({"name": names, "cents": sums.to_numpy(), "detail": [{"n": len(sums)}] * len(sums)})
    customers = sum(part["customers"] for part in given.summaries)
    return Outcome(rows={Sum: rows}, summary={"cents": int(sums.sum()), "customers": customers})


def refuse(_found: Any) -> Outcome:
    return Outcome(problem="Nobody has ordered twice.")


KINDS = {"customer_id": "int8", "cents": "int8"}
LABEL: Any = "a measure of tests"
PURSE = Measure(
    "purse", LABEL, read_purses, purse, (Table(Purse, KINDS, partitioned=True, indexes=(("cents",),)),)
)
COUNTED = Measure(
    "counted", LABEL, count_purses, lambda count: Outcome(summary={"count": count}), after=("purse",)
)
REFUSED = Measure("refused", LABEL, read_purses, refuse)
STRANDED = Measure("stranded", LABEL, read_purses, purse, after=("refused",))
SHARED = Measure(
    "shared",
    LABEL,
    read_at_the_gate,
    share,
    (
        Table(Share, KINDS, partitioned=True),
        Table(Sum, {"name": "text", "cents": "int8", "detail": "json"}),
    ),
    parts={"regions": {"region_id": "int8", "cents": "int8"}},
    merge=merge,
)
MEASURES: dict[str, Measure[Any]] = {
    measure.name: measure for measure in (PURSE, COUNTED, REFUSED, STRANDED, SHARED)
}


def in_a_worker() -> None:
    """Put the measures of tests in the place of the product's."""
    FURTHER.clear()
    FURTHER.update(MEASURES)
