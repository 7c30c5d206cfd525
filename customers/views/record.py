"""One customer's record: a head that is always there, and a tab at a time below it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from crm.extensions import CustomerInsights, Explanation, customer_insights
from crm.models import User
from crm.policy import can, require
from crm.templatetags.format import days, number
from crm.views.addresses import with_parameters
from crm.views.lists import chosen, listing
from customers.selectors import behaviour, finance, history, profiles
from customers.selectors.profiles import CustomerRecord
from customers.views.panels import (
    core_facts,
    days_in_words,
    financial_facts,
    first_of_months,
    headline,
    revenue_chart,
    timeline,
)

CHART_MONTHS = 24
YEAR = timedelta(days=365)
RECORDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one customer: who looks, at what, and what the published run says of it."""

    request: HttpRequest
    user: User
    record: CustomerRecord
    insights: CustomerInsights | None
    explanation: Explanation | None

    @property
    def as_of(self) -> date:
        """The last day that counts: the published run's, today without one."""
        return self.explanation.as_of if self.explanation else timezone.localdate()

    @property
    def window(self) -> tuple[date, date]:
        """The days [start, end) that the published run looked at, the last year without one."""
        if self.explanation:
            return self.explanation.window_start, self.explanation.window_end
        end = self.as_of + timedelta(days=1)
        return end - YEAR, end

    def tab_url(self, tab: str, **parameters: str) -> str:
        """Return the address of a tab of this record."""
        query = {"tab": tab, **parameters} if tab != "overview" else parameters
        return f"{self.request.path}?{urlencode(query)}" if query else self.request.path


@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer; one that the viewer may not see is not there."""
    user = require(request.user, "customer.view")
    found = profiles.customer_record(user, pk)
    if found is None:
        raise Http404
    insights = customer_insights()
    explanation = insights.explain(pk, viewer=user) if insights else None
    visit = Visit(request, user, found, insights, explanation)
    tab, notes = chosen(request, "tab", _TABS, "overview")
    context = {
        "record": found,
        "customer": found.customer,
        "explanation": explanation,
        "crumbs": _crumbs(found),
        "tabs": [
            {"label": label, "url": visit.tab_url(name), "active": name == tab, "count": None}
            for name, (label, _context) in _TABS.items()
        ],
        "tab": tab,
        "tab_template": f"customers/profiles/record/{tab}.html",
        "needs": _needs(visit),
        "can_edit": can(user, "customer.edit"),
        "currency": settings.COMPANY_CURRENCY,
    }
    of_tab = _TABS[tab][1](visit)
    context |= {**of_tab, "note": " ".join([*notes, *of_tab.get("notes", [])])}
    return render(request, "customers/profiles/record.html", context)


def _crumbs(found: CustomerRecord) -> list[dict[str, str]]:
    customers = reverse("customers:list")
    regions = [
        {"label": str(region), "url": f"{customers}?{urlencode({'region': region.pk})}"}
        for region in found.regions
    ]
    return [{"label": _("Customers"), "url": customers}, *regions]


def _needs(visit: Visit) -> dict[str, str]:
    """Say in one sentence what waits for somebody, with the place to do something about it."""
    waiting = behaviour.open_complaints(visit.record.customer)
    sentences = []
    standing = visit.explanation.standing if visit.explanation else None
    if standing and standing.churn_flag:
        sentences.append(standing.churn_reason or standing.churn_label)
    if waiting:
        waited = days(max(0, (timezone.now() - waiting[0]).days))
        sentences.append(
            ngettext(
                "one complaint has waited %(days)s for an answer",
                "%(count)s complaints wait for an answer, the oldest for %(days)s",
                len(waiting),
            )
            % {"count": number(len(waiting)), "days": waited}
        )
    if not sentences:
        return {}
    place = ("behaviour", _("See complaints")) if waiting else ("analysis", _("See why"))
    return {"text": _("; ").join(sentences), "url": visit.tab_url(place[0]), "action": place[1]}


def _overview(visit: Visit) -> dict[str, Any]:
    customer = visit.record.customer
    financial = finance.financial_record(customer)
    return {
        "figures": headline(visit.explanation, financial),
        "core_facts": core_facts(visit.record),
        "financial_facts": financial_facts(customer.pk, financial),
        "happened": timeline(behaviour.recent(visit.user, customer)),
        "needs_register": behaviour.needs_of(visit.user, customer),
    }


def _trade(visit: Visit) -> dict[str, Any]:
    customer = visit.record.customer
    show, notes = chosen(visit.request, "show", _TRADE_LISTS, "orders")
    if show == "orders":
        orders = finance.visible_orders(visit.user).filter(customer=customer)
        page: Any = listing(visit.request, partial(finance.order_page, orders, size=RECORDS_SHOWN))
    else:
        page = listing(visit.request, partial(finance.payment_page, customer, size=RECORDS_SHOWN))
    start, end = visit.window
    financial = finance.financial_record(customer)
    return {
        "financial_facts": financial_facts(customer.pk, financial),
        "products": finance.bought_products(customer, start, end),
        "products_window": days_in_words(start, end - timedelta(days=1)),
        "months": revenue_chart(
            finance.monthly_revenue(customer, first_of_months(visit.as_of, CHART_MONTHS), end), visit.as_of
        ),
        "page": page,
        "show": show,
        "notes": [*notes, *page.notes],
        "lists": [
            {"label": label, "url": with_parameters(visit.request, show=name), "active": name == show}
            for name, label in _TRADE_LISTS.items()
        ],
    }


def _behaviour(visit: Visit) -> dict[str, Any]:
    customer = visit.record.customer
    page = listing(
        visit.request, partial(behaviour.interaction_page, visit.user, customer, size=RECORDS_SHOWN)
    )
    return {
        "complaints": behaviour.complaints_of(visit.user, customer),
        "mix": behaviour.response_mix(customer),
        "page": page,
        "happened": timeline(page.rows),
        "needs_register": behaviour.needs_of(visit.user, customer),
        "notes": page.notes,
    }


def _analysis(visit: Visit) -> dict[str, Any]:
    pk = visit.record.customer.pk
    return {"past": visit.insights.history(pk, viewer=visit.user) if visit.insights else ()}


def _history(visit: Visit) -> dict[str, Any]:
    return {"changes": history.changes_of(visit.user, visit.record.customer)}


_TRADE_LISTS: dict[str, str | Promise] = {
    "orders": gettext_lazy("Orders"),
    "payments": gettext_lazy("Payments"),
}
_TABS: dict[str, tuple[str | Promise, Callable[[Visit], dict[str, Any]]]] = {
    "overview": (gettext_lazy("Overview"), _overview),
    "trade": (gettext_lazy("Trade"), _trade),
    "behaviour": (gettext_lazy("Behaviour"), _behaviour),
    "analysis": (gettext_lazy("Analysis"), _analysis),
    "history": (gettext_lazy("History"), _history),
}
