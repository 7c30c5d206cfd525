"""The measures of the core run, each declared once: what it publishes of each customer, what must come before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
from django.utils.translation import gettext_lazy as _

from analysis.datasets.customers import POTENTIALS, TIERS, Population
from analysis.measures.churn import STATUS_DTYPE, ChurnFit, assess_churn
from analysis.measures.churn_reasons import ChurnReason
from analysis.measures.contribution import contribution
from analysis.measures.marks import MARKS_DTYPE, assign_marks
from analysis.measures.tiers import POTENTIAL_RULE_DTYPE, TierScheme, assign_tiers
from crm.copying import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(slots=True)
class Findings:
    """What is known so far in a run: the fits that churn rests on, and each measure's frame by its name."""

    fit: ChurnFit
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoreMeasure:
    """A measure, its name for people, and the columns of the snapshot that it fills, with their kinds (crm.copying)."""

    name: str
    label: _StrPromise
    compute: Callable[[Population, Findings], pd.DataFrame]
    publishes: dict[str, Kind]
    after: tuple[str, ...] = ()


def find(population: Population, fit: ChurnFit) -> pd.DataFrame:
    """Compute every measure and return the published columns, indexed like the population."""
    findings = Findings(fit)
    for measure in CORE:
        findings.frames[measure.name] = measure.compute(population, findings)
    columns = {name: findings.frames[measure.name][name] for measure in CORE for name in measure.publishes}
    return pd.DataFrame(columns, index=population.customers.index, copy=False)


def _facts(population: Population, _findings: Findings) -> pd.DataFrame:
    return population.customers


def _contribution(population: Population, _findings: Findings) -> pd.DataFrame:
    return contribution(population.customers, population.rules.metric)


def _tiers(population: Population, findings: Findings) -> pd.DataFrame:
    tiers = assign_tiers(
        findings.frames["contribution"],
        population.customers[["region_id", "previous_tier", "potential", "potential_expires_on"]],
        population.rules.tier_policy(population.region_ids),
        population.region_parents,
        population.as_of,
    )
    return tiers.rename(columns={"threshold_region": "threshold_region_id"})


def _marks(population: Population, findings: Findings) -> pd.DataFrame:
    known_since = population.customers["known_since"]
    return assign_marks(
        findings.frames["contribution"], known_since, population.rules.marks, population.as_of
    )


def _churn(population: Population, findings: Findings) -> pd.DataFrame:
    facts = population.customers
    signals = pd.DataFrame(
        {
            "first_order_on": facts["first_order_on"],
            "last_order_on": facts["last_order_on"],
            "order_days": facts["lifetime_order_days"],
            "lifetime_lines": facts["lifetime_lines"],
            "lifetime_net_revenue": facts["lifetime_net_revenue"],
            "median_interval_days": facts["median_interval_days"],
            "breadth_recent": facts["categories"],
            "breadth_previous": facts["categories_before"],
            "revenue_recent": facts["net_revenue"],
            "revenue_previous": facts["net_revenue_before"],
            "payments_settled": facts["payments_settled"],
            "payments_late": facts["payments_late"],
            "open_complaints": facts["open_complaints"],
            "elsewhere_recent": facts["elsewhere"],
            "elsewhere_previous": facts["elsewhere_before"],
        },
        copy=False,
    )
    return assess_churn(signals, findings.fit, population.rules.churn, population.as_of)


def _reason_words() -> tuple[str, ...]:
    codes = list(ChurnReason)
    return tuple(
        "|".join(code for place, code in enumerate(codes) if bits >> place & 1)
        for bits in range(2 ** len(codes))
    )


CORE: tuple[CoreMeasure, ...] = (
    CoreMeasure(
        "facts",
        _("Facts of purchase"),
        _facts,
        {
            "region_id": "int8",
            "net_revenue": "int8",
            "gross_revenue": "int8",
            "gross_margin": "int8",
            "costed_revenue": "int8",
            "net_revenue_before": "int8",
            "orders": "int4",
            "order_days": "int4",
            "categories": "int4",
            "categories_before": "int4",
            "first_order_on": "date",
            "last_order_on": "date",
            "lifetime_order_days": "int4",
            "median_interval_days": "float8",
            "payments_settled": "int4",
            "payments_late": "int4",
            "open_complaints": "int4",
            "elsewhere": "int8",
            "elsewhere_before": "int8",
            "tier_before": (*TIERS, ""),
        },
    ),
    CoreMeasure(
        "contribution",
        _("Contribution"),
        _contribution,
        {"value": "int8", "rank": "int4", "share": "float8", "cumulative_share_before": "float8"},
    ),
    CoreMeasure(
        "tiers",
        _("ABC tiers"),
        _tiers,
        {
            "tier_amount": TIERS,
            "tier_pareto": TIERS,
            "tier_raw": TIERS,
            "previous_tier": (*TIERS, ""),
            "tier_kept": TIERS,
            "tier": TIERS,
            "tier_scheme": tuple(TierScheme),
            "threshold_region_id": "int8",
            "threshold_a": "int8",
            "threshold_b": "int8",
            "kept_above": "int8",
            "potential": (*POTENTIALS, ""),
            "potential_rule": tuple(POTENTIAL_RULE_DTYPE.categories),
        },
        after=("contribution",),
    ),
    CoreMeasure(
        "marks", _("Marks"), _marks, {"marks": tuple(MARKS_DTYPE.categories)}, after=("contribution",)
    ),
    CoreMeasure(
        "churn",
        _("Churn"),
        _churn,
        {
            "churn_status": tuple(STATUS_DTYPE.categories),
            "churn_probability": "float8",
            "p_alive": "float8",
            "expected_orders": "float8",
            "churn_flag": "bool",
            "churn_reasons": _reason_words(),
        },
    ),
)

PUBLISHED: dict[str, Kind] = {column: kind for measure in CORE for column, kind in measure.publishes.items()}
