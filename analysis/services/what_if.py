"""What a draft policy would change: evaluated on the facts as they are, nothing published, nothing written."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analysis.datasets.customers import TIERS, population_of
from analysis.datasets.moves import read_standings
from analysis.datasets.source import facts_spec
from analysis.measures.moves import find_moves
from analysis.measures.tiers import TierScheme
from analysis.models import AnalysisRun, Policy
from analysis.models.rules import PolicyRules, read_rules
from analysis.registry import find
from analysis.selectors.explanations import Wording
from analysis.selectors.moves import MovedCustomer, moved_customer, regions_of
from analysis.selectors.runs import published
from analysis.selectors.snapshots import left_out_since, sees_company, visible
from analysis.services import churn, facts, policies, publishing
from analysis.services.connections import second_connection
from analysis.services.what_follows import MarkMoves, mark_moves, what_follows
from crm.models import User
from crm.policy import require
from customers.models import Customer, Region
from customers.selectors.facts import first_order_on

MOVERS_LISTED = 200


class NothingPublishedError(ValueError):
    """There is no published run to compare a draft with; str() is translated."""


@dataclass(frozen=True, slots=True)
class Passage:
    """How many customers would pass from one tier to another ("": not in that run), and their value, in cents."""

    tier_before: str
    tier: str
    customers: int
    value: int


@dataclass(frozen=True, slots=True)
class RegionMoves:
    """How many customers of a region would move; ``value`` in cents is that of those who move."""

    region_id: int | None
    region: str
    up: int
    down: int
    value: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would change among the customers whom the viewer may see.

    ``tiers_before`` and ``tiers`` count customers in A, B, C as published and by the draft; ``movers`` are the
    :data:`MOVERS_LISTED` of the greatest value at most, ``moved`` is how many there are. ``caution`` says what the
    published run's backtest holds against the draft's model of churn, "" for nothing.
    ``marks`` counts who would gain or lose one, ``follows`` says in sentences what else the draft comes to.
    """

    as_of: datetime.date
    compared_with: AnalysisRun
    rules: PolicyRules
    caution: str
    customers: int
    tiers_before: dict[str, int]
    tiers: dict[str, int]
    moved: int
    flags_raised: int
    flags_cleared: int
    marks: list[MarkMoves]
    follows: list[str]
    passages: list[Passage]
    regions: list[RegionMoves]
    movers: list[MovedCustomer]


def what_if(document: Mapping[str, Any], *, actor: User | None, as_of: datetime.date | None = None) -> WhatIf:
    """Say who would move if a draft policy were published today in the place of what is published.

    Parameters
    ----------
    document
        The draft, see docs/policy.md.
    actor
        The viewer, whose customers alone are told of; None for the system, which sees all.
    as_of
        The last day that counts; that of the published run when left out.

    Raises
    ------
    PermissionDenied
        When ``actor`` may not start analyses.
    PolicyError
        When the draft breaks the schema or names a region that is not known.
    NothingPublishedError
        Before the first published run.
    """
    (found,) = what_if_in([get_language() or settings.LANGUAGE_CODE], document, actor=actor, as_of=as_of)
    return found


