"""The pages on what sells where: the distribution of products, and what is liked in which place."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db import connection

from analysis.measures.product_distribution import product_distribution
from analysis.models import Affinity, AnalysisRun, PlaceKind, SalesCell
from analysis.selectors.kept import kept
from analysis.selectors.listing import as_frame, names_of, records
from analysis.selectors.live_sales import as_query, read, spec_of
from analysis.selectors.results import company_rows
from analysis.selectors.snapshots import Filter, anybody_left, sees_company, visible
from crm.copying import Kind
from crm.models import User
from customers.models import ProductCategory, PropertyType, Region, RegionLevel
from customers.selectors.sales_facts import cells_query

DISTRIBUTION, AFFINITY = "product_distribution", "regional_affinity"
_KINDS: dict[str, Kind] = {
    "region_id": "int8?",
    "month": "date",
    "category_id": "int8?",
    "quantity": "float8",
    "net_revenue": "int8",
}
_FIGURES = ("quantity", "net_revenue", "region_share", "category_share", "quotient")
_AFFINITY = ("customers", "buyers", "share", "overall_share", "lift", "llr")


@dataclass(frozen=True, slots=True)
class Cell:
    """What sold of a category in a region and period: a month's first day, or None for the whole window.

    Money in cents; names are "" for no region and no category. Shares are of what the viewer may see.
    """

    region_id: int | None
    region: str
    month: datetime.date | None
    category_id: int | None
    category: str
    quantity: float
    net_revenue: int
    region_share: float | None
    category_share: float | None
    quotient: float | None


@dataclass(frozen=True, slots=True)
class Liking:
    """How much more often a category is bought in a place than everywhere."""

    place: str
    region_id: int | None
    property_type: str
    category_id: int
    category: str
    customers: int
    buyers: int
    share: float
    overall_share: float
    lift: float
    llr: float


def distribution(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    level: RegionLevel = RegionLevel.PROVINCE,
    monthly: bool = False,
) -> list[Cell]:
    """What the viewer's customers bought, by region of a level and category, over the window or month by month.

    Regions above the level stand for themselves. Sorted by region, period and category.
    """
    wanted = filter or Filter()

    def add_up() -> list[dict[str, Any]]:
        return _by_region(_cells(run, user, wanted), level, monthly=monthly)

    name = f"distribution {level} {monthly}"
    is_stored = _shows_stored(run, user, wanted)
    found = kept(name, run, user, wanted, add_up) if is_stored else add_up()
    regions = names_of(Region, [row["region_id"] for row in found])
    categories = names_of(ProductCategory, [row["category_id"] for row in found])
    return [
        Cell(
            region_id=row["region_id"],
            region=regions.get(row["region_id"], ""),
            month=row["period"].date() if monthly else None,
            category_id=row["category_id"],
            category=categories.get(row["category_id"], ""),
            **{name: row[name] for name in _FIGURES},
        )
        for row in found
    ]


def _by_region(cells: pd.DataFrame, level: RegionLevel, *, monthly: bool) -> list[dict[str, Any]]:
    if cells.empty:
        return []
    region = cells["region_id"].map(ancestors(level), na_action="ignore").astype("Int64")
    period = cells["month"] if monthly else 0
    return records(product_distribution(cells.assign(region_id=region, period=period)))


def likings(
    run: AnalysisRun, user: User, kind: PlaceKind = PlaceKind.PROVINCE, *, category: int | None = None
) -> list[Liking]:
    """What is liked where, for whoever sees the company; the most telling first, the attractive before the avoided."""
    rows = company_rows(Affinity, AFFINITY, run, user).filter(kind=kind)
    rows = rows.filter(category=category) if category else rows
    found = list(rows.values("region_id", "property_type", "category_id", *_AFFINITY))
    found.sort(key=lambda row: (row["lift"] <= 1, -row["llr"], row["category_id"]))
    regions = names_of(Region, [row["region_id"] for row in found])
    categories = names_of(ProductCategory, [row["category_id"] for row in found])
    return [
        Liking(
            place=_place(row, regions),
            category=categories.get(row["category_id"], ""),
            **row,
        )
        for row in found
    ]


def _shows_stored(run: AnalysisRun, user: User, wanted: Filter) -> bool:
    return wanted.is_empty and sees_company(user) and not anybody_left(run)


def _cells(run: AnalysisRun, user: User, wanted: Filter) -> pd.DataFrame:
    """The stored cells where they are the viewer's, else those of the viewer's customers, added up from their lines."""
    if _shows_stored(run, user, wanted):
        return as_frame(company_rows(SalesCell, DISTRIBUTION, run, user), _KINDS)
    customers = visible(run, user, wanted).values("customer_id", "region_id")
    connection.ensure_connection()
    return read(cells_query(connection.connection, spec_of(run), as_query(customers)), _KINDS)


def ancestors(level: RegionLevel) -> dict[int, int]:
    """Each region's ancestor of a level, by id; a region that has none stands for itself."""
    regions = list(Region.objects.values_list("pk", "path", "level"))
    of_level = {path: pk for pk, path, its_level in regions if its_level == level}
    return {pk: _first_above(path, of_level, pk) for pk, path, _level in regions}


def _first_above(path: str, of_level: Mapping[str, int], otherwise: int) -> int:
    codes = path.rstrip("/").split("/")
    prefixes = ("/".join(codes[:depth]) + "/" for depth in range(len(codes), 0, -1))
    return next((of_level[prefix] for prefix in prefixes if prefix in of_level), otherwise)


def _place(row: Mapping[str, Any], regions: Mapping[int, str]) -> str:
    if row["property_type"]:
        return str(PropertyType(row["property_type"]).label)
    return regions.get(row["region_id"], "")
