"""The measures of the family "products": what is earned with whom and on what, and what to offer to whom."""

from __future__ import annotations

from typing import Any

import pandas as pd
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from analysis.datasets import products
from analysis.datasets.products import PLACES, Counted, Mix, Owned, Places, Profits, Rhythm, Wallets
from analysis.measures.baskets import product_pairs
from analysis.measures.cross_sell import recommend
from analysis.measures.mix_advice import ADVICE_DTYPE, mix_advice
from analysis.measures.narrow_buyers import BASIS_DTYPE, narrow_buyers, recorded_elsewhere
from analysis.measures.product_distribution import add_cells, monthly_cells
from analysis.measures.product_margins import product_margins
from analysis.measures.profitability import STANDING_DTYPE, profitability
from analysis.measures.regional_affinity import regional_affinity
from analysis.measures.upsell import upsell
from analysis.models import (
    Affinity,
    CustomerProfit,
    MixAdvice,
    NarrowBuyer,
    ProductMargin,
    ProductPair,
    Recommendation,
    SalesCell,
    UpsellCandidate,
)
from analysis.registry.declaring import Measure, Merging, Outcome, Table
from crm.copying import Kind
from customers.models import PropertyType

NOTHING_SOLD = gettext_noop("No merchandise was sold in the window.")
NO_PAIRS = gettext_noop("No two products were bought together often enough.")

_PAIR: dict[str, Kind] = {"customer_id": "int8", "product_id": "int8"}
_PROPERTY_WORDS = ("", *PropertyType.values)


def _cents(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, "int8")


def _floats(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, "float8")


def _profitability(profits: Profits) -> Outcome:
    found = profitability(profits.customers, profits.policy)
    totals = ["net_revenue", "uncosted_revenue", "cost_of_goods", "gross_margin", "service_cost", "profit"]
    found = found[(found[totals] != 0).any(axis=1)]  # without dealings there is nothing to tell
    summary = {name: int(found[name].sum()) for name in totals}
    standings = {str(name): int(count) for name, count in found["standing"].value_counts().items()}
    return Outcome(rows={CustomerProfit: found}, summary={**summary, "standings": standings})


def _product_margins(sums: pd.DataFrame) -> Outcome:
    if sums.empty:
        return Outcome(problem=NOTHING_SOLD)
    found = product_margins(sums)
    totals = {name: int(found[name].sum()) for name in ("net_revenue", "costed_revenue", "gross_margin")}
    return Outcome(rows={ProductMargin: found}, summary={"products": len(found), **totals})


def _mix_advice(mix: Mix) -> Outcome:
    found = mix_advice(mix.sales, mix.products, mix.policy)
    by_advice = found.groupby("advice", observed=False)["gain"].agg(["size", "sum"])
    summary = {
        str(advice): {"pieces": int(pieces), "gain": int(gain)}
        for advice, pieces, gain in by_advice.itertuples()
    }
    return Outcome(rows={MixAdvice: found}, summary=summary)


def _merge_advice(merging: Merging) -> Outcome:
    """Add up the shards' pieces of advice and what they would gain."""
    return Outcome(
        summary={
            advice: {
                what: sum(shard[advice][what] for shard in merging.summaries) for what in ("pieces", "gain")
            }
            for advice in ADVICE_DTYPE.categories
        }
    )


def _product_distribution(lines: pd.DataFrame) -> Outcome:
    return Outcome(parts={"cells": monthly_cells(lines)})


def _merge_cells(merging: Merging) -> Outcome:
    """Add up what the shards sold by region, month and category."""
    cells = add_cells(merging.parts["cells"])
    return Outcome(rows={SalesCell: cells}) if len(cells) else Outcome(problem=NOTHING_SOLD)


def _baskets(counted: Counted) -> Outcome:
    counts = counted.counts
    found = product_pairs(counts, counted.policy)
    if found.empty:
        return Outcome(problem=NO_PAIRS)
    summary = {"baskets": counts.baskets, "products": len(counts.products), "pairs": len(found)}
    return Outcome(rows={ProductPair: found}, summary=summary)


def _cross_sell(owned: Owned) -> Outcome:
    found = recommend(owned.owned, owned.pairs, owned.policy)
    summary = {"recommendations": len(found), "customers": int(found["customer_id"].nunique())}
    return Outcome(rows={Recommendation: found}, summary=summary)


def _merge_recommendations(merging: Merging) -> Outcome:
    """Add up how many recommendations the shards made, and to how many customers."""
    return Outcome(
        summary={
            what: sum(shard[what] for shard in merging.summaries) for what in ("recommendations", "customers")
        }
    )


def _narrow_buyers(wallets: Wallets) -> Outcome:
    recorded = recorded_elsewhere(wallets.shares, wallets.window)
    found = narrow_buyers(wallets.sales, wallets.industries, recorded, wallets.policy)
    by_basis = found.groupby("basis", observed=False)["elsewhere"].agg(["size", "sum"])
    summary = {
        str(basis): {"customers": int(customers), "elsewhere": int(elsewhere)}
        for basis, customers, elsewhere in by_basis.itertuples()
    }
    return Outcome(rows={NarrowBuyer: found}, summary=summary)


def _upsell(rhythm: Rhythm) -> Outcome:
    found = upsell(rhythm.customers, rhythm.as_of, rhythm.policy)
    summary = {"customers": len(found), "typical_orders": int(found["typical_order"].sum())}
    return Outcome(rows={UpsellCandidate: found}, summary=summary)


