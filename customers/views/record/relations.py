"""The relations tab: family, key people, network."""

from typing import Any

from customers.views.record.visit import Visit


def relations(visit: Visit) -> dict[str, Any]:
    """Show who belongs to them, and to whom they belong."""
    return {}
