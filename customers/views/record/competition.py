"""The competition tab: who else sells to them, and how much."""

from typing import Any

from customers.views.record.visit import Visit


def competition(visit: Visit) -> dict[str, Any]:
    """Show what they buy elsewhere."""
    return {}