def _regional_affinity(places: Places) -> Outcome:
    found = [_affinities(places, kind) for kind in PLACES]
    rows = pd.concat(found, ignore_index=True)
    words = {
        "kind": pd.CategoricalDtype(list(PLACES)),
        "property_type": pd.CategoricalDtype(list(_PROPERTY_WORDS)),
    }
    return Outcome(rows={Affinity: rows.astype({**words, "region_id": "Int64"})})


def _affinities(places: Places, kind: str) -> pd.DataFrame:
    """The affinities of one kind of place, which is a region or a kind of property."""
    found = regional_affinity(places.bought, places.places[kind], places.policy).assign(kind=kind)
    place = found.pop("place").astype("object")
    if kind == "property":
        return found.assign(region_id=None, property_type=place)
    return found.assign(region_id=place, property_type="")


PRODUCTS: tuple[Measure[Any], ...] = (
    Measure(
        "profitability",
        _("Profitability"),
        products.read_profits,
        _profitability,
        reads_products=True,
        tables=(
            Table(
                CustomerProfit,
                {
                    "customer_id": "int8",
                    **_cents("net_revenue", "uncosted_revenue", "cost_of_goods"),
                    **_cents("gross_margin", "service_cost", "profit"),
                    **_floats("profit_rate", "cost_coverage"),
                    "standing": tuple(STANDING_DTYPE.categories),
                    "rank": "int4",
                },
                partitioned=True,
                indexes=(("profit", "customer_id"),),
            ),
        ),
    ),
    Measure(
        "product_margins",
        _("Product margins"),
        products.read_product_sums,
        _product_margins,
        reads_products=True,
        tables=(
            Table(
                ProductMargin,
                {
                    "product_id": "int8",
                    "quantity": "float8",
                    "customers": "int4",
                    **_cents("net_revenue", "costed_revenue", "gross_margin"),
                    **_floats("margin_rate", "cost_coverage", "revenue_share"),
                    "rank": "int4",
                },
            ),
        ),
    ),
    Measure(
        "mix_advice",
        _("Mix advice"),
        products.read_mix,
        _mix_advice,
        reads_products=True,
        tables=(
            Table(
                MixAdvice,
                {
                    **_PAIR,
                    **_cents("net_revenue", "gross_margin"),
                    **_floats("margin_rate", "revenue_share", "usual_rate", "usual_share"),
                    "advice": tuple(ADVICE_DTYPE.categories),
                    "gain": "int8",
                    "place": "int2",
                },
                partitioned=True,
                indexes=(("gain", "customer_id", "product_id"), ("product_id", "gain")),
            ),
        ),
        after=("product_margins",),
        merge=_merge_advice,
    ),
    Measure(
        "product_distribution",
        _("Product distribution"),
        products.read_sold_lines,
        _product_distribution,
        tables=(
            Table(
                SalesCell,
                {
                    "region_id": "int8",
                    "month": "date",
                    "category_id": "int8",
                    "quantity": "float8",
                    "net_revenue": "int8",
                },
            ),
        ),
        parts={
            "cells": {
                "region_id": "int8",
                "month": "date",
                "category_id": "int8",
                "thousandths": "int8",
                "net_revenue": "int8",
            }
        },
        merge=_merge_cells,
    ),
    Measure(
        "baskets",
        _("Baskets"),
        products.read_baskets,
        _baskets,
        tables=(
            Table(
                ProductPair,
                {
                    "product_id": "int8",
                    "other_id": "int8",
                    "together": "int4",
                    **_floats("support", "confidence", "lift", "llr"),
                    "place": "int2",
                },
                partitioned=True,
                indexes=(("llr", "product_id", "other_id"),),
            ),
        ),
    ),
    Measure(
        "cross_sell",
        _("Cross-selling"),
        products.read_owned,
        _cross_sell,
        tables=(
            Table(
                Recommendation,
                {**_PAIR, "score": "float8", "place": "int2", "because_id": "int8", "because_llr": "float8"},
                partitioned=True,
                indexes=(("score", "customer_id", "product_id"), ("product_id", "score")),
            ),
        ),
        after=("baskets",),
        merge=_merge_recommendations,
    ),
    Measure(
        "narrow_buyers",
        _("Narrow buyers"),
        products.read_wallets,
        _narrow_buyers,
        reads_products=True,
        tables=(
            Table(
                NarrowBuyer,
                {
                    "customer_id": "int8",
                    "categories": "int2",
                    **_cents("net_revenue", "elsewhere"),
                    "basis": tuple(BASIS_DTYPE.categories),
                    "our_share": "float8",
                    "peers": "int4",
                    "peer_share": "float8",
                    "lacking_id": "int8",
                },
                partitioned=True,
                indexes=(("elsewhere", "customer_id"),),
            ),
        ),
    ),
    Measure(
        "upsell",
        _("Upselling"),
        products.read_rhythm,
        _upsell,
        tables=(
            Table(
                UpsellCandidate,
                {
                    "customer_id": "int8",
                    "due_on": "date",
                    "days_until_due": "int4",
                    "typical_order": "int8",
                    "late_share": "float8",
                    "room": "int8",
                },
                partitioned=True,
                indexes=(("due_on", "customer_id"),),
            ),
        ),
    ),
    Measure(
        "regional_affinity",
        _("Regional affinity"),
        products.read_places,
        _regional_affinity,
        reads_products=True,
        tables=(
            Table(
                Affinity,
                {
                    "kind": PLACES,
                    "region_id": "int8",
                    "property_type": _PROPERTY_WORDS,
                    "category_id": "int8",
                    "customers": "int4",
                    "buyers": "int4",
                    **_floats("share", "overall_share", "lift", "llr"),
                },
            ),
        ),
    ),
)
