"""What the search box answers while somebody types: customers, orders by number, and pages to go to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.extensions import customer_insights
from crm.models import User
from crm.navigation import pages_called
from crm.policy import require
from customers.filters.search import read_search
from customers.models import CustomerKind
from customers.selectors import search
from customers.selectors.profiles import region_name
from customers.selectors.search import Sought

CUSTOMERS_SHOWN = 8
ORDERS_SHOWN = 3
PAGES_SHOWN = 4
# A number of an order is looked for once so much of it is typed.
SHORTEST_NUMBER = 3


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Answer the search box: the best matches of each kind, as far as the viewer may see them."""
    user = require(request.user, "customer.view")
    sought = read_search(request.GET.get("q", ""))
    groups: list[dict[str, Any]] = []
    if sought:
        groups = [
            {"label": _("Customers"), "items": _customers(user, sought)},
            {"label": _("Orders"), "items": _orders(user, sought)},
            {"label": _("Go to"), "items": _pages(request, sought)},
        ]
    found = [group for group in groups if group["items"]]
    written = sought.written if sought else ""
    more = bool(found and found[0]["label"] == _("Customers"))
    context = {
        "q": written,
        "groups": found,
        "more_url": f"{reverse('customers:list')}?{urlencode({'q': written})}" if more else "",
    }
    return render(request, "components/search_results.html", context)


def _customers(user: User, sought: Sought) -> list[dict[str, Any]]:
    hits = search.best_matches(user, sought, CUSTOMERS_SHOWN)
    insights = customer_insights() if hits else None
    standings = insights.standings([hit.id for hit in hits]) if insights else {}
    return [
        {
            "label": hit.name,
            "note": " · ".join(
                filter(None, [hit.code, region_name(hit.region_name, hit.region_english_name), hit.owner])
            ),
            "url": reverse("customers:record", args=[hit.id]),
            "tier": standings[hit.id].tier if hit.id in standings else "",
            "icon": "building" if hit.kind == CustomerKind.COMPANY else "person",
        }
        for hit in hits
    ]


def _orders(user: User, sought: Sought) -> list[dict[str, Any]]:
    if len(sought.written) < SHORTEST_NUMBER or not any(each.isdigit() for each in sought.written):
        return []
    found = search.orders_numbered(user, sought.written, ORDERS_SHOWN)
    return [
        {"label": number, "note": customer, "url": reverse("customers:order", args=[pk]), "icon": "receipt"}
        for pk, number, customer in found
    ]


def _pages(request: HttpRequest, sought: Sought) -> list[dict[str, Any]]:
    return [
        {"label": item.label, "url": item.url, "icon": item.icon}
        for item in pages_called(request, sought.written)[:PAGES_SHOWN]
    ]
