"""The composition page: what the viewer's customers are made of, by one dimension at a time."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import commonpath

import pandas as pd
from django.db.models import Count, Q, QuerySet

from analysis.measures.composition import composition_rates
from analysis.models import AnalysisRun, CompanySize, CompositionGroup, CompositionRow, Dimension
from analysis.selectors.listing import names_of, records
from analysis.selectors.record_words import UNKNOWN
from analysis.selectors.results import company_rows, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, anybody_left, sees_company
from crm.models import User
from customers.models import BusinessModel, Industry, OwnershipType, Region

NAME = "composition"
SUMS = ("customers", "buyers", "net_revenue", "gross_margin", "net_revenue_before")
_CHOICES: dict[str, dict[str, object]] = {
    Dimension.OWNERSHIP_TYPE: dict(OwnershipType.choices),
    Dimension.BUSINESS_MODEL: dict(BusinessModel.choices),
    Dimension.SIZE: dict(CompanySize.choices),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The customers alike in one dimension. Money is cents; shares are of what the viewer may see, None of nothing.

    ``key`` is a word or an id, "" for those of whom it is not known; ``change`` is of revenue, against the window
    before.
    """

    key: str
    label: str
    customers: int
    buyers: int
    net_revenue: int
    gross_margin: int
    net_revenue_before: int
    customer_share: float | None
    revenue_share: float | None
    margin_share: float | None
    margin_rate: float | None
    change: float | None


def groups(
    run: AnalysisRun,
    user: User,
    dimension: Dimension,
    filter: Filter | None = None,  # noqa: A002
    *,
    within: int | None = None,
) -> list[Group]:
    """The groups of a dimension, those of greatest revenue first.

    Regions are gathered into those just below the region ``within``, or below the topmost one that all have in common.
    """
    sums = _sums(run, user, dimension, filter)
    if dimension is Dimension.REGION:
        sums = _gathered(sums, within)
    sums = sums.sort_index().sort_values("net_revenue", ascending=False, kind="stable")
    labels = _labels(dimension, [str(key) for key in sums.index])
    return [
        Group(label=labels.get(row["key"], str(UNKNOWN)), **row) for row in records(composition_rates(sums))
    ]


def members(
    run: AnalysisRun,
    user: User,
    dimension: Dimension,
    key: str,
    filter: Filter | None = None,  # noqa: A002
    *,
    within: int | None = None,
) -> QuerySet[CompositionRow]:
    """The viewer's customers of a group of :func:`groups`, which is asked for with the same ``within``."""
    rows = visible_rows(CompositionRow, NAME, run, user, filter)
    if dimension is Dimension.REGION:
        paths = {str(pk): path for pk, path in Region.objects.values_list("pk", "path")}
        below = _root(_sums(run, user, dimension, filter), paths, within)
        keys = {path: pk for pk, path in paths.items()}
        gathered = {
            pk: _child(path, below, keys, unknown=within is None)
            for pk, path in paths.items()
            if path.startswith(below)
        }
        found = [int(pk) for pk, child in gathered.items() if child == key]
        return rows.filter(region_id__in=found) if key else rows.filter(region_id=None)
    if dimension is Dimension.INDUSTRY:
        return rows.filter(industry_id=int(key) if key.isdecimal() else None)
    return rows.filter(**{dimension.column: key})


def _sums(run: AnalysisRun, user: User, dimension: Dimension, wanted: Filter | None) -> pd.DataFrame:
    """The sums by key: the company's own where those are the viewer's, else added up from the viewer's rows."""
    whole = wanted is None or wanted.is_empty
    if whole and sees_company(user) and not anybody_left(run):
        stored = company_rows(CompositionGroup, NAME, run, user).filter(dimension=dimension)
        found = list(stored.values_list("key", *SUMS))
    else:
        rows = visible_rows(CompositionRow, NAME, run, user, wanted).order_by().values(dimension.column)
        added = rows.annotate(
            n=Count("*"),
            bought=Count("customer_id", filter=Q(orders__gt=0)),
            net=Total("net_revenue"),
            margin=Total("gross_margin"),
            net_before=Total("net_revenue_before"),
        )
        found = [
            ("" if key is None else str(key), *sums)
            for key, *sums in added.values_list(
                dimension.column, "n", "bought", "net", "margin", "net_before"
            )
        ]
    frame = pd.DataFrame.from_records(found, columns=["key", *SUMS]).set_index("key")
    return frame.astype("int64")


def _gathered(sums: pd.DataFrame, within: int | None) -> pd.DataFrame:
    """Regions gathered into the children of one region; what lies elsewhere is left out, as is the unknown then."""
    paths = {str(pk): path for pk, path in Region.objects.values_list("pk", "path")}
    keys = {path: key for key, path in paths.items()}
    below = _root(sums, paths, within)
    children = [_child(paths.get(key, ""), below, keys, unknown=within is None) for key in sums.index]
    return sums.groupby(pd.Index(children, name="key", dtype="object")).sum()


def _child(path: str, below: str, keys: dict[str, str], *, unknown: bool) -> str | None:
    """The key of the region just below ``below`` in which a path lies; of ``below`` itself its own, None elsewhere."""
    if not path:
        return "" if unknown else None
    if not path.startswith(below):
        return None
    return keys[path[: path.find("/", len(below)) + 1] or path]


def _root(sums: pd.DataFrame, paths: dict[str, str], within: int | None) -> str:
    """The path of the region whose children regions are gathered into."""
    return _common_root(sums, paths) if within is None else paths.get(str(within), "")


def _common_root(sums: pd.DataFrame, paths: dict[str, str]) -> str:
    """The path of the smallest region that all customers with a region are in, "" for the whole world."""
    known = [paths[key] for key in sums.index if key in paths]
    common = commonpath(known) if known else ""
    return f"{common}/" if common else ""


def _labels(dimension: Dimension, keys: list[str]) -> dict[str, str]:
    if dimension in _CHOICES:
        return {key: str(label) for key, label in _CHOICES[dimension].items()}
    model = Industry if dimension is Dimension.INDUSTRY else Region
    return {str(key): name for key, name in names_of(model, [int(key) for key in keys if key]).items()}
