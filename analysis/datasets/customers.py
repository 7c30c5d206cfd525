"""The population of a run as one frame: who they are, their facts, and where the run before left them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from psycopg import sql

from analysis.datasets.purchases import read_past
from analysis.measures.windows import Window
from analysis.models import AnalysisRun
from analysis.models.rules import PolicyRules
from crm.copying import Kind, read_columns, read_narrow
from customers.models import Potential
from customers.selectors import facts
from customers.selectors.facts import Connection
from customers.selectors.population import (
    Ids,
    open_complaints_query,
    population_query,
    within,
)
from customers.selectors.wallet_facts import wallets_query

TIERS = ("C", "B", "A")
POTENTIALS = tuple(Potential.values)

POPULATION: dict[str, Kind] = {
    "customer_id": "int8",
    "region_id": "int8?",
    "potential": POTENTIALS,
    "potential_expires_on": "date",
    "created_on": "date",
}
FACTS: dict[str, Kind] = {"customer_id": "int8", **facts.FACTS}
STANDINGS: dict[str, Kind] = {"customer_id": "int8", "previous_tier": TIERS, "tier_before": TIERS}
COMPLAINTS: dict[str, Kind] = {"customer_id": "int8", "open_complaints": "int4"}
WALLETS: dict[str, Kind] = {"customer_id": "int8", "elsewhere": "int8?", "elsewhere_before": "int8?"}

Columns = dict[str, Any]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Population:
    """Everything that the measures of a run read.

    ``customers`` is indexed by ``customer_id``, ascending, with ``known_since`` (the day of creation or of the first
    line, whichever came first) and the columns of :data:`POPULATION`, :data:`FACTS`, :data:`STANDINGS`,
    :data:`COMPLAINTS` and :data:`WALLETS`: cents int64, counts int32, days datetime64[s], tiers and potential
    categories; ``region_id`` and what is bought ``elsewhere`` (cents, NA where nobody noted any) Int64.
    ``previous_tier`` is the tier that the run before kept, NA when that run followed another scheme or metric;
    ``tier_before`` is its final tier. ``days`` are a sample's order days, read only for a policy whose model of churn
    learns from the past.
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
    """Read the population's frame from the facts in ``table``; see :class:`Population`.

    Every customer who could have bought by the last day known: created by then, or with a line.
    """
    ranges = _ranges(connections)

    def read(connection: Connection, ids: Ids | None) -> tuple[Columns, ...]:
        if len(connections) > 1:  # they are the processes that share the work
            connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        return (
            read_narrow(connection, population_query(ids), POPULATION),
            read_columns(connection, _FACTS.format(table, within(_CUSTOMER_ID, ids)), FACTS),
            read_narrow(connection, _standings_query(run, rules, ids), STANDINGS),
        )

    with ThreadPoolExecutor(len(connections)) as pool:
        people, *sides = zip(*pool.map(read, connections, ranges), strict=True)
    first = connections[0]
    few = (
        (open_complaints_query(spec.as_of), COMPLAINTS),
        (wallets_query(spec.as_of, spec.before, spec.start, spec.end), WALLETS),
    )
    return _laid_together(
        list(people), [*map(list, sides), *([read_narrow(first, *each)] for each in few)], spec.as_of
    )


def _ranges(connections: Sequence[Connection]) -> list[Ids | None]:
    """As many ranges of ids as there are connections."""
    row = connections[0].execute("SELECT min(id), max(id) FROM customers_customer").fetchone()
    if len(connections) == 1 or row is None or row[0] is None:
        return [None] * len(connections)
    least, most = row
    bounds = [least + (most + 1 - least) * place // len(connections) for place in range(len(connections) + 1)]
    return [(low, high - 1) for low, high in pairwise(bounds)]


def _laid_together(people: list[Columns], sides: list[list[Columns]], as_of: datetime.date) -> pd.DataFrame:
    """One frame of parts with the same columns each, by id: what a side has not got of a customer is 0 or missing."""
    ids: Integers = _joined(people, "customer_id")
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    columns: Columns = {name: _joined(people, name)[order] for name in list(people[0])}
    for side in sides:
        place = _places(_joined(side, "customer_id"), ids)
        for name in list(side[0]):  # one after the other: two orders of everything would be too much to hold
            columns[name] = _taken(_joined(side, name), place)
    created = columns.pop("created_on")
    columns["known_since"] = np.fmin(created, columns["first_line_on"])
    frame = pd.DataFrame(columns, index=pd.Index(ids, name="customer_id"), copy=False)
    known = columns["known_since"] <= np.datetime64(as_of)
    return frame if known.all() else frame[known]


def _joined(parts: list[Columns], name: str) -> Any:
    """Take a column out of all parts: numpy's or pandas' own."""
    values = [part.pop(name) for part in parts]
    if isinstance(values[0], np.ndarray):
        return np.concatenate(values)
    return pd.concat([pd.Series(part) for part in values], ignore_index=True).array


def _places(own: Integers, ids: Integers) -> npt.NDArray[np.intp]:
    """Where each of the ascending ``ids`` stands in ``own``, −1 where it does not; no id stands in ``own`` twice."""
    place = np.full(len(ids), -1, dtype=np.intp)
    if len(ids):
        found = np.minimum(np.searchsorted(ids, own), len(ids) - 1)
        there = ids[found] == own
        place[found[there]] = np.flatnonzero(there)
    return place


def _taken(values: Any, place: npt.NDArray[np.intp]) -> Any:
    absent = 0 if values.dtype.kind == "i" and isinstance(values, np.ndarray) else None
    return pd.api.extensions.take(values, place, allow_fill=True, fill_value=absent)


def _standings_query(run: AnalysisRun, rules: PolicyRules, ids: Ids | None) -> sql.Composed:
    before = run.previous
    return _STANDINGS.format(
        comparable=sql.Literal(before is not None and _comparable(before, rules)),
        before=sql.Literal(before.pk if before else -1),
        within=within(_CUSTOMER_ID, ids),
    )


def _comparable(before: AnalysisRun, rules: PolicyRules) -> bool:
    """Whether a tier of that run may hold on: hysteresis is between values of one metric under one scheme."""
    old = before.policy.parsed()
    return (old.metric, old.scheme) == (rules.metric, rules.scheme)


_CUSTOMER_ID = sql.Identifier("customer_id")
_FACTS = sql.SQL("SELECT * FROM {} WHERE {}")
_STANDINGS = sql.SQL("""
    SELECT customer_id, CASE WHEN {comparable} THEN tier_kept END AS previous_tier, tier AS tier_before
    FROM analysis_customersnapshot WHERE run_id = {before} AND {within}
""")
