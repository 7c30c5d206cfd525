"""The profile tab: what we know of them, section by section."""

from typing import Any

from django.utils.translation import gettext as _

from crm.views.addresses import with_parameters
from crm.views.lists import chosen
from customers.selectors.sections import profile_sections
from customers.views.parts.cards import card
from customers.views.record.visit import Visit
from customers.views.sections import section_context

ALL = "all"


def profile(visit: Visit) -> dict[str, Any]:
    """Show the sections of their profile; the address says which one is unfolded."""
    views = profile_sections(visit.user, visit.record.customer, complete=visit.completeness)
    places = {ALL: _("All"), **{view.slug: view.title for view in views}}
    opened, notes = chosen(visit.request, "open", places, views[0].slug)
    return {
        "sections": [
            {
                **section_context(visit.user, visit.record.customer, view),
                "is_open": opened in {ALL, view.slug},
            }
            for view in views
        ],
        "cards": [card(visit.user, visit.record.customer, name) for name in ("residence", "wishes")],
        "unfold_url": with_parameters(visit.request, open=ALL),
        "notes": notes,
    }
