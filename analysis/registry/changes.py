"""What changed since the run before."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from analysis.datasets.moves import TwoRuns, read_two_runs
from analysis.measures.moves import FlagChange, MoveCause, MoveKind, find_moves
from analysis.models import Move
from analysis.registry.declaring import Measure, Outcome, Table

NO_RUN_BEFORE = gettext_noop("There is no earlier published run to compare with.")


def _moves(runs: TwoRuns) -> Outcome:
    if runs.before is None:
        return Outcome(problem=NO_RUN_BEFORE)
    found = find_moves(runs.now, runs.before, comparable=runs.comparable, by_amount=runs.by_amount)
    counts = {**found["move"].value_counts(), **found["flag"].value_counts()}
    return Outcome(rows={Move: found}, summary={word: int(count) for word, count in counts.items()})


CHANGES: tuple[Measure[Any], ...] = (
    Measure(
        "moves",
        _("Who moved since the run before"),
        read=read_two_runs,
        compute=_moves,
        tables=(
            Table(
                Move,
                {
                    "customer_id": "int8",
                    "move": (*MoveKind, ""),
                    "cause": (*MoveCause, ""),
                    "flag": (*FlagChange, ""),
                    "tier_before": "text",
                    "tier": "text",
                    "value_before": "int8?",
                    "value": "int8?",
                    "weight": "int8",
                },
                partitioned=True,
                indexes=(("weight", "customer_id"),),
            ),
        ),
    ),
)