def what_if_in(
    languages: Sequence[str],
    document: Mapping[str, Any],
    *,
    actor: User | None,
    as_of: datetime.date | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[WhatIf]:
    """Say it in several languages, evaluating once; ``progress`` hears of each step. Raises as :func:`what_if` does."""
    if actor is not None:
        require(actor, "analysis.run")
    rules = read_rules(document)
    shown = published()
    if shown is None:
        raise NothingPublishedError(_("Nothing has been published yet that a draft could be compared with."))
    draft = AnalysisRun(as_of=as_of or shown.as_of, policy=Policy(version=0, rules=rules.document()))
    total = len(languages) + 1
    progress(0, total)
    rows = evaluate(draft)
    told = []
    for done, language in enumerate(languages, start=1):
        progress(done, total)
        with translation.override(language):
            told.append(_tell(draft, rules, shown, rows, actor))
    return told


def evaluate(draft: AnalysisRun) -> pd.DataFrame:
    """The rows that an unsaved run would publish, with the columns of its snapshot; see ``analysis.registry.core``."""
    rules = draft.policy.parsed()
    region_ids = policies.region_ids(rules)
    draft.previous = publishing.run_before(draft)
    with second_connection() as work, work.transaction(force_rollback=True):
        window = rules.window.window(draft.as_of, first_order_on(work))
        spec = facts_spec(rules, window, draft.as_of)
        prepared = facts.look(work, spec)
        population = population_of([work], prepared.table, draft, rules, region_ids, spec)
    fit = churn.fit(population)
    draft.window_start, draft.window_end = window.start, window.end
    draft.horizon_days, draft.currency = rules.churn.horizon_days, settings.COMPANY_CURRENCY
    draft.churn = {"problem": fit.demand.problem.value if fit.demand.problem else None}
    return find(population, fit)


def _tell(
    draft: AnalysisRun, rules: PolicyRules, shown: AnalysisRun, rows: pd.DataFrame, actor: User | None
) -> WhatIf:
    with second_connection() as work:
        before = read_standings(work, shown.pk)
    rows, before = _seen(rows, shown, actor), _seen(before, shown, actor)
    then = shown.policy.parsed()
    moves = find_moves(
        rows,
        before,
        comparable=(then.metric, then.scheme) == (rules.metric, rules.scheme),
        by_amount=rules.scheme is TierScheme.AMOUNT,
    )
    moves["region_id"] = rows["region_id"].reindex(moves.index)
    moved = moves[moves["move"].notna()]
    flags = moves["flag"].value_counts()
    tiers_before, tiers = _count(before["tier"]), _count(rows["tier"])
    return WhatIf(
        as_of=draft.as_of,
        compared_with=shown,
        rules=rules,
        caution=policies.caution(rules),
        customers=len(rows),
        tiers_before=tiers_before,
        tiers=tiers,
        moved=len(moved),
        flags_raised=int(flags.get("raised", 0)),
        flags_cleared=int(flags.get("cleared", 0)),
        marks=mark_moves(rows["marks"], before["marks"]),
        follows=what_follows(then, rules, tiers_before, tiers),
        passages=_passages(moved),
        regions=_regions(moved),
        movers=_movers(moved, rows, draft),
    )


def _seen(rows: pd.DataFrame, shown: AnalysisRun, actor: User | None) -> pd.DataFrame:
    """The rows of customers whom the viewer may see."""
    if actor is None or sees_company(actor):
        gone = list(left_out_since(shown).values_list("customer_id", flat=True))
        return rows[~rows.index.isin(gone)] if gone else rows
    seen = visible(shown, actor).values_list("customer_id", flat=True)
    fresh = Customer.objects.visible_to(actor).exclude(snapshots__run=shown).values_list("pk", flat=True)
    return rows[rows.index.isin([*seen, *fresh])]


def _count(tiers: pd.Series) -> dict[str, int]:
    counted = tiers.value_counts()
    return {tier: int(counted.get(tier, 0)) for tier in reversed(TIERS)}


def _passages(moved: pd.DataFrame) -> list[Passage]:
    grouped = moved.groupby(["tier_before", "tier"])["weight"].agg(["size", "sum"])
    return [
        Passage(row["tier_before"], row["tier"], row["size"], row["sum"])
        for row in grouped.reset_index().to_dict("records")
    ]


def _regions(moved: pd.DataFrame) -> list[RegionMoves]:
    counted = moved.assign(
        region_id=moved["region_id"].astype("Int64").fillna(0),
        up=moved["move"] == "up",
        down=moved["move"] == "down",
    )
    sums = counted.groupby("region_id")[["up", "down", "weight"]].sum().reset_index().to_dict("records")
    names = Region.objects.in_bulk([row["region_id"] for row in sums if row["region_id"]])
    found = [
        RegionMoves(
            row["region_id"] or None,
            str(names.get(row["region_id"], "")),
            row["up"],
            row["down"],
            row["weight"],
        )
        for row in sums
    ]
    return sorted(found, key=lambda region: (-(region.up + region.down), region.region))


def _movers(moved: pd.DataFrame, rows: pd.DataFrame, draft: AnalysisRun) -> list[MovedCustomer]:
    """The heaviest movers in words."""
    first = _plain_rows(moved.sort_values("weight", ascending=False, kind="stable").head(MOVERS_LISTED))
    ids = [row["customer_id"] for row in first]
    stands = {row["customer_id"]: row for row in _plain_rows(rows[rows.index.isin(ids)])}
    customers = Customer.objects.select_related("owner").in_bulk(ids)
    words, regions = Wording(draft), regions_of(stands.values())
    return [
        moved_customer(
            customers[row["customer_id"]], row, stands.get(row["customer_id"]), words, draft, regions
        )
        for row in first
    ]


def _plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as the database would give them: missing figures as None, missing words as "", days as dates."""
    found = frame.reset_index()
    for name, column in found.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            found[name] = column.astype(object).where(column.notna(), "")
        elif pd.api.types.is_datetime64_dtype(column):
            found[name] = column.dt.date.astype(object).where(column.notna(), None)
        else:
            found[name] = column.astype(object).where(column.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
