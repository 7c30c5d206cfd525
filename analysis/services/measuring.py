"""One further measure of one run, or of one range of its customers: read in one snapshot, then computed without it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_noop

from analysis.datasets.source import Shard, Source, facts_spec
from analysis.measures.windows import Window
from analysis.models import AnalysisRun
from analysis.registry import Measure, Outcome
from analysis.services import product_facts
from analysis.services.connections import second_connection
from crm.services.jobs import RunningJob

STEPS = (
    gettext_noop("Reading the records"),
    gettext_noop("Computing"),
    gettext_noop("Storing the results"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure found, and the seconds that reading and computing took."""

    outcome: Outcome
    timings: dict[str, float]


def measure(declared: Measure[Any], run: AnalysisRun, shard: Shard | None, job: RunningJob) -> Measured:
    """Read and compute a measure; nothing is stored yet."""
    begun = time.monotonic()
    job.progress(0, len(STEPS), STEPS[0])
    with open_source(run, shard, products=declared.reads_products) as source:
        data = declared.read(source)
    read = time.monotonic()
    job.progress(1, len(STEPS), STEPS[1])
    outcome = declared.compute(data)
    _check(declared, outcome, sharded=shard is not None)
    computed = time.monotonic()
    job.progress(2, len(STEPS), STEPS[2])
    return Measured(outcome, {"read": round(read - begun, 3), "compute": round(computed - read, 3)})


@contextmanager
def open_source(run: AnalysisRun, shard: Shard | None = None, *, products: bool = False) -> Iterator[Source]:
    """Open a snapshot of the records beside a run that has been stored, with the product facts where asked for."""
    rules, window = run.policy.parsed(), window_of(run)
    if products and run.was_published:
        product_facts.bring_up_to_date(facts_spec(rules, window, run.as_of))
    with second_connection() as work, work.transaction():
        source = Source(work, run, rules, window, shard)
        yield replace(source, products=product_facts.table_for(source)) if products else source


def window_of(run: AnalysisRun) -> Window:
    """The window of a run that has been done."""
    if run.window_start is None or run.window_end is None:
        raise ValueError(f"run {run} has not been done")
    return Window(run.window_start, run.window_end)


def _check(declared: Measure[Any], outcome: Outcome, *, sharded: bool) -> None:
    """Refuse rows and parts that are not declared: they would be lost in silence."""
    tables = {table.model for table in declared.tables if table.partitioned or not sharded}
    if strangers := outcome.rows.keys() - tables:
        raise ValueError(f"{declared.name} has rows for {strangers}, which it does not declare")
    if outcome.parts.keys() - declared.parts.keys():
        raise ValueError(f"{declared.name} hands on parts that it does not declare")
    if outcome.problem and any(len(frame) for frame in outcome.rows.values()):
        raise ValueError(f"{declared.name} has both rows and a problem")
