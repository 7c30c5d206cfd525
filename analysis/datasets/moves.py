"""Two runs side by side: the customers who stand elsewhere than in the run before."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from psycopg import sql

from analysis.datasets.customers import TIERS
from analysis.datasets.source import Source, read_frame
from analysis.measures.marks import MARKS_DTYPE
from analysis.measures.tiers import TierScheme
from crm.copying import Kind, read_columns
from customers.selectors.facts import Connection

KINDS: dict[str, Kind] = {
    "tier": TIERS,
    "tier_raw": TIERS,
    "tier_kept": TIERS,
    "threshold_a": "int8?",
    "threshold_b": "int8?",
    "value": "int8?",
    "churn_flag": "bool",
}


@dataclass(frozen=True, slots=True)
class TwoRuns:
    """Rows of a run and of the one before, as :func:`analysis.measures.moves.find_moves` takes them; None when there is
    no run before."""

    now: pd.DataFrame
    before: pd.DataFrame | None
    comparable: bool
    by_amount: bool


def read_two_runs(source: Source) -> TwoRuns:
    """Read those who are in one of the two runs only, or whose tier or flag differs."""
    previous = source.previous
    if previous is None:
        return TwoRuns(pd.DataFrame(), None, comparable=False, by_amount=False)
    then = previous.policy.parsed()
    rules = source.rules
    return TwoRuns(
        now=_side(source, "now", previous.pk),
        before=_side(source, "before", previous.pk),
        comparable=(then.metric, then.scheme) == (rules.metric, rules.scheme),
        by_amount=rules.scheme is TierScheme.AMOUNT,
    )


def read_standings(connection: Connection, run_id: int) -> pd.DataFrame:
    """Where every customer of a run stands: the columns of :data:`KINDS` and ``marks``, indexed by ``customer_id``."""
    query = sql.SQL(
        "SELECT *, coalesce(churn_flag, false) AS flagged FROM analysis_customersnapshot WHERE run_id = {}"
    ).format(sql.Literal(run_id))
    kinds: dict[str, Kind] = {"customer_id": "int8", "marks": tuple(MARKS_DTYPE.categories)}
    kinds |= {"flagged" if name == "churn_flag" else name: kind for name, kind in KINDS.items()}
    found = pd.DataFrame(read_columns(connection, query, kinds), copy=False)
    return found.rename(columns={"flagged": "churn_flag"}).set_index("customer_id").sort_index()


def _side(source: Source, side: str, previous: int) -> pd.DataFrame:
    columns = sql.SQL(", ").join(
        sql.SQL("coalesce({}, false) AS churn_flag").format(sql.Identifier(side, name))
        if name == "churn_flag"
        else sql.Identifier(side, name)
        for name in KINDS
    )
    query = _DIFFERING.format(
        side=sql.Identifier(side, "customer_id"),
        columns=columns,
        now=sql.Literal(source.run.pk),
        before=sql.Literal(previous),
    )
    found = read_frame(source, query, {"customer_id": "int8", **KINDS})
    return found.set_index("customer_id").sort_index()


_DIFFERING = sql.SQL("""
    SELECT {side}, {columns}
    FROM (SELECT * FROM analysis_customersnapshot WHERE run_id = {now}) AS now
    FULL JOIN (SELECT * FROM analysis_customersnapshot WHERE run_id = {before}) AS before USING (customer_id)
    WHERE {side} IS NOT NULL AND (
        now.tier IS DISTINCT FROM before.tier
        OR coalesce(now.churn_flag, false) <> coalesce(before.churn_flag, false)
    )
""")
