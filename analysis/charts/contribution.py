"""The contribution page's charts: revenue and margin by month."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from analysis.selectors.contribution import MonthTotal
from crm.templatetags.format import compact_money, number, whole_money


def monthly_title(months: list[MonthTotal]) -> str:
    """Return the chart's finding as a sentence."""
    best = max(months, key=lambda month: month.net_revenue, default=None)
    if best is None or best.net_revenue <= 0:
        return _("Revenue and margin by month")
    money = compact_money(best.net_revenue, settings.COMPANY_CURRENCY)
    return _("The best month was %(month)s with %(money)s") % {"month": f"{best.month:%Y-%m}", "money": money}


Address = Callable[[MonthTotal], str]


def monthly_chart(months: list[MonthTotal], url: Address) -> dict[str, Any]:
    """Describe net revenue and gross margin by month for the chart component; ``url`` leads to a month's orders."""
    return {
        "kind": "line",
        "labels": [f"{month.month:%Y-%m}" for month in months],
        "series": [
            {"name": _("Net revenue"), "values": [month.net_revenue for month in months]},
            {"name": _("Gross margin"), "values": [month.gross_margin for month in months], "tone": "quiet"},
        ],
        "format": "money",
        "currency": settings.COMPANY_CURRENCY,
        "urls": [url(month) for month in months],
        "x_label": _("Month"),
        "y_label": settings.COMPANY_CURRENCY,
    }


def monthly_table(months: list[MonthTotal], url: Address) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return columns and rows of the same months, the newest first."""
    columns = [
        {"label": _("Month")},
        {"label": _("Net revenue"), "kind": "number"},
        {"label": _("Gross margin"), "kind": "number"},
        {"label": _("Orders"), "kind": "number"},
    ]
    rows = [
        [
            f"{month.month:%Y-%m}",
            whole_money(month.net_revenue),
            whole_money(month.gross_margin),
            {"text": number(month.orders), "url": url(month), "is_figure": True},
        ]
        for month in reversed(months)
    ]
    return columns, rows
