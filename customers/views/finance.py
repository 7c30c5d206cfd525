"""The pages of orders: the list and one order."""

from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from crm.paging import capped_count
from crm.policy import require
from crm.views.addresses import kept_parameters
from crm.views.filterbar import Menu, count_figure, filter_bar, ignored_sentence
from crm.views.lists import listing
from customers.filters.finance import OrderFilters
from customers.models import OrderStatus
from customers.selectors import finance
from customers.views.panels import first_of_months, months_between

MONTHS_OFFERED = 12


@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """List the orders that the viewer may see: filtered, newest first, a page at a time."""
    user = require(request.user, "customer.view")
    filters = OrderFilters(request.GET, user=user)
    orders = filters.qs
    page = listing(request, partial(finance.order_page, orders))
    bar = filter_bar(
        request,
        filters.form,
        _menus(),
        placeholder=_("Order number"),
        count=_orders_in_words(capped_count(orders)),
    )
    context = {
        "page": page,
        "bar": bar,
        "note": " ".join(filter(None, [ignored_sentence(bar), *page.notes])),
        "is_filtered": bool(bar.active or bar.search["value"]),
        "days": {name: filters.form.cleaned_data.get(name) for name in ("since", "until")},
        "kept": kept_parameters(request, "since", "until"),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "customers/finance/orders.html", context)


@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one order with its lines, returns and payments; one out of the viewer's scope is not there."""
    user = require(request.user, "customer.view")
    detail = finance.order_detail(user, pk)
    if detail is None:
        raise Http404
    context = {
        "detail": detail,
        "order": detail.order,
        "crumbs": _crumbs(detail),
        "currency": settings.COMPANY_CURRENCY,
        "is_foreign": detail.order.currency != settings.COMPANY_CURRENCY,
    }
    return render(request, "customers/finance/order.html", context)


def _menus() -> list[Menu]:
    today: date = timezone.localdate()
    months = [f"{month:%Y-%m}" for month in months_between(first_of_months(today, MONTHS_OFFERED), today)]
    return [
        Menu("status", _("Status"), OrderStatus.choices, many=True),
        Menu("month", _("Month"), [(month, month) for month in reversed(months)]),
    ]


def _orders_in_words(count: int) -> str:
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": count_figure(count)}


def _crumbs(detail: finance.OrderDetail) -> list[dict[str, Any]]:
    customer = detail.order.customer
    orders = {"label": _("Orders"), "url": reverse("customers:orders")}
    if customer is None:
        return [orders]
    return [
        {"label": _("Customers"), "url": reverse("customers:list")},
        {"label": customer.name, "url": customer.get_absolute_url()},
        {"label": _("Orders"), "url": f"{reverse('customers:orders')}?customer={customer.pk}"},
    ]
