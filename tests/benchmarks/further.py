"""The further measures of the last published run, by one process or by several that share the ledger of jobs.

``python -m tests.benchmarks.further WORKERS`` does them all again; ``… help RUN`` is how it starts the others.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from hashlib import sha256

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

import django

django.setup()

from django.db import connection  # noqa: E402

from analysis.models import AnalysisRun, MeasureResult, MeasureState, Publication  # noqa: E402
from analysis.registry import FURTHER  # noqa: E402
from analysis.services import storing  # noqa: E402
from analysis.services.measures import carry_out_here  # noqa: E402
from tests.benchmarks.measuring import peak_mb, tell  # noqa: E402

MOST_ROWS_COMPARED = 2_000_000


def measure(workers: int) -> None:
    """Do every measure of the published run again, with so many processes, and tell what each took."""
    run = Publication.objects.select_related("run__policy").get().run
    _forget(run)
    begun = time.monotonic()
    command = [sys.executable, "-m", "tests.benchmarks.further", "help", str(run.pk)]
    helpers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers - 1)]
    carry_out_here(run)
    peaks = [json.loads(helper.communicate()[0].splitlines()[-1])["peak_mb"] for helper in helpers]
    seconds = time.monotonic() - begun
    results = MeasureResult.objects.filter(run=run).order_by("name")
    if failed := [result.name for result in results if result.state == MeasureState.FAILED]:
        raise SystemExit(f"these measures failed: {', '.join(failed)}")
    tell(
        seconds,
        helper_peaks_mb=peaks,
        measures={
            result.name: {"state": result.state, "rows": result.rows, **result.timings} for result in results
        },
        digest=_digest(run),
    )


def assist(run: int) -> None:
    """Take what jobs of a run another process has planned, until none is left."""
    carry_out_here(AnalysisRun.objects.select_related("policy").get(pk=run))
    print(json.dumps({"peak_mb": peak_mb()}))  # noqa: T201 - a process's answer


def _forget(run: AnalysisRun) -> None:
    connection.ensure_connection()
    for measure in FURTHER.values():
        for table in measure.tables:
            storing.remove_rows(connection.connection, table, run)
    MeasureResult.objects.filter(run=run).delete()


def _digest(run: AnalysisRun) -> str:
    """What is the same when all rows are; "" where comparing them would take longer than measuring."""
    results = MeasureResult.objects.filter(run=run).order_by("name")
    if sum(result.rows for result in results) > MOST_ROWS_COMPARED:
        return ""
    found = [json.dumps(list(results.values_list("name", "state", "summary")), sort_keys=True)]
    with connection.cursor() as cursor:
        for measure in FURTHER.values():
            for table in measure.tables:
                columns = ", ".join(f'"{column}"' for column in table.kinds)
                cursor.execute(
                    f"SELECT count(*), coalesce(sum(hashtextextended(rows::text, 0)::numeric), 0)"  # noqa: S608
                    f" FROM (SELECT {columns} FROM {table.name} WHERE run_id = %s) AS rows",
                    [run.pk],
                )
                found.append(str(cursor.fetchone()))
    return sha256("\n".join(found).encode()).hexdigest()


if __name__ == "__main__":
    if sys.argv[1] == "help":
        assist(int(sys.argv[2]))
    else:
        measure(int(sys.argv[1]))
