"""Frames about what customers buy: sums by product, baskets, categories, places, credit.

Each is of the run's population alone: whoever is not in it is in no measure.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from psycopg import sql

from analysis.datasets.source import Source, customer_products, read_frame, read_population
from analysis.measures.baskets import BasketPolicy, PairCounts, count_pairs
from analysis.measures.cross_sell import CrossSellPolicy
from analysis.measures.mix_advice import MixPolicy
from analysis.measures.narrow_buyers import NarrowPolicy
from analysis.measures.product_distribution import NONE
from analysis.measures.profitability import ProfitPolicy
from analysis.measures.regional_affinity import AffinityPolicy
from analysis.measures.upsell import UpsellPolicy
from analysis.measures.windows import Window
from crm.copying import Kind, read_columns
from customers.models import PropertyType
from customers.selectors import record_facts, sales_facts
from customers.selectors.facts import Connection

# Baskets are counted for so many customers at a time: their orders need never be held all at once.
CUSTOMERS_PER_PART = 60_000

SUMS: dict[str, Kind] = {"net_revenue": "int8", "costed_revenue": "int8", "gross_margin": "int8"}
PAIR: dict[str, Kind] = {"customer_id": "int8", "product_id": "int8"}
PLACES = ("province", "city", "property")

_RHYTHM: dict[str, Kind] = {
    "last_order_on": "date",
    "median_interval_days": "float8",
    "lifetime_order_days": "int8",
    "net_revenue": "int8",
    "orders": "int8",
    "payments_settled": "int8",
    "payments_late": "int8",
}
_CREDIT: dict[str, Kind] = {
    "customer_id": "int8",
    "credit_limit_cents": "int8?",
    "open_cents": "int8",
    "overdue_cents": "int8",
}


@dataclass(frozen=True, slots=True)
class Profits:
    """The population with the sums that ``profitability`` takes."""

    customers: pd.DataFrame
    policy: ProfitPolicy


@dataclass(frozen=True, slots=True)
class Counted:
    """What the population's baskets hold."""

    counts: PairCounts
    policy: BasketPolicy


@dataclass(frozen=True, slots=True)
class Mix:
    """What customers bought of each product, as ``mix_advice`` takes it, and the run's margins of all products."""

    sales: pd.DataFrame
    products: pd.DataFrame
    policy: MixPolicy


@dataclass(frozen=True, slots=True)
class Owned:
    """Who has bought what, and the run's pairs of products, as ``recommend`` takes them."""

    owned: pd.DataFrame
    pairs: pd.DataFrame
    policy: CrossSellPolicy


@dataclass(frozen=True, slots=True)
class Wallets:
    """Sales by customer and category, industries, and what is known to be bought elsewhere, over a window."""

    sales: pd.DataFrame
    industries: pd.Series
    shares: pd.DataFrame
    window: Window
    policy: NarrowPolicy


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The population as ``upsell`` takes it, and the day."""

    customers: pd.DataFrame
    as_of: datetime.date
    policy: UpsellPolicy


@dataclass(frozen=True, slots=True)
class Places:
    """Who bought what category, and for each kind of place where customers are."""

    bought: pd.DataFrame
    places: dict[str, pd.Series]
    policy: AffinityPolicy


def read_profits(source: Source) -> Profits:
    """The population's revenue, margin and service cost; zeros for who bought nothing."""
    query = sql.SQL("SELECT customer_id, {} FROM ({}) AS sales GROUP BY customer_id").format(
        _summed(), _sales(source)
    )
    sums = read_frame(source, query, {"customer_id": "int8", **SUMS}).set_index("customer_id")
    service = record_facts.service_query(source.window.start, source.window.end)
    costs = read_frame(
        source,
        sql.SQL(
            "SELECT customer_id, visit_cost + discount_cost + support_cost AS service_cost FROM ({}) AS s"
        ).format(service),
        {"customer_id": "int8", "service_cost": "int8"},
    ).set_index("customer_id")
    everybody = read_population(source, {})
    found = everybody.join(sums).join(costs).fillna(0).astype("int64")
    return Profits(found, source.rules.products.profitability)


