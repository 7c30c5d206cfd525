"""Who moved between two runs, and why: tiers up and down, customers new and lost, churn flags raised and cleared.

Source: definition of this product: the published rows of two runs say all of it.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns


class MoveKind(StrEnum):
    """What became of a customer's place since the run before."""

    UP = "up"
    DOWN = "down"
    NEW = "new"
    LOST = "lost"


class MoveCause(StrEnum):
    """What moved the tier."""

    VALUE = "value"
    """the customer's own value, or under Pareto its place among all"""
    THRESHOLD = "threshold"
    """another threshold: with the one before it would have stayed"""
    POTENTIAL = "potential"
    """a judgement of potential was made, or ran out"""
    POLICY = "policy"
    """the two runs rank by different metrics or schemes"""


class FlagChange(StrEnum):
    """What became of a customer's churn flag."""

    RAISED = "raised"
    CLEARED = "cleared"


MOVE_DTYPE = pd.CategoricalDtype(list(MoveKind))
CAUSE_DTYPE = pd.CategoricalDtype(list(MoveCause))
FLAG_DTYPE = pd.CategoricalDtype(list(FlagChange))
COLUMNS = ("tier", "tier_raw", "tier_kept", "threshold_a", "threshold_b", "value", "churn_flag")


def find_moves(now: pd.DataFrame, before: pd.DataFrame, *, comparable: bool, by_amount: bool) -> pd.DataFrame:
    """Compare two runs, customer by customer.

    A customer is ``new`` when only the later run knows it and ``lost`` when only the earlier one does. Moving up or
    down has one cause, the first that holds of: the runs are not ``comparable`` (``policy``); the tier before potential
    is the same (``potential``); by the thresholds of the run before, today's value gives the tier that it gave then
    (``threshold``); else ``value``.

    Parameters
    ----------
    now, before
        Published rows indexed by ``customer_id``: ``tier``, ``tier_raw``, ``tier_kept`` (category or str A, B, C),
        ``threshold_a``, ``threshold_b`` (cents, Int64), ``value`` (cents int64), ``churn_flag`` (boolean, NA: not
        scored). Customers who stand where they stood may be left out of both.
    comparable
        Whether both runs rank by one metric under one scheme.
    by_amount
        Whether that scheme compares values with thresholds; otherwise none can be the cause.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, ascending, of those with a change: categories ``move``, ``cause`` (of up and down)
        and ``flag``, each NA without one; ``tier_before``, ``tier`` str ("" when not in the run); ``value_before``,
        ``value`` Int64 cents; ``weight`` int64, the greater of the two values, 0 at least: what lists are ordered by.
    """
    require_columns(now, COLUMNS, "the run")
    require_columns(before, COLUMNS, "the run before")
    index = now.index.union(before.index).sort_values().rename("customer_id")
    here, there = now.reindex(index), before.reindex(index)
    tier, tier_before = _text(here["tier"]), _text(there["tier"])
    move = np.select(
        [tier_before == "", tier == "", tier < tier_before, tier > tier_before],
        [MoveKind.NEW, MoveKind.LOST, MoveKind.UP, MoveKind.DOWN],
        default="",
    )
    found = pd.DataFrame({"tier_before": tier_before, "tier": tier}, index=index)
    found["move"] = _category(move, MOVE_DTYPE)
    found["cause"] = _category(_causes(here, there, move, comparable, by_amount), CAUSE_DTYPE)
    raised, was_raised = _flagged(here), _flagged(there)
    flags = np.select(
        [raised & ~was_raised, was_raised & ~raised], [FlagChange.RAISED, FlagChange.CLEARED], ""
    )
    found["flag"] = _category(flags, FLAG_DTYPE)
    found["value_before"], found["value"] = there["value"].astype("Int64"), here["value"].astype("Int64")
    values = found[["value_before", "value"]].fillna(0).astype("int64").to_numpy()
    found["weight"] = np.maximum(values.max(axis=1, initial=0), 0)
    return found[found["move"].notna() | found["flag"].notna()]


def _causes(
    here: pd.DataFrame, there: pd.DataFrame, move: np.ndarray, comparable: bool, by_amount: bool
) -> np.ndarray:
    moved = np.isin(move, [MoveKind.UP, MoveKind.DOWN])
    if not comparable:
        return np.where(moved, MoveCause.POLICY, "")
    same_kept = (_text(here["tier_kept"]) == _text(there["tier_kept"])).to_numpy()
    value = here["value"].astype("Float64")
    by_old_thresholds = np.select(
        [
            (value >= there["threshold_a"].astype("Float64")).fillna(False).to_numpy(dtype=bool),
            (value >= there["threshold_b"].astype("Float64")).fillna(False).to_numpy(dtype=bool),
        ],
        ["A", "B"],
        default="C",
    )
    stayed_by_old = by_old_thresholds == _text(there["tier_raw"]).to_numpy()
    raw_moved = (_text(here["tier_raw"]) != _text(there["tier_raw"])).to_numpy()
    return np.select(
        [~moved, same_kept, stayed_by_old & raw_moved & by_amount],
        ["", MoveCause.POTENTIAL, MoveCause.THRESHOLD],
        default=MoveCause.VALUE,
    )


def _flagged(rows: pd.DataFrame) -> np.ndarray:
    return rows["churn_flag"].astype("boolean").fillna(False).to_numpy(dtype=bool)


def _text(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "").astype(str)


def _category(words: np.ndarray, dtype: pd.CategoricalDtype) -> pd.Categorical:
    known = pd.Series(words, dtype=object)
    return pd.Categorical(known.where(known != ""), dtype=dtype)
