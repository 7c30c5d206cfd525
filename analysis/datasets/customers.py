"""The population of a run as one frame: who they are, their facts, and where the run before left them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from psycopg import sql

from analysis.datasets.purchases import read_past
from analysis.measures.windows import Window
from analysis.models import AnalysisRun
from analysis.models.rules import PolicyRules
from crm.copying import Kind, read_columns
from customers.models import Potential
from customers.selectors import facts
from customers.selectors.facts import Connection
from customers.selectors.population import population_query, within

TIERS = ("C", "B", "A")
POTENTIALS = tuple(Potential.values)

KINDS: dict[str, Kind] = {
    "customer_id": "int8",
    "region_id": "int8?",
    "potential": POTENTIALS,
    "potential_expires_on": "date",
    "known_since": "date",
    "open_complaints": "int4",
    "elsewhere": "int8?",
    "elsewhere_before": "int8?",
    **facts.FACTS,
    "previous_tier": TIERS,
    "tier_before": TIERS,
}


@dataclass(frozen=True, slots=True)
class Population:
    """Everything that the measures of a run read.

    ``customers`` is indexed by ``customer_id``, ascending, with the columns of :data:`KINDS`: cents int64, counts
    int32, days datetime64[s], tiers and potential categories; ``region_id`` and what is bought ``elsewhere`` (cents, NA
    where nobody noted any) Int64. ``previous_tier`` is the tier that the run before kept, NA when that run followed
    another scheme or metric; ``tier_before`` is its final tier. ``days`` are a sample's order days, read only for a
    policy whose model of churn learns from the past.
    """

    customers: pd.DataFrame
    as_of: datetime.date
    window: Window
    cut: datetime.date
    rules: PolicyRules
    region_ids: dict[str, int]
    region_parents: dict[int, int | None]
    days: pd.DataFrame | None = None


def population_of(
    connections: Sequence[Connection],
    table: sql.Composable,
    run: AnalysisRun,
    rules: PolicyRules,
    region_ids: dict[str, int],
    spec: facts.FactsSpec,
) -> Population:
    """Read everything that the measures of the core run need, from the facts in ``table``.

    ``connections`` share one snapshot and, when there are several, the reading.
    """
    connection = connections[0]
    customers = read_customers(connections, table, run, rules, spec)
    return Population(
        customers=customers,
        as_of=spec.as_of,
        window=Window(spec.start, spec.end),
        cut=spec.cut,
        rules=rules,
        region_ids=region_ids,
        region_parents=facts.region_parents(connection),
        days=read_past(connection, spec, rules, customers),
    )


def read_customers(
    connections: Sequence[Connection],
    table: sql.Composable,
    run: AnalysisRun,
    rules: PolicyRules,
    spec: facts.FactsSpec,
) -> pd.DataFrame:
    """Read the population's frame from the facts in ``table``; see :class:`Population`."""
    ranges = _ranges(connections)

    def read(connection: Connection, ids: tuple[int, int] | None) -> dict[str, Any]:
        if len(connections) > 1:  # they are the processes that share the work
            connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        return read_columns(connection, _query(table, run, rules, spec, ids), KINDS)

    with ThreadPoolExecutor(len(connections)) as pool:
        parts = list(pool.map(read, connections, ranges))
    ids = _joined(parts, "customer_id")
    # Mostly they come in order already.
    order = slice(None) if (ids[1:] > ids[:-1]).all() else np.argsort(ids, kind="stable")
    columns = {}
    for name in list(KINDS)[1:]:  # one after the other: two orders of everything would be too much to hold
        columns[name] = _joined(parts, name)[order]
        for part in parts:
            del part[name]
    return pd.DataFrame(columns, index=pd.Index(ids[order], name="customer_id"), copy=False)


def _ranges(connections: Sequence[Connection]) -> list[tuple[int, int] | None]:
    """As many ranges of ids as there are connections."""
    row = connections[0].execute("SELECT min(id), max(id) FROM customers_customer").fetchone()
    if len(connections) == 1 or row is None or row[0] is None:
        return [None] * len(connections)
    least, most = row
    bounds = [least + (most + 1 - least) * place // len(connections) for place in range(len(connections) + 1)]
    return [(low, high - 1) for low, high in pairwise(bounds)]


def _joined(parts: list[dict[str, Any]], name: str) -> Any:
    """A column of all parts, numpy's or pandas' own."""
    values = [part[name] for part in parts]
    if isinstance(values[0], np.ndarray):
        return np.concatenate(values)
    return pd.concat([pd.Series(part) for part in values], ignore_index=True).array


def _query(
    table: sql.Composable,
    run: AnalysisRun,
    rules: PolicyRules,
    spec: facts.FactsSpec,
    ids: tuple[int, int] | None,
) -> sql.Composed:
    before = run.previous
    return _QUERY.format(
        population=population_query(table, spec, ids),
        comparable=sql.Literal(before is not None and _comparable(before, rules)),
        before=sql.Literal(before.pk if before else -1),
        before_within=within(sql.Identifier("before", "customer_id"), ids),
    )


def _comparable(before: AnalysisRun, rules: PolicyRules) -> bool:
    """Whether a tier of that run may hold on: hysteresis is between values of one metric under one scheme."""
    old = before.policy.parsed()
    return (old.metric, old.scheme) == (rules.metric, rules.scheme)


_QUERY = sql.SQL("""
    SELECT population.*, CASE WHEN {comparable} THEN before.tier_kept END AS previous_tier,
        before.tier AS tier_before
    FROM ({population}) AS population
    LEFT JOIN analysis_customersnapshot AS before
        ON before.run_id = {before} AND before.customer_id = population.customer_id AND {before_within}
""")