def read_product_sums(source: Source) -> pd.DataFrame:
    """The sums of each product over the population, as ``product_margins`` takes them; merchandise alone."""
    query = sql.SQL("""
        SELECT product_id, sum(quantity)::float8 AS quantity, count(*) AS customers, {sums}
        FROM ({sales}) AS sales JOIN ({merchandise}) AS product USING (product_id)
        GROUP BY product_id ORDER BY product_id
    """).format(sums=_summed(), sales=_sales(source), merchandise=sales_facts.merchandise_query())
    kinds: dict[str, Kind] = {"product_id": "int8", "quantity": "float8", "customers": "int8", **SUMS}
    return read_frame(source, query, kinds).set_index("product_id")


def read_mix(source: Source) -> Mix:
    """What this shard's customers bought, beside the margins that the run has found."""
    sales = sql.SQL("""
        SELECT sales.* FROM ({sales}) AS sales JOIN ({merchandise}) AS product USING (product_id)
        ORDER BY customer_id, product_id
    """).format(sales=_sales(source), merchandise=sales_facts.merchandise_query())
    products = sql.SQL(
        "SELECT product_id, margin_rate, revenue_share FROM analysis_productmargin WHERE run_id = {}"
    ).format(sql.Literal(source.run.pk))
    rates: dict[str, Kind] = {"product_id": "int8", "margin_rate": "float8", "revenue_share": "float8"}
    return Mix(
        sales=read_frame(source, sales, {**PAIR, **SUMS}),
        products=read_frame(source, products, rates).set_index("product_id"),
        policy=source.rules.products.mix_advice,
    )


def read_sold_lines(source: Source) -> pd.DataFrame:
    """The merchandise that this shard's customers bought in the window, as ``monthly_cells`` takes it.

    Regions are those of the run.
    """
    query = sales_facts.sold_lines_query(source.connection, source.spec, source.customers())
    kinds: dict[str, Kind] = {**PAIR, "day": "date", "thousandths": "int8", "net_revenue": "int8"}
    lines = read_frame(source, query, kinds)
    regions = read_population(source, {"region_id": "int8?"})["region_id"].fillna(NONE).astype("int64")
    merchandise = read_frame(
        source, sales_facts.merchandise_query(), {"product_id": "int8", "category_id": "int8?"}
    ).set_index("product_id")
    lines = lines[lines["customer_id"].isin(regions.index) & lines["product_id"].isin(merchandise.index)]
    return lines.assign(
        region_id=regions.reindex(lines["customer_id"]).to_numpy(),
        category_id=merchandise["category_id"].fillna(NONE).reindex(lines["product_id"]).to_numpy(np.int64),
    )


def read_baskets(source: Source) -> Counted:
    """Count what all orders of the population hold, some customers at a time."""
    customers = read_population(source, {}).index
    counts = count_baskets(source.connection, source.as_of, customers)
    return Counted(counts, source.rules.products.cross_sell.baskets)


def count_baskets(connection: Connection, as_of: datetime.date, customers: pd.Index) -> PairCounts:
    """Count what all orders by a day hold of these customers, who ascend, some of them at a time."""
    bounds = [*customers[::CUSTOMERS_PER_PART], customers[-1] + 1] if len(customers) else []
    nothing = pd.DataFrame({"basket_id": [], "product_id": []}, dtype="int64")
    counts = count_pairs(nothing)
    for low, high in pairwise(bounds):
        some = sql.SQL("customer_id >= {} AND customer_id < {}").format(int(low), int(high))
        counts += count_pairs(_sold(connection, as_of, some, customers)[["basket_id", "product_id"]])
    return counts


def read_owned(source: Source) -> Owned:
    """What this shard's customers have ever bought, beside the pairs that the run has found."""
    customers = read_population(source, {}).index
    sold = _sold(source.connection, source.as_of, source.customers(), customers)
    owned = sold[["customer_id", "product_id"]].drop_duplicates()
    pairs = sql.SQL(
        "SELECT product_id, other_id, llr FROM analysis_productpair WHERE run_id = {} ORDER BY product_id, other_id"
    ).format(sql.Literal(source.run.pk))
    kinds: dict[str, Kind] = {"product_id": "int8", "other_id": "int8", "llr": "float8"}
    return Owned(
        owned.sort_values(["customer_id", "product_id"], ignore_index=True),
        read_frame(source, pairs, kinds),
        source.rules.products.cross_sell,
    )


