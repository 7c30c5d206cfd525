"""The pages of customers: the list, what the search box suggests, and one record."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from crm.extensions import CustomerInsights, customer_insights
from crm.models import User
from crm.paging import capped_count
from crm.policy import can, require
from crm.views.addresses import with_parameters
from crm.views.filterbar import Menu, count_figure, filter_bar, ignored_sentence
from crm.views.lists import chosen, column, listing
from customers.filters.profiles import CHURN, NOBODY, CustomerFilters
from customers.models import BusinessModel, CustomerKind, Lifecycle
from customers.selectors import profiles

SUGGESTIONS = 8
TIERS = (
    ("A", gettext_lazy("A: key customers")),
    ("B", gettext_lazy("B: main customers")),
    ("C", gettext_lazy("C: regular customers")),
)


@require_safe
def customer_list(request: HttpRequest) -> HttpResponse:
    """List the customers that the viewer may see: searched, filtered, sorted, a page at a time."""
    user = require(request.user, "customer.view")
    insights = customer_insights()
    filters = CustomerFilters(request.GET, user=user, insights=insights)
    customers = filters.qs
    sort, notes = chosen(request, "sort", profiles.SORTS, "newest")
    page = listing(request, partial(profiles.customer_page, customers, insights, sort=sort))
    bar = filter_bar(
        request,
        filters.form,
        _menus(user, filters, insights),
        placeholder=_("Name, pinyin, code, phone"),
        count=_customers_in_words(capped_count(customers)),
    )
    context = {
        "page": page,
        "bar": bar,
        "note": " ".join(filter(None, [ignored_sentence(bar), *notes, *page.notes])),
        "columns": _columns(request, sort, insights),
        "shows_standing": insights is not None,
        "is_filtered": bool(bar.active or bar.search["value"]),
        "can_add": can(user, "customer.edit"),
        "can_import": can(user, "import.run"),
    }
    return render(request, "customers/profiles/list.html", context)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Answer the search box while somebody types: the first customers that match."""
    user = require(request.user, "customer.view")
    insights = customer_insights()
    filters = CustomerFilters(request.GET, user=user, insights=insights)
    written = filters.form.cleaned_data.get("q", "") if filters.is_valid() else ""
    rows = (
        profiles.customer_page(filters.qs, insights, sort="newest", size=SUGGESTIONS).rows if written else []
    )
    items = [
        {
            "label": row.name,
            "note": " · ".join(filter(None, [row.code, row.region, row.owner])),
            "url": reverse("customers:record", args=[row.id]),
            "tier": row.standing.tier if row.standing else "",
            "icon": "building" if row.kind == CustomerKind.COMPANY else "person",
        }
        for row in rows
    ]
    context = {
        "q": written,
        "groups": [{"label": _("Customers"), "items": items}] if items else [],
        "more_url": f"{reverse('customers:list')}?{urlencode({'q': written})}" if items else "",
    }
    return render(request, "components/search_results.html", context)


def _customers_in_words(count: int) -> str:
    return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": count_figure(count)}


def _columns(request: HttpRequest, sort: str, insights: CustomerInsights | None) -> list[dict[str, Any]]:
    def sortable(name: str, label: str, direction: str, *, hide: bool = False) -> dict[str, Any]:
        url = with_parameters(request, sort=name)
        return column(label, sort_url=url, sorted_=direction if sort == name else "", hide=hide)

    standing = [column(_("Tier")), column(_("Churn"))] if insights else []
    return [
        sortable("name", _("Customer"), "ascending"),
        *standing,
        column(_("Region")),
        column(_("Owner")),
        column(_("Lifecycle")),
        sortable("last_order", _("Last order"), "descending"),
        sortable("newest", _("Added"), "descending", hide=True),
    ]


def _menus(user: User, filters: CustomerFilters, insights: CustomerInsights | None) -> list[Menu]:
    region = filters.form.cleaned_data.get("region")
    regions = [(str(each.pk), str(each)) for each in profiles.region_choices(filters.queryset, region)]
    owners = [(str(each.pk), str(each)) for each in profiles.owner_choices(user)]
    standing = [Menu("tier", _("Tier"), TIERS, many=True), Menu("churn", _("Churn"), CHURN)]
    return [
        *(standing if insights else []),
        Menu("region", _("Region"), regions),
        Menu("owner", _("Owner"), [*owners, (NOBODY, _("Nobody"))] if owners else []),
        Menu(
            "team", _("Team or branch"), [(str(each.pk), each.name) for each in profiles.team_choices(user)]
        ),
        Menu("lifecycle", _("Lifecycle"), Lifecycle.choices, many=True),
        Menu("kind", _("Kind"), CustomerKind.choices),
        Menu("business_model", _("Business model"), BusinessModel.choices, many=True),
        Menu("industry", _("Industry"), [(str(each.pk), str(each)) for each in profiles.industry_choices()]),
        Menu(
            "source", _("Customer source"), [(str(each.pk), str(each)) for each in profiles.source_choices()]
        ),
    ]
