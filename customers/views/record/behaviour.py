"""The behaviour tab: interactions, complaints, needs."""

from functools import partial
from typing import Any

from crm.views.lists import listing
from customers.selectors import behaviour as selector
from customers.views.panels import timeline
from customers.views.record.visit import RECORDS_SHOWN, Visit


def behaviour(visit: Visit) -> dict[str, Any]:
    """Show what they said and did, and what they complained of."""
    customer = visit.record.customer
    page = listing(
        visit.request, partial(selector.interaction_page, visit.user, customer, size=RECORDS_SHOWN)
    )
    return {
        "complaints": selector.complaints_of(visit.user, customer),
        "mix": selector.response_mix(customer),
        "page": page,
        "happened": timeline(page.rows),
        "needs_register": selector.needs_of(visit.user, customer),
        "notes": page.notes,
    }
