"""The history tab: every change, by whom and when."""

from typing import Any

from customers.selectors import history as selector
from customers.views.record.visit import Visit


def history(visit: Visit) -> dict[str, Any]:
    """Show the changes, the newest first."""
    return {"changes": selector.changes_of(visit.user, visit.record.customer)}
