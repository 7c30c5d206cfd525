"""Who buys a category where: the customers behind the pages on places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from analysis.models import AnalysisRun, PlaceKind
from analysis.selectors.listing import Who, names_by_customer
from analysis.selectors.live_sales import as_query, read, sales_query
from analysis.selectors.places import ancestors
from analysis.selectors.snapshots import Filter, regions_below, sees_company, visible
from crm.copying import Kind
from crm.models import User
from customers.models import RegionLevel
from customers.selectors.sales_facts import places_query

_KINDS: dict[str, Kind] = {"customer_id": "int8", "quantity": "float8", "net_revenue": "int8"}


@dataclass(frozen=True, slots=True)
class Bought:
    """What a customer bought of a category in the window, in cents."""

    customer_id: int
    quantity: float
    net_revenue: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """The same with the customer's name."""

    customer: Who
    quantity: float
    net_revenue: int


def in_region(
    run: AnalysisRun,
    user: User,
    region: int | None,
    category: int | None,
    filter: Filter | None = None,  # noqa: A002
    *,
    level: RegionLevel,
) -> list[Bought]:
    """Who of the viewer's customers makes a cell of :func:`analysis.selectors.places.distribution`, greatest first.

    ``region`` and ``category`` are None where they are not known.
    """
    rows = visible(run, user, filter)
    gathered = [pk for pk, ancestor in ancestors(level).items() if ancestor == region]
    rows = rows.filter(region=None) if region is None else rows.filter(region__in=gathered)
    return _bought(run, as_query(rows.values("customer_id")), category, sql.SQL("true"))


def in_place(run: AnalysisRun, user: User, kind: PlaceKind, place: str, category: int) -> list[Bought]:
    """The buyers of a liking of :func:`analysis.selectors.places.likings`, for whoever sees the company.

    ``place`` is the id of a region or a kind of property.
    """
    if not sees_company(user):
        return []
    here = sql.SQL("property_type = {}").format(sql.Literal(place))
    if kind is not PlaceKind.PROPERTY:
        below = as_query(regions_below(int(place)).values("pk"))
        here = sql.SQL("region_id IN ({})").format(below)
    customers = sql.SQL(
        "SELECT customer_id FROM ({}) AS own JOIN ({}) AS lives USING (customer_id) WHERE {}"
    ).format(as_query(visible(run, user).values("customer_id")), places_query(), here)
    return _bought(run, customers, category, sql.SQL("net_revenue > 0"))


def named(rows: Sequence[Bought]) -> list[Buyer]:
    """The rows with the customers' names."""
    names = names_by_customer([row.customer_id for row in rows])
    return [Buyer(names[row.customer_id], row.quantity, row.net_revenue) for row in rows]


def _bought(
    run: AnalysisRun, customers: sql.Composable, category: int | None, condition: sql.Composable
) -> list[Bought]:
    of_category = sql.SQL("category_id IS NOT DISTINCT FROM {}::bigint").format(sql.Literal(category))
    products = sql.SQL("product_id IN (SELECT id FROM customers_product WHERE {})").format(of_category)
    query = sql.SQL("""
        SELECT customer_id, sum(quantity) AS quantity, sum_cents(net_revenue) AS net_revenue
        FROM ({}) AS sales WHERE {} GROUP BY customer_id
    """).format(sales_query(run, customers, products), condition)
    found = read(query, _KINDS).sort_values(["net_revenue", "customer_id"], ascending=[False, True])
    return [Bought(*row) for row in found.itertuples(index=False, name=None)]
