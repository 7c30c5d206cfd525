"""The page of one order."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.policy import require
from customers.selectors import finance


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
