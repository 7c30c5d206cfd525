"""Who the customers are, what each sold for in a period, and where they came from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext_lazy as _

from analysis.datasets import origins
from analysis.datasets.origins import BUSINESS_MODELS, MONEY, OWNERSHIP_TYPES, Origins, Referrals, Sales
from analysis.measures.composition import SIZE_DTYPE, SizePolicy, company_sizes, composition
from analysis.measures.informants import VOICE_DTYPE, informant_returns
from analysis.measures.periods import Period, PeriodKind, period_sales
from analysis.measures.sources import campaign_costs, source_returns
from analysis.models import (
    CompositionGroup,
    CompositionRow,
    Dimension,
    InformantReturn,
    PeriodSale,
    ReferralRow,
    SourceReturn,
    SourceRow,
)
from analysis.registry.declaring import Measure, Outcome, Table
from crm.copying import Kind

SOURCES = ("channel", "campaign")
_EVER: dict[str, Kind] = {
    "lifetime_order_days": "int4",
    "net_revenue_ever": "int8",
    "gross_margin_ever": "int8",
}


def _composition(customers: pd.DataFrame) -> Outcome:
    rows = customers.assign(size=company_sizes(customers["headcount"], customers["turnover"], SizePolicy()))
    groups = []
    for dimension in Dimension:
        found = composition(rows, dimension.column).reset_index(names="key")
        groups.append(found.assign(dimension=dimension.value, key=_as_text(found["key"])))
    words = pd.CategoricalDtype(Dimension.values)
    company = pd.concat(groups, ignore_index=True).astype({"dimension": words})
    return Outcome(rows={CompositionRow: rows, CompositionGroup: company})


def _periods(sales: Sales) -> Outcome:
    ranked = [_ranked(sales, period) for period in sales.periods]
    return Outcome(rows={PeriodSale: pd.concat(ranked, ignore_index=True)})


def _ranked(sales: Sales, period: Period) -> pd.DataFrame:
    """The rows of one period, without what follows from the others: there are millions of them."""
    found = period_sales(sales.of(period)).drop(columns=["change", "change_year"]).reset_index()
    kinds = pd.CategoricalDtype(list(PeriodKind))
    code = np.full(len(found), kinds.categories.get_loc(period.kind), dtype=np.int8)
    return found.assign(
        kind=pd.Categorical.from_codes(code, dtype=kinds),
        starts_on=pd.Timestamp(period.start).as_unit("s"),
    )


def _sources(read: Origins) -> Outcome:
    by_campaign, by_channel = campaign_costs(read.campaigns, read.as_of)
    costs = {"channel": by_channel, "campaign": by_campaign}
    found = [
        source_returns(read.customers, cost, f"{source}_id", read.window, read.as_of)
        .reset_index(names="source_id")
        .assign(source=source)
        for source, cost in costs.items()
    ]
    returns = pd.concat(found, ignore_index=True).astype({"source": pd.CategoricalDtype(list(SOURCES))})
    return Outcome(rows={SourceRow: read.customers, SourceReturn: returns})


def _informants(read: Referrals) -> Outcome:
    returns = informant_returns(read.informants, read.referrals, read.customers, read.policy, read.as_of)
    told = read.referrals.astype({"customer_id": "int64"})
    rows = told.join(read.customers[list(_EVER)], on="customer_id")
    return Outcome(rows={InformantReturn: returns, ReferralRow: rows})


def _as_text(keys: pd.Series) -> pd.Series:
    """Keys as text, "" for the unknown."""
    return keys.astype("object").map(lambda key: "" if pd.isna(key) else str(key))


_COMPOSITION: Measure[pd.DataFrame] = Measure(
    "composition",
    _("Customer composition"),
    origins.read_composition,
    _composition,
    tables=(
        Table(
            CompositionRow,
            {
                "customer_id": "int8",
                "ownership_type": (*OWNERSHIP_TYPES, ""),
                "business_model": (*BUSINESS_MODELS, ""),
                "industry_id": "int8",
                "region_id": "int8",
                "size": (*SIZE_DTYPE.categories, ""),
                **MONEY,
                "orders": "int4",
            },
            partitioned=True,
        ),
        Table(
            CompositionGroup,
            {
                "dimension": tuple(Dimension.values),
                "key": "text",
                "customers": "int4",
                "buyers": "int4",
                **MONEY,
            },
        ),
    ),
)

_PERIODS: Measure[Sales] = Measure(
    "periods",
    _("Sales by month and year"),
    origins.read_current_sales,
    _periods,
    tables=(
        Table(
            PeriodSale,
            {
                "customer_id": "int8",
                "kind": tuple(PeriodKind),
                "starts_on": "date",
                "net_revenue": "int8",
                "gross_margin": "int8",
                "orders": "int4",
                "rank": "int4",
                "share": "float8",
                "net_revenue_before": "int8",
                "net_revenue_year_ago": "int8",
            },
            partitioned=True,
            indexes=(("kind", "starts_on", "rank", "customer_id"),),
        ),
    ),
)

_SOURCES: Measure[Origins] = Measure(
    "sources",
    _("Sources to profit"),
    origins.read_origins,
    _sources,
    tables=(
        Table(
            SourceRow,
            {
                "customer_id": "int8",
                "channel_id": "int8",
                "campaign_id": "int8",
                "known_since": "date",
                "first_order_on": "date",
                "last_order_on": "date",
                **_EVER,
            },
            partitioned=True,
        ),
        Table(
            SourceReturn,
            {
                "source": SOURCES,
                "source_id": "int8",
                **dict.fromkeys(("customers", "new", "buyers", "repeaters", "to_retain", "retained"), "int4"),
                **dict.fromkeys(("net_revenue", "gross_margin", "cost"), "int8"),
                **dict.fromkeys(
                    (
                        "conversion",
                        "days_to_first_order",
                        "acquisition_cost",
                        "return_on_cost",
                        "repeat_rate",
                        "retention",
                    ),
                    "float8",
                ),
            },
        ),
    ),
)

_INFORMANTS: Measure[Referrals] = Measure(
    "informants",
    _("Informants"),
    origins.read_referrals,
    _informants,
    tables=(
        Table(
            InformantReturn,
            {
                "informant_id": "int8",
                **dict.fromkeys(("referrals", "customers", "buyers"), "int4"),
                **dict.fromkeys(("rewards", "net_revenue", "gross_margin"), "int8"),
                "last_referral_on": "date",
                "days_silent": "int4",
                "voice": tuple(VOICE_DTYPE.categories),
                "return_on_reward": "float8",
            },
        ),
        Table(
            ReferralRow,
            {"customer_id": "int8", "informant_id": "int8", "referred_on": "date", "reward": "int8", **_EVER},
        ),
    ),
)

ORIGINS: tuple[Measure[Any], ...] = (_COMPOSITION, _PERIODS, _SOURCES, _INFORMANTS)
