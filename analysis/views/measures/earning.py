"""Who earns the money: sales by period, composition, RFM."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.contribution import monthly_title
from analysis.charts.shapes import bars, heat, item, lines
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.measures.periods import Period, PeriodKind
from analysis.models import Dimension, RfmSegment
from analysis.selectors import composition, contribution, periods, rfm
from analysis.views.measures.behind import customers_behind, group_choice, group_code, group_key
from analysis.views.measures.declaring import (
    Asked,
    Choice,
    Definition,
    Figure,
    Finding,
    Listing,
    MeasurePage,
    Question,
    Text,
)
from analysis.views.measures.parts import (
    CUSTOMER,
    REASON,
    change,
    count,
    here,
    money,
    of_orders,
    orders_in,
    share,
    sorting,
    whole,
)
from crm.templatetags.format import number, percent, signed_percent

KEYS = ("key_value", "key_develop", "key_keep", "key_win_back")
PERIODS = ("month", "month_before", "year", "year_before")
SCORES = range(1, 6)


def _period(asked: Asked) -> Period:
    place = PERIODS.index(asked.chosen.get("period", "month"))
    return periods.periods_of(asked.run)[place]


def _period_choices(asked: Asked) -> Sequence[Choice]:
    options = [
        (name, f"{period.start:%Y-%m}" if period.kind is PeriodKind.MONTH else f"{period.start:%Y}")
        for name, period in zip(PERIODS, periods.periods_of(asked.run), strict=True)
    ]
    return (Choice("period", _("Month or year"), options),)


def _period_figures(asked: Asked) -> list[Figure]:
    total = asked.read(periods.total, _period(asked), asked.scope)
    note = gettext("%(before)s to the period before, %(year)s to the year before") % {
        "before": signed_percent(total.change),
        "year": signed_percent(total.change_year),
    }
    if not total.is_complete:
        note = gettext("%(note)s; the period is not over") % {"note": note}
    return [
        Figure(_("Net revenue"), total.net_revenue, Form.MONEY, note, better="up"),
        Figure(_("Gross margin"), total.gross_margin, Form.MONEY, better="up"),
        Figure(_("Customers who bought"), total.buyers, better="up", url="#rows"),
        Figure(_("Orders"), total.orders, better="up"),
    ]


def _months(asked: Asked) -> Finding | None:
    months = asked.read(contribution.monthly, asked.scope)
    if not months:
        return None
    labels = [f"{each.month:%Y-%m}" for each in months]
    urls = [orders_in(asked, each.month) for each in months]
    series = [
        {"name": gettext("Net revenue"), "values": [each.net_revenue for each in months]},
        {"name": gettext("Gross margin"), "values": [each.gross_margin for each in months], "tone": "quiet"},
    ]
    columns = (
        Column(_("Month"), lambda each: f"{each.month:%Y-%m}"),
        money(_("Net revenue"), "net_revenue"),
        money(_("Gross margin"), "gross_margin"),
        count(_("Orders"), "orders", url=lambda row: orders_in(asked, row.month, sales=True)),
    )
    return Finding(
        monthly_title(months),
        gettext("Net revenue and gross margin by month; a month leads to its orders"),
        lines(labels, series, "money", urls=urls, x_label=gettext("Month"), y_label=asked.run.currency),
        Sheet(columns, months[::-1]),
    )


def _sales(asked: Asked) -> Listing:
    columns = (
        count("#", "rank"),
        CUSTOMER,
        of_orders(_("Net revenue"), "net_revenue"),
        share(_("Share"), "share"),
        money(_("Gross margin"), "gross_margin", hide=True),
        count(_("Orders"), "orders", hide=True),
        change(_("To the period before"), "change"),
        change(_("To the year before"), "change_year", hide=True),
    )
    read = partial(periods.sales, asked.run, asked.user, _period(asked), asked.scope)
    return Listing(gettext("Customers by their sales"), columns, read)


def _groups(asked: Asked) -> list[composition.Group]:
    dimension = Dimension(asked.chosen.get("by", Dimension.INDUSTRY))
    return asked.read(composition.groups, dimension, asked.scope, within=_within(asked))


def _within(asked: Asked) -> int | None:
    """The region whose parts are told apart: the one that is asked for, when regions are."""
    return asked.scope.region if asked.chosen.get("by") == Dimension.REGION else None


def _composition_choices(_asked: Asked) -> Sequence[Choice]:
    order = (
        Dimension.INDUSTRY,
        Dimension.REGION,
        Dimension.OWNERSHIP_TYPE,
        Dimension.BUSINESS_MODEL,
        Dimension.SIZE,
    )
    return (Choice("by", _("Split by"), [(each.value, each.label) for each in order]),)


def _one_of_the_groups(asked: Asked) -> Sequence[Choice]:
    return (group_choice([(each.key, each.label) for each in _groups(asked)], _("Group")),)


def _composition_figures(asked: Asked) -> list[Figure]:
    groups = _groups(asked)
    net = sum(group.net_revenue for group in groups)
    margin = sum(group.gross_margin for group in groups)
    largest = max(groups, key=lambda group: group.net_revenue, default=None)
    return [
        Figure(_("Customers"), sum(group.customers for group in groups)),
        Figure(_("Net revenue"), net, Form.MONEY, better="up"),
        Figure(_("Gross margin"), margin, Form.MONEY, better="up"),
        Figure(
            _("Share of the largest group"),
            largest.revenue_share if largest else None,
            Form.SHARE,
            largest.label if largest else "",
        ),
    ]


def _group_url(asked: Asked, group: composition.Group) -> str:
    """Where the customers of a group are: below, as the run knew them."""
    return here(asked, "composition", by=asked.chosen.get("by"), group=group_code(group.key))


def _composition_finding(asked: Asked) -> Finding | None:
    groups = _groups(asked)
    if not groups:
        return None
    first = groups[0]
    title = gettext("%(group)s: %(share)s of net revenue from %(customers)s customers") % {
        "group": first.label,
        "share": percent(first.revenue_share),
        "customers": number(first.customers),
    }
    drawn = [
        item(group.label, group.net_revenue, url=_group_url(asked, group), note=percent(group.revenue_share))
        for group in groups[:20]
    ]
    columns = _group_columns(asked)[:4]
    return Finding(
        title,
        gettext("Net revenue by group; a bar leads to its customers"),
        bars(drawn, "money", gettext("Net revenue")),
        Sheet(columns, groups[:20]),
    )


def _group_columns(asked: Asked) -> tuple[Any, ...]:
    link = partial(_group_url, asked)
    return (
        column(_("Group"), "label", url=link),
        count(_("Customers"), "customers", url=link),
        money(_("Net revenue"), "net_revenue"),
        share(_("Share of revenue"), "revenue_share"),
        share(_("Share of customers"), "customer_share", hide=True),
        money(_("Gross margin"), "gross_margin", hide=True),
        share(_("Margin rate"), "margin_rate", hide=True),
        change(_("To the window before"), "change"),
    )


def _composition_list(asked: Asked) -> Listing:
    if code := asked.chosen.get("group"):
        key = group_key(code) or ""
        dimension = Dimension(asked.chosen["by"])
        label = next((each.label for each in _groups(asked) if each.key == key), "")
        members = asked.read(composition.members, dimension, key, asked.scope, within=_within(asked))
        return customers_behind(
            asked, gettext("Customers of the group %(group)s") % {"group": label}, members
        )
    return Listing(gettext("All groups"), _group_columns(asked), whole(_groups(asked)))


def _rfm_choices(_asked: Asked) -> Sequence[Choice]:
    scores: list[tuple[str, Text]] = [("", _("All")), *((str(each), str(each)) for each in reversed(SCORES))]
    return (
        Choice("segment", _("Segment"), [("", _("All")), *RfmSegment.choices]),
        Choice("recency", _("Recency"), scores),
        Choice("frequency", _("Frequency"), scores),
        sorting(("value", _("Worth")), ("recency", _("Last order")), ("orders", _("Orders"))),
    )


def _rfm_figures(asked: Asked) -> list[Figure]:
    segments = asked.read(rfm.segments, asked.scope)
    key = [segment for segment in segments if segment.code in KEYS]
    people, worth = sum(each.customers for each in segments), sum(each.value for each in segments)
    back = next(each for each in segments if each.code == "key_win_back")
    return [
        Figure(_("Customers scored"), people, note=gettext("with an order in the window")),
        Figure(_("Key customers"), sum(each.customers for each in key), better="up"),
        Figure(
            _("Their share of value"),
            sum(each.value for each in key) / worth if worth > 0 else None,
            Form.SHARE,
        ),
        Figure(
            _("Key customers to win back"),
            back.customers,
            better="down",
            url=here(asked, "rfm", segment="key_win_back"),
        ),
    ]


def _rfm_finding(asked: Asked) -> Finding | None:
    segments = asked.read(rfm.segments, asked.scope)
    cells = asked.read(rfm.cells, asked.scope)
    if not cells:
        return None
    best = max(segments, key=lambda segment: segment.value)
    people = sum(segment.customers for segment in segments)
    title = gettext("%(segment)s brings most: %(customers)s of %(all)s customers") % {
        "segment": best.label,
        "customers": number(best.customers),
        "all": number(people),
    }
    tiles = [
        {
            "x": cell.recency - 1,
            "y": 5 - cell.frequency,
            "value": cell.customers,
            "url": here(asked, "rfm", recency=cell.recency, frequency=cell.frequency),
        }
        for cell in cells
    ]
    chart = heat(
        [str(score) for score in SCORES],
        [str(score) for score in reversed(SCORES)],
        tiles,
        "number",
        x_label=gettext("Recency, 5 is the latest"),
        y_label=gettext("Frequency, 5 is the most often"),
    )
    columns = (
        column(_("Segment"), "label", url=lambda row: here(asked, "rfm", segment=row.code)),
        count(_("Customers"), "customers", url=lambda row: here(asked, "rfm", segment=row.code)),
        money(_("Worth"), "value"),
    )
    about = gettext("Customers by recency and frequency; a tile leads to them, the table has their segments")
    return Finding(title, about, chart, Sheet(columns, segments))


def _score(asked: Asked, name: str) -> int | None:
    """The score that is asked for; None for any."""
    return int(asked.chosen[name]) if asked.chosen.get(name) else None


def _rfm_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        column(_("Segment"), "segment_label"),
        column("R", "recency", Form.COUNT),
        column("F", "frequency", Form.COUNT),
        column("M", "monetary", Form.COUNT),
        column(_("Last order"), "recency_days", Form.DAYS, order="recency"),
        count(_("Orders"), "orders", order="orders"),
        money(_("Worth"), "value", order="value"),
        REASON,
    )
    read = partial(
        rfm.customers,
        asked.run,
        asked.user,
        asked.scope,
        segment=asked.chosen["segment"],
        recency=_score(asked, "recency"),
        frequency=_score(asked, "frequency"),
        order=asked.chosen["sort"],
    )
    return Listing(gettext("Customers by their scores"), columns, read)


PAGES = (
    MeasurePage(
        "periods",
        Question.EARNS,
        _("Sales by month and year"),
        _("what each customer bought in a month or year, beside the one before and the year before"),
        Definition(
            _(
                "Net revenue of each customer in a calendar month or year, its share of the period and its rank in it,"
                " beside the period before and the same one a year before."
            ),
            _("change = (sales − sales before) ÷ sales before"),
            _("The period in which the run's day lies is not over; its changes compare a part with a whole."),
        ),
        _period_figures,
        _months,
        _sales,
        _period_choices,
    ),
    MeasurePage(
        "composition",
        Question.EARNS,
        _("Composition"),
        _("what the customers are made of: industry, region, ownership, business model, size"),
        Definition(
            _(
                "Customers alike in one dimension are a group; each has its customers, net revenue, gross margin, its"
                " shares of the whole and its change against the window before."
            ),
            _("share = group ÷ all groups"),
            _("Customers of whom a dimension is not known make a group of their own."),
        ),
        _composition_figures,
        _composition_finding,
        _composition_list,
        _composition_choices,
        _one_of_the_groups,
    ),
    MeasurePage(
        "rfm",
        Question.EARNS,
        _("RFM"),
        _("who ordered lately, often and for much"),
        Definition(
            _(
                "Recency, frequency and monetary value of the window, each scored from 1 to 5 by quintiles among the"
                " customers with an order. High or not in each of the three makes eight segments."
            ),
            _("score = 1 + ⌊5 · customers who do strictly worse ÷ customers with an order⌋"),
            _("Scores compare customers with each other: when all sales fall, scores stay."),
        ),
        _rfm_figures,
        _rfm_finding,
        _rfm_list,
        _rfm_choices,
    ),
)
