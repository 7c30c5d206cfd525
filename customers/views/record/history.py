"""The history tab: every change, by whom and when."""

from functools import partial
from typing import Any

from crm.views.lists import listing
from customers.selectors.history import change_page
from customers.views.record.visit import Visit


def history(visit: Visit) -> dict[str, Any]:
    """Show a page of the changes, the newest first."""
    page = listing(visit.request, partial(change_page, visit.user, visit.record.customer))
    return {"changes": page.rows, "page": page, "notes": page.notes}
