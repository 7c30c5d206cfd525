"""What sells and what is liked where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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
    about = gettext("What sells where; a tile leads to the region's customers")
    return Finding(title, about, chart, Sheet(_cell_columns()[:4], shown))


def _cell_columns() -> tuple[Column, ...]:
    return (
        Column(_("Region"), lambda row: row.region or gettext("No region")),
        Column(_("Category"), lambda row: row.category or gettext("No category")),
        column(_("Quantity"), "quantity", Form.COUNT),
        money(_("Net revenue"), "net_revenue"),
        share(_("Share of the region"), "region_share", hide=True),
        share(_("Share of the category"), "category_share", hide=True),
        column(_("Against the average"), "quotient", Form.DECIMAL),
    )


def _distribution_list(asked: Asked) -> Listing:
    measure = asked.chosen.get("figure", "quantity")
    rows = sorted(_cells(asked), key=attrgetter(measure), reverse=True)
    return Listing(gettext("Every region and category"), _cell_columns(), whole(rows))


def _distribution_choices(_asked: Asked) -> Sequence[Choice]:
    levels = [
        (level.value, level.label) for level in (RegionLevel.AREA, RegionLevel.PROVINCE, RegionLevel.CITY)
    ]
    figures = [("quantity", _("Quantity")), ("net_revenue", _("Net revenue"))]
    return (Choice("level", _("Level"), levels), Choice("figure", _("Figure"), figures))


def _likings(asked: Asked) -> list[places.Liking]:
    kind = PlaceKind(asked.chosen.get("kind", PlaceKind.PROVINCE))
    return places.likings(asked.run, asked.user, kind)


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
            url=here(asked, "periods", region=each.region_id) if each.region_id else "",
        )
        for each in liked
    ]
    about = gettext("How many times as often as everywhere; a bar leads to the place's customers")
    return Finding(title, about, bars(drawn, "number", gettext("Lift")), Sheet(_liking_columns()[:4], liked))


def _liking_columns() -> tuple[Column, ...]:
    return (
        column(_("Place"), "place"),
        column(_("Category"), "category"),
        column(_("Lift"), "lift", Form.DECIMAL),
        count(_("Buyers"), "buyers"),
        count(_("Customers"), "customers", hide=True),
        share(_("Share who buy it here"), "share"),
        share(_("Everywhere"), "overall_share"),
        column(_("Log-likelihood ratio"), "llr", Form.DECIMAL, hide=True),
    )


def _liking_list(asked: Asked) -> Listing:
    return Listing(gettext("What is liked where"), _liking_columns(), whole(_likings(asked)))


def _liking_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("kind", _("Kind of place"), PlaceKind.choices),)


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
        company_only=True,
        narrows=False,
    ),
)