def read_wallets(source: Source) -> Wallets:
    """Sales by customer and category, industries and wallet shares, as ``narrow_buyers`` takes them."""
    kinds: dict[str, Kind] = {"customer_id": "int8", "industry_id": "int8?"}
    industries = read_frame(source, record_facts.attributes_query(), kinds).set_index("customer_id")
    shares = read_frame(
        source,
        sales_facts.wallet_query(source.as_of),
        {"customer_id": "int8", "period_start": "date", "period_end": "date", "amount": "int8"},
    )
    return Wallets(
        _category_sales(source),
        industries["industry_id"],
        shares,
        source.window,
        source.rules.products.narrow_buyers,
    )


def read_rhythm(source: Source) -> Rhythm:
    """The population's rhythm and credit."""
    customers = read_population(source, _RHYTHM).rename(columns={"lifetime_order_days": "order_days"})
    credit = read_frame(source, sales_facts.credit_query(source.as_of), _CREDIT).set_index("customer_id")
    found = customers.join(credit)
    owed = {name: found[name].fillna(0).astype("int64") for name in ("open_cents", "overdue_cents")}
    return Rhythm(found.assign(**owed), source.as_of, source.rules.products.upsell)


def read_places(source: Source) -> Places:
    """Who bought which category, and the province, city and kind of property of each."""
    words = ("", *PropertyType.values)
    kinds: dict[str, Kind] = {"customer_id": "int8", "region_id": "int8?", "property_type": words}
    customers = read_frame(source, sales_facts.places_query(), kinds).set_index("customer_id")
    levels = read_frame(
        source,
        sales_facts.region_levels_query(),
        {"id": "int8", "province_id": "int8?", "city_id": "int8?"},
    ).set_index("id")
    property_type = customers["property_type"].cat.remove_categories([""])
    return Places(
        _category_sales(source)[["customer_id", "category_id"]],
        {
            "province": _ancestor(customers["region_id"], levels["province_id"]),
            "city": _ancestor(customers["region_id"], levels["city_id"]),
            "property": property_type,
        },
        source.rules.products.regional_affinity,
    )


def _customers(source: Source) -> sql.Composed:
    """The condition that leaves the population of this shard."""
    return sql.SQL("{} AND customer_id IN ({})").format(source.customers(), source.population())


def _sales(source: Source) -> sql.Composed:
    """Select the population's facts by customer and product; where no cost is known the margin is 0 of 0."""
    return sql.SQL("""
        SELECT customer_id, product_id, quantity, net_revenue, coalesce(costed_revenue, 0) AS costed_revenue,
            coalesce(gross_margin, 0) AS gross_margin
        FROM {} WHERE {}
    """).format(customer_products(source), _customers(source))


def _summed() -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("sum_cents({name}) AS {name}").format(name=sql.Identifier(name)) for name in SUMS
    )


def _sold(
    connection: Connection, as_of: datetime.date, condition: sql.Composable, customers: pd.Index
) -> pd.DataFrame:
    """``customer_id, basket_id, product_id`` of the merchandise that these customers bought by a day."""
    kinds: dict[str, Kind] = {"customer_id": "int8", "basket_id": "int8", "product_id": "int8"}
    query = sales_facts.baskets_query(connection, as_of, condition)
    sold = pd.DataFrame(read_columns(connection, query, kinds), copy=False)
    merchandise = read_columns(connection, sales_facts.merchandise_query(), {"product_id": "int8"})
    kept = sold["product_id"].isin(merchandise["product_id"]) & sold["customer_id"].isin(customers)
    return sold[kept]


def _category_sales(source: Source) -> pd.DataFrame:
    """``customer_id, category_id, net_revenue`` of the merchandise that has a category, sorted."""
    query = sql.SQL("""
        SELECT customer_id, category_id, sum_cents(net_revenue) AS net_revenue
        FROM ({sales}) AS sales JOIN ({merchandise}) AS product USING (product_id)
        WHERE category_id IS NOT NULL AND net_revenue > 0 GROUP BY 1, 2
    """).format(sales=_sales(source), merchandise=sales_facts.merchandise_query())
    kinds: dict[str, Kind] = {"customer_id": "int8", "category_id": "int8", "net_revenue": "int8"}
    found = read_frame(source, query, kinds)
    return found.sort_values(["customer_id", "category_id"], ignore_index=True)


def _ancestor(regions: pd.Series, ancestors: pd.Series) -> pd.Series:
    """Each customer's ancestor region, NA without one."""
    known = ancestors.reindex(regions.dropna().astype(np.int64))
    return pd.Series(known.to_numpy(), index=regions.dropna().index, dtype="Int64").reindex(regions.index)
