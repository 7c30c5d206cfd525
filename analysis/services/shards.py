"""A measure that several workers share: ranges of customers, tables for what each finds, and the merging step."""

from __future__ import annotations

import math
import time
from typing import Any

import pandas as pd
from django.conf import settings
from django.db import connection
from psycopg import sql

from analysis.datasets.source import Shard
from analysis.models import AnalysisRun, MeasureResult, MeasureShard
from analysis.registry import Measure, Merging, Outcome
from analysis.services import measuring, storing
from analysis.services.connections import second_connection
from crm.copying import read_columns, write_frame
from customers.selectors.facts import Connection

MOST_SHARDS = 64
BEYOND_ALL_IDS = 2**63 - 1


def divide(raw: Connection, result: MeasureResult, measure: Measure[Any]) -> list[MeasureShard]:
    """Make the shards of a measure and the tables that they fill, within the caller's transaction.

    What an earlier division left goes: its shards may have other bounds.
    """
    result.shards.all().delete()
    for table in measure.tables:
        storing.remove_rows(raw, table, result.run)
        if table.partitioned:
            storing.create_partition(raw, table, storing.partition_name(table, result.run), result.run)
    _drop_parts(raw, result, measure)
    for place, kinds in enumerate(measure.parts.values()):
        storing.create_part(raw, _part_name(result, place), kinds)
    bounds = bounds_of(result.run)
    return [
        MeasureShard.objects.create(result=result, number=number, low=low, high=high)
        for number, (low, high) in enumerate(zip(bounds, [*bounds[1:], BEYOND_ALL_IDS], strict=True))
    ]


def bounds_of(run: AnalysisRun) -> list[int]:
    """The lowest id of each range of the run's customers; all ranges hold about the same number."""
    count = min(MOST_SHARDS, math.ceil((run.customers or 0) / settings.ANALYSIS_SHARD_CUSTOMERS))
    if count < 2:
        return [0]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(customer_id) FROM (
                SELECT customer_id, ntile(%s) OVER (ORDER BY customer_id) AS tile
                FROM analysis_customersnapshot WHERE run_id = %s
            ) AS tiles GROUP BY tile ORDER BY 1
            """,
            [count, run.pk],
        )
        return [0, *(low for (low,) in cursor.fetchall()[1:])]


def as_shard(row: MeasureShard) -> Shard:
    """The range of a shard as sources take it."""
    return Shard(row.number, row.result.shards.count(), row.low, row.high)


def store(raw: Connection, shard: MeasureShard, measure: Measure[Any], outcome: Outcome) -> None:
    """Add what one shard found to the measure's tables, within the transaction that ends the shard."""
    run = shard.result.run
    for table in measure.tables:
        if (frame := outcome.rows.get(table.model)) is not None:
            storing.copy_rows(raw, table, storing.partition_name(table, run), run, frame)
    for place, (name, kinds) in enumerate(measure.parts.items()):
        if (frame := outcome.parts.get(name)) is not None:
            rows = frame.reset_index([level for level in frame.index.names if level in kinds])
            rows = rows.assign(shard=shard.number, place=range(len(rows)))
            target = sql.Identifier(_part_name(shard.result, place))
            write_frame(raw, target, rows, {"shard": "int4", "place": "int4", **kinds})


def merge(result: MeasureResult, measure: Measure[Any]) -> tuple[Outcome, dict[str, float]]:
    """Read what the shards found and let the measure put it together; a problem of any shard is the whole's."""
    begun = time.monotonic()
    shards = list(result.shards.order_by("number"))
    timings = {
        step: round(sum(shard.timings.get(step, 0) for shard in shards), 3) for step in ("read", "compute")
    }
    if problem := next((shard.problem for shard in shards if shard.problem), ""):
        return Outcome(problem=problem), timings
    with second_connection() as work, work.transaction():
        parts = {name: _read_part(work, result, measure, place) for place, name in enumerate(measure.parts)}
    run = result.run
    merging = Merging(
        run, run.policy.parsed(), measuring.window_of(run), parts, [shard.summary for shard in shards]
    )
    if measure.merge is None:
        raise ValueError(f"{measure.name} has no merging step")
    outcome = measure.merge(merging)
    return outcome, {**timings, "merge": round(time.monotonic() - begun, 3), "shards": len(shards)}


def finish(raw: Connection, result: MeasureResult, measure: Measure[Any], *, refused: bool) -> int:
    """Make the tables that the shards filled visible, or drop them; return how many rows they hold."""
    rows = 0
    for table in measure.tables:
        if not table.partitioned:
            continue
        name = storing.partition_name(table, result.run)
        counted = raw.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        rows += counted[0] if counted and not refused else 0
        if counted and counted[0] and not refused:
            storing.finish_partition(raw, table, name, result.run)
        else:  # the merging step may have rows of its own for it
            storing.remove_rows(raw, table, result.run)
    _drop_parts(raw, result, measure)
    return rows


def _read_part(work: Connection, result: MeasureResult, measure: Measure[Any], place: int) -> pd.DataFrame:
    query = sql.SQL("SELECT * FROM {} ORDER BY shard, place").format(
        sql.Identifier(_part_name(result, place))
    )
    kinds = list(measure.parts.values())[place]
    return pd.DataFrame(read_columns(work, query, kinds), copy=False)


def _drop_parts(raw: Connection, result: MeasureResult, measure: Measure[Any]) -> None:
    for place in range(len(measure.parts)):
        raw.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(_part_name(result, place))))


def _part_name(result: MeasureResult, place: int) -> str:
    return f"analysis_part_{result.pk}_{place}"
