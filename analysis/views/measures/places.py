"""What sells and what is liked where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, heat, item
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models import PlaceKind
from analysis.selectors import buyers, places
from analysis.selectors.results import RowsPage
from analysis.views.measures.behind import group_choice, group_code, group_key
from analysis.views.measures.declaring import (
    Asked,
    Choice,
    Definition,
    Figure,
    Finding,
    Listing,
    MeasurePage,
    Question,
)
from analysis.views.measures.parts import (
    CUSTOMER,
    SHORT,
    count,
    here,
    money,
    of_orders,
    share,
    whole,
)
from crm.templatetags.format import number
from customers.models import RegionLevel

REGIONS_DRAWN = 12
CATEGORIES_DRAWN = 10


@dataclass(frozen=True, slots=True)
class _Share:
    """What a region or a category sells, for ranking."""

    key: int | None
    label: str
    value: float


def _cells(asked: Asked) -> list[places.Cell]:
    level = RegionLevel(asked.chosen.get("level", RegionLevel.AREA))
    return asked.read(places.distribution, asked.scope, level=level)


def _summed(cells: Sequence[places.Cell], name: str, measure: str, none: str) -> list[_Share]:
    sums: dict[int | None, _Share] = {}
    for cell in cells:
        key = getattr(cell, f"{name}_id")
        known = sums.get(key)
        value = getattr(cell, measure) + (known.value if known else 0)
        sums[key] = _Share(key, getattr(cell, name) or none, value)
    return sorted(sums.values(), key=attrgetter("value"), reverse=True)


def _distribution_figures(asked: Asked) -> list[Figure]:
    cells = _cells(asked)
    regions = _summed(cells, "region", "quantity", gettext("No region"))
    categories = _summed(cells, "category", "quantity", gettext("No category"))
    return [
        Figure(_("Net revenue"), sum(cell.net_revenue for cell in cells), Form.MONEY, better="up"),
        Figure(_("Quantity"), sum(cell.quantity for cell in cells), better="up"),
        Figure(_("Regions"), len(regions), note=regions[0].label if regions else ""),
        Figure(_("Categories"), len(categories), note=categories[0].label if categories else ""),
    ]


def _distribution_finding(asked: Asked) -> Finding | None:
    cells = _cells(asked)
    if not cells:
        return None
    measure = asked.chosen.get("figure", "quantity")
    regions = _summed(cells, "region", measure, gettext("No region"))[:REGIONS_DRAWN]
    categories = _summed(cells, "category", measure, gettext("No category"))[:CATEGORIES_DRAWN]
    rows = {each.key: place for place, each in enumerate(regions)}
    columns = {each.key: place for place, each in enumerate(categories)}
    best = max(cells, key=attrgetter(measure))
    title = gettext("%(category)s sells most in %(region)s") % {
        "category": best.category or gettext("No category"),
        "region": best.region or gettext("No region"),
    }
    tiles = [
        {
            "x": columns[cell.category_id],
            "y": rows[cell.region_id],
            "value": getattr(cell, measure),
            "url": _cell_url(asked, cell),
        }
        for cell in cells
        if cell.region_id in rows and cell.category_id in columns
    ]
    chart = heat(
        [each.label for each in categories],
        [each.label for each in regions],
        tiles,
        "number" if measure == "quantity" else "money",
    )
    shown = sorted(cells, key=attrgetter(measure), reverse=True)[:SHORT]
    about = gettext("What sells where; a tile leads to the customers who bought it")
    return Finding(title, about, chart, Sheet(_cell_columns(asked)[:4], shown))


def _cell_url(asked: Asked, cell: places.Cell) -> str:
    """Where the customers are who bought of a category in a region; 0 is where one of them is not known."""
    place, category = cell.region_id or 0, cell.category_id or 0
    return here(
        asked, "product_distribution", level=asked.chosen.get("level"), place=place, category=category
    )


def _cell_columns(asked: Asked) -> tuple[Column, ...]:
    link = partial(_cell_url, asked)
    return (
        Column(_("Region"), lambda row: row.region or gettext("No region")),
        Column(_("Category"), lambda row: row.category or gettext("No category")),
        column(_("Quantity"), "quantity", Form.COUNT, url=link),
        money(_("Net revenue"), "net_revenue", url=link),
        share(_("Share of the region"), "region_share", hide=True),
        share(_("Share of the category"), "category_share", hide=True),
        column(_("Against the average"), "quotient", Form.DECIMAL),
    )


def _distribution_list(asked: Asked) -> Listing:
    measure = asked.chosen.get("figure", "quantity")
    if {"place", "category"} <= asked.numbers.keys():
        return _cell_buyers(asked, asked.numbers["place"] or None, asked.numbers["category"] or None)
    rows = sorted(_cells(asked), key=attrgetter(measure), reverse=True)
    return Listing(gettext("Every region and category"), _cell_columns(asked), whole(rows))


def _cell_buyers(asked: Asked, region: int | None, category: int | None) -> Listing:
    level = RegionLevel(asked.chosen["level"])
    cell = next((e for e in _cells(asked) if (e.region_id, e.category_id) == (region, category)), None)
    rows = asked.read(buyers.in_region, region, category, asked.scope, level=level)
    title = gettext("Who bought %(category)s in %(region)s") % {
        "category": (cell.category if cell else "") or gettext("No category"),
        "region": (cell.region if cell else "") or gettext("No region"),
    }
    return _buyers_list(title, rows, here(asked, "product_distribution", level=asked.chosen["level"]))


def _buyers_list(title: str, rows: Sequence[buyers.Bought], back: str) -> Listing:
    """The table of buyers, named as far as a page of it shows them."""
    columns = (
        CUSTOMER,
        column(_("Quantity"), "quantity", Form.COUNT),
        of_orders(_("Net revenue"), "net_revenue"),
    )

    def read(**place: Any) -> RowsPage[buyers.Buyer]:
        page = whole(rows)(**place)
        return replace(page, rows=buyers.named(page.rows))

    return Listing(title, columns, read, back)


def _distribution_choices(_asked: Asked) -> Sequence[Choice]:
    levels = [
        (level.value, level.label) for level in (RegionLevel.AREA, RegionLevel.PROVINCE, RegionLevel.CITY)
    ]
    figures = [("quantity", _("Quantity")), ("net_revenue", _("Net revenue"))]
    return (Choice("level", _("Level"), levels), Choice("figure", _("Figure"), figures))


def _likings(asked: Asked) -> list[places.Liking]:
    kind = PlaceKind(asked.chosen.get("kind", PlaceKind.PROVINCE))
    return asked.read(places.likings, kind)


def _liking_figures(asked: Asked) -> list[Figure]:
    found = _likings(asked)
    liked = [each for each in found if each.lift > 1]
    return [
        Figure(_("Liked more than elsewhere"), len(liked)),
        Figure(_("Bought less than elsewhere"), len(found) - len(liked)),
        Figure(_("Strongest lift"), max((each.lift for each in liked), default=None), Form.DECIMAL),
    ]


def _liking_finding(asked: Asked) -> Finding | None:
    liked = [each for each in _likings(asked) if each.lift > 1][:SHORT]
    if not liked:
        return None
    first = liked[0]
    title = gettext("%(category)s is bought %(lift)s times as often in %(place)s as everywhere") % {
        "category": first.category,
        "lift": number(first.lift, 1),
        "place": first.place,
    }
    drawn = [
        item(
            f"{each.place} · {each.category}",
            each.lift,
            note=gettext("%(count)s buyers") % {"count": number(each.buyers)},
            url=_liking_url(asked, each),
        )
        for each in liked
    ]
    about = gettext("How many times as often as everywhere; a bar leads to the buyers")
    columns = _liking_columns(asked)[:4]
    return Finding(title, about, bars(drawn, "number", gettext("Lift")), Sheet(columns, liked))


def _liking_url(asked: Asked, liking: places.Liking) -> str:
    """Where the buyers of a category in a place are."""
    group = group_code(_liking_key(liking))
    return here(asked, "regional_affinity", kind=asked.chosen.get("kind"), group=group)


def _liking_key(liking: places.Liking) -> str:
    """What names a place and a category: the place by its region or its kind of property."""
    return f"{liking.region_id or liking.property_type}:{liking.category_id}"


def _liking_columns(asked: Asked) -> tuple[Column, ...]:
    return (
        column(_("Place"), "place"),
        column(_("Category"), "category"),
        column(_("Lift"), "lift", Form.DECIMAL),
        count(_("Buyers"), "buyers", url=partial(_liking_url, asked)),
        count(_("Customers"), "customers", hide=True),
        share(_("Share who buy it here"), "share"),
        share(_("Everywhere"), "overall_share"),
        column(_("Log-likelihood ratio"), "llr", Form.DECIMAL, hide=True),
    )


def _liking_list(asked: Asked) -> Listing:
    if code := asked.chosen.get("group"):
        place, _colon, category = (group_key(code) or "").partition(":")
        kind = PlaceKind(asked.chosen["kind"])
        rows = asked.read(buyers.in_place, kind, place, int(category))
        told = next(each for each in _likings(asked) if _liking_key(each) == f"{place}:{category}")
        words = {"category": told.category, "region": told.place}
        title = gettext("Who bought %(category)s in %(region)s") % words
        return _buyers_list(title, rows, "")
    return Listing(gettext("What is liked where"), _liking_columns(asked), whole(_likings(asked)))


def _liking_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("kind", _("Kind of place"), PlaceKind.choices),)


def _one_liking(asked: Asked) -> Sequence[Choice]:
    likings = [(_liking_key(each), f"{each.place} · {each.category}") for each in _likings(asked)]
    return (group_choice(likings, _("Buyers")),)


PAGES = (
    MeasurePage(
        "product_distribution",
        Question.BUYS,
        _("Regions and products"),
        _("what sells where"),
        Definition(
            _(
                "Quantity and net revenue of each product category in each region over the window; regions"
                " are gathered into those of a level."
            ),
            _("against the average = share of the category in the region ÷ its share everywhere"),
            _("A region above the level stands for itself."),
        ),
        _distribution_figures,
        _distribution_finding,
        _distribution_list,
        _distribution_choices,
        numbers=("place", "category"),
    ),
    MeasurePage(
        "regional_affinity",
        Question.BUYS,
        _("Regional affinity"),
        _("what is liked where, by province, city and kind of property"),
        Definition(
            _(
                "How much more often a category is bought in a place, or by a kind of property, than"
                " everywhere."
            ),
            _("lift = share of buyers here ÷ share of buyers everywhere"),
            _(
                "Places with too few customers are left out; several likings are tested at once, so weak ones"
                " may be chance."
            ),
        ),
        _liking_figures,
        _liking_finding,
        _liking_list,
        _liking_choices,
        _one_liking,
        company_only=True,
        narrows=False,
    ),
)
