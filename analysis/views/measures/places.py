"""What sells and what is liked where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from analysis.charts.shapes import bars, heat, item
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models import PlaceKind
from analysis.selectors import places
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
    SHORT,
    count,
    here,
    money,
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
    return places.distribution(asked.run, asked.user, asked.scope, level=level)


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
    regions = _summed(cells, "region", "quantity", _("No region"))
    categories = _summed(cells, "category", "quantity", _("No category"))
    return [
        Figure(__("Net revenue"), sum(cell.net_revenue for cell in cells), Form.MONEY, better="up"),
        Figure(__("Quantity"), sum(cell.quantity for cell in cells), better="up"),
        Figure(__("Regions"), len(regions), note=regions[0].label if regions else ""),
        Figure(__("Categories"), len(categories), note=categories[0].label if categories else ""),
    ]


def _distribution_finding(asked: Asked) -> Finding | None:
    cells = _cells(asked)
    if not cells:
        return None
    measure = asked.chosen.get("figure", "quantity")
    regions = _summed(cells, "region", measure, _("No region"))[:REGIONS_DRAWN]
    categories = _summed(cells, "category", measure, _("No category"))[:CATEGORIES_DRAWN]
    rows = {each.key: place for place, each in enumerate(regions)}
    columns = {each.key: place for place, each in enumerate(categories)}
    best = max(cells, key=attrgetter(measure))
    title = _("%(category)s sells most in %(region)s") % {
        "category": best.category or _("No category"),
        "region": best.region or _("No region"),
    }
    tiles = [
        {
            "x": columns[cell.category_id],
            "y": rows[cell.region_id],
            "value": getattr(cell, measure),
            "url": here(asked, "periods", region=cell.region_id),
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
    about = _("What sells where; a tile leads to the region's customers")
    return Finding(title, about, chart, Sheet(_cell_columns()[:4], shown))


def _cell_columns() -> tuple[Column, ...]:
    return (
        Column(__("Region"), lambda row: row.region or _("No region")),
        Column(__("Category"), lambda row: row.category or _("No category")),
        column(__("Quantity"), "quantity", Form.COUNT),
        money(__("Net revenue"), "net_revenue"),
        share(__("Share of the region"), "region_share", hide=True),
        share(__("Share of the category"), "category_share", hide=True),
        column(__("Against the average"), "quotient", Form.DECIMAL),
    )


def _distribution_list(asked: Asked) -> Listing:
    measure = asked.chosen.get("figure", "quantity")
    rows = sorted(_cells(asked), key=attrgetter(measure), reverse=True)
    return Listing(_("Every region and category"), _cell_columns(), whole(rows))


def _distribution_choices(_asked: Asked) -> Sequence[Choice]:
    levels = [
        (level.value, level.label) for level in (RegionLevel.AREA, RegionLevel.PROVINCE, RegionLevel.CITY)
    ]
    figures = [("quantity", __("Quantity")), ("net_revenue", __("Net revenue"))]
    return (Choice("level", __("Level"), levels), Choice("figure", __("Figure"), figures))


def _likings(asked: Asked) -> list[places.Liking]:
    kind = PlaceKind(asked.chosen.get("kind", PlaceKind.PROVINCE))
    return places.likings(asked.run, asked.user, kind)


def _liking_figures(asked: Asked) -> list[Figure]:
    found = _likings(asked)
    liked = [each for each in found if each.lift > 1]
    return [
        Figure(__("Liked more than elsewhere"), len(liked)),
        Figure(__("Bought less than elsewhere"), len(found) - len(liked)),
        Figure(__("Strongest lift"), max((each.lift for each in liked), default=None), Form.DECIMAL),
    ]


def _liking_finding(asked: Asked) -> Finding | None:
    liked = [each for each in _likings(asked) if each.lift > 1][:SHORT]
    if not liked:
        return None
    first = liked[0]
    title = _("%(category)s is bought %(lift)s times as often in %(place)s as everywhere") % {
        "category": first.category,
        "lift": number(first.lift, 1),
        "place": first.place,
    }
    drawn = [
        item(
            f"{each.place} · {each.category}",
            each.lift,
            note=_("%(count)s buyers") % {"count": number(each.buyers)},
            url=here(asked, "periods", region=each.region_id) if each.region_id else "",
        )
        for each in liked
    ]
    about = _("How many times as often as everywhere; a bar leads to the place's customers")
    return Finding(title, about, bars(drawn, "number", _("Lift")), Sheet(_liking_columns()[:4], liked))


def _liking_columns() -> tuple[Column, ...]:
    return (
        column(__("Place"), "place"),
        column(__("Category"), "category"),
        column(__("Lift"), "lift", Form.DECIMAL),
        count(__("Buyers"), "buyers"),
        count(__("Customers"), "customers", hide=True),
        share(__("Share who buy it here"), "share"),
        share(__("Everywhere"), "overall_share"),
        column(__("Log-likelihood ratio"), "llr", Form.DECIMAL, hide=True),
    )


def _liking_list(asked: Asked) -> Listing:
    return Listing(_("What is liked where"), _liking_columns(), whole(_likings(asked)))


def _liking_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("kind", __("Kind of place"), PlaceKind.choices),)


PAGES = (
    MeasurePage(
        "product_distribution",
        Question.BUYS,
        __("Regions and products"),
        __("what sells where"),
        Definition(
            __(
                "Quantity and net revenue of each product category in each region over the window; regions"
                " are gathered into those of a level."
            ),
            __("against the average = share of the category in the region ÷ its share everywhere"),
            __("A region above the level stands for itself."),
        ),
        _distribution_figures,
        _distribution_finding,
        _distribution_list,
        _distribution_choices,
    ),
    MeasurePage(
        "regional_affinity",
        Question.BUYS,
        __("Regional affinity"),
        __("what is liked where, by province, city and kind of property"),
        Definition(
            __(
                "How much more often a category is bought in a place, or by a kind of property, than"
                " everywhere."
            ),
            __("lift = share of buyers here ÷ share of buyers everywhere"),
            __(
                "Places with too few customers are left out; several likings are tested at once, so weak ones"
                " may be chance."
            ),
        ),
        _liking_figures,
        _liking_finding,
        _liking_list,
        _liking_choices,
        company_only=True,
    ),
)
