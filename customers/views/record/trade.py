"""The trade tab: orders, payments, margins by product, the computed financial record."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.templatetags.format import whole_money
from crm.views.addresses import with_parameters
from crm.views.lists import chosen, listing
from customers.selectors import finance
from customers.selectors.finance import MonthRow
from customers.selectors.financial_record import financial_record
from customers.selectors.months import month_of, months_between
from customers.views.panels import computed, days_in_words, financial_facts
from customers.views.parts.cards import cards
from customers.views.record.visit import RECORDS_SHOWN, Visit

CHART_MONTHS = 24
_LISTS: dict[str, str | Promise] = {
    "orders": gettext_lazy("Orders"),
    "payments": gettext_lazy("Payments"),
}
_BY: dict[str, str | Promise] = {
    "revenue": gettext_lazy("Net revenue"),
    "margin": gettext_lazy("Lowest margin"),
}


def trade(visit: Visit) -> dict[str, Any]:
    """Show the trade: orders or payments, margins by product, the computed financial record."""
    customer = visit.record.customer
    show, notes = chosen(visit.request, "show", _LISTS, "orders")
    if show == "orders":
        orders = finance.visible_orders(visit.user).filter(customer=customer)
        page: Any = listing(visit.request, partial(finance.order_page, orders, size=RECORDS_SHOWN))
    else:
        page = listing(visit.request, partial(finance.payment_page, customer, size=RECORDS_SHOWN))
    by, ignored = chosen(visit.request, "by", _BY, "revenue")
    start, end = visit.window
    financial = financial_record(customer)
    return {
        "financial_facts": financial_facts(customer.pk, financial),
        "products": finance.bought_products(customer, start, end, lowest_margin=by == "margin"),
        "products_window": days_in_words(start, end - timedelta(days=1)),
        "months": _revenue_chart(
            finance.monthly_revenue(customer, month_of(visit.as_of, 1 - CHART_MONTHS), end), visit.as_of
        ),
        "page": page,
        "show": show,
        "computed": computed(financial),
        "cards": cards(visit.user, customer, "account", "opening", "costs", "opportunities"),
        "products_by": [
            {"label": label, "url": with_parameters(visit.request, by=name), "active": name == by}
            for name, label in _BY.items()
        ],
        "notes": [*notes, *ignored, *page.notes],
        "lists": [
            {"label": label, "url": with_parameters(visit.request, show=name), "active": name == show}
            for name, label in _LISTS.items()
        ],
    }


def _revenue_chart(months: Sequence[MonthRow], as_of: date) -> dict[str, Any] | None:
    """Describe the chart of monthly net revenue and its table; None when nothing was bought."""
    if not months:
        return None
    known = {row.month: row.revenue_cents for row in months}
    all_months = list(months_between(months[0].month, as_of))
    labels = [f"{month:%Y-%m}" for month in all_months]
    values = [known.get(month, 0) for month in all_months]
    return {
        "chart": {
            "kind": "line",
            "labels": labels,
            "series": [{"name": _("Net revenue"), "values": values}],
            "format": "money",
            "currency": settings.COMPANY_CURRENCY,
            "y_label": _("Net revenue, %(currency)s") % {"currency": settings.COMPANY_CURRENCY},
        },
        "columns": [{"label": _("Month")}, {"label": _("Net revenue"), "kind": "number"}],
        "rows": [[label, whole_money(value)] for label, value in zip(labels, values, strict=True)],
    }
