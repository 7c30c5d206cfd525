"""The filters of the lists of complaints and interactions."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.filters.base import Filter, Rows, Viewer, of_choices, of_states, since, until
from customers.filters.finance import customer_filter, rep_filter
from customers.filters.profiles import region_filter, search_customers
from customers.models import ComplaintType, ContactChannel, Customer, Direction, ResponseType
from customers.selectors.search import MOST_REACHED


def search_by_customer(rows: Rows, written: str, viewer: Viewer) -> Rows:
    """Keep the rows of customers who match what somebody typed."""
    customers = search_customers(Customer.objects.visible_to(viewer.user), written, viewer)
    return rows.filter(customer__in=list(customers.order_by().values_list("pk", flat=True)[:MOST_REACHED]))


def _years(path: str) -> tuple[Filter, Filter]:
    return since(path, is_time=True), until(path, is_time=True)


COMPLAINT_FILTERS = (
    customer_filter(),
    of_states(
        "state",
        _("State"),
        {
            "open": (pgettext_lazy("complaint", "Open"), lambda rows: rows.filter(resolved_at=None)),
            "resolved": (_("Resolved"), lambda rows: rows.exclude(resolved_at=None)),
            "unsatisfied": (_("Resolved, not satisfied"), lambda rows: rows.filter(is_satisfied=False)),
        },
    ),
    of_choices("type", _("Type"), ComplaintType.choices, "complaint_type"),
    rep_filter("rep", "rep", _("Rep")),
    region_filter(),
    *_years("reported_at"),
)
INTERACTION_FILTERS = (
    customer_filter(),
    of_choices("type", _("Response type"), ResponseType.choices, "response_type"),
    of_choices("channel", _("Channel"), ContactChannel.choices),
    of_choices("direction", _("Direction"), Direction.choices, many=False),
    rep_filter("rep", "rep", _("Rep")),
    of_states(
        "value",
        _("Value"),
        {"some": (_("Of some value"), lambda rows: rows.filter(Q(value__gt=0)))},
    ),
    *_years("occurred_at"),
)
