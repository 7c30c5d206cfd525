"""The page of a record: its head, the line that says what waits for somebody, and the tab that was asked for."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.extensions import customer_insights
from crm.models import User
from crm.policy import can, require
from crm.prepared import ask_ahead
from crm.views.lists import chosen
from customers.models.profiles import sees_customer
from customers.selectors import behaviour, coming, profiles, tasks
from customers.selectors.coming import coming_days
from customers.selectors.merging import kept_instead
from customers.selectors.profiles import CustomerRecord
from customers.selectors.sections import asked_of_profile, completeness
from customers.selectors.tasks import open_tasks
from customers.views.record.needs import needs
from customers.views.record.tabs import TABS, Tab
from customers.views.record.visit import DAYS_AHEAD, Visit


@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer; one that the viewer may not see is not there."""
    user = require(request.user, "customer.view")
    tab, notes = chosen(request, "tab", TABS, "overview")
    found = _found(user, pk, TABS[tab])
    if found is None:
        kept = kept_instead(user, pk)
        if kept is None:
            raise Http404
        return redirect("customers:record", kept)
    insights = customer_insights()
    explanation = insights.explain(pk, viewer=user) if insights else None
    known = completeness(found.customer)
    visit = Visit(
        request,
        user,
        found,
        insights,
        explanation,
        completeness=known,
        tasks=open_tasks(user, found.customer),
        coming=coming_days(user, found.customer, known.profile, timezone.localdate(), DAYS_AHEAD),
    )
    context = {
        "record": found,
        "customer": found.customer,
        "explanation": explanation,
        "crumbs": _crumbs(found),
        "tabs": [
            {"label": each.label, "url": visit.tab_url(name), "active": name == tab, "count": None}
            for name, each in TABS.items()
        ],
        "tab": tab,
        "tab_template": f"customers/profiles/record/{tab}.html",
        "needs": needs(visit),
        "can_merge": can(user, "customer.merge"),
        "can_share": can(user, "customer.share"),
        "can_see_rights": can(user, "privacy.view"),
        "can_delete": can(user, "customer.delete"),
        "log_customer": pk,
        "can_edit": can(user, "customer.edit"),
        "can_export": can(user, "customer.export"),
        "completeness": visit.completeness,
        "profile_url": visit.tab_url("profile"),
        "currency": settings.COMPANY_CURRENCY,
    }
    of_tab = TABS[tab].context(visit)
    context |= {**of_tab, "note": " ".join([*notes, *of_tab.get("notes", [])])}
    return render(request, "customers/profiles/record.html", context)


def _found(user: User, pk: int, tab: Tab) -> CustomerRecord | None:
    """Return the record, once all is asked that its page is known to ask: in two round trips, for what there is to
    know depends on what kind of customer it is."""
    if not sees_customer(user, pk):
        return None
    ask_ahead(
        [*profiles.ASKED, *tasks.ASKED, *coming.ASKED, *behaviour.ASKED_FOR_HEAD, *tab.asked()], customer=pk
    )
    found = profiles.customer_record(user, pk)
    if found is not None:
        kind = found.customer.kind
        ask_ahead([*asked_of_profile(kind), *tab.asked_of_kind(kind)], customer=pk, kind=kind)
    return found


def _crumbs(found: CustomerRecord) -> list[dict[str, str]]:
    customers = reverse("customers:list")
    regions = [
        {"label": str(region), "url": f"{customers}?{urlencode({'region': region.pk})}"}
        for region in found.regions
    ]
    return [{"label": _("Customers"), "url": customers}, *regions]
