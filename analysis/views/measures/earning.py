"""Who earns the money: sales by period, composition, RFM."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from analysis.charts.contribution import monthly_title
from analysis.charts.shapes import bars, heat, item, lines
from analysis.exports.tables import Form, Sheet, column
from analysis.measures.periods import Period, PeriodKind
from analysis.models import Dimension, RfmSegment
from analysis.selectors import composition, contribution, periods, rfm
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
    REASON,
    change,
    count,
    here,
    money,
    of_orders,
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
    return (Choice("period", __("Month or year"), options),)


def _period_figures(asked: Asked) -> list[Figure]:
    total = periods.total(asked.run, asked.user, _period(asked), asked.scope)
    note = _("%(before)s to the period before, %(year)s to the year before") % {
        "before": signed_percent(total.change),
        "year": signed_percent(total.change_year),
    }
    if not total.is_complete:
        note = _("%(note)s; the period is not over") % {"note": note}
    return [
        Figure(__("Net revenue"), total.net_revenue, Form.MONEY, note, better="up"),
        Figure(__("Gross margin"), total.gross_margin, Form.MONEY, better="up"),
        Figure(__("Customers who bought"), total.buyers, better="up", url="#rows"),
        Figure(__("Orders"), total.orders, better="up"),
    ]


def _months(asked: Asked) -> Finding | None:
    months = contribution.monthly(asked.run, asked.user, asked.scope)
    if not months:
        return None
    labels = [f"{each.month:%Y-%m}" for each in months]
    urls = [f"{reverse('customers:orders')}?{urlencode({'month': label})}" for label in labels]
    series = [
        {"name": _("Net revenue"), "values": [each.net_revenue for each in months]},
        {"name": _("Gross margin"), "values": [each.gross_margin for each in months], "tone": "quiet"},
    ]
    columns = (
        column(__("Month"), "month", Form.DAY),
        money(__("Net revenue"), "net_revenue"),
        money(__("Gross margin"), "gross_margin"),
        count(__("Orders"), "orders"),
    )
    return Finding(
        monthly_title(months),
        _("Net revenue and gross margin by month; a month leads to its orders"),
        lines(labels, series, "money", urls=urls, x_label=_("Month"), y_label=asked.run.currency),
        Sheet(columns, months[::-1]),
    )


def _sales(asked: Asked) -> Listing:
    columns = (
        count("#", "rank"),
        CUSTOMER,
        of_orders(__("Net revenue"), "net_revenue"),
        share(__("Share"), "share"),
        money(__("Gross margin"), "gross_margin", hide=True),
        count(__("Orders"), "orders", hide=True),
        change(__("To the period before"), "change"),
        change(__("To the year before"), "change_year", hide=True),
    )
    read = partial(periods.sales, asked.run, asked.user, _period(asked), asked.scope)
    return Listing(_("Customers by their sales"), columns, read)


def _groups(asked: Asked) -> list[composition.Group]:
    dimension = Dimension(asked.chosen.get("by", Dimension.INDUSTRY))
    within = asked.scope.region if dimension is Dimension.REGION else None
    return composition.groups(asked.run, asked.user, dimension, asked.scope, within=within)


def _composition_choices(_asked: Asked) -> Sequence[Choice]:
    order = (
        Dimension.INDUSTRY,
        Dimension.REGION,
        Dimension.OWNERSHIP_TYPE,
        Dimension.BUSINESS_MODEL,
        Dimension.SIZE,
    )
    return (Choice("by", __("By"), [(each.value, each.label) for each in order]),)


def _composition_figures(asked: Asked) -> list[Figure]:
    groups = _groups(asked)
    net = sum(group.net_revenue for group in groups)
    margin = sum(group.gross_margin for group in groups)
    largest = max(groups, key=lambda group: group.net_revenue, default=None)
    return [
        Figure(__("Customers"), sum(group.customers for group in groups)),
        Figure(__("Net revenue"), net, Form.MONEY, better="up"),
        Figure(__("Gross margin"), margin, Form.MONEY, better="up"),
        Figure(
            __("Share of the largest group"),
            largest.revenue_share if largest else None,
            Form.SHARE,
            largest.label if largest else "",
        ),
    ]


def _group_url(asked: Asked, group: composition.Group) -> str:
    """Where the customers of a group are; nowhere for what no list can be filtered by."""
    filters = {
        Dimension.INDUSTRY: "industry",
        Dimension.REGION: "region",
        Dimension.BUSINESS_MODEL: "business_model",
    }
    name = filters.get(Dimension(asked.chosen.get("by", Dimension.INDUSTRY)))
    return f"{reverse('customers:list')}?{urlencode({name: group.key})}" if name and group.key else ""


def _composition_finding(asked: Asked) -> Finding | None:
    groups = _groups(asked)
    if not groups:
        return None
    first = groups[0]
    title = _("%(group)s: %(share)s of net revenue from %(customers)s customers") % {
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
        _("Net revenue by group; a bar leads to its customers"),
        bars(drawn, "money", _("Net revenue")),
        Sheet(columns, groups[:20]),
    )


def _group_columns(asked: Asked) -> tuple[Any, ...]:
    return (
        column(__("Group"), "label", url=partial(_group_url, asked)),
        count(__("Customers"), "customers"),
        money(__("Net revenue"), "net_revenue"),
        share(__("Share of revenue"), "revenue_share"),
        share(__("Share of customers"), "customer_share", hide=True),
        money(__("Gross margin"), "gross_margin", hide=True),
        share(__("Margin"), "margin_rate", hide=True),
        change(__("To the window before"), "change"),
    )


def _composition_list(asked: Asked) -> Listing:
    return Listing(_("All groups"), _group_columns(asked), whole(_groups(asked)))


def _rfm_choices(_asked: Asked) -> Sequence[Choice]:
    return (
        Choice("segment", __("Segment"), [("", __("All")), *RfmSegment.choices]),
        sorting(("value", __("Value")), ("recency", __("Last order")), ("orders", __("Orders"))),
    )


def _rfm_figures(asked: Asked) -> list[Figure]:
    segments = rfm.segments(asked.run, asked.user, asked.scope)
    key = [segment for segment in segments if segment.code in KEYS]
    people, worth = sum(each.customers for each in segments), sum(each.value for each in segments)
    back = next(each for each in segments if each.code == "key_win_back")
    return [
        Figure(__("Customers scored"), people, note=_("with an order in the window")),
        Figure(__("Key customers"), sum(each.customers for each in key), better="up"),
        Figure(
            __("Their share of value"),
            sum(each.value for each in key) / worth if worth > 0 else None,
            Form.SHARE,
        ),
        Figure(
            __("Key customers to win back"),
            back.customers,
            better="down",
            url=here(asked, "rfm", segment="key_win_back"),
        ),
    ]


def _rfm_finding(asked: Asked) -> Finding | None:
    segments = rfm.segments(asked.run, asked.user, asked.scope)
    cells = rfm.cells(asked.run, asked.user, asked.scope)
    if not cells:
        return None
    best = max(segments, key=lambda segment: segment.value)
    people = sum(segment.customers for segment in segments)
    title = _("%(segment)s brings most: %(customers)s of %(all)s customers") % {
        "segment": best.label,
        "customers": number(best.customers),
        "all": number(people),
    }
    tiles = [{"x": cell.recency - 1, "y": 5 - cell.frequency, "value": cell.customers} for cell in cells]
    chart = heat(
        [str(score) for score in SCORES],
        [str(score) for score in reversed(SCORES)],
        tiles,
        "number",
        x_label=_("Recency, 5 is the latest"),
        y_label=_("Frequency, 5 is the most often"),
    )
    columns = (
        column(__("Segment"), "label", url=lambda row: here(asked, "rfm", segment=row.code)),
        count(__("Customers"), "customers"),
        money(__("Value"), "value"),
    )
    return Finding(title, _("Customers by recency and frequency"), chart, Sheet(columns, segments))


def _rfm_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        column(__("Segment"), "segment_label"),
        column("R", "recency", Form.COUNT),
        column("F", "frequency", Form.COUNT),
        column("M", "monetary", Form.COUNT),
        column(__("Last order"), "recency_days", Form.DAYS, order="recency"),
        count(__("Orders"), "orders", order="orders"),
        money(__("Value"), "value", order="value"),
        REASON,
    )
    read = partial(
        rfm.customers,
        asked.run,
        asked.user,
        asked.scope,
        segment=asked.chosen["segment"],
        order=asked.chosen["sort"],
    )
    return Listing(_("Customers by their scores"), columns, read)


PAGES = (
    MeasurePage(
        "periods",
        Question.EARNS,
        __("Sales by month and year"),
        __("what each customer bought in a month or year, beside the one before and the year before"),
        Definition(
            __(
                "Net revenue of each customer in a calendar month or year, its share of the period and its rank in it,"
                " beside the period before and the same one a year before."
            ),
            __("change = (sales − sales before) ÷ sales before"),
            __(
                "The period in which the run's day lies is not over; its changes compare a part with a whole."
            ),
        ),
        _period_figures,
        _months,
        _sales,
        _period_choices,
    ),
    MeasurePage(
        "composition",
        Question.EARNS,
        __("Composition"),
        __("what the customers are made of: industry, region, ownership, business model, size"),
        Definition(
            __(
                "Customers alike in one dimension are a group; each has its customers, net revenue, gross margin, its"
                " shares of the whole and its change against the window before."
            ),
            __("share = group ÷ all groups"),
            __("Customers of whom a dimension is not known make a group of their own."),
        ),
        _composition_figures,
        _composition_finding,
        _composition_list,
        _composition_choices,
    ),
    MeasurePage(
        "rfm",
        Question.EARNS,
        __("RFM"),
        __("who ordered lately, often and for much"),
        Definition(
            __(
                "Recency, frequency and monetary value of the window, each scored from 1 to 5 by quintiles among the"
                " customers with an order. High or not in each of the three makes eight segments."
            ),
            __("score = 1 + ⌊5 · customers who do strictly worse ÷ customers with an order⌋"),
            __("Scores compare customers with each other: when all sales fall, scores stay."),
        ),
        _rfm_figures,
        _rfm_finding,
        _rfm_list,
        _rfm_choices,
    ),
)
