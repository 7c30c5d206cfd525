"""All that the further measures of a run have published, for tests that compare two ways to the same."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from analysis.models import AnalysisRun, MeasureResult
from analysis.registry import FURTHER, Table


def found(run: AnalysisRun, only: Collection[str] = FURTHER) -> dict[str, Any]:
    """States, summaries and rows of the measures named."""
    results = MeasureResult.objects.filter(run=run, name__in=only)
    ends = {result.name: (result.state, result.summary, result.problem, result.error) for result in results}
    tables = [table for name in only for table in FURTHER[name].tables]
    return {"ends": ends, **{table.name: rows(table, run) for table in tables}}


def rows(table: Table, run: AnalysisRun) -> list[Any]:
    """A run's rows of one table, in an order of their own."""
    columns = ", ".join(f'"{column}"' for column in table.kinds)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table.name} WHERE run_id = %s", [run.pk])  # noqa: S608 - names of our own
        return sorted(cursor.fetchall(), key=repr)
