"""Resources against return: what each tier and customer takes of our effort, beside what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db.models import BigIntegerField
from django.db.models.functions import Cast

from analysis.measures.resources import tier_balance
from analysis.models import AnalysisRun, ResourceUse
from analysis.selectors.listing import NAMED, Who, records, who
from analysis.selectors.record_words import BALANCES, MISMATCHES, balance_sentence, label, mismatch_sentence
from analysis.selectors.results import RowsPage, page_of, result_of, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter
from analysis.selectors.sums import TIERS, sums_by_tier
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "resources"
KEYS = (Key("service_cost", integer, descending=True), Key("customer_id", integer))
_COSTS = ("visits", "visit_cost", "discount_cost", "support_cost", "service_cost")
_FIGURES = ("tier", *_COSTS, "net_revenue", "gross_margin", "profit", "mismatch")


@dataclass(frozen=True, slots=True)
class TierEffort:
    """What a tier takes and gives, in cents; shares are of what the viewer may see, None of nothing."""

    tier: str
    customers: int
    visits: int
    visit_cost: int
    discount_cost: int
    support_cost: int
    service_cost: int
    net_revenue: int
    gross_margin: int
    cost_share: float | None
    margin_share: float | None
    intensity: float | None
    return_on_cost: float | None
    balance: str
    balance_label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A customer whose effort and return do not match, in cents; ``reason`` says why in a sentence."""

    customer: Who
    tier: str
    visits: int
    visit_cost: int
    discount_cost: int
    support_cost: int
    service_cost: int
    net_revenue: int
    gross_margin: int
    profit: int
    mismatch: str
    mismatch_label: str
    reason: str


def by_tier(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[TierEffort]:  # noqa: A002
    """Effort and return of each tier of the viewer's customers, A first; empty until the measure is done."""
    result = result_of(NAME, run)
    if result is None or not result.is_done:
        return []
    rows = visible_rows(ResourceUse, NAME, run, user, filter).order_by().values("tier")
    added = rows.annotate(**{f"sum_of_{name}": Total(Cast(name, BigIntegerField())) for name in _COSTS})
    costs: dict[str, dict[str, Any]] = {row["tier"]: {**row} for row in added}
    tiers = sums_by_tier(run, user, filter or Filter())
    frame = pd.DataFrame(
        [
            {
                "customers": tiers[tier]["customers"],
                **{name: costs.get(tier, {}).get(f"sum_of_{name}") or 0 for name in _COSTS},
                "net_revenue": tiers[tier]["total_net_revenue"],
                "gross_margin": tiers[tier]["total_gross_margin"],
            }
            for tier in TIERS
        ],
        index=pd.Index(TIERS, name="tier"),
    )
    return [
        TierEffort(balance_label=label(BALANCES, row["balance"]), reason=balance_sentence(row), **row)
        for row in records(tier_balance(frame, run.policy.parsed().records.resources))
    ]


def mismatches(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    mismatch: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Mismatch]:
    """The viewer's customers whose effort and return do not match, the dearest first; ``mismatch`` picks one kind.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(ResourceUse, NAME, run, user, filter)
    rows = rows.filter(mismatch=mismatch) if mismatch else rows.exclude(mismatch="")
    page = page_of(rows.values(*NAMED, *_FIGURES), KEYS, after=after, before=before, size=size)
    found = [
        Mismatch(
            customer=who(row),
            mismatch_label=label(MISMATCHES, row["mismatch"]),
            reason=mismatch_sentence(row, run.currency),
            **{name: row[name] for name in _FIGURES},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)
